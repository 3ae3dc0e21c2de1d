import CandleFiles
import Foundation
import TestSupport
import Testing
import Time
import TradingModel

/// Files that other programs write, in their own forms: the same candles as the plain file's.
@Suite struct ForeignFileTests {
  private static let minutes = 0..<40
  private static let plain = CandleText.file(minutes)

  private static func rows() -> [[String]] { minutes.map { CandleText.row($0).split(separator: ",").map(String.init) } }

  private static func text(_ header: String?, _ row: ([String]) -> String) -> String {
    (header.map { $0 + "\n" } ?? "") + rows().map { row($0) + "\n" }.joined()
  }

  private static func expectSame(_ text: String, _ options: CandleReadOptions = CandleReadOptions(), _ note: Comment? = nil) throws {
    try #expect(CandleText.read(text, options).candles == CandleText.read(plain).candles, note)
  }

  @Test(arguments: [
    "date,open,high,low,close,volume", "timestamp,open,high,low,close,volume", ",Open,High,Low,Close,Volume",
    "Open time,Open,High,Low,Close,Volume", "\"open_time\",\"open\",\"high\",\"low\",\"close\",\"volume\"",
    " Date , Open , High , Low , Close , Volume ", "Time,o,h,l,c,vol", "OpenTime,Open,High,Low,Close,Volume",
  ])
  func headersOfOthers(_ header: String) throws {
    try Self.expectSame(Self.text(header) { $0.joined(separator: ",") })
  }

  @Test(arguments: [";", "\t", "|"]) func otherDelimiters(_ delimiter: String) throws {
    let header = ["Date", "Open", "High", "Low", "Close", "Volume"].joined(separator: delimiter)
    try Self.expectSame(Self.text(header) { $0.joined(separator: delimiter) })
  }

  @Test func quotesAndSpaces() throws {
    try Self.expectSame(Self.text("date,open,high,low,close,volume") { $0.map { "\"\($0)\"" }.joined(separator: ",") })
    try Self.expectSame(Self.text("date, open, high, low, close, volume") { $0.joined(separator: ", ") })
    try Self.expectSame(Self.text("date,note,open,high,low,close,volume") { "\($0[0]),\"a, b\"," + $0.dropFirst().joined(separator: ",") })
  }

  @Test func timesOfOthers() throws {
    func iso(_ text: String, _ length: Int = 24) -> String { String(Timestamp(milliseconds: Int64(text) ?? 0).description.prefix(length)) }
    func spaced(_ text: String, _ length: Int) -> String { iso(text, length).replacing("T", with: " ") }
    let forms: [(String) -> String] = [
      { $0 + ".0" }, { $0 + "000" }, { $0 + "000000" }, { String($0.dropLast(3)) }, { iso($0) }, { spaced($0, 19) },
      { spaced($0, 19) + "+00:00" }, { spaced($0, 16) + " UTC" }, { spaced($0, 19).replacing("-", with: "/") },
      { iso(String((Int64($0) ?? 0) + 7_200_000), 19) + "+02:00" }, { "\(Double($0) ?? 0)" },
    ]
    for form in forms {
      try Self.expectSame(Self.text("date,open,high,low,close,volume") { ([form($0[0])] + $0.dropFirst()).joined(separator: ",") })
    }
  }

  @Test func numbersOfOthers() throws {
    let header = "date,open,high,low,close,volume\n1700000040000,1e-05,2.0E-5,1e-05,+.00002,1.5e+3\n1700000100000,1.,2,1,1.5,"
    let read = try CandleText.read(header + "0.30000000000000004\n")
    #expect(read.candles[0].open == FixedDecimal(text: "0.00001") && read.candles[0].close == FixedDecimal(text: "0.00002"))
    #expect(read.candles[0].volume == FixedDecimal(text: "1500") && read.candles[1].volume == FixedDecimal(text: "0.3"))
  }

  @Test func theArchiveAsItIsAndItsZip() throws {
    let bare = Self.text(nil) { "\($0.joined(separator: ",")),1700000099999,7,3,1,1,0" }
    let series = try CandleText.read(bare)
    #expect(series.candles.map(\.openTime) == (try CandleText.read(Self.plain)).candles.map(\.openTime))
    #expect(series.candles[0].quoteVolume == FixedDecimal(7) && series.candles[0].tradeCount == 3)
    let zip = try #require(PackedBytes.zip(Array(bare.utf8), name: "x.csv"))
    #expect(try CandleText.read(zip).candles == series.candles)
    #expect(try CandleFile.read(bytes: zip, name: "x.zip").candles == series.candles)
    for cut in [1, 30, zip.count / 2] { #expect(throws: CandleFileError.self) { try CandleText.read(Array(zip.dropLast(cut))) } }
    var spoilt = zip
    spoilt[60] ^= 1
    #expect(throws: CandleFileError.self) { try CandleText.read(spoilt) }
    // Longer than what is read at once.
    let long = (0..<9_000).map { CandleText.row($0) + ",1700000099999,7,3,1,1,0\n" }.joined()
    #expect(try CandleText.read(long).candles.count == 9_000)
    #expect(try CandleText.read(try #require(PackedBytes.zip(Array(long.utf8), name: "x.csv"))).candles.count == 9_000)
    // Joined files have their header several times.
    let halves = CandleText.file(0..<20) + CandleText.file(20..<40)
    try Self.expectSame(halves)
  }

  @Test func freqtradesJSON() throws {
    let json = "[" + Self.rows().map { "[" + $0.joined(separator: ", ") + "]" }.joined(separator: ",\n ") + "]"
    try Self.expectSame(json)
    #expect(try CandleText.read(Gzip.stored(Array(json.utf8))).candles == CandleText.read(Self.plain).candles)
    // The exchange's own answer: twelve cells, numbers as texts.
    let klines =
      "["
      + Self.rows().map {
        "[\($0[0]),\"\($0[1])\",\"\($0[2])\",\"\($0[3])\",\"\($0[4])\",\"\($0[5])\",1700000099999,\"7\",3,\"1\",\"1\",\"0\"]"
      }
      .joined(separator: ",") + "]"
    #expect(try CandleText.read(klines).candles.map(\.close) == CandleText.read(Self.plain).candles.map(\.close))
    for bad in [String(json.dropLast()), "[{\"open\":1}]", "{\"a\":[[1]]}", "[1,2]", "[[[1]]]", "[]", json + "]"] {
      #expect(throws: CandleFileError.self, "\(bad.prefix(20))") { try CandleText.read(bad) }
    }
  }

  /// Made by pandas 3.0 with pyarrow 26 as freqtrade does: `to_feather(compression="lz4")`, and without compression.
  @Test(arguments: ["lz4", "plain"]) func freqtradesFeather(_ packing: String) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/BTC_USDT-5m-\(packing).feather")
    let bytes = Array(try Data(contentsOf: url))
    let series = try CandleText.read(bytes)
    #expect(series.candles.count == 300 && series.interval == .fiveMinutes)
    #expect(series.candles[0].openTime.description == "2024-03-01T00:00:00.000Z")
    #expect(series.candles[7].open == FixedDecimal(text: "100.7") && series.candles[7].volume == FixedDecimal(text: "0.7"))
    // Whatever is changed or cut: candles or an error, and nothing worse.
    var random = SeededRandom(seed: 11)
    for _ in 0..<300 {
      var damaged = bytes
      for _ in 0..<random.below(3) + 1 { damaged[random.below(damaged.count)] = UInt8(random.below(256)) }
      if random.chance(20) { damaged.removeLast(random.below(damaged.count)) }
      _ = try? CandleText.read(damaged, CandleReadOptions(fillGaps: true, skipBad: true))
    }
  }

  @Test func whatIsNotReadSaysTheStep() throws {
    #expect(try CandleText.complaint("PAR1\0\0")?.contains("read_parquet") == true)
    #expect(try CandleText.complaint([0xFF, 0xFE, 0x41, 0])?.contains("UTF-16") == true)
    let reversed = CandleText.header + [3, 2, 1].map { CandleText.row($0) + "\n" }.joined()
    #expect(try CandleText.complaint(reversed)?.contains("begins with its newest candle") == true)
    // Later, such a row is a bad one like others.
    let turned = try CandleText.complaint(CandleText.file(1..<3) + CandleText.row(0) + "\n")
    #expect(
      turned == "line 4: open_time 2023-11-14T22:14:00.000Z is before 2023-11-14T22:16:00.000Z of the row above; --skip-bad drops such rows"
    )
    let comma = "date;open;high;low;close;volume\n1700000040000;1,5;2;1;1;1\n"
    #expect(try CandleText.complaint(comma)?.contains("decimals are written with a point") == true)
  }

  @Test func columnsByNumberAndByName() throws {
    var options = CandleReadOptions()
    options.columns = try CandleColumnChoice("time=2,open=3,high=4,low=5,close=6,volume=7")
    try Self.expectSame(Self.text(nil) { "BTC," + $0.joined(separator: ",") }, options)
    try Self.expectSame(Self.text("a,b,c,d,e,f,g") { "BTC," + $0.joined(separator: ",") }, options)
    options.columns = try CandleColumnChoice("volume=Volume BTC")
    try Self.expectSame(Self.text("date,open,high,low,close,Volume BTC,Volume USDT") { $0.joined(separator: ",") + ",5" }, options)
    options.columns = try CandleColumnChoice("volume=9")
    #expect(try CandleText.complaint(Self.plain, options)?.contains("there is no column 9") == true)
    for bad in ["time", "time=", "price=3", "time=1,time=2", "time=0", "time=1,open=1", "", "open=300"] {
      #expect(throws: CandleColumnChoice.Refusal.self, "\(bad)") { try CandleColumnChoice(bad) }
    }
  }

  @Test func atMostSoManyRowsAreSkipped() throws {
    func file(bad: Int) -> String { CandleText.file(0..<1_000) + String(repeating: "x\n", count: bad) }
    var options = CandleReadOptions(skipBad: true)
    options.skippedShareMaximum = 0.010_000_1
    #expect(try CandleText.read(file(bad: 10), options).repairs.skippedRows == 10)
    let words = try #require(try CandleText.complaint(file(bad: 11), options))
    #expect(
      words.hasPrefix("11 of 1011 rows are bad, more than the 1 % that may be dropped") && words.hasSuffix("--skip-bad-limit allows more"))
  }

  @Test func severalFilesAreOne() throws {
    let directory = try TemporaryDirectory("several")
    func write(_ name: String, _ minutes: Range<Int>) throws -> String {
      let path = directory.file(name)
      try CandleText.file(minutes).write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }
    let (late, early, hole) = (try write("b", 20..<40), try write("a", 0..<25), try write("c", 45..<50))
    #expect(try CandleFile.read(paths: [late, early]).candles == CandleText.read(Self.plain).candles)
    #expect(throws: CandleFileError.self) { try CandleFile.read(paths: [late, hole, early]) }
    let filled = try CandleFile.read(paths: [late, hole, early], options: CandleReadOptions(fillGaps: true))
    #expect(filled.candles.count == 50 && filled.repairs.gapsFilled == 5)
    try (CandleText.header + "\(CandleText.time(24)),1,1,1,1,1\n\(CandleText.time(25)),1,1,1,1,1\n").write(
      toFile: hole, atomically: true, encoding: .utf8)
    do {
      _ = try CandleFile.read(paths: [early, hole])
      Issue.record("two files say different things")
    } catch { #expect(error.message.contains("says something else of the candle of")) }
  }
}
