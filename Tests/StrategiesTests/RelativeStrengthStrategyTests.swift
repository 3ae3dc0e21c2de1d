import Indicators
import Strategies
import Testing
import TradingModel

struct RelativeStrengthStrategyTests {
  private func strategy(_ parameters: StrategyParameters) throws -> any Strategy {
    try StrategyCatalogue.make(name: "rsi", parameters: parameters)
  }

  /// Closes 10, 9, 8: two falls, RSI(2) = 0; then rises.
  @Test func itBuysWeaknessAndSellsStrengthWithTheNumbersInWords() throws {
    let signals = run(try strategy(["period": "2"]), over: CandleSeries.candles(closes: [10, 9, 8, 8.5, 10, 12]))
    #expect(signals.map(\.action) == [.hold, .hold, .buy, .hold, .sell, .hold])
    #expect(signals[2] == .buy(confidence: 1, reason: "RSI 0 below 30"))
    // Average gain 0.875, average loss 0.25 (both by hand): 100 × 0.875 ÷ 1.125 = 77.8.
    #expect(signals[4].reason == "RSI 77.8 above 70")
  }

  @Test func theIndexDecidesExactlyWhereItCrossesTheBounds() throws {
    let candles = CandleSeries.walk(seed: 31, count: 3_000)
    var index = RelativeStrengthIndex(period: 14)
    var strategy = try strategy([:])
    var isOpen = false
    for candle in candles {
      let value = index.update(candle.close.statisticValue)
      let signal = strategy.onCandle(candle, position: StrategyPosition(isOpen: isOpen))
      let expected: Signal.Action =
        switch value {
        case let value? where index.hasMovement && !isOpen && value < 30: .buy
        case let value? where isOpen && value > 70: .sell
        default: .hold
        }
      #expect(signal.action == expected)
      if signal.action == .buy { isOpen = true }
      if signal.action == .sell { isOpen = false }
    }
  }

  @Test func theTrendRuleAllowsBuysOnlyAboveTheAverage() throws {
    let candles = CandleSeries.walk(seed: 41, count: 20_000, volatility: 0.02)
    var plain = try strategy(["oversold": "45"])
    var confirmed = try strategy(["oversold": "45", "trend_period": "50"])
    #expect(confirmed.warmUp == 49)
    var average = SimpleMovingAverage(period: 50)
    var kept = 0
    var refused = 0
    for candle in candles {
      let level = average.update(candle.close.statisticValue)
      let free = plain.onCandle(candle, position: .flat)
      let bound = confirmed.onCandle(candle, position: .flat)
      guard let level else { continue }
      if free.action == .buy, candle.close.statisticValue > level {
        #expect(bound.action == .buy)
        #expect(bound.reason.hasPrefix(free.reason + ", close \(candle.close) above SMA(50) "))
        kept += 1
      } else {
        #expect(bound == .hold)
        refused += free.action == .buy ? 1 : 0
      }
    }
    #expect(kept > 10 && refused > 10)
  }

  @Test func onCrossActsOnTheFirstCandleBeyondTheBoundOnly() throws {
    let candles = CandleSeries.walk(seed: 43, count: 5_000)
    var level = try strategy([:])
    var cross = try strategy(["on_cross": "true"])
    var wasBelow: Bool?
    for candle in candles {
      let below = level.onCandle(candle, position: .flat).action == .buy
      let crossed = cross.onCandle(candle, position: .flat).action == .buy
      if let wasBelow { #expect(crossed == (below && !wasBelow)) }
      let isWarm = !level.readings.isEmpty
      if isWarm { wasBelow = below }
    }
  }
}
