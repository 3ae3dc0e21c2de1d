import Time
import TradingModel

/// Counts the distances between neighbouring open times: which is the most common, and whether there are others.
struct DistanceTally {
  /// Distances told apart; in a file with more of them, later ones are not counted.
  static let distancesMaximum = 4_096

  private var counts: [Int64: Int] = [:]
  private var current: Int64 = 0
  private var run = 0
  private(set) var hasMany = false

  /// One more distance in nanoseconds, above zero.
  @inline(__always) mutating func add(_ distance: Int64) {
    if distance == current { run &+= 1 } else { change(to: distance) }
  }

  @inline(never) private mutating func change(to distance: Int64) {
    if run > 0 { hasMany = true }
    settle()
    current = distance
    run = 1
  }

  private mutating func settle() {
    if run > 0, counts[current] != nil || counts.count < Self.distancesMaximum { counts[current, default: 0] += run }
    run = 0
  }

  /// The most common distance in nanoseconds and how often it comes; of equally common ones the shortest. `nil` without any.
  mutating func mostCommon() -> (nanoseconds: Int64, count: Int)? {
    settle()
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
  }

  /// How many distances are one `interval`.
  mutating func count(of interval: Interval) -> Int {
    settle()
    return counts.reduce(0) { $0 + (Self.interval(of: $1.key) == interval ? $1.value : 0) }
  }

  /// The interval whose candles follow each other at this distance.
  static func interval(of nanoseconds: Int64) -> Interval? {
    let day: Int64 = 86_400_000_000_000
    if nanoseconds % day == 0, (28...31).contains(nanoseconds / day) { return .oneMonth }
    return Interval.allCases.first { $0 != .oneMonth && $0.milliseconds * 1_000_000 == nanoseconds }
  }
}
