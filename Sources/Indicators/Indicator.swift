public import TradingModel

/// A statistic over a series, fed one input at a time.
///
/// Inputs must be finite. An update is O(1), allocates nothing and depends only on the inputs so far. Indicators are statistics, so
/// they use `Double`; definitions are those of TA-Lib where it has one.
public protocol Indicator: Sendable {
  associatedtype Input: Sendable
  associatedtype Output: Sendable

  /// Inputs that are consumed before the first value: input number `warmUp + 1` is the first with an answer (TA-Lib's "lookback").
  var warmUp: Int { get }

  /// Takes the next input and returns the value at it, `nil` while warming up.
  mutating func update(_ input: Input) -> Output?
}

extension Indicator {
  /// The value at every input, `nil` where there is none; by definition equal to feeding the inputs one at a time.
  public mutating func batch(_ inputs: some Sequence<Input>) -> [Output?] {
    var outputs: [Output?] = []
    outputs.reserveCapacity(inputs.underestimatedCount)
    for input in inputs { outputs.append(update(input)) }
    return outputs
  }
}

/// A candle as indicators see it: its prices and volume as statistics.
public struct Bar: Hashable, Sendable {
  public var open: Double
  public var high: Double
  public var low: Double
  public var close: Double
  /// Base-asset volume.
  public var volume: Double

  public init(open: Double, high: Double, low: Double, close: Double, volume: Double) {
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
  }

  public init(_ candle: Candle) {
    open = candle.open.statisticValue
    high = candle.high.statisticValue
    low = candle.low.statisticValue
    close = candle.close.statisticValue
    volume = candle.volume.statisticValue
  }

  /// (high + low + close) ÷ 3.
  public var typicalPrice: Double { (high + low + close) / 3 }

  /// (high + low) ÷ 2.
  public var medianPrice: Double { (high + low) / 2 }
}
