import Indicators
import Testing

/// A million rows over ten orders of magnitude: windowed sums must not remember what left the window.
struct LongRunTests {
  private static let closes: [Double] = {
    var random = SeededRandom(seed: 7)
    var price = 60_000.0
    return (0..<1_000_000).map { row in
      // A coin that falls from 60,000 to a millionth and climbs back, as a redenominated or broken feed would.
      let drift = row < 500_000 ? -0.00005 : 0.00005
      price *= 1 + drift + Double.random(in: -0.001...0.001, using: &random)
      return (price * 1e8).rounded() / 1e8
    }
  }()

  @Test func movingAverageAgreesWithItsWindowAfterAMillionRows() {
    var average = SimpleMovingAverage(period: 50)
    for (row, close) in Self.closes.enumerated() {
      let value = average.update(close)
      guard row % 997 == 996, let value else { continue }
      let exact = NaiveIndicators.mean(Self.closes[(row - 49)...row])
      #expect(abs(value - exact) <= 1e-9 * exact, "row \(row)")
    }
  }

  @Test func deviationAgreesWithItsWindowAfterAMillionRows() {
    var deviation = StandardDeviation(period: 20)
    for (row, close) in Self.closes.enumerated() {
      let value = deviation.update(close)
      guard row % 997 == 996, let value else { continue }
      let exact = NaiveIndicators.deviation(Array(Self.closes[(row - 19)...row]), 20)[19] ?? -1
      // In a flat window the two passes leave a rounding of the mean; ours answers 0.
      #expect(abs(value - exact) <= max(1e-9 * exact, 1e-14 * close), "row \(row): \(value) against \(exact)")
    }
  }

  @Test func aCrashLeavesNoTraceOnceItHasLeftTheWindow() {
    var average = SimpleMovingAverage(period: 10)
    var deviation = StandardDeviation(period: 10)
    for _ in 0..<25 {
      _ = average.update(1e9)
      _ = deviation.update(1e9)
    }
    var last: (Double?, Double?) = (nil, nil)
    for _ in 0..<20 { last = (average.update(0.00000001), deviation.update(0.00000001)) }
    #expect(last.1 == 0)
    #expect(abs((last.0 ?? 0) - 1e-8) < 1e-17)
  }
}
