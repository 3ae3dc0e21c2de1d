/// The population standard deviation of the last `period` values (TA-Lib `STDDEV` with one deviation), and their mean.
///
/// Sums are taken over distances from a reference near the current price that is renewed once a window, so neither cancellation
/// nor drift touches the ninth digit; a window of equal values returns exactly 0.
public struct StandardDeviation: Indicator {
  @usableFromInline var ring: [Double]
  /// 1 ÷ period: a product is cheaper than a quotient, and as good to the last digit but one.
  @usableFromInline let share: Double
  public let period: Int
  @usableFromInline var index = 0
  @usableFromInline var isFull = false
  @usableFromInline var running = Sums(reference: 0)
  @usableFromInline var fresh = Sums(reference: 0)
  @usableFromInline var last = 0.0
  @usableFromInline var equalRun = 0

  /// Sums of distances from a reference.
  @usableFromInline
  struct Sums: Sendable {
    @usableFromInline var reference: Double
    @usableFromInline var first = 0.0
    @usableFromInline var second = 0.0

    @inlinable init(reference: Double) { self.reference = reference }

    @inlinable mutating func add(_ value: Double) {
      let distance = value - reference
      first += distance
      second += distance * distance
    }

    @inlinable mutating func remove(_ value: Double) {
      let distance = value - reference
      first -= distance
      second -= distance * distance
    }
  }

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    share = 1 / Double(self.period)
    ring = [Double](repeating: 0, count: self.period)
  }

  public var warmUp: Int { period - 1 }

  @inlinable public mutating func update(_ value: Double) -> Double? {
    meanAndDeviation(value)?.deviation
  }

  /// Takes the next value and returns the window's mean and standard deviation.
  @inlinable mutating func meanAndDeviation(_ value: Double) -> (mean: Double, deviation: Double)? {
    equalRun = value == last ? min(equalRun + 1, period) : 1
    last = value
    if index == 0 { fresh = Sums(reference: value) }
    if isFull {
      running.remove(ring[index])
      running.add(value)
    }
    fresh.add(value)
    ring[index] = value
    index += 1
    if index == period {
      index = 0
      running = fresh
      isFull = true
    }
    guard isFull else { return nil }
    if equalRun == period { return (value, 0) }
    let offset = running.first * share
    let variance = running.second * share - offset * offset
    return (running.reference + offset, variance > 0 ? variance.squareRoot() : 0)
  }
}
