import Strategies
import Testing

struct CrossStrategyTests {
  private func actions(_ name: String, _ parameters: StrategyParameters, _ closes: [Double]) throws -> [Signal] {
    run(try StrategyCatalogue.make(name: name, parameters: parameters), over: CandleSeries.candles(closes: closes))
  }

  @Test func simpleAveragesCrossWhereWorkedOutByHand() throws {
    // SMA(1) is the close; SMA(3): 9, 8, 8.33, 9.33, 9.33.
    let signals = try actions("sma_cross", ["fast": "1", "slow": "3"], [10, 9, 8, 7, 10, 11, 7])
    #expect(signals.map(\.action) == [.hold, .hold, .hold, .hold, .buy, .hold, .sell])
    #expect(signals[4].reason == "SMA(1) 10 crossed above SMA(3) 8.3")
    #expect(signals[6].reason == "SMA(1) 7 crossed below SMA(3) 9.3")
  }

  @Test func exponentialAveragesCrossWhereWorkedOutByHand() throws {
    // EMA(3): 9 (seed), 8, 9, …; EMA(1) is the close.
    let signals = try actions("ema_cross", ["fast": "1", "slow": "3"], [10, 9, 8, 7, 10, 5])
    #expect(signals.map(\.action) == [.hold, .hold, .hold, .hold, .buy, .sell])
    #expect(signals[4].reason == "EMA(1) 10 crossed above EMA(3) 9")
  }

  @Test func aTrendAlreadyUnderWayIsNotACross() throws {
    let rising = (0..<100).map { 100 + Double($0) }
    #expect(try actions("sma_cross", [:], rising).allSatisfy { $0 == .hold })
  }

  @Test func macdCrossesItsSignalOncePerTurn() throws {
    // A triangle: 50 candles up, 50 down.
    let closes = (0..<400).map { (row: Int) -> Double in
      let step = Double(row % 50)
      return row % 100 < 50 ? 100 + step : 150 - step
    }
    let signals = try actions("macd", [:], closes)
    let trades = signals.enumerated().filter { $0.element.action != .hold }
    #expect((6...8).contains(trades.count))
    #expect(trades.first?.element.reason.hasPrefix("MACD(12,26) ") == true)
    #expect(trades.first?.element.reason.contains(" crossed ") == true)
  }
}

struct BollingerStrategyTests {
  private func actions(_ parameters: StrategyParameters, _ closes: [Double]) throws -> [Signal] {
    run(try StrategyCatalogue.make(name: "bollinger", parameters: parameters), over: CandleSeries.candles(closes: closes))
  }

  @Test func meanReversionBuysBelowTheBandAndSellsAtTheMiddle() throws {
    // Window 10, 10, 10, 4: mean 8.5, deviation 2.598; one deviation below is 5.902.
    let signals = try actions(["period": "4", "deviations": "1"], [10, 10, 10, 10, 4, 5, 9])
    #expect(signals.map(\.action) == [.hold, .hold, .hold, .hold, .buy, .hold, .sell])
    #expect(signals[4].reason == "close 4 below lower band 5.9 of Bollinger(4, 1)")
    #expect(signals[6].reason == "close 9 at or above middle band 7 of Bollinger(4, 1)")
  }

  @Test func breakoutBuysAboveTheBandAndSellsBelowTheMiddle() throws {
    let signals = try actions(["period": "4", "deviations": "1", "breakout": "true"], [10, 10, 10, 10, 16, 17, 12, 11])
    #expect(signals.map(\.action) == [.hold, .hold, .hold, .hold, .buy, .hold, .sell, .hold])
    #expect(signals[4].reason == "close 16 above upper band 14.1 of Bollinger(4, 1)")
  }
}
