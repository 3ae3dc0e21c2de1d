/// The population standard deviation of the last `period` values (TA-Lib `STDDEV` with one deviation), and their mean.
///
/// Sums are taken over distances from a reference near the current price that is renewed once a window, so neither cancellation
/// nor drift touches the ninth digit; a window of equal values answers exactly 0.
public struct StandardDeviation: Indicator {
  public let period: Int
  private let divisor: Double
  private var ring: [Double]
  private var index = 0
  private var isFull = false
  private var running = Sums()
  private var fresh = Sums()
  private var last = 0.0
  private var equalRun = 0

  /// Sums of distances from a reference.
  private struct Sums {
    var reference = 0.0
    var first = 0.0
    var second = 0.0

    mutating func add(_ value: Double) {
      let distance = value - reference
      first += distance
      second += distance * distance
    }

    mutating func remove(_ value: Double) {
      let distance = value - reference
      first -= distance
      second -= distance * distance
    }
  }

  /// `period` is at least 1; less counts as 1.
  public init(period: Int) {
    self.period = max(period, 1)
    divisor = Double(self.period)
    ring = [Double](repeating: 0, count: self.period)
  }

  public var warmUp: Int { period - 1 }

  public mutating func update(_ value: Double) -> Double? {
    meanAndDeviation(value)?.deviation
  }

  /// Takes the next value and answers the window's mean and standard deviation.
  mutating func meanAndDeviation(_ value: Double) -> (mean: Double, deviation: Double)? {
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
    let offset = running.first / divisor
    let variance = running.second / divisor - offset * offset
    return (running.reference + offset, variance > 0 ? variance.squareRoot() : 0)
  }
}
