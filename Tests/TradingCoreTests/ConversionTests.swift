import Testing
import Time
import TradingCore
import TradingModel
import Venue

/// Limits over bots of several quote assets: one currency, at journaled rates, never one to one.
@Suite struct ConversionTests {
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  /// Two bots that want 1,000 of their quote asset each, in USDT and in EUR.
  private static func driver(_ limits: RiskLimits, symbols: [String] = ["BTCUSDT", "BTCEUR", "EURUSDT"]) -> PaperBench {
    var driver = PaperBench(symbols: symbols)
    // What euros buy has the rules of what dollars buy.
    var euro = Samples.rules("BTCUSDT")
    (euro.symbol, euro.quoteAsset) = (Samples.symbol("BTCEUR"), "EUR")
    driver.step(.rules([euro]))
    driver.command(.setRiskLimits(limits, only: nil))
    for (id, symbol) in [("dollar", "BTCUSDT"), ("euro", "BTCEUR")] {
      driver.trade(d("60000"), symbol: symbol)
      driver.command(.createBot(Samples.configuration(id, symbol: symbol), start: true))
    }
    return driver
  }

  private static func fall(_ driver: inout PaperBench, _ symbol: String) {
    for step in 0..<5 { driver.minute(d("\(60_000 - 60_000 * step / 200)"), symbol: symbol) }
  }

  private static func rates(_ driver: PaperBench) -> [ConversionRates] {
    driver.journal.compactMap { if case .ratesTaken(let rates) = $0.record { rates } else { nil } }
  }

  private static func entries(_ driver: PaperBench) -> [OrderIntent] { driver.intents.filter { $0.purpose == .entry } }

  @Test func amountsAreConverted() throws {
    var driver = Self.driver(RiskLimits(totalNotionalMaximum: Self.d("1500"), currency: "USDT"))
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    let taken = try #require(Self.rates(driver).last)
    #expect(taken.currency == "USDT" && taken.conversions.map(\.path) == ["EURUSDT"])
    #expect(taken.conversions[0].worth(Self.d("1000")) == Self.d("1250") && taken.conversions[0].back(Self.d("1250")) == Self.d("1000"))
    Self.fall(&driver, "BTCEUR")
    let euro = try #require(Self.entries(driver).first)
    #expect(euro.request.quoteQuantity == Self.d("1000"), "worth 1,250 of 1,500")
    let held = try #require(driver.snapshot("euro")?.position)
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    Self.fall(&driver, "BTCUSDT")
    let dollar = try #require(Self.entries(driver).first { $0.botID == Samples.bot("dollar") })
    let left = Self.d("1500") - held.quantity * driver.core.lastPrice(of: Samples.symbol("BTCEUR")) * Self.d("1.25")
    #expect((dollar.request.quoteQuantity - left).magnitude < Self.d("0.01"), "\(dollar.request.quoteQuantity) of \(left)")
  }

  @Test func roomIsConvertedBack() throws {
    var driver = Self.driver(RiskLimits(orderNotionalMaximum: Self.d("500"), currency: "USDT"))
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    Self.fall(&driver, "BTCEUR")
    #expect(try #require(Self.entries(driver).first).request.quoteQuantity == Self.d("400"))
  }

  @Test func withoutAChosenCurrencyNoEntryIsMade() throws {
    var driver = Self.driver(RiskLimits(totalNotionalMaximum: Self.d("1500")))
    Self.fall(&driver, "BTCUSDT")
    #expect(Self.entries(driver).isEmpty)
    let denial = try #require(driver.denials.first)
    #expect(denial.code == .conversionUnknown && denial.message.contains("EUR, USDT") && denial.message.contains("--currency"))
    // Limits that are counts need no currency.
    driver.command(.setRiskLimits(RiskLimits(openPositionsMaximum: 5), only: nil))
    Self.fall(&driver, "BTCUSDT")
    #expect(Self.entries(driver).count == 1)
  }

  @Test func aRateThatIsNotKnownOrTooOldDeniesEntriesAndNoExit() throws {
    var driver = Self.driver(RiskLimits(totalNotionalMaximum: Self.d("5000"), currency: "USDT"))
    driver.step(.clock)
    // Its price is asked for.
    #expect(driver.watched.contains(SeriesKey(symbol: Samples.symbol("EURUSDT"), interval: .oneMinute)))
    Self.fall(&driver, "BTCUSDT")
    #expect(Self.entries(driver).isEmpty && driver.denials.first?.code == .conversionUnknown)
    #expect(driver.denials.first?.message.contains("EURUSDT had no price yet") == true)
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    Self.fall(&driver, "BTCUSDT")
    #expect(Self.entries(driver).count == 1)
    driver.step(.clock, at: driver.core.time.advanced(byMilliseconds: 301_000))
    Self.fall(&driver, "BTCEUR")
    #expect(Self.entries(driver).count == 1)
    #expect(driver.denials.last?.message.contains("too old") == true)
    driver.trade(Self.d("50000"))
    #expect(driver.fills(of: "dollar").last?.purpose == .stopLoss)
  }

  @Test func oneMiddleIsEnoughAndDirectionsDoNotMatter() throws {
    var driver = Self.driver(RiskLimits(totalNotionalMaximum: Self.d("5000"), currency: "EUR"), symbols: ["BTCUSDT", "BTCEUR"])
    driver.trade(Self.d("50000"), symbol: "BTCEUR")
    driver.step(.clock)
    let taken = try #require(Self.rates(driver).last)
    #expect(taken.conversions.map(\.path) == ["1/BTCUSDT × BTCEUR"])
    #expect(taken.conversions[0].worth(Self.d("1200")) == Self.d("1000"))
  }

  @Test func theDaysLossIsOfAllQuoteAssets() throws {
    var driver = Self.driver(RiskLimits(dailyLossMaximum: Self.d("30"), currency: "USDT"))
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    Self.fall(&driver, "BTCEUR")
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    Self.fall(&driver, "BTCUSDT")
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    #expect(Self.entries(driver).count == 2 && driver.core.tradingState == .active)
    // About 14.3 in each: 14.3 dollars and, for 14.3 euros, 17.8 dollars. One to one it would not be 30.
    for symbol in ["BTCEUR", "BTCUSDT"] { driver.trade(Self.d("58330"), symbol: symbol) }
    let totals = try #require(driver.core.portfolioTotals)
    #expect(totals.dayProfit <= Self.d("-30") && totals.dayProfit > Self.d("-34"), "\(totals)")
    #expect(driver.core.tradingState == .reducing)
  }

  @Test func ratesAndProfitsSurviveARestart() throws {
    var driver = Self.driver(RiskLimits(dailyLossMaximum: Self.d("1000"), currency: "USDT"))
    driver.trade(Self.d("1.25"), symbol: "EURUSDT")
    driver.step(.clock)
    Self.fall(&driver, "BTCEUR")
    driver.step(.clock, at: driver.core.time.advanced(byMilliseconds: 61_000))
    let folded = try driver.folded()
    #expect(folded.conversions == driver.core.conversions && !folded.conversions.isEmpty)
    #expect(folded.portfolioTotals == driver.core.portfolioTotals && folded.accountCurrency == "USDT")
    #expect(Self.rates(driver).count <= 8, "once a minute")
  }

  @Test func aCurrencyIsAnAsset() {
    #expect(RiskLimits(currency: "us dollar").violations.map(\.field) == ["limits.currency"])
    #expect(RiskLimits(currency: "EUR").violations.isEmpty)
  }
}
