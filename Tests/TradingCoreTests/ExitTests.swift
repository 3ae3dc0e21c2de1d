import Time
import Strategies
import Testing
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Exits and sizing beyond the fixed stop: what happens inside a candle, trailing and time stops, cool-down, volatility.
@Suite struct ExitTests {
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  /// The next minute as one candle, heard whole at its close: the walk through it is the venue's.
  private static func candle(_ driver: inout PaperBench, _ open: String, _ high: String, _ low: String, _ close: String) {
    let opens = Interval.oneMinute.openTime(containing: driver.core.time.advanced(byMilliseconds: 59_999))
    let closes = Interval.oneMinute.nextOpenTime(after: opens)
    let candle = Candle(openTime: opens, open: d(open), high: d(high), low: d(low), close: d(close), volume: .one)
    driver.market(
      .candle(CandleUpdate(symbol: Samples.symbol, interval: .oneMinute, candle: candle, isClosed: true, eventTime: closes)), at: closes)
  }

  @Test func targetInsideACandleFillsAtTheTargetNotAtTheHigh() throws {
    var driver = TradingTests.holding()
    let target = try #require(driver.snapshot()?.takeProfitPrice).roundedUp(toMultipleOf: Samples.rules().tickSize)
    Self.candle(&driver, "58800", "65000", "58800", "60000")
    let exit = try #require(driver.fills().last)
    #expect(exit.purpose == .takeProfit)
    #expect(exit.fill.price == target && exit.fill.isMaker)
  }

  @Test func stopComesBeforeTheTargetInsideOneCandle() throws {
    var driver = TradingTests.holding()
    Self.candle(&driver, "58800", "65000", "50000", "60000")
    #expect(try #require(driver.fills().last).purpose == .stopLoss)
  }

  @Test func targetThatRestsFillsAtItsLimitBehindAnOpeningGap() throws {
    var driver = TradingTests.holding()
    let target = try #require(driver.venue.openOrders.last?.request.price)
    Self.candle(&driver, "64000", "64100", "63900", "64000")
    let exit = try #require(driver.fills().last)
    #expect(exit.purpose == .takeProfit && exit.fill.price == target)
  }

  @Test func watchedTargetBehindAnOpeningGapFillsAtTheOpen() throws {
    var rules = Samples.rules()
    rules.takesPairs = false
    var driver = TradingTests.holding(rules: rules)
    Self.candle(&driver, "64000", "64100", "63900", "64000")
    let exit = try #require(driver.fills().last)
    #expect(exit.purpose == .takeProfit && exit.fill.price > Self.d("63980") && exit.fill.price < Self.d("64000"))
  }

  @Test func trailingStopInsideACandleFillsAtItsLevel() throws {
    var driver = TradingTests.holding(
      Samples.configuration(
        stopLoss: "0.5", takeProfit: "0.5", trailing: "0.05", parameters: ["period": "3", "oversold": "45", "overbought": "99"]))
    Self.candle(&driver, "58800", "62000", "58800", "62000")
    // The peak is 62,000: 5 % below lies 58,900. The candle falls through it.
    Self.candle(&driver, "62000", "62000", "56000", "57000")
    let exit = try #require(driver.fills().last { $0.side == .sell })
    #expect(exit.purpose == .trailingStop)
    #expect(exit.fill.price < Self.d("58900") && exit.fill.price > Self.d("58880"))
  }

  @Test func trailingStopInAverageTrueRanges() throws {
    var configuration = Samples.configuration(stopLoss: "0.5", takeProfit: "0.5")
    configuration.trailingStopRanges = Self.d("2")
    var driver = PaperBench()
    driver.trade(Self.d("60000"))
    driver.command(.createBot(configuration, start: true))
    // Candles with a true range of 100 each, falling: the strategy buys when the average is known.
    for step in 0..<18 where driver.fills().isEmpty {
      let open = 60_000 - step * 50
      Self.candle(&driver, "\(open)", "\(open + 25)", "\(open - 75)", "\(open - 50)")
    }
    #expect(driver.denials.contains { $0.code == .volatilityUnknown })
    #expect(driver.fills().count == 1)
    let entry = try #require(driver.intents.first { $0.purpose == .entry })
    #expect(entry.volatility == Self.d("100"))
    let peak = try #require(driver.snapshot()?.position.peakPrice)
    driver.trade(peak - Self.d("199.99"))
    #expect(driver.fills().count == 1)
    driver.trade(peak - Self.d("200"))
    #expect(try #require(driver.fills().last).purpose == .trailingStop)
    // The distance survives a restart: it is in the intent.
    let folded = try driver.folded(upTo: driver.journal.firstIndex { if case .exitRequested = $0.record { true } else { false } })
    #expect(folded.snapshot(of: Samples.bot("one"))?.position.entryVolatility == Self.d("100"))
  }

  @Test func positionIsClosedAfterAsManyCandlesAsTheBotAllows() throws {
    var configuration = Samples.configuration(stopLoss: "0.5", takeProfit: "0.5")
    configuration.timeStopCandles = 3
    var driver = TradingTests.holding(configuration)
    let held = try #require(driver.snapshot()?.candlesHeld)
    #expect(held < 3)
    for _ in 0..<(2 - held) { driver.minute(Self.d("58810")) }
    #expect(driver.fills().count == 1)
    driver.minute(Self.d("58810"))
    let exit = try #require(driver.fills().last { $0.side == .sell })
    #expect(exit.purpose == .timeStop && exit.closesPosition)
    #expect(exit.reason.contains("3 candles"))
  }

  @Test func timeStopWorksWhileTheBotIsStopped() throws {
    var configuration = Samples.configuration(stopLoss: "0.5", takeProfit: "0.5")
    configuration.timeStopCandles = 2
    var driver = TradingTests.holding(configuration)
    driver.command(.stopBot(Samples.bot("one")))
    for _ in 0..<3 where driver.snapshot()?.position.isOpen == true { driver.minute(Self.d("58810")) }
    #expect(driver.fills().last?.purpose == .timeStop)
  }

  @Test func noEntryWhileCoolingDownAfterALoss() throws {
    var configuration = Samples.configuration()
    configuration.cooldownCandles = 10
    var driver = TradingTests.holding(configuration)
    driver.trade(Self.d("57000"))
    #expect(driver.fills().last?.purpose == .stopLoss)
    for price in 0..<8 { driver.minute(Self.d("\(57_000 - price * 100)")) }
    #expect(driver.fills().count == 2)
    #expect(driver.denials.allSatisfy { $0.code == .coolingDown } && !driver.denials.isEmpty)
    for price in 8..<14 { driver.minute(Self.d("\(57_000 - price * 100)")) }
    #expect(driver.fills().count == 3)
    // A restart does not end it: the fold knows when the trade lost.
    #expect(try driver.folded().snapshot(of: Samples.bot("one")) != nil)
  }

  @Test func entryIsSizedByVolatility() throws {
    var configuration = Samples.configuration(maximum: "1", risk: "0.01")
    configuration.sizing = .volatility
    configuration.sizingRanges = Self.d("4")
    var driver = PaperBench()
    driver.trade(Self.d("60000"))
    driver.command(.createBot(configuration, start: true))
    for step in 0..<18 {
      let open = 60_000 - step * 50
      Self.candle(&driver, "\(open)", "\(open + 25)", "\(open - 75)", "\(open - 50)")
    }
    let entry = try #require(driver.intents.first { $0.purpose == .entry })
    // 1 % of 10,000 is lost when the price falls by 4 ranges of 100: 0.25 BTC would be worth more than the capital, so that caps it.
    let budget = min(Self.d("100") / Self.d("400") * entry.decisionPrice, Self.d("10000"))
    #expect(entry.request.quoteQuantity == budget)
  }

  @Test func fixedFractionIgnoresTheStop() throws {
    var configuration = Samples.configuration(stopLoss: "0.5", maximum: "0.3")
    configuration.sizing = .fraction
    let entry = try #require(TradingTests.holding(configuration).intents.first)
    #expect(entry.request.quoteQuantity == Self.d("3000"))
  }

  @Test func settingsOutOfRangeAreNamed() {
    func fields(_ change: (inout BotConfiguration) -> Void) -> [String] {
      var configuration = Samples.configuration()
      change(&configuration)
      return PaperBench().core.violations(of: configuration).map(\.field)
    }
    #expect(fields { $0.trailingStopRanges = FixedDecimal(101) } == ["trailing_stop_atr"])
    #expect(fields { $0.sizingRanges = FixedDecimal(-1) } == ["sizing_atr"])
    #expect(fields { ($0.sizing, $0.sizingRanges) = (.volatility, .zero) } == ["sizing_atr"])
    #expect(fields { $0.timeStopCandles = -1 } == ["time_stop_candles"])
    #expect(fields { $0.cooldownCandles = 1_000_001 } == ["cooldown_candles"])
    #expect(fields { $0.sizing = .fraction } == [])
  }
}
