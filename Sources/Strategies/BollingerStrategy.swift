import Indicators
import TradingModel

/// `bollinger`: trades the bands around a moving average, back to the middle or out of them.
///
/// Mean reversion (the default) buys a close below the lower band and sells a close at or above the middle. With `breakout` it buys
/// a close above the upper band and sells a close below the middle. Bands without width never buy.
struct BollingerStrategy: Strategy {
  static let period = IntegerParameter("period", default: 20, in: 2...1_000, meaning: "candles of the average and its deviation")
  static let deviations = NumberParameter("deviations", default: 2, in: 0.1...10, meaning: "standard deviations from the middle to a band")
  static let breakout = BooleanParameter(
    "breakout", default: false, meaning: "buy above the upper band instead of below the lower one")

  static let descriptor = StrategyDescriptor(
    name: "bollinger", summary: "Buys below the lower Bollinger band and sells at the middle, or trades breakouts above the upper band.",
    parameters: [period, deviations, breakout]
  ) { BollingerStrategy($0) }

  private var bands: BollingerBands
  private let breakout: Bool
  private var last: BollingerBands.Output?

  init(_ values: ParameterValues) {
    bands = BollingerBands(period: values[Self.period], deviations: values[Self.deviations])
    breakout = values[Self.breakout]
  }

  var warmUp: Int { bands.warmUp }

  mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    let close = candle.close.statisticValue
    last = bands.update(close)
    guard let last else { return .hold }
    if position.isOpen {
      guard breakout ? close < last.middle : close >= last.middle else { return .hold }
      let way = breakout ? "below" : "at or above"
      return .sell(confidence: confidence(close, last.middle), reason: reason(candle.close, way, "middle band", last.middle))
    }
    guard last.deviation > 0 else { return .hold }
    if breakout {
      guard close > last.upper else { return .hold }
      return .buy(confidence: confidence(close, last.upper), reason: reason(candle.close, "above", "upper band", last.upper))
    }
    guard close < last.lower else { return .hold }
    return .buy(confidence: confidence(close, last.lower), reason: reason(candle.close, "below", "lower band", last.lower))
  }

  /// A half, and the other half as the close is a deviation beyond the level.
  private func confidence(_ close: Double, _ level: Double) -> Double {
    guard let deviation = last?.deviation, deviation > 0 else { return 0.5 }
    return 0.5 + 0.5 * abs(close - level) / deviation
  }

  private func reason(_ close: Price, _ way: String, _ name: String, _ level: Double) -> String {
    "close \(close) \(way) \(name) \(ReasonText.level(level, beside: close)) of "
      + "Bollinger(\(bands.period), \(ReasonText.number(bands.deviations, digits: 2)))"
  }

  var readings: [IndicatorReading] {
    guard let last else { return [] }
    return [
      IndicatorReading(name: "Bollinger upper", value: last.upper), IndicatorReading(name: "Bollinger middle", value: last.middle),
      IndicatorReading(name: "Bollinger lower", value: last.lower),
    ]
  }
}
