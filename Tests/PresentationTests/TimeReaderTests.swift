import Presentation
import Testing
import Time

@Suite struct TimeReaderTests {
  /// 2026-11-03T10:20:30.5Z, a Tuesday.
  private static let now = at("2026-11-03T10:20:30").advanced(byNanoseconds: 500_000_000)
  private static func at(_ text: String) -> Timestamp { TimeText.timestamp(text) ?? .zero }

  /// Central Europe in 2026: one hour ahead, two between 2026-03-29T01:00Z and 2026-10-25T01:00Z.
  private static let berlin = TimeReader(now: now) { time in
    time >= at("2026-03-29T01:00") && time < at("2026-10-25T01:00") ? 7_200 : 3_600
  }
  private static let utc = TimeReader(now: now)

  @Test(
    arguments: [
      ("2026-10-01", "2026-10-01T00:00:00Z"), ("2026-10", "2026-10-01T00:00:00Z"), ("2026-10-01T14:30", "2026-10-01T14:30:00Z"),
      ("2026-10-01 14:30:05", "2026-10-01T14:30:05Z"), ("2026-10-01T14:30:05.25Z", "2026-10-01T14:30:05.25Z"),
      ("2026-10-01T14:30:05+02:00", "2026-10-01T12:30:05Z"), ("2026-10-01T14:30:05.5-05:30", "2026-10-01T20:00:05.5Z"),
      ("now", "2026-11-03T10:20:30.5Z"), ("today", "2026-11-03T00:00:00Z"), ("yesterday", "2026-11-02T00:00:00Z"),
      ("7d", "2026-10-27T10:20:30.5Z"), ("12h", "2026-11-02T22:20:30.5Z"), ("30m", "2026-11-03T09:50:30.5Z"),
      ("2w", "2026-10-20T10:20:30.5Z"), ("1709303400000", "2024-03-01T14:30:00Z"),
    ])
  func timesOfPeopleAreRead(text: String, expected: String) {
    #expect(Self.utc.timestamp(text).map { TimeText.rfc3339($0) } == expected)
  }

  @Test(
    arguments: [
      "", "tomorrow", "d", "-1d", "1.5d", "999999d", "2026-13", "2026-02-30", "2026-10-01T25:00", "2026-10-01T14:30:05+2:00",
      "2026-10-01T14:30:05+25:00", "2026-10-01T14:30:05.", "2026-10-01T14:30.5", "2026-10-01ZZ", "2026-10-01T14:30:05ZZ",
      "2026-10-01T14:30:05Z+01:00",
      "20261001", "１d", "2026-10-01T14:30:05.1234567890",
    ])
  func whatIsNoTimeIsRefused(text: String) { #expect(Self.utc.timestamp(text) == nil, "\(text)") }

  /// Days of a zone with summer time: 23, 24 and 25 hours; a time that is left out, one that comes twice.
  @Test func summerTimeIsKept() {
    func read(_ text: String) -> String { Self.berlin.timestamp(text).map { TimeText.rfc3339($0) } ?? "-" }
    #expect(read("2026-10-01") == "2026-09-30T22:00:00Z" && read("2026-11-01") == "2026-10-31T23:00:00Z")
    #expect(read("2026-03-29T02:30") == "2026-03-29T01:30:00Z" && read("2026-10-25T02:30") == "2026-10-25T00:30:00Z")
    #expect(read("today") == "2026-11-02T23:00:00Z")
    let lengths = ["2026-03-29", "2026-06-01", "2026-10-25"].map { day -> Int64 in
      let start = Self.berlin.timestamp(day) ?? .zero
      return Self.berlin.end(of: .day, containing: start).nanoseconds(since: start) / 3_600_000_000_000
    }
    #expect(lengths == [23, 24, 25])
    let month = Self.berlin.month("2026-10") ?? .zero..<Timestamp.zero
    #expect(month.upperBound.nanoseconds(since: month.lowerBound) == (31 * 24 + 1) * 3_600_000_000_000)
  }

  /// Days, weeks and months follow each other without a gap, and every instant is in the one that names it.
  @Test(arguments: TimeReader.Unit.allCases) func theCalendarHasNoGap(unit: TimeReader.Unit) {
    for reader in [Self.utc, Self.berlin] {
      var at = reader.start(of: unit, containing: Self.at("2025-12-30T12:00"))
      while at < Self.at("2027-01-05") {
        let end = reader.end(of: unit, containing: at)
        #expect(end > at && reader.start(of: unit, containing: end) == end)
        #expect(reader.start(of: unit, containing: end.advanced(byNanoseconds: -1)) == at)
        #expect(reader.name(of: unit, containing: at) != reader.name(of: unit, containing: end))
        at = end
      }
    }
    #expect(Self.utc.name(of: .week, containing: Self.now) == "2026-11-02" && Self.utc.name(of: .month, containing: Self.now) == "2026-11")
    #expect(Self.utc.name(of: .week, containing: .zero) == "1969-12-29")
    #expect(Self.utc.month("2026-1") == nil && Self.utc.month("2026-00") == nil && Self.utc.month("october") == nil)
  }

  @Test func csvIsQuotedWhereItMust() {
    #expect(CSVText.line(["a", "b,c", "d\"e", "f\ng", " h", ""]) == "a,\"b,c\",\"d\"\"e\",\"f\ng\",\" h\",")
    #expect(CSVText.lineEnd == "\r\n")
  }
}
