import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// The page of metrics of a real daemon, the alert rules and the dashboard made of it.
@Suite(.serialized) struct MetricsTests {
  private static let promtool = program("promtool")

  private func check(_ page: MetricsPage, _ directory: TemporaryDirectory) throws {
    let file = directory.file("page")
    try page.text.write(toFile: file, atomically: true, encoding: .utf8)
    guard let promtool = Self.promtool else { return }
    let answer = try run(["sh", "-c", "\(promtool) check metrics < \(file)"])
    #expect(answer.code == 0 && answer.output.isEmpty, "\(answer.output)")
  }

  @Test func thePageTellsWhatBotctlTells() throws {
    let directory = try TemporaryDirectory("metrics")
    let measured = try MeasuredDaemon(
      directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "900"],
      environment: ["BINANCE_API_SECRET": "canarysecret", "REDIS_PASSWORD": "canaryredis", "BINANCE_API_KEY": "canarykeycanarykey"])
    let daemon = measured.daemon
    defer { daemon.stop() }
    try #require(eventually(within: 60) { ((try? measured.page()).map { $0.number("botd_fills_total") } ?? 0) >= 3 })
    for bot in ["btc-rsi", "eth-rsi"] {
      try daemon.control("stop", bot)
      try daemon.control("close", bot)
    }
    let isFlat = try eventually(within: 30) { try measured.page().value("botd_positions{protection=\"resting\"}") == "0" }
    #expect(isFlat)
    // A page is kept for a second, and dust moves with the market: both are asked until they are of one moment.
    var page = try measured.page()
    var figures: [String: Any] = [:]
    let isSame = try eventually(within: 60) {
      let answer = try daemon.read("portfolio")
      figures = answer["stats"] as? [String: Any] ?? answer
      page = try measured.page()
      return page.value("botd_equity{asset=\"USDT\"}") == figures["equity"] as? String
    }
    #expect(isSame, "\(page.value("botd_equity{asset=\"USDT\"}") ?? "") is not \(figures["equity"] ?? "")")
    #expect(page.value("botd_realized_profit{asset=\"USDT\"}") == figures["realized_pnl"] as? String)
    #expect(page.value("botd_unrealized_profit{asset=\"USDT\"}") == figures["unrealized_pnl"] as? String)
    #expect(page.value("botd_capital{asset=\"USDT\"}") == "2000")
    #expect(page.value("botd_fills_total") == figures["fills"] as? String)
    #expect(page.value("botd_bots{state=\"stopped\"}") == "2")
    #expect(page.value("botd_bot_info{bot=\"btc-rsi\",symbol=\"BTCUSDT\",strategy=\"rsi\",asset=\"USDT\"}") == "1")
    // A disk that is slow just now is degraded.
    let statuses = ["ok", "degraded", "down", "disabled"].map {
      page.number("botd_component_status{component=\"journal\",status=\"\($0)\"}")
    }
    #expect(statuses.reduce(0, +) == 1 && statuses[2] == 0)
    #expect(page.value("botd_trading_state{state=\"active\"}") == "1")
    #expect(page.number("botd_order_loop_age_seconds") < 5)
    #expect(page.number("botd_journal_sync_duration_seconds_count") > 0)
    #expect(page.number("botd_journal_sync_duration_seconds_sum") <= page.number("botd_journal_write_duration_seconds_sum"))
    #expect(page.number("botd_journal_sequence") > 10)
    // One bot's fills are the bot's own statistics; both together are all.
    let fills = ["btc-rsi", "eth-rsi"].map { page.number("botd_bot_fills_total{bot=\"\($0)\"}") }
    #expect(fills.reduce(0, +) == page.number("botd_fills_total"))
    #expect(!page.text.contains("canary"))
    #expect(!page.text.contains("NaN"))
    try check(page, directory)

    // What counts from the journal goes on after a restart; what counts from the start begins anew.
    daemon.stop()
    try daemon.start()
    let after = try measured.page()
    #expect(after.number("botd_fills_total") >= page.number("botd_fills_total"))
    #expect(after.number("botd_fees_total{asset=\"USDT\"}") >= page.number("botd_fees_total{asset=\"USDT\"}"))
    #expect(after.value("botd_orders_placed_total{purpose=\"entry\"}") == "0")
    #expect(after.number("botd_start_time_seconds") > page.number("botd_start_time_seconds"))
  }

  @Test func ordersAtAnExchangeAreTimedAndRefusalsCounted() throws {
    let directory = try TemporaryDirectory("metrics")
    let (key, secret) = ("testkeytestkeytestkeytestkey", "testsecrettestsecrettestsecret")
    let simulator = try Simulator(
      directory,
      ["--symbol", "BTCUSDT", "--seed", "11", "--speed", "1", "--api-key", key, "--api-secret", secret, "--balance", "USDT=1000"])
    let measured = try MeasuredDaemon(
      directory, arguments: ["--mode", "testnet"],
      environment: [
        "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
        "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3", "BINANCE_API_KEY": key, "BINANCE_API_SECRET": secret,
      ])
    defer { measured.daemon.stop() }
    // Two bots of which each may spend all that the account has: the second is refused sooner or later.
    for bot in ["a", "b"] {
      let made = try eventually(within: 30) {
        try measured.daemon.control(
          "create", bot, "--symbol", "BTCUSDT", "--strategy", "rsi", "--param", "period=2", "--param", "oversold=49.9", "--param",
          "overbought=50.1", "--interval", "1s", "--capital", "1000", "--max-position", "0.95", "--risk-per-trade", "0.05", "--stop-loss",
          "0.05", "--start"
        ).code == 0
      }
      #expect(made, "\(measured.daemon.tail)")
    }
    try #require(
      eventually(within: 90) {
        guard let page = try? measured.page() else { return false }
        return page.number("botd_order_round_trip_duration_seconds_count") >= 2
          && page.number("botd_orders_placed_total{purpose=\"entry\"}") >= 1
      }, "\(measured.daemon.tail)")
    let page = try measured.page()
    #expect(page.number("botd_order_round_trip_duration_seconds_bucket{le=\"+Inf\"}") >= 2)
    #expect(page.number("botd_order_round_trip_duration_seconds_sum") > 0)
    #expect(page.number("botd_rate_limit_used{limit=\"REQUEST_WEIGHT\",window_seconds=\"60\"}") > 0)
    #expect(page.number("botd_rate_limit{limit=\"REQUEST_WEIGHT\",window_seconds=\"60\"}") > 100)
    #expect(page.number("botd_stream_age_max_seconds") < 30)
    #expect(page.number("botd_feed_frames_total") > 0)
    #expect(page.value("botd_component_status{component=\"user_stream\",status=\"ok\"}") == "1")
    #expect(!page.text.contains(key) && !page.text.contains(secret) && !page.text.contains("127.0.0.1"))
    try check(page, directory)
    let named = try namesUsed()
    #expect(named.count > 40)
    #expect(named.subtracting(page.names) == [], "rules or the dashboard name what the page does not have")
  }

  /// Every metric that the alert rules or the dashboard name.
  private func namesUsed() throws -> Set<String> {
    var names: Set<String> = []
    for file in [
      "Sources/botd/Packaging/monitoring/alerts.yml", "Sources/botd/Packaging/monitoring/alerts_test.yml",
      "Sources/botd/Packaging/monitoring/grafana-dashboard.json",
    ] {
      for match in try Tree.text(file).matches(of: /\bbotd_[a-z_]+/) { names.insert(String(match.0)) }
    }
    return names
  }

  @Test(.enabled(if: promtool != nil, "needs promtool (Debian: prometheus)")) func alertRulesDoWhatTheySay() throws {
    let folder = Tree.path("Sources/botd/Packaging/monitoring")
    let tool = Self.promtool ?? ""
    let checked = try run(["env", "-C", folder, tool, "check", "rules", "alerts.yml"])
    #expect(checked.code == 0, "\(checked.output)")
    let tested = try run(["env", "-C", folder, tool, "test", "rules", "alerts_test.yml"])
    #expect(tested.code == 0, "\(tested.output)")
    // Every alert is tried, and the page says what to do about it.
    let tests = try Tree.text("Sources/botd/Packaging/monitoring/alerts_test.yml")
    let manual = try Tree.text("Sources/BotDaemon/Documentation.docc/Monitoring.md")
    let alerts = try Tree.text("Sources/botd/Packaging/monitoring/alerts.yml").matches(of: /alert: (\w+)/).map { String($0.1) }
    #expect(alerts.count >= 15)
    for alert in alerts {
      #expect(tests.contains(alert), "no test of \(alert)")
      #expect(manual.contains("### \(alert)"), "no page about \(alert)")
    }
  }

  @Test func theDashboardIsOne() throws {
    let text = try Tree.text("Sources/botd/Packaging/monitoring/grafana-dashboard.json")
    let board = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let panels = try #require(board["panels"] as? [[String: Any]])
    #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
    for panel in panels where panel["type"] as? String != "row" {
      let targets = panel["targets"] as? [[String: Any]] ?? []
      #expect(!targets.isEmpty, "\(panel["title"] ?? "")")
      for target in targets { #expect((target["expr"] as? String ?? "").contains("$instance")) }
    }
  }

  /// Many connections that say nothing, or read nothing: others are served, and the daemon trades.
  @Test func slowClientsHoldNothing() throws {
    let directory = try TemporaryDirectory("metrics")
    let measured = try MeasuredDaemon(directory, arguments: ["--mode", "simulated", "--example-bots"])
    defer { measured.daemon.stop() }
    var silent: [TCPSocket] = []
    for _ in 0..<40 { silent.append(try TCPSocket.connect(port: measured.port, seconds: 20)) }
    // Beyond the sixteenth they are closed at once.
    var closed = 0
    for socket in silent {
      socket.setTimeout(0.05)
      switch try socket.receive() {
      case .closed, .reset: closed += 1
      default: break
      }
    }
    #expect(closed == 24)
    #expect(try measured.daemon.control("list").code == 0)
    // The others end after ten seconds, and the page is there again.
    #expect(eventually(within: 30) { (try? measured.page().names.count) ?? 0 > 40 })
    // A request without an end is cut off.
    let endless = try TCPSocket.connect(port: measured.port, seconds: 20)
    try? endless.write("GET /metrics HTTP/1.1\r\n")
    let line = "X-Filler: " + String(repeating: "x", count: 1_000) + "\r\n"
    var written = 0
    while written < 4_000_000, (try? endless.write(line)) != nil { written += line.utf8.count }
    #expect(written < 4_000_000)
    #expect(try measured.page().names.count > 40)
  }

  @Test func onlyThisMachineReadsIt() throws {
    let directory = try TemporaryDirectory("metrics")
    func refusal(_ arguments: [String], _ environment: [String: String] = [:]) throws -> String {
      let answer = try run(
        [try Programs.path("botd"), "--mode", "simulated", "--state-dir", directory.file("s"), "--listen", "unix:\(directory.file("r/s"))"]
          + arguments, environment: environment)
      #expect(answer.code == 2)
      return answer.output
    }
    #expect(try refusal(["--metrics", "0.0.0.0:9464"]).contains("BOTD_METRICS_PUBLIC=true"))
    #expect(try refusal(["--metrics", "[::]:9464"]).contains("BOTD_METRICS_PUBLIC=true"))
    for wrong in ["9464", "localhost", "example.org:1", "127.0.0.1:70000", "127.0.0.1:", "http://127.0.0.1:1"] {
      #expect(try refusal([], ["BOTD_METRICS": wrong]).contains("BOTD_METRICS must be an address and a port"), "\(wrong)")
    }
    let measured = try MeasuredDaemon(directory)
    defer { measured.daemon.stop() }
    func ask(_ request: String) throws -> String {
      let socket = try TCPSocket.connect(port: measured.port)
      try socket.write(request)
      return String(decoding: try socket.readToEnd().bytes, as: UTF8.self)
    }
    #expect(try ask("GET /metrics HTTP/1.1\r\nHost: attacker.example\r\n\r\n").hasPrefix("HTTP/1.1 403"))
    #expect(try ask("GET /metrics HTTP/1.1\r\nHost: localhost:1\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    #expect(try ask("GET /metrics HTTP/1.1\r\nHost: [::1]:1\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    #expect(try ask("GET /metrics HTTP/1.0\r\n\r\n").contains("200"))
    #expect(try ask("GET /metrics?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    #expect(try ask("GET /etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").hasPrefix("HTTP/1.1 404"))
    #expect(try ask("DELETE /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").hasPrefix("HTTP/1.1 405"))
    #expect(try ask("nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400") || true)
    #expect(try measured.page().names.count > 40)
  }
}
