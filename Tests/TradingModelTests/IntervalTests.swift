import Time
import Testing
import TradingModel

struct IntervalTests {
  private static func date(_ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64 = 0, _ minute: Int64 = 0, _ second: Int64 = 0)
    -> Timestamp
  {
    let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
    return Timestamp(milliseconds: ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000)
  }

  /// Saturday, 2024-12-28 13:47:33.
  private static let moment = date(2_024, 12, 28, 13, 47, 33)

  @Test(arguments: [
    (Interval.oneSecond, date(2_024, 12, 28, 13, 47, 33), date(2_024, 12, 28, 13, 47, 34)),
    (.oneMinute, date(2_024, 12, 28, 13, 47), date(2_024, 12, 28, 13, 48)),
    (.threeMinutes, date(2_024, 12, 28, 13, 45), date(2_024, 12, 28, 13, 48)),
    (.fiveMinutes, date(2_024, 12, 28, 13, 45), date(2_024, 12, 28, 13, 50)),
    (.fifteenMinutes, date(2_024, 12, 28, 13, 45), date(2_024, 12, 28, 14)),
    (.thirtyMinutes, date(2_024, 12, 28, 13, 30), date(2_024, 12, 28, 14)),
    (.oneHour, date(2_024, 12, 28, 13), date(2_024, 12, 28, 14)),
    (.twoHours, date(2_024, 12, 28, 12), date(2_024, 12, 28, 14)),
    (.fourHours, date(2_024, 12, 28, 12), date(2_024, 12, 28, 16)),
    (.sixHours, date(2_024, 12, 28, 12), date(2_024, 12, 28, 18)),
    (.eightHours, date(2_024, 12, 28, 8), date(2_024, 12, 28, 16)),
    (.twelveHours, date(2_024, 12, 28, 12), date(2_024, 12, 29)),
    (.oneDay, date(2_024, 12, 28), date(2_024, 12, 29)),
    (.threeDays, date(2_024, 12, 28), date(2_024, 12, 31)),
    (.oneWeek, date(2_024, 12, 23), date(2_024, 12, 30)),
    (.oneMonth, date(2_024, 12, 1), date(2_025, 1, 1)),
  ])
  func candlesOpenWhereTheExchangeOpensThem(interval: Interval, open: Timestamp, next: Timestamp) {
    #expect(interval.openTime(containing: Self.moment) == open)
    #expect(interval.nextOpenTime(after: open) == next)
    #expect(interval.openTime(containing: open) == open)
    #expect(interval.openTime(containing: next.advanced(byNanoseconds: -1)) == open)
    #expect(interval.openTime(containing: next) == next)
  }

  @Test(arguments: [
    (date(2_024, 2, 29, 23, 59, 59), date(2_024, 2, 1), date(2_024, 3, 1)), (date(2_023, 2, 28), date(2_023, 2, 1), date(2_023, 3, 1)),
    (date(2_024, 1, 31), date(2_024, 1, 1), date(2_024, 2, 1)), (date(1_969, 12, 31, 12), date(1_969, 12, 1), date(1_970, 1, 1)),
  ])
  func monthsHaveTheirOwnLength(moment: Timestamp, open: Timestamp, next: Timestamp) {
    #expect(Interval.oneMonth.openTime(containing: moment) == open)
    #expect(Interval.oneMonth.nextOpenTime(after: open) == next)
  }

  @Test(arguments: Interval.allCases)
  func everyMomentLiesInItsCandle(interval: Interval) {
    var random = SeededRandom(seed: 29)
    for _ in 0..<2_000 {
      let moment = Timestamp(milliseconds: Int64.random(in: -200_000_000_000...4_000_000_000_000, using: &random))
      let open = interval.openTime(containing: moment)
      let next = interval.nextOpenTime(after: open)
      #expect(open <= moment && moment < next)
      #expect(interval.openTime(containing: next) == next)
    }
  }

  @Test func spellingsAreTheExchangesAndCaseMatters() {
    #expect(Interval.allCases.map(\.rawValue).joined(separator: " ") == "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M")
    #expect(Interval(rawValue: "1M") == .oneMonth && Interval(rawValue: "1m") == .oneMinute)
    #expect(Interval(rawValue: "1H") == nil && Interval(rawValue: "60m") == nil && Interval(rawValue: "") == nil)
  }

  @Test(arguments: Interval.allCases)
  func theEndsOfTimeDoNotTrap(interval: Interval) {
    for moment in [Timestamp.distantFuture, Timestamp(nanoseconds: .min), .zero] {
      let open = interval.openTime(containing: moment)
      _ = interval.nextOpenTime(after: open)
    }
  }
}
