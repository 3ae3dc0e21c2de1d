/// Figures of the furthest prices against and for round trips (MAE, MFE), one at a time, in constant memory. All are fractions of the entry
/// price; those without a trade are `nil`.
public struct ExcursionStatistics: Hashable, Sendable {
  private var all = Sums()
  private var wins = Sums()
  private var losses = Sums()
  /// The largest MAE of a round trip that won: a stop closer than this would have ended a winner.
  public private(set) var largestAdverseOfWins: Double?

  private struct Sums: Hashable {
    var count = 0.0
    var adverse = 0.0
    var favorable = 0.0

    mutating func add(_ adverse: Double, _ favorable: Double) {
      count += 1
      self.adverse += adverse
      self.favorable += favorable
    }
    func mean(_ sum: Double) -> Double? { count > 0 ? sum / count : nil }
  }

  public init() {}

  /// Adds a round trip.
  /// - Parameters:
  ///   - adverse: MAE, 0 or more.
  ///   - favorable: MFE, 0 or more.
  ///   - sign: of its net profit: above 0 a win, below 0 a loss.
  public mutating func add(adverse: Double, favorable: Double, sign: Int) {
    all.add(adverse, favorable)
    if sign > 0 {
      wins.add(adverse, favorable)
      largestAdverseOfWins = max(largestAdverseOfWins ?? 0, adverse)
    } else if sign < 0 {
      losses.add(adverse, favorable)
    }
  }

  public var isEmpty: Bool { all.count == 0 }
  public var meanAdverse: Double? { all.mean(all.adverse) }
  public var meanFavorable: Double? { all.mean(all.favorable) }
  /// How far winners went against first.
  public var meanAdverseOfWins: Double? { wins.mean(wins.adverse) }
  /// How far losers had been ahead.
  public var meanFavorableOfLosses: Double? { losses.mean(losses.favorable) }
}
