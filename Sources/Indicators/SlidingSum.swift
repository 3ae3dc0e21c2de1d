/// The sum of the last `count` values, O(1) per value, whose rounding error does not grow with the length of the series.
///
/// A second sum collects the values since the ring last wrapped. When it wraps again, that sum covers exactly the window, so it
/// replaces the running one: an error lives for at most two windows.
@usableFromInline
struct SlidingSum: Sendable {
  @usableFromInline var ring: [Double]
  @usableFromInline var index = 0
  @usableFromInline var running = 0.0
  @usableFromInline var fresh = 0.0
  @usableFromInline var isFull = false

  init(count: Int) { ring = [Double](repeating: 0, count: max(count, 1)) }

  var count: Int { ring.count }

  /// Adds a value, drops the oldest, and returns the window's sum; meaningful once ``isFull``.
  @inlinable mutating func add(_ value: Double) -> Double {
    running += value - ring[index]
    fresh += value
    ring[index] = value
    index += 1
    if index == ring.count {
      index = 0
      running = fresh
      fresh = 0
      isFull = true
    }
    return running
  }
}
