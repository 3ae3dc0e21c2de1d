import Time
import CandleFiles
import Foundation
import TestSupport
import Testing
import TradingModel

@Suite struct BadInputTests {
  private static let skip = "; --skip-bad drops such rows"
  private static let first = "the first line must be open_time,open,high,low,close,volume (other columns may be among them)"

  /// The third line of a file is the row; its second is a good one.
  @Test(arguments: [
    ("1,2,3", "has 3 cells, the header names 6"),
    ("x", "has 1 cell, the header names 6"),
    ("1700000100000,1,1,1,1,1,1", "has 7 cells, the header names 6"),
    ("1700000100000,1,1,1,1,", "volume is empty"),
    (",1,1,1,1,1", "open_time is empty"),
    (
      "date,open,high,low,close,volume",
      "open_time `date` is no time: neither milliseconds (13 digits) nor a date such as 2024-12-01 09:30:00 (UTC)"
    ),
    (
      "-170000010000,1,1,1,1,1",
      "open_time `-170000010000` has 12 digits: it must be seconds (10), milliseconds (13), microseconds (16) or nanoseconds (19), or a date with a time"
    ),
    (
      "170000010,1,1,1,1,1",
      "open_time `170000010` has 9 digits: it must be seconds (10), milliseconds (13), microseconds (16) or nanoseconds (19), or a date with a time"
    ),
    (
      "2024-13-01,1,1,1,1,1",
      "open_time `2024-13-01` is no time: neither milliseconds (13 digits) nor a date such as 2024-12-01 09:30:00 (UTC)"
    ),
    (
      "2024-02-30 00:00,1,1,1,1,1",
      "open_time `2024-02-30 00:00` is no time: neither milliseconds (13 digits) nor a date such as 2024-12-01 09:30:00 (UTC)"
    ),
    (
      "01.02.2024,1,1,1,1,1",
      "open_time `01.02.2024` is no time: neither milliseconds (13 digits) nor a date such as 2024-12-01 09:30:00 (UTC)"
    ),
    (
      "17000001000000,1,1,1,1,1",
      "open_time `17000001000000` has 14 digits: it must be seconds (10), milliseconds (13), microseconds (16) or nanoseconds (19), or a date with a time"
    ),
    ("0700000100000,1,1,1,1,1", "open_time `0700000100000` lies outside the years 2001 to 2261"),
    ("9999999999999,1,1,1,1,1", "open_time `9999999999999` lies outside the years 2001 to 2261"),
    ("9999999999999999,1,1,1,1,1", "open_time `9999999999999999` lies outside the years 2001 to 2261"),
    ("1700000100000,NaN,1,1,1,1", "open `NaN` is not a decimal number"),
    ("1700000100000,1,inf,1,1,1", "high `inf` is not a decimal number"),
    ("1700000100000,1,1,1,0x1,1", "close `0x1` is not a decimal number"),
    ("1700000100000,1e,1,1,1,1", "open `1e` is not a decimal number"),
    ("1700000100000,1e-20,1,1,1,1", "open `1e-20` has more digits than can be kept exactly (18 before the point, 8 after it)"),
    ("1700000100000,.,1,1,1,1", "open `.` is not a decimal number"),
    ("1700000100000,1.2.3,1,1,1,1", "open `1.2.3` is not a decimal number"),
    ("1700000100000,1\u{1B}[2J,1,1,1,1", "open `1?[2J` is not a decimal number"),
    ("1700000100000,1é,1,1,1,1", "open `1é` is not a decimal number"),
    ("1700000100000,0.123456789,1,1,1,1", "open `0.123456789` has more digits than can be kept exactly (18 before the point, 8 after it)"),
    (
      "1700000100000,1,1,1,1,1234567890123456789",
      "volume `1234567890123456789` has more digits than can be kept exactly (18 before the point, 8 after it)"
    ),
    ("1700000100000,0,1,1,1,1", "open 0 is not above zero"),
    ("1700000100000,1,1,0.0,1,1", "low 0 is not above zero"),
    ("1700000100000,1,1,1,-1,1", "close -1 is not above zero"),
    ("1700000100000,1,2,3,1,1", "high 2 is below low 3"),
    ("1700000100000,4,3,1,2,1", "open 4 is above high 3"),
    ("1700000100000,1,3,2,2,1", "open 1 is below low 2"),
    ("1700000100000,2,3,1,3.5,1", "close 3.5 is above high 3"),
    ("1700000100000,2,3,1.5,1,1", "close 1 is below low 1.5"),
    ("1700000100000,1,1,1,1,-0.5", "volume -0.5 is negative"),
    ("1700000100000,1,1\0,1,1,1", "holds a zero byte: damaged, or not a text file"),
    ("1700000040000,1,1,1,1,1", "open_time 2023-11-14T22:14:00.000Z comes a second time"),
  ])
  func badRowsAreNamed(row: String, problem: String) throws {
    let text = CandleText.file(0..<1) + row + "\n" + CandleText.row(2) + "\n"
    #expect(try CandleText.complaint(text) == "line 3: \(problem)\(Self.skip)")
    // Dropped, it leaves the two good rows, which lie two minutes apart.
    let skipped = try CandleText.read(text, CandleReadOptions(interval: .oneMinute, fillGaps: true, skipBad: true))
    #expect(skipped.candles.count == 3 && skipped.repairs.skippedRows == 1 && skipped.repairs.gapsFilled == 1)
    #expect(skipped.repairs.descriptions.first == "line 3: \(problem)")
  }

  @Test(arguments: [
    ("", "\(first); the file is empty"),
    (
      "a,b\n",
      "\(first); open_time, open, high, low, close, volume are missing in `a,b`; --columns time=1,open=2,high=3,low=4,close=5,volume=6 says which column is which"
    ),
    (
      "open_time,open,high,low,close\n",
      "\(first); volume is missing in `open_time,open,high,low,close`; --columns time=1,open=2,high=3,low=4,close=5,volume=6 says which column is which"
    ),
    ("open_time,open,high,low,close,volume,open\n", "\(first); open is named twice"),
    ("\0\0\0", "\(first); this one holds a zero byte: not a text file"),
    (
      "1700000040000,1,1,1,1,1\n",
      "\(first); open_time, open, high, low, close, volume are missing in `1700000040000,1,1,1,1,1`;"
        + " this one looks like a row: put the header before it; --columns time=1,open=2,high=3,low=4,close=5,volume=6 says which column is which"
    ),
  ])
  func badHeadersAreNamed(text: String, problem: String) throws {
    #expect(try CandleText.complaint(text) == "line 1: \(problem)")
  }

  @Test func endlessLinesAreRefused() throws {
    let long = String(repeating: "1", count: CandleFile.lineBytesMaximum + 1)
    #expect(try CandleText.complaint(long) == "line 1: \(Self.first); this one does not end: not a text file of candles")
    let wanted = "line 4: is longer than 65536 bytes: not a text file of candles"
    for end in ["", "\n", "\n" + CandleText.row(3)] {
      #expect(try CandleText.complaint(CandleText.file(0..<2) + long + end) == wanted)
    }
    #expect(try CandleText.complaint(CandleText.file(0..<2) + String(repeating: long, count: 9)) == wanted)
    // As long as a line may be, in a column nobody reads.
    let rest = String(repeating: "x", count: CandleFile.lineBytesMaximum - 24)
    func wide(_ rest: String) -> String { "open_time,open,high,low,close,volume,rest\n1700000040000,1,1,1,1,1,\(rest)\n" }
    #expect(try CandleText.complaint(wide(rest), .minute) == nil)
    #expect(try CandleText.complaint(wide(rest + "x"), .minute) == "line 2: is longer than 65536 bytes: not a text file of candles")
  }

  @Test func filesThatAreNoneAreNamed() throws {
    let directory = try TemporaryDirectory("candles")
    defer { withExtendedLifetime(directory) {} }
    func complaint(_ path: String) -> String {
      do throws(CandleFileError) {
        _ = try CandleFile.read(path: path)
        return ""
      } catch {
        return "\(error.code) \(error)"
      }
    }
    let missing = directory.file("none.csv")
    #expect(complaint(missing) == "file \(missing): cannot be opened: No such file or directory")
    #expect(complaint(directory.path) == "file \(directory.path): is a directory, not a file")
    #expect(complaint(missing + "\0") == "file \(missing)\0: cannot be opened: its name holds a zero byte")
    let locked = directory.file("locked.csv")
    try CandleText.file(0..<2).write(toFile: locked, atomically: true, encoding: .utf8)
    unsafe chmod(locked, 0)
    // Nothing is locked for root.
    if getuid() != 0 { #expect(complaint(locked) == "file \(locked): cannot be opened: Permission denied") }
  }

  @Test func filesWithoutCandlesAreNamed() throws {
    #expect(try CandleText.complaint(CandleText.header) == "holds no candle")
    let late = CandleReadOptions(from: Timestamp(milliseconds: CandleText.time(60)))
    #expect(try CandleText.complaint(CandleText.file(0..<9), late) == "holds no candle from 2023-11-14T23:14:00.000Z")
    #expect(
      try CandleText.complaint(CandleText.header + "x\ny\n", CandleReadOptions(skipBad: true))
        == "holds no candle: all 2 rows are bad, the first: line 2: has 1 cell, the header names 6")
    #expect(
      try CandleText.complaint(CandleText.file(0..<9), CandleReadOptions(rowsMaximum: 8))
        == "line 10: more than 8 candles; --from and --to take a part of them")
  }
}
