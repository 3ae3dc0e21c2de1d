/// Wilder's smoothing, seeded with the mean of the first `period` values: average ← (average × (period − 1) + value) ÷ period
/// (J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978).
struct WilderAverage: Sendable {
  let period: Int
  private let keep: Double
  private let take: Double
  private(set) var average = 0.0
  private var seen = 0

  init(period: Int) {
    self.period = max(period, 1)
    keep = Double(self.period - 1) / Double(self.period)
    take = 1 / Double(self.period)
  }

  mutating func update(_ value: Double) -> Double? {
    if seen == period {
      average = average * keep + value * take
      return average
    }
    seen += 1
    average += value
    guard seen == period else { return nil }
    average /= Double(period)
    return average
  }
}
