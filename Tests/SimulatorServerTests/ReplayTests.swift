import Foundation
import Presentation
import Testing
import TradingModel

@testable import SimulatorServer

@Suite struct ReplayTests {
  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  private func temporaryFile(_ name: String, _ text: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("botsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appendingPathComponent(name).path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Replays a candle file at full speed and collects the closed candles of a stream as rows of the file.
  private func closedRows(_ path: String, interval: String, count: Int) async throws -> [String] {
    var rows: [String] = []
    try await ServerFixture.run({
      $0.replays = [ReplayFile(path: path)]
      $0.speed = .maximum
      $0.startsPaused = false
      $0.waitsForSubscribers = 1
    }) { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws/btcusdt@kline_\(interval)")
      while rows.count < count {
        let text = try await probe.text()
        guard text.contains("\"x\":true") else { continue }
        let kline = try #require(try json(text)["k"])
        let cells = ["o", "h", "l", "c", "v"].map { FixedDecimal(text: kline[$0]?.text ?? "")?.description ?? "?" }
        rows.append(([kline["t"]?.parameterText ?? "?"] + cells).joined(separator: ","))
      }
      try await probe.close()
    }
    return rows
  }

  /// The rows of a file with numbers in their shortest form.
  private func fileRows(_ text: String) -> [String] {
    text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",").prefix(6).enumerated().map { $0 == 0 ? String($1) : FixedDecimal(text: $1)?.description ?? "?" }
        .joined(separator: ",")
    }
  }

  @Test func everyCandleClosesExactlyAsRecorded() async throws {
    var text = "open_time,open,high,low,close,volume\n"
    for minute in 0..<20 {
      let base = 100 + minute % 7
      text += "\(1_700_000_040_000 + minute * 60_000),\(base),\(base + 2).5,\(base - 1),\(base + 1),\(minute).00007\n"
    }
    let path = try temporaryFile("btcusdt-1m-test.csv", text)
    #expect(try await closedRows(path, interval: "1m", count: 20) == fileRows(text))
  }

  @Test func longerIntervalsAreMadeFromTheRecordedOnes() async throws {
    var text = "open_time,open,high,low,close,volume\n"
    for minute in 0..<11 {
      text += "\(1_700_000_100_000 + minute * 60_000),\(100 + minute),\(110 + minute),\(90 + minute),\(101 + minute),0.5\n"
    }
    let path = try temporaryFile("btcusdt-1m-test.csv", text)
    #expect(
      try await closedRows(path, interval: "5m", count: 2) == ["1700000100000,100,114,90,105,2.5", "1700000400000,105,119,95,110,2.5"])
  }

  @Test(.enabled(if: SharedFolder.has("data/btcusdt-1m-2024-12.csv"), "the recorded data are not beside the package"))
  func theFirstRecordedHoursComeOutAsTheyWentIn() async throws {
    let text = try String(contentsOfFile: SharedFolder.path("data/btcusdt-1m-2024-12.csv"), encoding: .utf8)
    let rows = try await closedRows(SharedFolder.path("data/btcusdt-1m-2024-12.csv"), interval: "1m", count: 300)
    #expect(rows == Array(fileRows(text).prefix(300)))
  }

  /// Candles built from the recorded trades equal those another collector got from the exchange.
  @Test(.enabled(if: SharedFolder.has("data/feed-btcusdt-20240808.jsonl.gz"), "the recorded data are not beside the package"))
  func feedCandlesEqualTheExchanges() async throws {
    try await ServerFixture.run({
      $0.replays = ["btcusdt-20240808", "btcusdt-20240809", "ethusdt-20240808", "ethusdt-20240809"].map {
        ReplayFile(path: SharedFolder.path("data/feed-\($0).jsonl.gz"))
      }
      $0.speed = .maximum
      $0.startsPaused = false
      $0.waitsForSubscribers = 1
    }) { fixture in
      let probe = try await WebSocketProbe.connect(
        port: fixture.server.port, "/stream?streams=btcusdt@kline_5m/ethusdt@kline_5m")
      var closed: [String: [JSONTree]] = [:]
      while (closed["ETHUSDT"]?.count ?? 0) < 3 || (closed["BTCUSDT"]?.count ?? 0) < 3 {
        let text = try await probe.text()
        guard text.contains("\"x\":true"), let kline = try json(text)["data"]?["k"] else { continue }
        closed[kline["s"]?.text ?? "", default: []].append(kline)
      }
      for symbol in ["BTCUSDT", "ETHUSDT"] {
        let file = try String(contentsOfFile: SharedFolder.path("data/\(symbol.lowercased())-5m-2024.csv"), encoding: .utf8)
        for kline in try #require(closed[symbol]).dropFirst() {
          let time = try #require(kline["t"]?.parameterText)
          let line = try #require(file.split(separator: "\n").first { $0.hasPrefix(time + ",") })
          let recorded = line.split(separator: ",").dropFirst().map { FixedDecimal(text: $0) }
          #expect(["o", "h", "l", "c", "v"].map { FixedDecimal(text: kline[$0]?.text ?? "") } == recorded)
        }
      }
      try await probe.close()
    }
  }

  @Test func badFilesAreRefusedWithASentence() throws {
    func reason(_ name: String, _ text: String) throws -> String {
      let path = try temporaryFile(name, text)
      let configuration = try ServerFixture.configuration { $0.replays = [ReplayFile(path: path)] }
      do throws(SimulatorError) {
        _ = try MarketFactory.make(configuration)
        return ""
      } catch {
        return error.message
      }
    }
    let head = "open_time,open,high,low,close,volume\n"
    #expect(try reason("btcusdt-1m.csv", "a,b\n").contains("the first line must be"))
    #expect(try reason("btcusdt-1m.csv", head + "1,2,3\n").contains("line 2"))
    #expect(try reason("btcusdt-1m.csv", head + "1700000040000,1,2,3,1,5\n").contains("line 2"))
    #expect(try reason("btcusdt-1m.csv", head + "1700000040000,1,2,1,1,5\n1700000040000,1,2,1,1,5\n").contains("line 3"))
    #expect(try reason("prices.csv", head).contains("name its symbol"))
    #expect(try reason("btcusdt.csv", head).contains("name its symbol and interval"))
    #expect(try reason("btcusdt-1m.csv", head).contains("nothing to replay"))
    #expect(try reason("feed-btcusdt.jsonl", "12 {\"stream\":\"btcusdt@trade\",\"data\":{}}\n").contains("is not a feed line"))
  }

  @Test func aPausedMarketStandsStill() async throws {
    try await ServerFixture.run { fixture in
      let first = try await fixture.get("/api/v3/time")
      #expect(try await fixture.get("/api/v3/time") == first)
      _ = try await fixture.get("/sim/advance", "ms=61000")
      #expect(try await fixture.get("/api/v3/time") == "{\"serverTime\":1700000061000}")
      let status = try json(try await fixture.get("/sim/status"))
      #expect(status["paused"] == .bool(true) && status["finished"] == .bool(false))
    }
  }
}
