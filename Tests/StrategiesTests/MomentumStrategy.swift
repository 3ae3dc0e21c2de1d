import Indicators
import TradingModel

@testable import Strategies

/// `momentum`: buys when the close is above the close `period` candles ago, sells when it is below.
struct MomentumStrategy: Strategy {
  static let period = IntegerParameter("period", default: 10, in: 1...1_000, meaning: "candles to look back")
  static let descriptor = StrategyDescriptor(
    name: "momentum", summary: "Buys a rise over `period` candles, sells a fall.", parameters: [period]
  ) { MomentumStrategy(period: $0[Self.period]) }

  let period: Int
  private var closes: [Price] = []
  init(period: Int) { self.period = period }

  var warmUp: Int { period }

  mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    closes.append(candle.close)
    guard closes.count > period else { return .hold }
    let before = closes.removeFirst()
    if !position.isOpen, candle.close > before { return .buy(confidence: 0.5, reason: "close \(candle.close) above \(before)") }
    if position.isOpen, candle.close < before { return .sell(confidence: 0.5, reason: "close \(candle.close) below \(before)") }
    return .hold
  }

  var readings: [IndicatorReading] { [] }
}
