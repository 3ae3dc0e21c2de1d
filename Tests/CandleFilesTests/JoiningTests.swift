import Time
import CandleFiles
import TestSupport
import Testing
import TradingModel

@Suite struct JoiningTests {
  private func series(_ interval: Interval, start: Int64, count: Int, seed: UInt64) -> CandleSeries {
    var random = SeededRandom(seed: seed)
    var time = interval.openTime(containing: Timestamp(milliseconds: start))
    let candles = (0..<count).map { _ in
      let prices = (0..<4).map { _ in FixedDecimal(random.below(90) + 10) }
      let candle = Candle(
        openTime: time, open: prices[0], high: prices.max() ?? .one, low: prices.min() ?? .one, close: prices[1],
        volume: FixedDecimal(random.below(9)), quoteVolume: FixedDecimal(random.below(99)), tradeCount: Int64(random.below(9)))
      time = interval.nextOpenTime(after: time)
      return candle
    }
    return CandleSeries(candles: candles, interval: interval, path: "test")
  }

  /// Each candle of the target by a search through all of the series.
  private func naive(_ series: CandleSeries, _ target: Interval) -> [Candle] {
    let starts = Set(series.candles.map { target.openTime(containing: $0.openTime) }).sorted()
    return starts.compactMap { start in
      let end = target.nextOpenTime(after: start)
      let parts = series.candles.filter { $0.openTime >= start && $0.openTime < end }
      guard let first = parts.first, let last = parts.last, first.openTime == start,
        series.interval.nextOpenTime(after: last.openTime) == end
      else { return nil }
      return Candle(
        openTime: start, open: first.open, high: parts.map(\.high).max() ?? .zero, low: parts.map(\.low).min() ?? .zero, close: last.close,
        volume: parts.reduce(.zero) { $0 + $1.volume }, quoteVolume: parts.reduce(.zero) { $0 + $1.quoteVolume },
        tradeCount: parts.reduce(0) { $0 + $1.tradeCount })
    }
  }

  @Test func joinedCandlesEqualANaiveTwins() throws {
    let cases: [(Interval, Interval, Int)] = [
      (.oneMinute, .fiveMinutes, 61), (.oneMinute, .oneHour, 150), (.fiveMinutes, .fifteenMinutes, 40), (.oneHour, .oneDay, 80),
      (.oneDay, .oneWeek, 40), (.oneDay, .threeDays, 20), (.oneDay, .oneMonth, 100), (.twelveHours, .oneMonth, 130),
      (.oneHour, .oneWeek, 400),
      (.oneSecond, .oneMinute, 200), (.oneMinute, .threeMinutes, 2), (.eightHours, .threeDays, 30),
    ]
    for (index, (fine, coarse, count)) in cases.enumerated() {
      for offset in 0..<6 {
        let start = 1_700_000_000_000 + Int64(offset) * fine.milliseconds
        let series = series(fine, start: start, count: count, seed: UInt64(index * 10 + offset))
        let joined = try series.joined(to: coarse)
        #expect(joined.interval == coarse && joined.candles == naive(series, coarse), "\(fine) to \(coarse), offset \(offset)")
      }
    }
  }

  @Test func onlyWholeMultiplesAreJoined() throws {
    let series = series(.threeMinutes, start: 1_700_000_000_000, count: 9, seed: 1)
    #expect(try series.joined(to: .threeMinutes) == series)
    let pairs: [(Interval, Interval)] = [
      (.threeMinutes, .fiveMinutes), (.fiveMinutes, .oneMinute), (.threeDays, .oneWeek), (.oneWeek, .oneMonth), (.threeDays, .oneMonth),
      (.oneMonth, .oneDay), (.eightHours, .twelveHours),
    ]
    for (fine, coarse) in pairs {
      let series = self.series(fine, start: 1_700_000_000_000, count: 3, seed: 1)
      let error = #expect(throws: CandleFileError.self) { try series.joined(to: coarse) }
      #expect(error?.description == "test: candles of \(fine) cannot be joined to \(coarse): it is no whole multiple of \(fine)")
      #expect(error?.code == .interval)
    }
    #expect(try CandleSeries(candles: [], interval: .oneMinute, path: "").joined(to: .oneHour).candles == [])
  }

  @Test func holesWithinTheDataDoNotHideCandles() throws {
    var series = series(.oneMinute, start: 1_700_000_100_000, count: 20, seed: 3)
    // The second five minutes lack their start, the third are gone.
    series.candles.removeSubrange(10..<15)
    series.candles.remove(at: 5)
    let joined = try series.joined(to: .fiveMinutes)
    #expect(joined.candles.map(\.openTime.milliseconds) == [0, 5, 15].map { 1_700_000_100_000 + $0 * 60_000 })
    #expect(joined.candles[1].open == series.candles[5].open)
  }
}
