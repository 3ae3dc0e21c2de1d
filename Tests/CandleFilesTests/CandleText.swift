import CandleFiles
import Foundation
import TestSupport
import TradingModel

/// Text of candle files.
enum CandleText {
  static let header = "open_time,open,high,low,close,volume\n"
  /// 2023-11-14T22:14:00Z: the start of a minute, in milliseconds.
  static let start: Int64 = 1_700_000_040_000

  static func time(_ minute: Int) -> Int64 { start + Int64(minute) * 60_000 }

  /// A good row of a minute, without its line end.
  static func row(_ minute: Int) -> String {
    "\(time(minute)),\(100 + minute % 5).5,\(102 + minute % 5),\(99 + minute % 5),\(101 + minute % 5).25,\(minute % 3).125"
  }

  /// A file with the rows of these minutes.
  static func file(_ minutes: some Sequence<Int>) -> String { header + minutes.map { row($0) + "\n" }.joined() }

  /// Reads text as a file would be.
  static func read(_ text: String, _ options: CandleReadOptions = CandleReadOptions()) throws -> CandleSeries {
    try read(Array(text.utf8), options)
  }

  static func read(_ bytes: [UInt8], _ options: CandleReadOptions = CandleReadOptions()) throws -> CandleSeries {
    let directory = try TemporaryDirectory("candles")
    defer { withExtendedLifetime(directory) {} }
    let path = directory.file("candles.csv")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var options = options
    // Files of tests are small: each bad row is more than one in a hundred.
    if options.skippedShareMaximum == CandleReadOptions().skippedShareMaximum { options.skippedShareMaximum = 1 }
    return try CandleFile.read(path: path, options: options)
  }

  /// What is wrong with text, without the path before it; `nil` when nothing is.
  static func complaint(_ text: String, _ options: CandleReadOptions = CandleReadOptions()) throws -> String? {
    try complaint(Array(text.utf8), options)
  }

  static func complaint(_ bytes: [UInt8], _ options: CandleReadOptions = CandleReadOptions()) throws -> String? {
    do {
      _ = try read(bytes, options)
      return nil
    } catch let error as CandleFileError {
      return String(error.description.dropFirst(error.path.count + 2))
    }
  }
}

/// Recorded candles beside the checkout; absent on most machines, so tests that need them say so and are skipped.
enum RecordedCandles {
  static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("../../../shared/data").standardizedFileURL

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
  static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
