/// Wilder's relative strength index of closes, 0…100 (TA-Lib `RSI`): the share of rises in all movement, both smoothed by Wilder's
/// average, which is seeded with the mean of the first `period` changes.
///
/// A market without movement has no strength to measure: like TA-Lib it returns 0 then, and ``hasMovement`` is false, so that a
/// strategy need not take it for an oversold one.
public struct RelativeStrengthIndex: Indicator {
  // What changes comes first, apart from the constants: the compiler reads those two at a time, and a read that overlaps what was just
  // written waits until it has left the store buffer.
  @usableFromInline var gain = 0.0
  @usableFromInline var loss = 0.0
  @usableFromInline var previous = 0.0
  /// Closes seen, counted up to `period + 1`.
  @usableFromInline var seen = 0
  @usableFromInline let keep: Double
  @usableFromInline let take: Double
  public let period: Int

  /// Sums of both averages below this count as no movement (TA-Lib's epsilon).
  @inlinable static var movementMinimum: Double { 1e-14 }

  /// `period` is at least 2 as in TA-Lib; less counts as 2.
  public init(period: Int) {
    self.period = max(period, 2)
    keep = Double(self.period - 1) / Double(self.period)
    take = 1 / Double(self.period)
  }

  public var warmUp: Int { period }

  /// Whether prices have moved within the averages' memory.
  @inlinable public var hasMovement: Bool { gain + loss >= Self.movementMinimum }

  @inlinable @inline(__always) public mutating func update(_ close: Double) -> Double? {
    let change = close - previous
    previous = close
    // The positive part without a branch: which way a market goes cannot be predicted.
    let rise = (change + change.magnitude) * 0.5
    let fall = rise - change
    if seen > period {
      gain = gain * keep + rise * take
      loss = loss * keep + fall * take
      return value
    }
    return seed(rise: rise, fall: fall)
  }

  @inlinable var value: Double {
    let movement = gain + loss
    return movement >= Self.movementMinimum ? 100 * (gain / movement) : 0
  }

  @inlinable mutating func seed(rise: Double, fall: Double) -> Double? {
    seen += 1
    guard seen > 1 else { return nil }
    gain += rise
    loss += fall
    guard seen > period else { return nil }
    gain /= Double(period)
    loss /= Double(period)
    return value
  }
}
