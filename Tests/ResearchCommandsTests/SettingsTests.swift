import BotAPI
import CommandTestSupport
import ControlCommands
import Foundation
import TTRPC
import Testing

/// Limits, detail, compounding: one vocabulary in every command, and results that say what they rest on.
@Suite struct SettingsTests {
  /// A temporary folder with candles of a price that swings (2,000 minutes, "btcusdt-1m.csv"), the same joined by fives, and some
  /// details of those.
  private static func withFiles(_ body: (String) async throws -> Void) async throws {
    let folder = URL(fileURLWithPath: "/tmp/br-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, rows: Range<Int>, by size: Int = 1, days: Int = 0) throws {
      var text = "open_time,open,high,low,close,volume\n"
      for row in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
        let prices = (row..<row + size).map { 60_000 + ($0 % 40 < 20 ? $0 % 20 : 20 - $0 % 20) * 100 }
        guard let first = prices.first, let last = prices.last, let low = prices.min(), let high = prices.max() else { continue }
        text += "\(1_764_547_200_000 + days * 86_400_000 + row * 60_000),\(first),\(high + 60),\(low - 60),\(last + 20),1.5\n"
      }
      try text.write(toFile: folder.appendingPathComponent(name).path, atomically: true, encoding: .utf8)
    }
    try write("btcusdt-1m.csv", rows: 0..<2_000)
    try write("btcusdt-5m.csv", rows: 0..<2_000, by: 5)
    try write("half-btcusdt-1m.csv", rows: 1_000..<2_000)
    try write("later-btcusdt-1m.csv", rows: 0..<1_000, days: 9)
    try await body(folder.path)
  }

  private static let fast = ["--strategy", "rsi", "--param", "period=3", "--param", "oversold=40", "--param", "overbought=60"]

  private static func run(_ words: [String]) async -> CommandResult { await CommandLineUnderTest().run(words) }

  private static func json(_ words: [String]) async throws -> [String: Any] {
    let result = await run(words + ["--output", "json"])
    #expect(result.status == .ok, "\(result.err)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any], "\(result.out.prefix(300))")
  }

  @Test func everyLimitHoldsInABacktest() async throws {
    try await Self.withFiles { folder in
      // Two symbols that signal at the same instant.
      try FileManager.default.copyItem(atPath: folder + "/btcusdt-1m.csv", toPath: folder + "/ethusdt-1m.csv")
      let files = ["--candles", folder + "/btcusdt-1m.csv", "--candles", folder + "/ethusdt-1m.csv"]
      let backtest = ["backtest"] + files + ["--sizing", "fraction"] + Self.fast
      func denials(_ words: [String]) async throws -> [String] {
        Array(try #require(try await Self.json(backtest + words)["denials"] as? [String: Any]).keys)
      }
      #expect(try await denials([]) == [])
      for words in [["--max-order", "2"], ["--order-value", "2"]] { #expect(try await denials(words) == ["MAX_ORDER_NOTIONAL"]) }
      #expect(try await denials(["--max-orders-per-minute", "1"]) == ["MAX_ORDERS_PER_MINUTE"])
      #expect(try await denials(["--max-open-orders", "1"]) == ["MAX_OPEN_ORDERS"])
      #expect(try await denials(["--max-open-positions", "1"]) == ["MAX_OPEN_POSITIONS"])
      let settings = try #require(
        try await Self.json(backtest + ["--max-open-orders", "7", "--max-orders-per-minute", "9", "--max-total", "5000"])["settings"]
          as? [String: String])
      #expect(settings["max open orders"] == "7" && settings["max orders per minute"] == "9" && settings["max exposure"] == "5000 USDT")
    }
  }

  /// The names of `risk set` and of `backtest` from version 0.1.0 go on working in both.
  @Test func oldNamesOfLimitsStillWork() async throws {
    try await Self.withFiles { folder in
      let backtest = ["backtest", "--candles", folder + "/btcusdt-1m.csv"] + Self.fast
      let now = try await Self.json(
        backtest + [
          "--max-open-positions", "2", "--max-total", "9000", "--max-symbol", "8000", "--max-daily-loss", "500", "--max-drawdown", "0.5",
        ])
      let old = try await Self.json(
        backtest + [
          "--max-positions", "2", "--max-exposure", "9000", "--max-symbol-exposure", "8000", "--daily-loss", "500", "--drawdown", "0.5",
        ])
      #expect(now["settings"] as? [String: String] == old["settings"] as? [String: String])
      let help = await Self.run(["backtest", "--help"])
      #expect(help.out.contains("--max-total") && !help.out.contains("--max-exposure") && !help.out.contains("--daily-loss"))
      let twice = await Self.run(backtest + ["--max-total", "9000", "--max-exposure", "8000"])
      #expect(twice.status == .invalidArgument && twice.err.contains("--max-total") && twice.err.contains("--max-exposure"), "\(twice.err)")
    }
  }

  @Test func everyWrongLimitIsNamedWithItsOption() async throws {
    try await Self.withFiles { folder in
      let wrong = [
        "--max-order", "-1", "--max-open-orders", "few", "--max-orders-per-minute", "1e3", "--max-drawdown", "2", "--max-total", "much",
        "--on-breach", "panic", "--compound", "--detail", "/nowhere/btcusdt-1m.csv", "--spread", "x",
        "--time-stop", "soon", "--cooldown", "-3", "--stop-loss", "",
      ]
      for words in [["backtest"], ["optimize", "--range", "period=3:5", "--top", "0"], ["optimize", "--range", "no=1:2", "--top", "0"]] {
        let result = await Self.run(words + ["--candles", folder + "/btcusdt-5m.csv", "--strategy", "rsi"] + wrong)
        #expect(result.status == .invalidArgument)
        for text in [
          "--max-order:", "--max-open-orders:", "--max-orders-per-minute:", "--max-drawdown:", "--max-total:", "--on-breach:", "--spread:",
          "--time-stop:", "--cooldown:", "--stop-loss:",
        ] {
          #expect(result.err.contains("  \(text)"), "\(text) \(result.err)")
        }
        #expect(words[0] == "backtest" || result.err.contains("--top:"), "\(result.err)")
      }
    }
  }

  @Test func everyUnreadableFileIsNamed() async throws {
    let files = ["--candles", "/nowhere/btcusdt-1m.csv", "--candles", "/nowhere/ethusdt-1m.csv"]
    let result = await Self.run(["backtest"] + files)
    #expect(result.status == .invalidArgument)
    for text in ["2 things", "/nowhere/btcusdt-1m.csv", "/nowhere/ethusdt-1m.csv"] {
      #expect(result.err.contains(text), "\(text): \(result.err)")
    }
    let rules = await Self.run(["backtest"] + files + ["--exchange-info", "/nowhere/info.json", "--spread", "x"])
    #expect(rules.err.contains("2 things") && rules.err.contains("/nowhere/info.json") && rules.err.contains("--spread"), "\(rules.err)")
  }

  @Test func aResultSaysHowMuchItsDetailCovers() async throws {
    try await Self.withFiles { folder in
      let backtest = ["backtest", "--candles", folder + "/btcusdt-5m.csv"] + Self.fast
      let half = backtest + ["--detail", folder + "/half-btcusdt-1m.csv"]
      let page = folder + "/page.html"
      let detail = try #require((try await Self.json(half + ["--report", page])["detail"] as? [[String: Any]])?.first)
      #expect(detail["symbol"] as? String == "BTCUSDT" && detail["interval"] as? String == "1m")
      #expect(detail["covered_candles"] as? String == "200" && detail["candles"] as? String == "400")
      let words = "inside 200 of 400 candles, 2025-12-01 16:40 to 2025-12-02 09:20"
      #expect((await Self.run(half)).out.contains(words))
      #expect(try String(contentsOfFile: page, encoding: .utf8).contains("200 of 400 candles"))
      let whole = await Self.run(backtest + ["--detail", folder + "/btcusdt-1m.csv"])
      #expect(whole.out.contains("inside every candle"), "\(whole.out)")
      for command in [["backtest"], ["optimize", "--range", "period=3,4"]] {
        let none = await Self.run(command + ["--candles", folder + "/btcusdt-5m.csv", "--detail", folder + "/later-btcusdt-1m.csv"])
        #expect(none.status == .invalidArgument && none.err.contains("--detail"), "\(none.err)")
        #expect(none.err.contains("covers no candle of the run"), "\(none.err)")
      }
    }
  }

  @Test func aRunThatALimitEndedSaysWhenAndWhy() async throws {
    try await Self.withFiles { folder in
      let page = folder + "/page.html"
      let words = ["backtest", "--candles", folder + "/btcusdt-1m.csv", "--max-daily-loss", "0.5", "--report", page] + Self.fast
      let table = await Self.run(words)
      #expect(table.status == .ok, "\(table.err)")
      // At the top, before any figure.
      let head = table.out.split(separator: "\n").prefix(2).joined(separator: "\n")
      #expect(head.contains("Trading ended 2025-12-01") && head.contains("max_daily_loss is 0.5"), "\(head)")
      let result = try await Self.json(words)
      #expect((result["ended_reason"] as? String)?.contains("became reducing: lost") == true)
      #expect((result["ended_time_ns"] as? String).flatMap { Int($0) } ?? 0 > 1_764_547_200_000_000_000)
      #expect(try String(contentsOfFile: page, encoding: .utf8).contains("Trading ended"))
      let free = try await Self.json(["backtest", "--candles", folder + "/btcusdt-1m.csv"] + Self.fast)
      #expect(free["ended_reason"] as? String == "")
    }
  }

  @Test func sizingSaysWhetherItCompounds() async throws {
    try await Self.withFiles { folder in
      let words = ["backtest", "--candles", folder + "/btcusdt-1m.csv"] + Self.fast
      func sizing(_ words: [String]) async throws -> String? { (try await Self.json(words)["settings"] as? [String: String])?["sizing"] }
      #expect(try await sizing(words) == "risk, of the capital")
      #expect(try await sizing(words + ["--compound"]) == "risk, of the equity (compounding)")
      let search = await Self.run(
        [
          "optimize", "--candles", folder + "/btcusdt-1m.csv", "--range", "period=3,4", "--compound", "--exchange-info",
          folder + "/info.json",
        ])
      #expect(search.err.contains("info.json"))
      let found = try await Self.json(
        ["optimize", "--candles", folder + "/btcusdt-1m.csv", "--range", "period=3,4", "--compound", "--max-positions", "3"])
      for key in ["backtest_command", "create_command"] { #expect((found[key] as? String)?.contains("--compound") == true, "\(found)") }
      #expect((found["backtest_command"] as? String)?.contains("--max-open-positions 3") == true)
    }
  }

  @Test func theRulesUsedAreNamedWithTheirSource() async throws {
    try await Self.withFiles { folder in
      let result = await Self.run(["backtest", "--candles", folder + "/btcusdt-1m.csv"] + Self.fast)
      #expect(result.out.contains("rules of BTCUSDT") && result.out.contains("recorded from the exchange in 2025"), "\(result.out)")
      try FileManager.default.copyItem(atPath: folder + "/btcusdt-1m.csv", toPath: folder + "/xyzusdt-1m.csv")
      let other = await Self.run(["backtest", "--candles", folder + "/xyzusdt-1m.csv"] + Self.fast)
      #expect(other.out.contains("rules of XYZUSDT") && other.out.contains("derived from the first price"), "\(other.out)")
    }
  }

  /// Only what is named is changed, by the names of a backtest.
  @Test func riskSetNamesWhatItChanges() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.RiskService.setRiskLimits) { (request: V1.SetRiskLimitsRequest) throws(RPCError) -> V1.SetRiskLimitsResponse in
        #expect(request.fields == ["max_order_notional", "max_total_notional", "max_open_orders", "on_breach"])
        #expect(request.limits?.maxOrderNotional == "0" && request.limits?.maxTotalNotional == "900")
        #expect(request.limits?.maxOpenOrders == 4 && request.limits?.onBreach == .halted)
        return V1.SetRiskLimitsResponse(limits: request.limits)
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "risk", "set", "--max-order", "0", "--total-value", "900", "--max-open-orders", "4", "--on-breach", "halted", at: daemon)
      #expect(result.status == .ok, "\(result.err)")
    }
    let wrong = await Self.run(["risk", "set", "--max-order", "x", "--max-drawdown", "1.5", "--max-open-orders", "-1"])
    #expect(wrong.status == .invalidArgument)
    for text in ["--max-order:", "--max-drawdown:", "--max-open-orders:"] { #expect(wrong.err.contains("  \(text)"), "\(wrong.err)") }
  }
}
