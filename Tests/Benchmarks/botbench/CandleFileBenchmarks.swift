import Time
import CBounds
import CandleFiles
import Foundation
import TradingModel

/// Rows per second of a candle file.
enum CandleFileBenchmarks {
  static var all: [Benchmark] { [read] }

  /// The million candles as a file, written once for each process that asks.
  static let path: String = {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("botbench-\(getpid())-candles.csv").path
    var text = "open_time,open,high,low,close,volume\n"
    text.reserveCapacity(100_000_000)
    for candle in BacktestSample.million.candles {
      // Eight digits, as the exchange's files have them.
      let numbers = [candle.open, candle.high, candle.low, candle.close, candle.volume].map { $0.text(fractionDigitsMinimum: 8) }
      text += "\(candle.openTime.milliseconds),\(numbers.joined(separator: ","))\n"
    }
    _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
    atexit { unsafe unlink(CandleFileBenchmarks.path) }
    return path
  }()

  private static var read: Benchmark {
    let count = 1_000_000
    return Benchmark(
      name: "candles.read", title: "a candle file of a million rows", unit: "M rows/s",
      contestants: [
        Contestant(name: "ours") {
          let path = Self.path
          var rows = 0
          let rate = try BacktestBenchmarks.millionsPerSecond(count) { rows = try CandleFile.read(path: path).candles.count }
          return rows == count ? rate : nil
        },
        Contestant(name: "C unchecked") {
          let path = Self.path
          var rows = 0
          let rate = BacktestBenchmarks.millionsPerSecond(count) {
            let room = UnsafeMutablePointer<bound_candle_row>.allocate(capacity: count)
            rows = unsafe bound_candle_rows(path, room, count)
            unsafe room.deallocate()
          }
          return rows == count ? rate : nil
        },
      ], figureToHold: 10, isRate: true)
  }
}
