import Indicators
import TradingModel

/// `donchian`: buys a close above the highest high of the candles before it, sells a close below the lowest low (the turtles' rule).
struct DonchianStrategy: Strategy {
  static let entry = IntegerParameter("entry", default: 20, in: 2...1_000, meaning: "candles whose highest high a close must exceed to buy")
  static let exit = IntegerParameter("exit", default: 10, in: 2...1_000, meaning: "candles whose lowest low a close must undercut to sell")

  static let descriptor = StrategyDescriptor(
    name: "donchian", summary: "Buys a breakout above the highest high of the candles before, sells below their lowest low.",
    parameters: [entry, exit]
  ) { DonchianStrategy($0) }

  private var entryChannel: DonchianChannel
  private var exitChannel: DonchianChannel
  private var upper: Double?
  private var lower: Double?

  init(_ values: ParameterValues) {
    entryChannel = DonchianChannel(period: values[Self.entry])
    exitChannel = DonchianChannel(period: values[Self.exit])
  }

  var warmUp: Int { max(entryChannel.period, exitChannel.period) }

  mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    let bar = Bar(candle)
    let (highest, lowest) = (upper, lower)
    upper = entryChannel.update(bar)?.upper
    lower = exitChannel.update(bar)?.lower
    guard let highest, let lowest else { return .hold }
    if !position.isOpen, bar.close > highest {
      return .buy(
        confidence: confidence(bar.close, highest),
        reason: "close \(candle.close) above \(ReasonText.level(highest, beside: candle.close)), the high of \(entryChannel.period) candles"
      )
    }
    if position.isOpen, bar.close < lowest {
      return .sell(
        confidence: confidence(bar.close, lowest),
        reason: "close \(candle.close) below \(ReasonText.level(lowest, beside: candle.close)), the low of \(exitChannel.period) candles")
    }
    return .hold
  }

  /// A half, and the other half as the close is 1 % beyond the level.
  private func confidence(_ close: Double, _ level: Double) -> Double { level > 0 ? 0.5 + 50 * abs(close - level) / level : 0.5 }

  var readings: [IndicatorReading] {
    guard let upper, let lower else { return [] }
    return [
      IndicatorReading(name: "highest high(\(entryChannel.period))", value: upper),
      IndicatorReading(name: "lowest low(\(exitChannel.period))", value: lower),
    ]
  }
}
