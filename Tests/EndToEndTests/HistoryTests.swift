import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl download` and `data` against the archive of `botsim`: what is fetched is what the exchange had, whatever goes wrong on the way.
@Suite(.serialized) struct HistoryTests {
  /// 2024-12-20 to 2025-02-03 03:00 in steps of three minutes, listed amid a month, over the change from ms to µs; seven of them never were.
  private static let start: Int64 = 1_734_652_800_000
  private static let steps = 45 * 480 + 60
  private static let hole = 10_000..<10_007

  private static func row(_ step: Int) -> String {
    let price = 60_000 + (step % 40 < 20 ? step % 20 : 20 - step % 20) * 100
    return "\(start + Int64(step) * 180_000),\(price),\(price + 60),\(price - 60),\(price + 20),1.5\n"
  }

  private static func market(_ directory: TemporaryDirectory) throws -> String {
    var text = "open_time,open,high,low,close,volume\n"
    for step in 0..<steps where !hole.contains(step) { text += row(step) }
    let file = directory.file("btcusdt-3m.csv")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  /// A simulator whose market has ended, and a data directory.
  private static func withExchange(_ body: (Simulator, TemporaryDirectory) throws -> Void) throws {
    let directory = try TemporaryDirectory("history")
    let simulator = try Simulator(directory, ["--replay", "\(try market(directory)):BTCUSDT:3m", "--speed", "max"])
    defer { simulator.process.stop() }
    let end = start + Int64(steps) * 180_000
    func now() -> Int64 { (((try? simulator.get("/api/v3/time")) as? [String: Any])?["serverTime"] as? Int).map(Int64.init) ?? 0 }
    try #require(eventually(within: 120, { now() >= end - 1_000 }), "the market has not ended: \(now())")
    try body(simulator, directory)
  }

  private static func environment(_ simulator: Simulator, _ directory: TemporaryDirectory) -> [String: String] {
    let url = "http://\(simulator.address)"
    return [
      "BINANCE_ARCHIVE_URL": url, "BINANCE_REST_URL": url, "BOTD_DATA_DIR": directory.file("data"), "HOME": directory.path,
      "PATH": "/usr/bin:/bin",
    ]
  }

  private static func botctl(
    _ words: [String], _ simulator: Simulator, _ directory: TemporaryDirectory
  ) throws -> (code: Int32, output: String) {
    try run([try Programs.path("botctl")] + words, environment: environment(simulator, directory))
  }

  private static func fault(_ simulator: Simulator, _ json: String) throws {
    _ = try HTTP.post("http://\(simulator.address)/sim/faults", json)
  }

  private static func clear(_ simulator: Simulator) throws { _ = try HTTP.delete("http://\(simulator.address)/sim/faults") }

  /// The rows that the data directory exports, the header left out.
  private static func exported(_ simulator: Simulator, _ directory: TemporaryDirectory) throws -> [Substring] {
    let file = directory.file("out.csv")
    let result = try botctl(["data", "export", "BTCUSDT:3m", "--file", file], simulator, directory)
    try #require(result.code == 0, "\(result.output)")
    return Array(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").dropFirst())
  }

  /// Every step of the market that has closed for good, once.
  private static func expectWhole(_ simulator: Simulator, _ directory: TemporaryDirectory, _ note: Comment) throws {
    let rows = try exported(simulator, directory)
    let wanted = (0..<steps).filter { !hole.contains($0) }
    // The newest one may be too fresh.
    #expect(rows.count == wanted.count || rows.count == wanted.count - 1, "\(note): \(rows.count) of \(wanted.count)")
    let agree = zip(rows, wanted).allSatisfy { line, step in
      let cells = line.split(separator: ",")
      return cells.prefix(5).elementsEqual(row(step).split(separator: ",").prefix(5))
    }
    #expect(agree, note)
  }

  private static let all = ["download", "BTCUSDT", "--interval", "3m", "--from", "2024-11"]

  @Test func aHistoryIsFetchedKeptAndTraded() throws {
    try Self.withExchange { simulator, directory in
      let first = try Self.botctl(Self.all, simulator, directory)
      #expect(first.code == 0, "\(first.output)")
      #expect(first.output.contains("BTCUSDT:3m 2024-12: 5760 candles from archive (1 of 3)"), "\(first.output)")
      #expect(first.output.contains("from archive (days) and REST (3 of 3)"), "\(first.output)")
      try Self.expectWhole(simulator, directory, "after the first download")
      // Nothing is fetched twice.
      let again = try Self.botctl(Self.all, simulator, directory)
      #expect(again.code == 0 && !again.output.contains("candles from"), "\(again.output)")
      let list = try Self.botctl(["data"], simulator, directory)
      #expect(list.code == 0 && list.output.contains("BTCUSDT:3m  2024-12-20 00:00"), "\(list.output)")
      let check = try Self.botctl(["data", "check"], simulator, directory)
      #expect(check.code == 0 && check.output.contains("7 candles the exchange has not"), "\(check.output)")
      // No file is named; the exchange's own hole is a gap like any other.
      let backtest = ["backtest", "--candles", "BTCUSDT:3m", "--strategy", "rsi", "--param", "period=3"]
      let refused = try Self.botctl(backtest, simulator, directory)
      #expect(refused.code != 0 && refused.output.contains("--fill-gaps"), "\(refused.output)")
      let part = try Self.botctl(backtest + ["--from", "2025-02-01", "--fill-gaps"], simulator, directory)
      #expect(part.code == 0 && part.output.contains("rsi on BTCUSDT, 3m"), "\(part.output)")
      let indicator = try Self.botctl(["indicator", "rsi", "--candles", "BTCUSDT:3m", "--fill-gaps"], simulator, directory)
      #expect(indicator.code == 0 && indicator.output.split(separator: "\n").count > 20_000)
      // What the exchange has not is said, and nothing of it is kept.
      let finer = try Self.botctl(["download", "BTCUSDT", "--interval", "1m", "--from", "2024-12"], simulator, directory)
      #expect(finer.code == 1 && finer.output.contains("the exchange has no 1m candles of BTCUSDT: it has 3m"), "\(finer.output)")
      let early = try Self.botctl(
        ["download", "BTCUSDT", "--interval", "3m", "--from", "2023-01", "--to", "2023-03"], simulator, directory)
      #expect(early.code == 1 && early.output.contains("first 3m candle of BTCUSDT opened on 2024-12-20"), "\(early.output)")
      let unknown = try Self.botctl(["download", "NOPEUSDT", "--from", "2024-12"], simulator, directory)
      #expect(unknown.code == 1 && unknown.output.contains("does not list NOPEUSDT"), "\(unknown.output)")
      #expect(try Self.botctl(["data"], simulator, directory).output == list.output)
      let missing = try Self.botctl(["backtest", "--candles", "BTCUSDT:5m", "--strategy", "rsi"], simulator, directory)
      #expect(missing.code != 0 && missing.output.contains("botctl download BTCUSDT --interval 5m"), "\(missing.output)")
    }
  }

  /// Each fault by itself, in a directory of its own: the same candles in the end, and never a file that is not whole.
  @Test func whateverGoesWrongTheCandlesAreTheExchanges() throws {
    try Self.withExchange { simulator, directory in
      let monthly = "GET /data/spot/monthly/klines/BTCUSDT/3m/BTCUSDT-3m-2025-01.zip"
      let noFile = "{\"on\":\"request\",\"do\":\"answer\",\"request\":\"archive\",\"status\":404,\"count\":0}"
      let wrongSum =
        "{\"on\":\"request\",\"do\":\"answer\",\"request\":\"\(monthly).CHECKSUM\",\"status\":200,\"body\":\"00 x\",\"count\":0}"
      let cases: [(String, String, String)] = [
        ("a checksum that is another's", wrongSum, "its bytes are not those that its CHECKSUM is of; not believed"),
        (
          "a file that is not finished",
          "{\"on\":\"request\",\"do\":\"omit\",\"request\":\"archive\",\"newest\":300,\"ids\":[5,6,900],\"count\":0}",
          "the archive lacks"
        ),
        ("no archive", noFile, "from REST"),
        (
          "too many requests",
          "{\"on\":\"request\",\"do\":\"answer\",\"request\":\"GET /api/v3/klines\",\"status\":429,\"code\":-1003,\"headers\":{\"Retry-After\":\"2\"}}",
          "asks for a pause of 2 s (HTTP 429)"
        ),
        ("a cut answer", "{\"on\":\"request\",\"do\":\"cut\",\"request\":\"archive\",\"bytes\":3000,\"after\":1}", "asked again in"),
        (
          "an error of the server", "{\"on\":\"request\",\"do\":\"answer\",\"request\":\"archive\",\"status\":503}",
          "HTTP 503; asked again in"
        ),
      ]
      for (name, fault, words) in cases {
        try? FileManager.default.removeItem(atPath: directory.file("data"))
        try Self.fault(simulator, fault)
        let result = try Self.botctl(Self.all, simulator, directory)
        try Self.clear(simulator)
        #expect(result.code == 0 && result.output.contains(words), "\(name): \(result.output)")
        try Self.expectWhole(simulator, directory, "\(name)")
      }
      let unknown = try Self.botctl(["download", "NOPEUSDT", "--from", "2025-01"], simulator, directory)
      #expect(
        unknown.code == 1 && unknown.output.contains("neither the archive nor the exchange has candles of NOPEUSDT"), "\(unknown.output)")
      let ban =
        "{\"on\":\"request\",\"do\":\"answer\",\"request\":\"GET /api/v3/time\",\"status\":418,\"code\":-1003,\"headers\":{\"Retry-After\":\"7200\"}}"
      try Self.fault(simulator, ban)
      let banned = try Self.botctl(["download", "BTCUSDT", "--from", "2025-01"], simulator, directory)
      #expect(banned.output.contains("it asks for no request within 7200 s"), "\(banned.output)")
    }
  }

  /// Killed amid a download, several times: what is there is whole, and the rest is fetched when it is run again.
  @Test func aKilledDownloadGoesOn() throws {
    try Self.withExchange { simulator, directory in
      let answers = "{\"on\":\"request\",\"do\":\"delay\",\"request\":\"all\",\"afterMs\":60,\"count\":0}"
      try Self.fault(simulator, answers)
      let months = directory.file("data/BTCUSDT/3m")
      func files() -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: months)) ?? []).filter { $0.hasSuffix(".gz") } }
      for wanted in 1...2 {
        let download = try ServerProcess(
          ["env"] + Self.environment(simulator, directory).map { "\($0)=\($1)" } + [try Programs.path("botctl")] + Self.all,
          log: directory.file("log"))
        #expect(eventually(within: 60, { files().count >= wanted }))
        download.stop()
        let check = try Self.botctl(["data", "check"], simulator, directory)
        #expect(!check.output.contains("damaged"), "\(check.output)")
      }
      try Self.clear(simulator)
      // A file that was cut by something else is fetched anew, too.
      let december = months + "/BTCUSDT-3m-2024-12.csv.gz"
      let bytes = try Data(contentsOf: URL(fileURLWithPath: december))
      try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: december))
      let result = try Self.botctl(Self.all, simulator, directory)
      #expect(result.code == 0 && result.output.contains("it is fetched anew"), "\(result.output)")
      try Self.expectWhole(simulator, directory, "after kills")
      #expect(try FileManager.default.contentsOfDirectory(atPath: months).allSatisfy { $0.hasSuffix(".gz") })
    }
  }
}
