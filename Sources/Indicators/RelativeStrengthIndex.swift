/// Wilder's relative strength index of closes, 0…100 (TA-Lib `RSI`): the share of rises in all movement, both smoothed by Wilder's
/// average, which is seeded with the mean of the first `period` changes.
///
/// A market without movement has no strength to measure: like TA-Lib it answers 0 then, and ``hasMovement`` is false, so that a
/// strategy need not take it for an oversold one.
public struct RelativeStrengthIndex: Indicator {
  public let period: Int
  private let keep: Double
  private let take: Double
  private var previous = 0.0
  private var gain = 0.0
  private var loss = 0.0
  /// Closes seen, counted up to `period + 1`.
  private var seen = 0

  /// Sums of both averages below this count as no movement (TA-Lib's epsilon).
  static let movementMinimum = 1e-14

  /// `period` is at least 2 as in TA-Lib; less counts as 2.
  public init(period: Int) {
    self.period = max(period, 2)
    keep = Double(self.period - 1) / Double(self.period)
    take = 1 / Double(self.period)
  }

  public var warmUp: Int { period }

  /// Whether prices have moved within the averages' memory.
  public var hasMovement: Bool { gain + loss >= Self.movementMinimum }

  public mutating func update(_ close: Double) -> Double? {
    let change = close - previous
    previous = close
    let rise = max(change, 0)
    let fall = rise - change
    if seen > period {
      gain = gain * keep + rise * take
      loss = loss * keep + fall * take
      return value
    }
    return seed(rise: rise, fall: fall)
  }

  private var value: Double {
    let movement = gain + loss
    return movement >= Self.movementMinimum ? 100 * (gain / movement) : 0
  }

  private mutating func seed(rise: Double, fall: Double) -> Double? {
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
