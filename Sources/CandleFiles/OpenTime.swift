import Time

/// The open time of a row, from 2001-09-09 to the end of 2261: seconds in 10 digits, milliseconds in 13, microseconds in 16 or nanoseconds in 19, also
/// as `1730419200000.0` or `1.7304192e+12`; or a date with a time, UTC where it names no zone.
///
/// In those years the number of digits tells the unit; none is ever guessed.
enum OpenTime {
  /// 13 digits, the first of them not 0.
  static let millisecondsMinimum: Int64 = 1_000_000_000_000
  /// 2262-01-01, exclusive: the clock of nanoseconds ends soon after it.
  static let millisecondsLimit: Int64 = 9_214_646_400_000

  @inline(__always) static func nanoseconds(milliseconds: Int64) -> Int64? {
    guard milliseconds >= millisecondsMinimum, milliseconds < millisecondsLimit else { return nil }
    return milliseconds &* 1_000_000
  }

  @inline(__always) static func nanoseconds(microseconds: Int64) -> Int64? {
    guard microseconds >= millisecondsMinimum &* 1_000, microseconds < millisecondsLimit &* 1_000 else { return nil }
    return microseconds &* 1_000
  }

  /// Nanoseconds since the epoch, or what is wrong in words.
  static func read(_ cell: UnsafeBufferPointer<UInt8>) -> Result<Int64, CandleColumns.Problem> {
    func failure(_ words: String) -> Result<Int64, CandleColumns.Problem> {
      .failure(.init(unsafe "open_time \(Excerpt.text(cell)) \(words)"))
    }
    let nanoseconds: Int64?
    if cell.count <= 32, let number = unsafe ScientificNumber(cell) {
      // A 0 before the others is a digit of the text, not of the number.
      let digits = unsafe cell.allSatisfy({ $0 &- 48 <= 9 }) ? cell.count : number.wholeDigits
      guard let power = [10: 9, 13: 6, 16: 3, 19: 0][digits] else {
        return failure(
          "has \(digits) digits: it must be seconds (10), milliseconds (13), microseconds (16) or nanoseconds (19), or a date with a time")
      }
      nanoseconds = number.scaled(byPower: power)
    } else {
      var clock = unsafe CalendarText(cell)
      guard let time = clock.nanoseconds() else {
        return failure("is no time: neither milliseconds (13 digits) nor a date such as 2024-12-01 09:30:00 (UTC)")
      }
      nanoseconds = time
    }
    guard let nanoseconds, (millisecondsMinimum * 1_000_000..<millisecondsLimit * 1_000_000).contains(nanoseconds) else {
      return failure("lies outside the years 2001 to 2261")
    }
    return .success(nanoseconds)
  }
}

/// A time as ISO 8601 and programs that follow it loosely write it: `2024-12-01`, `2024-12-01 09:30`, `2024-12-01T09:30:00.000Z`,
/// `2024-12-01 09:30:00+00:00`, `2024/12/01 09:30:00 UTC`.
private struct CalendarText {
  private var rest: ArraySlice<UInt8>

  init(_ text: UnsafeBufferPointer<UInt8>) { rest = unsafe Array(text.prefix(64))[...] }

  /// Nanoseconds since the epoch; `nil` when it is no such time.
  mutating func nanoseconds() -> Int64? {
    guard let year = number(4), (1_970...2_261).contains(year), let dash = rest.first, dash == 45 || dash == 47, take(dash),
      let month = number(2), (1...12).contains(month), take(dash), let day = number(2), day >= 1
    else { return nil }
    let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
    // A day that the month does not have comes back as another.
    guard CivilDate.fromDaysSinceEpoch(days) == (year: year, month: month, day: day) else { return nil }
    guard !rest.isEmpty else { return days * 86_400_000_000_000 }
    guard take(UInt8(ascii: "T")) || take(32), let hour = number(2), hour < 24, take(UInt8(ascii: ":")), let minute = number(2), minute < 60
    else { return nil }
    var seconds = hour * 3_600 + minute * 60
    var fraction: Int64 = 0
    if take(UInt8(ascii: ":")) {
      guard let second = number(2), second < 60 else { return nil }
      seconds += second
      if take(UInt8(ascii: ".")) {
        var digits = 0
        while let digit = rest.first, digit &- 48 <= 9 {
          guard digits < 9 else { return nil }
          fraction = fraction * 10 + Int64(digit &- 48)
          digits += 1
          rest = rest.dropFirst()
        }
        guard digits > 0 else { return nil }
        for _ in digits..<9 { fraction *= 10 }
      }
    }
    guard let offset = zone() else { return nil }
    return (days * 86_400 + seconds - offset) * 1_000_000_000 + fraction
  }

  /// Seconds east of UTC, 0 where nothing is said.
  private mutating func zone() -> Int64? {
    _ = take(32)
    if rest.isEmpty || rest.elementsEqual("Z".utf8) || rest.elementsEqual("UTC".utf8) || rest.elementsEqual("GMT".utf8) { return 0 }
    let isWest = take(UInt8(ascii: "-"))
    guard isWest || take(UInt8(ascii: "+")), let hours = number(2), hours <= 14 else { return nil }
    var minutes: Int64 = 0
    if !rest.isEmpty {
      _ = take(UInt8(ascii: ":"))
      guard let read = number(2), read < 60, rest.isEmpty else { return nil }
      minutes = read
    }
    return (hours * 3_600 + minutes * 60) * (isWest ? -1 : 1)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func number(_ digits: Int) -> Int64? {
    let head = rest.prefix(digits)
    guard head.count == digits, head.allSatisfy({ $0 &- 48 <= 9 }) else { return nil }
    rest = rest.dropFirst(digits)
    return head.reduce(0) { $0 * 10 + Int64($1 &- 48) }
  }
}
