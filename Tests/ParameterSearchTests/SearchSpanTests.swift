import Statistics
import Testing
import Time
import TradingModel

@testable import ParameterSearch

@Suite struct SearchSpanTests {
  private static func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? .zero }

  private static func hours(_ count: Int64) -> SearchPeriod {
    SearchPeriod(from: SearchSamples.start, to: SearchSamples.start.advanced(byMilliseconds: count * 3_600_000))
  }

  @Test(arguments: ["0.1", "0.5", "0.7", "0.75", "0.99"], [1, 2, 5, 12])
  func windowsCoverTheRangeWithoutOverlap(_ split: String, _ count: Int) throws {
    let whole = Self.hours(10_007)
    let spans = try SearchSpan.walkForward(whole, split: Self.decimal(split), count: count, interval: .oneHour)
    #expect(spans.count == count)
    #expect(spans.first?.inSample.from == whole.from && spans.last?.outOfSample?.to == whole.to)
    for (index, span) in spans.enumerated() {
      let outside = try span.outOfSample.orThrow()
      #expect(span.inSample.from < span.inSample.to && span.inSample.to == outside.from && outside.from < outside.to)
      if index + 1 < count { #expect(spans[index + 1].inSample.to == outside.to) }
      #expect(Interval.oneHour.openTime(containing: outside.from) == outside.from)
      let share =
        Double(span.inSample.to.nanoseconds(since: span.inSample.from)) / Double(outside.to.nanoseconds(since: span.inSample.from))
      #expect(abs(share - Self.decimal(split).statisticValue) < 0.02)
    }
  }

  @Test func splitByTime() throws {
    let whole = Self.hours(100)
    let span = try SearchSpan.single(whole, split: Self.decimal("0.7"), interval: .oneHour)
    #expect(span.inSample == SearchPeriod(from: whole.from, to: Self.hours(70).to))
    #expect(span.outOfSample == SearchPeriod(from: Self.hours(70).to, to: whole.to))
    let coarse = try SearchSpan.single(whole, split: Self.decimal("0.7"), interval: .oneDay)
    #expect(coarse.outOfSample?.from == Self.hours(48).to)
    #expect(try SearchSpan.single(whole, split: .zero, interval: .oneHour) == SearchSpan(inSample: whole, outOfSample: nil))
  }

  @Test func mistakes() {
    let whole = Self.hours(10)
    for split in ["1", "1.5", "-0.1"] {
      let sentence = SearchSamples.sentence { _ = try SearchSpan.single(whole, split: Self.decimal(split), interval: .oneHour) }
      #expect(sentence?.contains("the split must be from 0 (nothing held back) to below 1") ?? false)
    }
    #expect(SearchSamples.sentence { _ = try SearchSpan.walkForward(whole, split: .zero, count: 2, interval: .oneHour) } != nil)
    for count in [0, -1, 1_001, Int.max] {
      #expect(
        SearchSamples.sentence { _ = try SearchSpan.walkForward(whole, split: Self.decimal("0.5"), count: count, interval: .oneHour) }
          != nil)
    }
    let short = SearchSamples.sentence { _ = try SearchSpan.walkForward(whole, split: Self.decimal("0.7"), count: 50, interval: .oneHour) }
    #expect(short?.contains("is too short for 50 windows of 1h candles") ?? false)
  }

  @Test func walkForwardJoinsItsWindows() throws {
    let search = try SearchSamples.search(
      ["fast=2:3", "slow=6"], candles: 480, time: .walkForward(windows: 3, split: Self.decimal("0.6")))
    #expect(search.jobCount == 6 && search.job(2)?.span == 1 && search.job(5)?.index == 1)
    let trials = try (0..<search.jobCount).map { number in
      let job = try search.job(number).orThrow()
      return try search.run(job.index, span: job.span)
    }
    #expect(trials.allSatisfy { $0.outOfSample == nil })
    let rankings = try search.spans.indices.map { span in
      let ranking = SearchRanking(trials.filter { $0.span == span }, objective: .netProfit, minimumTrades: 1)
      let best = try ranking.best.orThrow()
      return (ranking: ranking, outOfSample: try search.segment(best.index, in: try search.spans[span].outOfSample.orThrow()))
    }
    let walk = WalkForward(search, rankings, objective: .netProfit)
    #expect(walk.windows.count == 3 && walk.windows.allSatisfy { $0.best.outOfSample != nil && $0.isEligible })
    let parts = rankings.map(\.outOfSample.figures)
    #expect(walk.outOfSample.netProfit == parts.reduce(.zero) { $0 + $1.netProfit })
    #expect(walk.outOfSample.trades == parts.reduce(0) { $0 + $1.trades } && walk.outOfSample.trades > 0)
    let product = parts.reduce(1.0) { $0 * (1 + $1.netProfitFraction) }
    #expect(abs(walk.outOfSample.netProfitFraction - (product - 1)) < 1e-12)
    #expect(walk.outOfSample.maxDrawdownFraction >= parts.map(\.maxDrawdownFraction).max() ?? 1)
  }

  /// A fall that begins in one period and ends in the next is one fall.
  @Test func joinedDrawdownCrossesPeriods() {
    func segment(_ fraction: Double, lowest: Double, highest: Double, fall: Double) -> SearchSegment {
      var returns = ReturnMoments()
      returns.add(fraction)
      return SearchSegment(
        figures: SearchFigures(netProfitFraction: fraction, maxDrawdownFraction: fall, years: 0.5), returns: returns, wholeDays: 182,
        span: 365 * 43_200_000_000_000, lowest: lowest, highest: highest)
    }
    let joined = SearchFigures(joining: [
      segment(0.1, lowest: 1, highest: 1.25, fall: 0.12), segment(-0.2, lowest: 0.75, highest: 1, fall: 0.25),
    ])
    // From 1.25 to 1.1 × 0.75.
    #expect(abs(joined.maxDrawdownFraction - (1.25 - 0.825) / 1.25) < 1e-12)
    #expect(abs(joined.netProfitFraction - (1.1 * 0.8 - 1)) < 1e-12 && abs((joined.annualGrowth ?? 0) - (0.88 - 1)) < 1e-12)
  }
}
