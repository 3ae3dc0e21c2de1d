import Time
import Testing
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Limits above all bots: they shrink or deny entries, and stop trading when too much is lost.
@Suite struct RiskLimitTests {
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  /// Bots of these names on their symbols, each of which would buy 1,000 USDT worth when its market falls.
  private static func driver(_ bots: [(String, String)], _ limits: RiskLimits) -> PaperBench {
    var driver = PaperBench(symbols: Array(Set(bots.map(\.1))).sorted())
    driver.command(.setRiskLimits(limits, only: nil))
    for (id, symbol) in bots {
      driver.trade(d(symbol == "BTCUSDT" ? "60000" : "3000"), symbol: symbol)
      driver.command(.createBot(Samples.configuration(id, symbol: symbol), start: true))
    }
    return driver
  }

  private static func fall(_ driver: inout PaperBench, _ symbol: String = "BTCUSDT") {
    let base = symbol == "BTCUSDT" ? 60_000 : 3_000
    for step in 0..<5 { driver.minute(d("\(base - base * step / 200)"), symbol: symbol) }
  }

  private static func value(_ intent: OrderIntent) -> FixedDecimal { intent.request.quoteQuantity }

  @Test func entryIsMadeSmallerToFitTheOrderLimit() throws {
    var driver = Self.driver([("one", "BTCUSDT")], RiskLimits(orderNotionalMaximum: Self.d("300")))
    Self.fall(&driver)
    let entry = try #require(driver.intents.first)
    #expect(Self.value(entry) <= Self.d("300") && Self.value(entry) > Self.d("299"))
  }

  @Test func botsOnOneSymbolShareItsLimit() throws {
    var driver = Self.driver(
      [("one", "BTCUSDT"), ("two", "BTCUSDT"), ("three", "BTCUSDT")], RiskLimits(symbolNotionalMaximum: Self.d("1500")))
    Self.fall(&driver)
    // Those of the first candle: later the fall makes room again.
    let first = try #require(driver.intents.first).decisionPrice
    let entries = driver.intents.filter { $0.purpose == .entry && $0.decisionPrice == first }
    #expect(entries.count == 2)
    #expect(entries.reduce(FixedDecimal.zero) { $0 + Self.value($1) } <= Self.d("1500"))
    let denial = try #require(driver.denials.first)
    #expect(denial.code == .symbolExposureLimit && denial.botID == Samples.bot("three"))
    #expect(denial.message.contains("1500"))
  }

  @Test func allSymbolsShareTheTotal() throws {
    var driver = Self.driver([("one", "BTCUSDT"), ("two", "ETHUSDT")], RiskLimits(totalNotionalMaximum: Self.d("1200")))
    Self.fall(&driver)
    Self.fall(&driver, "ETHUSDT")
    let entries = driver.intents.filter { $0.purpose == .entry }
    #expect(entries.count == 2)
    #expect(Self.value(entries[1]) < Self.d("230"))
  }

  @Test func positionsAreCounted() throws {
    var driver = Self.driver([("one", "BTCUSDT"), ("two", "ETHUSDT")], RiskLimits(openPositionsMaximum: 1))
    Self.fall(&driver)
    Self.fall(&driver, "ETHUSDT")
    #expect(driver.intents.filter { $0.purpose == .entry }.count == 1)
    #expect(driver.denials.first?.code == .openPositionLimit)
  }

  @Test func ordersAreCounted() throws {
    var driver = Self.driver([("one", "BTCUSDT"), ("two", "BTCUSDT")], RiskLimits(ordersPerMinuteMaximum: 1))
    Self.fall(&driver)
    let first = try #require(driver.intents.first).decisionPrice
    #expect(driver.intents.filter { $0.purpose == .entry && $0.decisionPrice == first }.count == 1)
    #expect(driver.denials.first?.code == .orderRateLimit && driver.denials.first?.decisionPrice == first)
    // Protection is never limited: the stop of the one that bought rests.
    #expect(driver.intents.contains { $0.purpose == .stopLoss && $0.botID == Samples.bot("one") })
  }

  @Test func dailyLossStopsTrading() throws {
    var driver = Self.driver([("one", "BTCUSDT")], RiskLimits(dailyLossMaximum: Self.d("10")))
    Self.fall(&driver)
    #expect(driver.core.tradingState == .active)
    // 1,000 USDT worth: a fall of more than 1 % below the entry loses the ten.
    driver.trade(Self.d("58200"))
    #expect(driver.core.tradingState == .reducing)
    #expect(driver.core.tradingStateReason.contains("max_daily_loss"))
    // The stop stays where it is, and its target.
    #expect(driver.venue.openOrders.count == 2)
    #expect(try driver.folded().tradingState == .reducing)
  }

  @Test func aRestartBeforeThePricesAreKnownIsNoLoss() throws {
    var driver = Self.driver([("one", "BTCUSDT"), ("two", "ETHUSDT")], RiskLimits())
    Self.fall(&driver)
    Self.fall(&driver, "ETHUSDT")
    // One of the two realizes a loss, the other is ahead by more.
    driver.trade(Self.d("3040"), symbol: "ETHUSDT")
    driver.trade(Self.d("58300"))
    driver.command(.closePosition(Samples.bot("one")))
    driver.command(.setRiskLimits(RiskLimits(dailyLossMaximum: Self.d("5")), only: nil))
    driver.trade(Self.d("3041"), symbol: "ETHUSDT")
    #expect(driver.core.portfolio.realized < Self.d("-5"))
    #expect(driver.core.tradingState == .active && driver.core.portfolio.profit.isPositive)
    var again = try driver.folded()
    var effects: [Effect] = []
    again.step(.rules(driver.core.tradedSymbols.map { Samples.rules($0.symbol.text) }), at: driver.core.time, effects: &effects)
    again.step(.price(Samples.symbol("BTCUSDT"), Self.d("58300")), at: driver.core.time.advanced(byMilliseconds: 5_000), effects: &effects)
    again.step(.clock, at: driver.core.time.advanced(byMilliseconds: 9_000), effects: &effects)
    #expect(again.tradingState == .active)
    again.step(.price(Samples.symbol("ETHUSDT"), Self.d("3041")), at: driver.core.time.advanced(byMilliseconds: 12_000), effects: &effects)
    #expect(again.tradingState == .active && again.portfolio.profit.isPositive)
  }

  @Test func whatARemovedBotLostStaysLost() throws {
    var driver = Self.driver([("one", "BTCUSDT"), ("two", "ETHUSDT")], RiskLimits(drawdownMaximum: Self.d("0.5")))
    Self.fall(&driver)
    driver.trade(Self.d("57000"))
    let lost = try #require(driver.snapshot()?.results.realizedPnL)
    #expect(lost.isNegative)
    for id in ["one"] {
      driver.command(.stopBot(Samples.bot(id)))
      driver.command(.removeBot(Samples.bot(id)))
    }
    driver.step(.clock, at: driver.core.time.advanced(byMilliseconds: 120_000))
    #expect(driver.core.portfolio.profit == lost)
    #expect(try driver.folded().portfolio.profit == lost)
  }

  @Test func otherLimitsDoNotForgiveTheDaysLoss() throws {
    var limits = RiskLimits(dailyLossMaximum: Self.d("1000"))
    var driver = Self.driver([("one", "BTCUSDT")], limits)
    Self.fall(&driver)
    driver.trade(Self.d("58600"))
    let before = driver.core.portfolio.dayProfit
    limits.openPositionsMaximum = 5
    driver.command(.setRiskLimits(limits, only: nil))
    #expect(before.isNegative && driver.core.portfolio.dayProfit == before)
  }

  @Test func aNewDayStartsFromWhereTheLastEnded() throws {
    var driver = Self.driver([("one", "BTCUSDT")], RiskLimits(dailyLossMaximum: Self.d("12")))
    Self.fall(&driver)
    driver.trade(Self.d("58600"))
    let today = driver.core.portfolio.dayProfit
    #expect(today.isNegative && driver.core.tradingState == .active)
    driver.trade(Self.d("58500"), after: 86_400_000)
    #expect(driver.core.portfolio.dayProfit > today)
    #expect(driver.core.tradingState == .active)
  }

  @Test func drawdownReducesAndAPersonStartsAgain() throws {
    var driver = Self.driver([("one", "BTCUSDT")], RiskLimits(drawdownMaximum: Self.d("0.0006"), breachState: .reducing))
    Self.fall(&driver)
    driver.trade(Self.d("58200"))
    #expect(driver.core.tradingState == .reducing)
    driver.command(.setTradingState(.active, reason: "looked at it"))
    driver.trade(Self.d("58190"))
    // What was lost before counts no more; the next tenth of a percent does.
    #expect(driver.core.tradingState == .active)
    driver.trade(Self.d("57800"))
    #expect(driver.core.tradingState == .reducing)
  }

  @Test func limitsAreRememberedAndChecked() throws {
    let limits = RiskLimits(totalNotionalMaximum: Self.d("5000"), openPositionsMaximum: 3)
    let driver = Self.driver([("one", "BTCUSDT")], limits)
    #expect(try driver.folded().riskLimits == limits)
    var other = driver
    let wrong = RiskLimits(
      orderNotionalMaximum: Self.d("-1"), drawdownMaximum: Self.d("1.5"), openPositionsMaximum: -2, breachState: .active)
    let answer = other.command(.setRiskLimits(wrong, only: nil))
    guard case .failed(let error) = answer else {
      Issue.record("they were taken")
      return
    }
    #expect(
      error.violations.map(\.field) == [
        "limits.max_order_notional", "limits.max_drawdown_fraction", "limits.max_open_positions", "limits.on_breach",
      ])
    #expect(other.core.riskLimits == limits)
  }

  @Test func aBreachThenAHaltByHandThenActivateDoesNotBreachAgainAtOnce() throws {
    var driver = Self.driver([("one", "BTCUSDT")], RiskLimits(dailyLossMaximum: Self.d("10")))
    Self.fall(&driver)
    driver.trade(Self.d("57000"))
    #expect(driver.core.tradingState == .reducing && driver.core.tradingStateCause == .dailyLoss)
    for restarts in [false, true] {
      var driver = driver
      driver.command(.setTradingState(.halted, reason: "let me look"))
      if restarts {
        driver.core = try driver.folded()
        driver.step(.rules([Samples.rules()]))
      }
      driver.command(.setTradingState(.active, reason: "go on"))
      driver.trade(Self.d("57001"), after: 5_000)
      driver.step(.clock, at: driver.core.time.advanced(byMilliseconds: 5_000))
      #expect(driver.core.tradingState == .active, "\(driver.core.tradingStateReason)")
    }
  }

  @Test func onlyTheLimitsThatAreNamedChange() {
    var driver = Self.driver([("one", "BTCUSDT")], RiskLimits(dailyLossMaximum: Self.d("10"), openOrdersMaximum: 4))
    let given = RiskLimits(totalNotionalMaximum: Self.d("500"))
    driver.command(.setRiskLimits(given, only: [.totalNotional, .openOrders]))
    #expect(driver.core.riskLimits == RiskLimits(totalNotionalMaximum: Self.d("500"), dailyLossMaximum: Self.d("10")))
    let count = driver.journal.count
    driver.command(.setRiskLimits(given, only: [.totalNotional]))
    #expect(driver.journal.count == count)
  }

  @Test func capitalThatComesOrGoesIsNoDrawdownAndNoProfit() throws {
    var driver = Self.driver([("one", "BTCUSDT"), ("two", "ETHUSDT")], RiskLimits(drawdownMaximum: Self.d("0.5")))
    Self.fall(&driver)
    driver.trade(Self.d("57000"))
    driver.step(.clock, at: driver.core.time.advanced(byMilliseconds: 61_000))
    func fraction(_ core: TradingCore) -> FixedDecimal {
      (core.portfolio.drawdown / core.portfolio.peakEquity).roundedDown(toMultipleOf: Self.d("0.000001"))
    }
    let before = fraction(driver.core)
    #expect(before.isPositive)
    let day = driver.core.portfolio.dayProfit
    driver.command(.createBot(Samples.configuration("three", symbol: "ETHUSDT", capital: "500000"), start: false))
    #expect(fraction(driver.core) == before && driver.core.portfolio.dayProfit == day)
    driver.command(.stopBot(Samples.bot("two")))
    for id in ["two", "three"] { driver.command(.removeBot(Samples.bot(id))) }
    #expect(fraction(driver.core) == before && driver.core.portfolio.dayProfit == day)
    #expect(fraction(try driver.folded()) == before)
  }
}
