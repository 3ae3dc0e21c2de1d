import Indicators
import TradingModel

/// `sma_cross`, `ema_cross`: follows a trend from the candle on which a fast moving average of closes crosses a slow one.
///
/// Buys when the fast average goes from at or below the slow one to above it, sells when it goes from at or above to below.
struct AverageCrossStrategy<Average: Indicator>: Strategy where Average.Input == Double, Average.Output == Double {
  private let label: String
  private let fastPeriod: Int
  private let slowPeriod: Int
  private let forgetting: Int
  private var fast: Average
  private var slow: Average
  private var values: (fast: Double, slow: Double)?

  init(label: String, fastPeriod: Int, slowPeriod: Int, forgetting: Int, average: (Int) -> Average) {
    self.label = label
    self.fastPeriod = fastPeriod
    self.slowPeriod = slowPeriod
    self.forgetting = forgetting
    fast = average(fastPeriod)
    slow = average(slowPeriod)
  }

  var warmUp: Int { slow.warmUp + 1 }
  var settling: Int { max(warmUp, forgetting) }

  @inline(__always) mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    let close = candle.close.statisticValue
    let before = values
    let fastValue = fast.update(close)
    guard let slowValue = slow.update(close), let fastValue else { return .hold }
    values = (fastValue, slowValue)
    guard let before else { return .hold }
    if !position.isOpen, before.fast <= before.slow, fastValue > slowValue {
      return .buy(confidence: confidence(fastValue, slowValue), reason: reason("above", fastValue, slowValue, candle.close))
    }
    if position.isOpen, before.fast >= before.slow, fastValue < slowValue {
      return .sell(confidence: confidence(fastValue, slowValue), reason: reason("below", fastValue, slowValue, candle.close))
    }
    return .hold
  }

  /// A half, and the other half as the averages part by 1 % of the slow one.
  private func confidence(_ fastValue: Double, _ slowValue: Double) -> Double {
    slowValue > 0 ? 0.5 + 50 * abs(fastValue - slowValue) / slowValue : 0.5
  }

  private func reason(_ way: String, _ fastValue: Double, _ slowValue: Double, _ close: Price) -> String {
    "\(label)(\(fastPeriod)) \(ReasonText.level(fastValue, beside: close)) crossed \(way) "
      + "\(label)(\(slowPeriod)) \(ReasonText.level(slowValue, beside: close))"
  }

  var readings: [IndicatorReading] {
    guard let values else { return [] }
    return [
      IndicatorReading(name: "\(label)(\(fastPeriod))", value: values.fast),
      IndicatorReading(name: "\(label)(\(slowPeriod))", value: values.slow),
    ]
  }
}

/// The catalogue's two averages.
enum AverageCross {
  static let fast = IntegerParameter("fast", default: 10, in: 1...1_000, meaning: "candles of the fast average")
  static let slow = IntegerParameter("slow", default: 30, in: 2...2_000, meaning: "candles of the slow average")
  private static let rules = [
    StrategyDescriptor.Rule(name: slow.descriptor.name, message: "slow must be above fast") { $0[fast] < $0[slow] }
  ]

  static let simple = StrategyDescriptor(
    name: "sma_cross", summary: "Buys when a fast simple moving average crosses above a slow one, sells when it crosses below.",
    parameters: [fast, slow], rules: rules
  ) { values in
    AverageCrossStrategy(
      label: "SMA", fastPeriod: values[fast], slowPeriod: values[slow], forgetting: 0, average: SimpleMovingAverage.init(period:))
  }

  /// An exponential average forgets by (period − 1) ÷ (period + 1) a candle: 12 periods leave less than 10⁻¹⁰.
  static let exponential = StrategyDescriptor(
    name: "ema_cross", summary: "Buys when a fast exponential moving average crosses above a slow one, sells when it crosses below.",
    parameters: [fast, slow], rules: rules
  ) { values in
    AverageCrossStrategy(label: "EMA", fastPeriod: values[fast], slowPeriod: values[slow], forgetting: 12 * values[slow]) {
      ExponentialMovingAverage(period: $0)
    }
  }
}
