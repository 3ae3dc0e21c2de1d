import Statistics
import Testing
import Time
import TradingModel

/// The ratios that QuantStats defines as we do, to 1e-9.
@Suite(.serialized)
struct QuantStatsTests {
  private static let reason: Comment = "needs python3 and QuantStats from PyPI"

  @Test(.enabled(reason) { QuantStats.isAvailable })
  func sharpeSortinoAndVolatilityEqualQuantStats() throws {
    var series: [[Double]] = []
    var ours: [EquityFigures] = []
    for (seed, days) in [(1, 8), (2, 30), (3, 90), (4, 365), (5, 1_000)] as [(UInt64, Int)] {
      var random = LinearRandom(state: seed &* 104_729)
      var record = Sample.record(capital: "10000")
      var units = 0
      var equity = 10_000.0
      var returns: [Double] = []
      for day in 0..<days {
        // Some days pass without a value.
        if random.next(4) > 0 {
          units += Int(random.next(40_001)) - 19_000
          record.observe(netProfit: FixedDecimal(raw: Int128(units) * 1_000_000), at: Sample.time(day: day, hour: 12))
        }
        let next = 10_000 + Double(units) / 100
        returns.append(next / equity - 1)
        equity = next
      }
      series.append(returns)
      ours.append(record.figures(at: Sample.time(day: days)))
    }
    let theirs = try QuantStats.ratios(series)
    #expect(theirs.count == ours.count)
    for (mine, theirs) in zip(ours, theirs) {
      #expect(Sample.isClose(mine.sharpe, theirs[0], 1e-9), "Sharpe of \(mine.returns.count) days")
      #expect(Sample.isClose(mine.sortino, theirs[1], 1e-9), "Sortino of \(mine.returns.count) days")
      #expect(Sample.isClose(mine.volatility, theirs[2], 1e-9), "volatility of \(mine.returns.count) days")
    }
  }
}
