import Indicators
import TradingModel

/// `rsi`: buys weakness, sells strength, on Wilder's RSI of closes.
///
/// Buys while RSI is below `oversold`, and, with a `trend_period`, only while the close is above its simple moving average of that
/// many candles. Sells while RSI is above `overbought`. With `on_cross` only the candle that crosses a bound counts. A market
/// without movement never signals.
struct RelativeStrengthStrategy: Strategy {
  static let period = IntegerParameter("period", default: 14, in: 2...1_000, meaning: "candles of Wilder's average")
  static let oversold = NumberParameter("oversold", default: 30, in: 1...99, meaning: "buy while RSI is below this")
  static let overbought = NumberParameter("overbought", default: 70, in: 1...99, meaning: "sell while RSI is above this")
  static let trendPeriod = IntegerParameter(
    "trend_period", default: 0, in: 0...1_000, meaning: "buy only while the close is above its SMA of this many candles; 0 = no such rule")
  static let onCross = BooleanParameter(
    "on_cross", default: false, meaning: "act only on the candle whose RSI crosses a bound, not on every one beyond it")

  static let descriptor = StrategyDescriptor(
    name: "rsi", summary: "Buys when RSI is below the oversold bound, sells when it is above the overbought bound.",
    parameters: [period, oversold, overbought, trendPeriod, onCross],
    rules: [
      .init(name: oversold.descriptor.name, message: "oversold must be below overbought") { $0[oversold] < $0[overbought] }
    ]
  ) { RelativeStrengthStrategy($0) }

  private var index: RelativeStrengthIndex
  private var trend: SimpleMovingAverage?
  private let oversold: Double
  private let overbought: Double
  private let onCross: Bool
  private var value: Double?
  private var trendValue: Double?

  init(_ values: ParameterValues) {
    index = RelativeStrengthIndex(period: values[Self.period])
    let trendPeriod = values[Self.trendPeriod]
    trend = trendPeriod > 0 ? SimpleMovingAverage(period: trendPeriod) : nil
    oversold = values[Self.oversold]
    overbought = values[Self.overbought]
    onCross = values[Self.onCross]
  }

  var warmUp: Int { max(index.warmUp + (onCross ? 1 : 0), trend?.warmUp ?? 0) }

  /// Wilder's average forgets by (period − 1) ÷ period a candle: 24 periods leave less than 10⁻¹⁰.
  var settling: Int { max(warmUp, 24 * index.period) }

  @inline(__always) mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    let close = candle.close.statisticValue
    let before = value
    value = index.update(close)
    trendValue = trend?.update(close)
    guard let value, index.hasMovement, trend == nil || trendValue != nil else { return .hold }
    if position.isOpen {
      guard value > overbought, !onCross || before.map({ $0 <= overbought }) ?? false else { return .hold }
      return sell(value)
    }
    guard value < oversold, !onCross || before.map({ $0 >= oversold }) ?? false else { return .hold }
    if let trendValue, close <= trendValue { return .hold }
    return buy(value, candle.close)
  }

  /// The same as candle by candle, without a signal for each that wants nothing.
  mutating func onCandles(
    _ candles: ArraySlice<Candle>, inside bounds: CandleBounds, position: inout StrategyPosition
  ) -> (count: Int, signal: Signal) {
    guard trend == nil, !onCross else { return oneByOne(candles, inside: bounds, position: &position) }
    var bounds = bounds
    var index = self.index
    var value = self.value
    var bars = 0
    var wanted: Double?
    var next = candles.startIndex
    let isOpen = position.isOpen
    while next < candles.endIndex, let passed = bounds.advance(to: candles[next]) {
      bars += passed
      value = index.update(candles[next].close.statisticValue)
      next += 1
      if let value, isOpen ? value > overbought : value < oversold, index.hasMovement {
        wanted = value
        break
      }
    }
    self.index = index
    self.value = value
    if isOpen { position.barsHeld += bars }
    let count = next - candles.startIndex
    guard let wanted else { return (count, .hold) }
    return (count, isOpen ? sell(wanted) : buy(wanted, candles[next - 1].close))
  }

  private func buy(_ value: Double, _ close: Price) -> Signal {
    var reason = "RSI \(ReasonText.number(value, digits: 1)) below \(ReasonText.number(oversold, digits: 8))"
    if let trend, let trendValue {
      reason += ", close \(close) above SMA(\(trend.period)) \(ReasonText.level(trendValue, beside: close))"
    }
    return .buy(confidence: 0.5 + 0.5 * (oversold - value) / oversold, reason: reason)
  }

  private func sell(_ value: Double) -> Signal {
    let reason = "RSI \(ReasonText.number(value, digits: 1)) above \(ReasonText.number(overbought, digits: 8))"
    return .sell(confidence: 0.5 + 0.5 * (value - overbought) / (100 - overbought), reason: reason)
  }

  var readings: [IndicatorReading] {
    var readings: [IndicatorReading] = []
    if let value { readings.append(IndicatorReading(name: "RSI(\(index.period))", value: value)) }
    if let trend, let trendValue { readings.append(IndicatorReading(name: "SMA(\(trend.period))", value: trendValue)) }
    return readings
  }
}
