import Synchronization

/// Counts lengths of time in fixed classes since the process began. From any thread; an observation costs a short lock.
public final class LatencyHistogram: Sendable {
  /// What was counted so far, at one moment.
  public struct Reading: Sendable, Hashable {
    /// Upper ends of the classes, in nanoseconds, rising; longer times are in no class but in ``count``.
    public var bounds: [Int64]
    /// How many times were at most as long as each bound: never less than for the bound before.
    public var cumulative: [UInt64]
    /// How many times there were.
    public var count: UInt64
    /// Their sum in nanoseconds; stays at the largest number where it would pass that.
    public var sum: Int64
  }

  /// From half a millisecond to half a minute: a disk's commit, a round trip to an exchange.
  public static let boundsDefault: [Int64] = [
    500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000,
    2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
  ]

  private struct State: Sendable {
    var counts: [UInt64]
    var count: UInt64 = 0
    var sum: Int64 = 0
  }

  private let bounds: [Int64]
  private let state: Mutex<State>

  /// - Parameter bounds: upper ends of the classes, in nanoseconds; put in order.
  public init(bounds: [Int64] = LatencyHistogram.boundsDefault) {
    self.bounds = bounds.sorted()
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count)))
  }

  /// Counts a length of time in nanoseconds; a negative one counts as none.
  public func observe(_ nanoseconds: Int64) {
    let length = max(0, nanoseconds)
    let at = bounds.firstIndex { length <= $0 }
    state.withLock { state in
      if let at { state.counts[at] += 1 }
      state.count += 1
      let sum = state.sum.addingReportingOverflow(length)
      state.sum = sum.overflow ? .max : sum.partialValue
    }
  }

  /// What was counted so far.
  public var reading: Reading {
    let state = state.withLock { $0 }
    var running: UInt64 = 0
    let cumulative = state.counts.map { count in
      running += count
      return running
    }
    return Reading(bounds: bounds, cumulative: cumulative, count: state.count, sum: state.sum)
  }
}
