/// The open time of a row: milliseconds in 13 digits or microseconds in 16, from 2001-09-09 to the end of 2261.
///
/// Seconds (10 digits) are refused, so that no unit is ever guessed.
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
    guard unsafe cell.allSatisfy({ $0 &- 48 <= 9 }),
      let number = unsafe cell.count <= 18 ? Int64(String(decoding: cell, as: UTF8.self)) : nil
    else {
      return .failure(
        .init(unsafe "open_time \(Excerpt.text(cell)) is not a number of milliseconds (13 digits) or microseconds (16 digits)"))
    }
    let isMilliseconds = cell.count == 13
    guard isMilliseconds || cell.count == 16 else {
      let unit = cell.count == 10 ? " (seconds?)" : cell.count == 19 ? " (nanoseconds?)" : ""
      return .failure(
        .init(unsafe "open_time \(Excerpt.text(cell)) has \(cell.count) digits\(unit): it must be milliseconds (13) or microseconds (16)"))
    }
    guard let time = isMilliseconds ? nanoseconds(milliseconds: number) : nanoseconds(microseconds: number) else {
      return .failure(.init(unsafe "open_time \(Excerpt.text(cell)) lies outside the years 2001 to 2261"))
    }
    return .success(time)
  }
}
