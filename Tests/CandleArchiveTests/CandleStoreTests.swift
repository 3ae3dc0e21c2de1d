import CandleArchive
import CandleFiles
import Foundation
import TestSupport
import Testing
import Time
import TradingModel

/// A data directory: what is written is read again, and what is not whole is never believed.
@Suite struct CandleStoreTests {
  private static let series = SeriesKey(symbol: Symbol("BTCUSDT") ?? .placeholder, interval: .oneHour)

  private static func candles(_ month: CalendarMonth, _ hours: Range<Int>) -> [Candle] {
    hours.map { hour in
      let price = FixedDecimal(60_000 + hour % 7)
      return Candle(
        openTime: month.start.advanced(byMilliseconds: Int64(hour) * 3_600_000), open: price, high: price, low: price, close: price,
        volume: .one, quoteVolume: price, tradeCount: 3)
    }
  }

  private static func month(_ text: String) throws -> CalendarMonth { try #require(CalendarMonth(text)) }

  @Test func aMonthIsReadAsItWasWritten() throws {
    let directory = try TemporaryDirectory("store")
    let store = CandleStore(directory: directory.file("data"))
    let month = try Self.month("2024-02")
    let candles = Self.candles(month, 0..<696)
    try store.write(Self.series, month, candles, completeTo: month.end)
    let kept = try #require(store.month(Self.series, month))
    #expect(kept.completeTo == month.end && kept.candles == 696 && kept.path.hasSuffix("/BTCUSDT/1h/BTCUSDT-1h-2024-02.csv.gz"))
    #expect(try store.candles(Self.series, kept) == candles)
    #expect(store.series() == [Self.series] && store.months(of: Self.series) == [kept])
    // The same candles give the same bytes, and any reader of candles takes them.
    let bytes = try Data(contentsOf: URL(fileURLWithPath: kept.path))
    try store.write(Self.series, month, candles, completeTo: month.end)
    #expect(try Data(contentsOf: URL(fileURLWithPath: kept.path)) == bytes)
    #expect(try CandleFile.read(path: kept.path).candles == candles)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("data/BTCUSDT/1h")).count == 1)
  }

  @Test func monthsAreReadAsOneAndHolesAreNamed() throws {
    let directory = try TemporaryDirectory("store")
    let store = CandleStore(directory: directory.path)
    for (text, hours) in [("2024-01", 0..<744), ("2024-02", 0..<696), ("2024-03", 0..<10)] {
      let month = try Self.month(text)
      try store.write(Self.series, month, Self.candles(month, hours), completeTo: month.end)
    }
    #expect(try store.read(Self.series).candles.count == 744 + 696 + 10)
    let (from, to) = (try Self.month("2024-02").start, try Self.month("2024-03").start)
    #expect(try store.read(Self.series, from: from, to: to).candles.count == 696)
    let march = try Self.month("2024-04")
    try store.write(Self.series, march, Self.candles(march, 0..<5), completeTo: march.end)
    #expect(throws: CandleFileError.self) { try store.read(Self.series) }
    #expect(try store.read(Self.series, options: CandleReadOptions(allowGaps: true)).candles.count == 744 + 696 + 15)
    do {
      _ = try store.read(SeriesKey(symbol: Self.series.symbol, interval: .oneMinute))
      Issue.record("nothing is kept of it")
    } catch {
      #expect(error.description.contains("(there is BTCUSDT:1h)") && error.description.contains("botctl download BTCUSDT --interval 1m"))
    }
  }

  /// Cut anywhere, changed anywhere: an error that names the file, never fewer candles.
  @Test func whatIsDamagedIsNotBelieved() throws {
    let directory = try TemporaryDirectory("store")
    let store = CandleStore(directory: directory.path)
    let month = try Self.month("2024-02")
    try store.write(Self.series, month, Self.candles(month, 0..<696), completeTo: month.end)
    let kept = try #require(store.month(Self.series, month))
    let whole = try Data(contentsOf: URL(fileURLWithPath: kept.path))
    for length in stride(from: 0, to: whole.count - 1, by: max(whole.count / 40, 1)) {
      try whole.prefix(length).write(to: URL(fileURLWithPath: kept.path))
      guard let cut = store.month(Self.series, month) else { continue }
      #expect(throws: CandleFileError.self, "cut to \(length)") { try store.candles(Self.series, cut) }
    }
    var spoilt = whole
    spoilt[whole.count / 2] ^= 1
    try spoilt.write(to: URL(fileURLWithPath: kept.path))
    #expect(throws: CandleFileError.self) { try store.candles(Self.series, kept) }
    // Somebody else's file of that name is none of ours.
    try Data("open_time,open,high,low,close,volume\n".utf8).write(to: URL(fileURLWithPath: kept.path))
    #expect(store.month(Self.series, month) == nil)
  }

  @Test func remnantsOfDeadProgramsGo() throws {
    let directory = try TemporaryDirectory("store")
    let store = CandleStore(directory: directory.path)
    let month = try Self.month("2024-02")
    try store.write(Self.series, month, [], completeTo: month.end)
    let folder = directory.file("BTCUSDT/1h")
    for name in [".2024-03-999999999.part", ".2024-03-\(getpid()).part"] {
      try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    store.removeRemnants(of: Self.series)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [".2024-03-\(getpid()).part", "BTCUSDT-1h-2024-02.csv.gz"])
  }

  @Test func theDirectoryIsFound() {
    #expect(CandleStore.directory(environment: ["BOTD_DATA_DIR": "/d", "HOME": "/h"]) == "/d")
    #expect(CandleStore.directory(environment: ["BOTD_DATA_DIR": "~/d", "HOME": "/h"]) == "/h/d")
    #expect(CandleStore.directory(environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"]) == "/x/botd")
    #expect(CandleStore.directory(environment: ["XDG_DATA_HOME": "x", "HOME": "/h"]) == "/h/.local/share/botd")
  }

  @Test(arguments: ["2024-13", "2024-1", "24-01", "2024-00", "2024-01-01", "", "+024-01", "1969-12"])
  func otherTextIsNoMonth(_ text: String) { #expect(CalendarMonth(text) == nil) }
}
