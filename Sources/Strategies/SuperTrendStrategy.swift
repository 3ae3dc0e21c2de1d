import Indicators
import TradingModel

/// `supertrend`: buys when the SuperTrend turns up, sells when it turns down.
struct SuperTrendStrategy: Strategy {
  static let period = IntegerParameter("period", default: 10, in: 2...1_000, meaning: "candles of the average true range")
  static let multiple = NumberParameter(
    "multiple", default: 3, in: 0.5...20, meaning: "average true ranges from the median price to the band")

  static let descriptor = StrategyDescriptor(
    name: "supertrend", summary: "Buys when the SuperTrend turns up, sells when it turns down.", parameters: [period, multiple]
  ) { SuperTrendStrategy($0) }

  private var indicator: SuperTrend
  private var last: SuperTrend.Output?

  init(_ values: ParameterValues) { indicator = SuperTrend(period: values[Self.period], multiple: values[Self.multiple]) }

  var warmUp: Int { indicator.warmUp + 1 }

  /// The range forgets by (period − 1) ÷ period a candle; the band's direction is settled by the next turn after that.
  var settling: Int { 30 * indicator.period + 500 }

  mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    let before = last
    last = indicator.update(Bar(candle))
    guard let before, let now = last, before.isRising != now.isRising, now.isRising != position.isOpen else { return .hold }
    let close = candle.close.statisticValue
    let confidence = close > 0 ? 0.5 + 10 * abs(close - before.level) / close : 0.5
    let name = "SuperTrend(\(indicator.period), \(ReasonText.number(indicator.multiple, digits: 2)))"
    let level = ReasonText.level(before.level, beside: candle.close)
    return now.isRising
      ? .buy(confidence: confidence, reason: "close \(candle.close) above \(name) \(level): it turned up")
      : .sell(confidence: confidence, reason: "close \(candle.close) below \(name) \(level): it turned down")
  }

  var readings: [IndicatorReading] {
    guard let last else { return [] }
    return [IndicatorReading(name: "SuperTrend(\(indicator.period))", value: last.level)]
  }
}
