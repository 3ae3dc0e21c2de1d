import Time
import Foundation
import Testing
import TradingModel

struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_733_007_600_000, "2024-11-30T23:00:00.000Z"), (951_782_400_123, "2000-02-29T00:00:00.123Z"),
      (-1, "1969-12-31T23:59:59.999Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (-62_135_596_800_000 / 10, "1773-02-05T19:12:00.000Z"),
    ] as [(Int64, String)])
  func isWrittenAsISO8601(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
  }

  @Test func everyDayOfFourCenturiesSurvivesTheCalendarBothWays() {
    var expected = (year: Int64(1_800), month: Int64(1), day: Int64(1))
    let first = CivilDate.daysSinceEpoch(year: 1_800, month: 1, day: 1)
    #expect(first == -62_091)
    for day in first..<first + 146_097 {
      let date = CivilDate.fromDaysSinceEpoch(day)
      #expect(date == expected)
      #expect(CivilDate.daysSinceEpoch(year: date.year, month: date.month, day: date.day) == day)
      expected = nextDay(expected)
    }
    #expect(expected.year == 2_200 && expected.month == 1 && expected.day == 1)
  }

  private func nextDay(_ date: (year: Int64, month: Int64, day: Int64)) -> (year: Int64, month: Int64, day: Int64) {
    let leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
    let length: Int64 =
      switch date.month {
      case 2: leap ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    if date.day < length { return (date.year, date.month, date.day + 1) }
    return date.month < 12 ? (date.year, date.month + 1, 1) : (date.year + 1, 1, 1)
  }

  @Test func millisecondsRoundTowardThePast() {
    #expect(Timestamp(nanoseconds: 1_999_999).milliseconds == 1)
    #expect(Timestamp(nanoseconds: -1).milliseconds == -1)
    #expect(Timestamp(nanoseconds: -1_000_000).milliseconds == -1)
    #expect(Timestamp(nanoseconds: -1_000_001).milliseconds == -2)
  }

  @Test func theEndsOfTimeSaturateInsteadOfTrapping() {
    #expect(Timestamp(milliseconds: .max) == .distantFuture)
    #expect(Timestamp(milliseconds: .min).nanoseconds == .min)
    #expect(Timestamp.distantFuture.advanced(byNanoseconds: 1) == .distantFuture)
    #expect(Timestamp(nanoseconds: .min).advanced(byNanoseconds: -1).nanoseconds == .min)
    #expect(Timestamp.zero.advanced(byMilliseconds: .max) == .distantFuture)
    #expect(Timestamp.zero.advanced(byMilliseconds: .min).nanoseconds == .min)
    #expect(Timestamp.distantFuture.nanoseconds(since: Timestamp(nanoseconds: .min)) == .max)
    #expect(Timestamp(nanoseconds: .min).nanoseconds(since: .distantFuture) == .min)
    for end in [Timestamp.distantFuture, Timestamp(nanoseconds: .min)] {
      #expect(end.description.hasSuffix("Z"))
      _ = end.milliseconds
    }
  }
}
