import Indicators
import TradingModel

/// `macd`: buys when the MACD line crosses above its signal line, sells when it crosses below.
struct MACDStrategy: Strategy {
  static let fast = IntegerParameter("fast", default: 12, in: 2...1_000, meaning: "candles of the fast exponential average")
  static let slow = IntegerParameter("slow", default: 26, in: 3...2_000, meaning: "candles of the slow exponential average")
  static let signal = IntegerParameter("signal", default: 9, in: 1...1_000, meaning: "candles of the signal line's exponential average")

  static let descriptor = StrategyDescriptor(
    name: "macd", summary: "Buys when the MACD line crosses above its signal line, sells when it crosses below.",
    parameters: [fast, slow, signal],
    rules: [.init(name: slow.descriptor.name, message: "slow must be above fast") { $0[fast] < $0[slow] }]
  ) { MACDStrategy($0) }

  private var indicator: MovingAverageConvergenceDivergence
  private var last: MovingAverageConvergenceDivergence.Output?

  init(_ values: ParameterValues) {
    indicator = MovingAverageConvergenceDivergence(fast: values[Self.fast], slow: values[Self.slow], signal: values[Self.signal])
  }

  var warmUp: Int { indicator.warmUp + 1 }

  /// Exponential averages of averages: 14 of the longer periods leave less than 10⁻¹⁰ of the beginning.
  var settling: Int { max(warmUp, 14 * (indicator.slow + indicator.signal)) }

  mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    let before = last
    last = indicator.update(candle.close.statisticValue)
    guard let before, let now = last else { return .hold }
    if !position.isOpen, before.histogram <= 0, now.histogram > 0 {
      return .buy(confidence: confidence(now, candle.close), reason: reason("above", now, candle.close))
    }
    if position.isOpen, before.histogram >= 0, now.histogram < 0 {
      return .sell(confidence: confidence(now, candle.close), reason: reason("below", now, candle.close))
    }
    return .hold
  }

  /// A half, and the other half as the lines part by 0.1 % of the price.
  private func confidence(_ now: MovingAverageConvergenceDivergence.Output, _ close: Price) -> Double {
    0.5 + 500 * abs(now.histogram) / close.statisticValue
  }

  private func reason(_ way: String, _ now: MovingAverageConvergenceDivergence.Output, _ close: Price) -> String {
    "MACD(\(indicator.fast),\(indicator.slow)) \(ReasonText.level(now.line, beside: close)) crossed \(way) "
      + "signal(\(indicator.signal)) \(ReasonText.level(now.signal, beside: close))"
  }

  var readings: [IndicatorReading] {
    guard let last else { return [] }
    return [
      IndicatorReading(name: "MACD(\(indicator.fast),\(indicator.slow))", value: last.line),
      IndicatorReading(name: "signal(\(indicator.signal))", value: last.signal),
    ]
  }
}
