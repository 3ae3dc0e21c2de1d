import Presentation
import Testing
import Time

@Suite struct TimeTextTests {
  @Test(
    arguments: [
      (Int64(1_700_000_000_123_456_789), "2023-11-14 22:13:20"), (951_782_400_000_000_000, "2000-02-29 00:00:00"),
      (-1, "1969-12-31 23:59:59"), (0, ""), (Int64.max, "2262-04-11 23:47:16"), (Int64.min, "1677-09-21 00:12:43"),
    ] as [(Int64, String)])
  func timesAreUTC(nanoseconds: Int64, text: String) {
    #expect(TimeText.dateTime(nanoseconds) == text)
  }

  @Test func formsAgree() {
    let time = Timestamp(nanoseconds: 1_700_000_000_123_400_000)
    #expect(TimeText.minute(time) == "2023-11-14 22:13" && TimeText.rfc3339(time) == "2023-11-14T22:13:20.1234Z")
    #expect(TimeText.rfc3339(.zero) == "1970-01-01T00:00:00Z")
    for day in stride(from: Int64(-40_000), through: 40_000, by: 7) {
      let time = Timestamp(milliseconds: day * 86_400_000 + 45_296_000)
      #expect(TimeText.rfc3339(time) == time.description.replacing(".000", with: ""))
      if day >= 0 { #expect(TimeText.timestamp(TimeText.rfc3339(time)) == time) }
    }
  }

  @Test(
    arguments: [
      (Int64(0), ""), (999, "999ns"), (12_345, "12µs"), (850_000_000, "850ms"), (61_000_000_000, "1m 1s"), (3_600_000_000_000, "1h"),
      (90_061_000_000_000, "1d 1h"), (86_400_000_000_000 + 5_000_000_000, "1d"), (-1_000_000, "-1ms"), (Int64.min, "-106751d 23h"),
    ] as [(Int64, String)])
  func lengthsHaveTwoUnitsAtMost(nanoseconds: Int64, text: String) {
    #expect(TimeText.length(nanoseconds) == text)
  }

  @Test func lengthsInSeconds() {
    #expect(TimeText.length(seconds: 0.4) == "0s" && TimeText.length(seconds: 97_200) == "1d 3h" && TimeText.length(seconds: 59.5) == "1m")
    for value: Double? in [nil, .nan, -1, 1e12] { #expect(TimeText.length(seconds: value) == "-") }
  }

  @Test func datesOfPeopleAreRead() {
    #expect(TimeText.timestamp("2024-03-01") == Timestamp(milliseconds: 1_709_251_200_000))
    #expect(TimeText.timestamp("2024-03-01T14:30") == Timestamp(milliseconds: 1_709_303_400_000))
    #expect(TimeText.timestamp("1709303400000") == Timestamp(milliseconds: 1_709_303_400_000))
    for text in ["yesterday", "2024-02-30", "2024-3-1", "2024-03-01T24:00", "2024-03-01T", "", "20240301", "1969-01-01"] {
      #expect(TimeText.timestamp(text) == nil, "\(text)")
    }
  }
}
