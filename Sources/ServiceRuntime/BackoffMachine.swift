/// Exponential backoff with jitter, as pure state: the delay before attempt n is drawn from [d/2, d], d = min(maximum, first · 2ⁿ).
///
/// Half of the delay is fixed so that a dead peer is not hammered, half is random so that many clients do not return together.
public struct BackoffMachine: Hashable, Sendable {
  /// The first delay, in nanoseconds.
  public let firstNanoseconds: Int64
  /// The largest delay, in nanoseconds.
  public let maximumNanoseconds: Int64
  /// Attempts since the last ``reset()``.
  public private(set) var attempts = 0

  public init(firstNanoseconds: Int64 = 250_000_000, maximumNanoseconds: Int64 = 30_000_000_000) {
    self.firstNanoseconds = max(1, firstNanoseconds)
    self.maximumNanoseconds = max(self.firstNanoseconds, maximumNanoseconds)
  }

  /// The delay before the next attempt, in nanoseconds. `jitter` is any 64-bit random value.
  public mutating func nextDelayNanoseconds(jitter: UInt64) -> Int64 {
    var ceiling = firstNanoseconds
    for _ in 0..<min(attempts, 62) {
      if ceiling >= maximumNanoseconds / 2 {
        ceiling = maximumNanoseconds
        break
      }
      ceiling *= 2
    }
    ceiling = min(ceiling, maximumNanoseconds)
    if attempts < Int.max { attempts += 1 }
    let half = ceiling / 2
    let room = UInt64(ceiling - half)
    return half + Int64(jitter % (room + 1))
  }

  /// Call when the connection has proved itself, not when it was merely opened.
  public mutating func reset() { attempts = 0 }
}
