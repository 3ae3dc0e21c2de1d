import Foundation
import Synchronization
import ProgramTestSupport
import TestSupport
import Testing

/// What the exchange says on a bad day reaches whoever looks, and one bad row or symbol stops nobody else.
@Suite(.serialized) struct ExchangeReasonTests {
  private struct Setup {
    let directory: TemporaryDirectory
    let simulator: Simulator
    let proxy: RewritingProxy
    let daemon: Daemon

    init(_ label: String, _ script: @escaping @Sendable (String, Data?) throws -> (status: Int, body: String)?) throws {
      directory = try TemporaryDirectory(label)
      simulator = try Simulator(directory, ["--symbol", "BTCUSDT,ETHUSDT", "--speed", "60"])
      let address = simulator.address
      proxy = try RewritingProxy(simulator) { target in
        let isRewritten = target.hasPrefix("/api/v3/klines")
        return try script(target, isRewritten ? try HTTP.get("http://\(address)\(target)") : nil)
      }
      daemon = Daemon(
        directory, arguments: ["--mode", "paper"],
        environment: [
          "BINANCE_REST_URL": "http://127.0.0.1:\(proxy.port)", "BINANCE_STREAM_URL": "ws://\(address)",
          "BINANCE_WS_API_URL": "ws://\(address)/ws-api/v3",
        ])
      try daemon.start()
    }

    func end() {
      daemon.stop()
      proxy.stop()
    }

    /// Creates a bot once the exchange's symbols are known.
    func create(_ name: String, _ symbol: String) throws {
      var failure = ""
      let isMade = try eventually(within: 30) {
        do {
          try daemon.createBusyBot(name, symbol)
          return true
        } catch let error as TestFailure {
          failure = error.description
          return false
        }
      }
      try #require(isMade, "\(failure)")
    }

    func trades(_ symbol: String) throws -> Int { try Ledgers.control(daemon).rows.count { $0.symbol == symbol } }

    /// The message and counters of a part.
    func part(_ name: String) throws -> (status: String, message: String, counters: [String: Int]) {
      let health = try run([try Programs.path("botctl"), "health", "--output", "json", "--address", daemon.address]).output
      let value = try JSONSerialization.jsonObject(with: Data(health.utf8)) as? [String: Any] ?? [:]
      let parts = value["components"] as? [[String: Any]] ?? []
      let part = try #require(parts.first { $0["name"] as? String == name })
      let counters = part["counters"] as? [[String: Any]] ?? []
      return (
        part["status"] as? String ?? "", part["message"] as? String ?? "",
        Dictionary(counters.map { ($0["name"] as? String ?? "", Self.number($0["value"])) }, uniquingKeysWith: { a, _ in a })
      )
    }

    static func number(_ value: Any?) -> Int { value as? Int ?? Int(value as? String ?? "") ?? 0 }
  }

  @Test func oneImpossibleRowIsSkippedAndNamed() throws {
    // The same row whenever it is asked for.
    let bad = Mutex<Int?>(nil)
    let setup = try Setup("badrow") { target, original in
      guard target.contains("BTCUSDT"), let original, var rows = try JSONSerialization.jsonObject(with: original) as? [[Any]] else {
        return nil
      }
      let time = bad.withLock { bad -> Int? in
        if bad == nil, rows.count > 200 { bad = rows[100][0] as? Int }
        return bad
      }
      for index in rows.indices where rows[index][0] as? Int == time { rows[index][2] = "0.01000000" }
      return (200, String(decoding: try JSONSerialization.data(withJSONObject: rows), as: UTF8.self))
    }
    defer { setup.end() }
    try setup.create("btc", "BTCUSDT")
    #expect(try eventually(within: 60) { try setup.trades("BTCUSDT") >= 2 }, "it never trades: \(setup.daemon.tail)")
    let feed = try setup.part("feed")
    #expect(feed.message.contains("BTCUSDT 1m") && feed.message.contains("high 0.01 is below"), "\(feed)")
    #expect(feed.counters["refused"] == 1)
    let quality = try setup.daemon.control("quality").output
    #expect(quality.contains("high 0.01 is below"), "\(quality)")
    let line = try #require(try LogText.read(setup.daemon.log).first { $0["series"] == "BTCUSDT 1m" && $0["level"] == "warning" })
    #expect(line["reason"]?.contains("high 0.01 is below") == true)
  }

  @Test func aSymbolWithoutHistoryTradesAndSaysWhy() throws {
    let setup = try Setup("nohistory") { target, original in
      guard original != nil, target.contains("ETHUSDT") else { return nil }
      return (400, #"{"code":-1121,"msg":"Invalid symbol."}"#)
    }
    defer { setup.end() }
    try setup.create("btc", "BTCUSDT")
    try setup.create("eth", "ETHUSDT")
    #expect(try eventually(within: 60) { try setup.trades("ETHUSDT") >= 2 }, "it never trades: \(setup.daemon.tail)")
    #expect(try setup.trades("BTCUSDT") > 0)
    let feed = try setup.part("feed")
    #expect(feed.status.lowercased().contains("degraded"))
    #expect(feed.message.contains("ETHUSDT 1m") && feed.message.contains("Invalid symbol. (-1121)"), "\(feed)")
    #expect(!feed.message.contains("BTCUSDT"))
    #expect(try setup.daemon.control("quality").output.contains("Invalid symbol. (-1121)"))
    let lines = try LogText.read(setup.daemon.log).filter { $0["series"] == "ETHUSDT 1m" && $0["level"] == "warning" }
    #expect(lines.count == 1 && lines.first?["reason"]?.contains("Invalid symbol. (-1121)") == true, "\(lines)")
  }

  @Test func theExchangesOwnSentenceIsShown() throws {
    let sentence = "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms."
    let setup = try Setup("restricted") { _, _ in (451, "{\"code\":0,\"msg\":\"\(sentence)\"}") }
    defer { setup.end() }
    #expect(try eventually(within: 30) { try setup.part("venue").message.contains(sentence) }, "\(setup.daemon.said("health"))")
    let doctor = try setup.daemon.control("doctor").output.split(separator: "\n").first { $0.hasPrefix("venue") } ?? ""
    #expect(doctor.contains("restricted location") && !doctor.contains("API key"), "\(doctor)")
    #expect(try LogText.read(setup.daemon.log).contains { $0["level"] == "warning" && $0["error"]?.contains(sentence) == true })
  }

  @Test func qualityCountsWhatHealthCounts() throws {
    let setup = try Setup("quality") { _, _ in nil }
    defer { setup.end() }
    try setup.create("btc", "BTCUSDT")
    #expect(try eventually(within: 30) { try setup.part("feed").message.contains("1 symbol live") })
    // Until a cut has swallowed a candle.
    let isRefilled = try eventually(within: 60) {
      let before = try setup.part("feed").counters["reconnects"] ?? 0
      _ = try HTTP.get("http://\(setup.simulator.address)/sim/drop-connections")
      _ = try eventually(within: 5) { try setup.part("feed").counters["reconnects"] ?? 0 > before }
      _ = try eventually(within: 5) { try setup.part("feed").message.contains("1 symbol live") }
      let counters = try setup.part("feed").counters
      return counters["reconnects"] ?? 0 > 0 && counters["backfilled"] ?? 0 > 0
    }
    #expect(isRefilled, "\(setup.daemon.said("health"))")
    let isSame = try eventually(within: 20) {
      let counters = try setup.part("feed").counters
      let listed = try setup.daemon.read("quality")
      let row = ((listed["items"] ?? listed["feeds"]) as? [[String: Any]] ?? []).first ?? [:]
      return Setup.number(row["reconnects"]) == counters["reconnects"] && Setup.number(row["candles_backfilled"]) == counters["backfilled"]
        && Setup.number(row["frames_refused"]) == counters["refused"] && Setup.number(row["reconnects"]) > 0
    }
    #expect(isSame, "\(setup.daemon.said("health")) \(setup.daemon.said("quality"))")
  }
}
