import BotAPI
import Foundation
import Presentation
import ProgramTestSupport
import TTRPC
import TestSupport
import Testing

/// One run with trades, and every door that shows its figures: each figure has the same digits everywhere.
@Suite(.enabled(if: PostgresServer.missing == nil, "PostgreSQL cannot run here")) struct SameFiguresTests {
  /// A door's figures: the API's names and the digits it shows; what is unknown is absent.
  private typealias Figures = [String: String]

  private static let settings = [
    "--strategy", "rsi", "--param", "period=9", "--param", "oversold=35", "--param", "overbought=65", "--capital", "10000", "--stop-loss",
    "0.01", "--take-profit", "0.02", "--trailing-stop", "0.015", "--time-stop", "40", "--cooldown", "6",
  ]

  /// Figures of one bot that a portfolio has not.
  private static let ofOneBot: Set = ["bot_id", "state", "position_quantity"]
  /// What the table of statistics has not: it is in `bots`, or of a backtest only.
  private static let notInTables: Set = ["state", "mode", "candles", "rates"]
  /// Of a run, not of an account.
  private static let ofARun: Set = ["bot_id", "state", "mode", "candles", "position_quantity"]
  /// A bot begins when it is started, some seconds after the market that a backtest begins with; its price then is the first that its
  /// journal knows. Compared by ``expectSameButForTheBeginning(_:_:_:)``.
  private static let fromTheBeginningOn: Set = [
    "first_time_ns", "max_drawdown_peak_time_ns", "max_drawdown_duration_ns", "time_in_market", "mean_time_in_market", "cagr",
    "calmar_ratio", "market_change", "whole_days",
  ]

  @Test func everyDoorShowsTheSameFigures() async throws {
    let directory = try TemporaryDirectory("figures")
    let file = directory.file("btcusdt-15m-wave.csv")
    try Self.candles.write(toFile: file, atomically: true, encoding: .utf8)
    let server = try PostgresServer.start()
    let simulator = try Simulator(directory, ["--replay", "\(file):BTCUSDT:15m", "--speed", "30000", "--start-paused"])
    let daemon = Daemon.paper(directory, simulator, database: server)
    try daemon.start()
    defer { daemon.kill() }
    try trade(daemon, simulator, file)

    let stats = try figures(try daemon.json(["stats", "btcusdt"]))
    #expect(Int(stats["trades"] ?? "") ?? 0 > 20 && stats["sharpe_ratio"] != nil, "the run says too little: \(stats)")
    #expect(stats["unrealized_pnl"] != "0" && stats["fees"]?.contains("BTC") == true, "\(stats)")
    expectSame(try figures(try daemon.json(["portfolio"]), in: "stats"), stats, "portfolio", except: Self.ofOneBot)
    expectSame(try await remote(daemon), stats, "GetBotStats")
    let bots = try figures(try daemon.json(["list"]))
    expectSame(bots.filter { ["net_pnl", "fills"].contains($0.key) }, stats, "list", isPart: true)
    try expectSameInTheDatabase(daemon, server, stats)
    let curve = try curve(daemon)
    daemon.stop()
    try daemon.start()
    expectSame(try figures(try daemon.json(["stats", "btcusdt"])), stats, "stats after a restart")
    daemon.stop()

    let replay = try tree(try run([try Programs.path("botctl"), "replay", daemon.stateDirectory, "--output", "json"]).output)
    let told = Self.plain(replay)
    expectSame(told.filter { ["realized_pnl", "equity"].contains($0.key) }, stats, "replay", isPart: true)
    #expect("\(replay["fills"]?.elements?.count ?? 0)" == stats["fills"])

    let (backtest, page) = try self.backtest(directory, file)
    expectSame(backtest.stats, stats, "backtest", except: Self.ofARun.union(Self.fromTheBeginningOn))
    expectSameButForTheBeginning(backtest.stats, stats)
    expectSameUnderOtherNames(backtest.figures, backtest.stats, "backtest's figures", atLeast: 27)
    expectSamePage(page, backtest.stats)
    try expectSameInASearch(file, backtest.stats)
    #expect(curve["equity"] == stats["equity"] && curve["net_profit"] == stats["net_pnl"], "\(curve)")
    #expect(curve["position_value"] == stats["position_value"] && curve["drawdown_fraction"] == stats["drawdown_now"], "\(curve)")
  }

  // MARK: The run

  /// Nine days that swing: most trades lose or win by a stop, a target or a signal, some entries are denied.
  private static var candles: String {
    func wave(_ at: Int, _ period: Int, _ height: Int) -> Int {
      let place = at % period
      return (min(place, period - place) * 2 - period / 2) * height / (period / 2)
    }
    var text = "open_time,open,high,low,close,volume\n"
    var open = 50_000
    for index in 1...876 {
      let close = 50_000 + wave(index, 58, 1_500) + wave(index, 23, 700) + 2 * index
      text += "\(1_730_419_200_000 + (index - 1) * 900_000),\(open),\(max(open, close) + 35),\(min(open, close) - 40),\(close),25\n"
      open = close
    }
    return text
  }

  /// Creates the bot while the market stands still, and lets it trade the whole file.
  private func trade(_ daemon: Daemon, _ simulator: Simulator, _ file: String) throws {
    try daemon.create(["btcusdt", "--symbol", "BTCUSDT", "--interval", "15m", "--start"] + Self.settings)
    #expect(eventually(within: 30) { (simulator.status["subscriptions"] as? Int ?? 0) >= 4 }, "\(simulator.status)")
    _ = try simulator.get("/sim/resume")
    #expect(eventually(within: 120) { simulator.status["finished"] as? Bool ?? false }, "\(simulator.status)")
    let last = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").last?.split(separator: ",").first
    let isComplete = try eventually(within: 60) {
      let newest = (try daemon.read("candles", "BTCUSDT", "--interval", "15m", "--limit", "3")["items"] as? [[String: Any]])?.last {
        $0["is_closed"] as? Bool ?? true
      }
      return "\(Ledgers.integer(newest?["open_time_ns"]) / 1_000_000)" == last.map(String.init)
    }
    #expect(isComplete, "\(daemon.tail)")
  }

  private func backtest(
    _ directory: TemporaryDirectory, _ file: String
  ) throws -> (run: (stats: Figures, figures: Figures), page: String) {
    let page = directory.file("page.html")
    let words = ["backtest", "--candles", file, "--report", page, "--output", "json"]
    let answer = try run([try Programs.path("botctl")] + words + Self.settings)
    let run = (stats: try figures(answer.output, in: "stats"), figures: try figures(answer.output, in: "figures"))
    return (run, try String(contentsOfFile: page, encoding: .utf8))
  }

  /// The same bot as one of two that a search tries on the whole file.
  private func expectSameInASearch(_ file: String, _ stats: Figures) throws {
    let words = ["optimize", "--candles", file, "--split", "0", "--range", "cooldown_candles=6,7", "--objective", "win_rate"]
    let answer = try run([try Programs.path("botctl")] + words + ["--output", "json"] + Self.settings.dropLast(2))
    // What it says beside the JSON is on standard error.
    let json = answer.output.firstIndex(of: "{").map { answer.output[$0...].prefix { $0 != "·" } } ?? ""
    let found = try tree(String(json))["top"]?.elements?.first { $0["parameters"]?["cooldown_candles"]?.text == "6" }
    expectSameUnderOtherNames(Self.plain(found?["in_sample"] ?? .null), stats, "optimize", atLeast: 12)
    #expect(found?["objective_in_sample"].flatMap(Self.digits) == stats["win_rate"])
  }

  // MARK: The doors

  private func remote(_ daemon: Daemon) async throws -> Figures {
    let client = try await RPCClient.connect(to: try RPCAddress(parsing: daemon.address))
    let response = try await V1.BotServiceClient(client).getBotStats(V1.GetBotStatsRequest(botID: "btcusdt"))
    await client.close()
    var json = JSONText()
    json.value(response.stats ?? V1.Stats())
    return try figures(json.text)
  }

  /// The last point of the bot's curve.
  private func curve(_ daemon: Daemon) throws -> Figures {
    let points = try tree(try daemon.json(["equity", "btcusdt", "--limit", "100000"])).elements ?? []
    #expect(points.count > 100)
    return Self.plain(points.last ?? .null)
  }

  /// Its tables have the columns of the API, and nothing of the bot differs from the portfolio that it is alone in.
  private func expectSameInTheDatabase(_ daemon: Daemon, _ server: PostgresServer, _ stats: Figures) throws {
    let portfolio = try figures(try daemon.json(["portfolio"]))
    let sequence = portfolio["sequence"] ?? ""
    let isMirrored = try eventually(within: 60) { try server.query("SELECT max(sequence) FROM botd.journal") == sequence }
    #expect(isMirrored, "\(daemon.tail)")
    for (owner, what) in [("bot_id = 'btcusdt'", "botd.statistics of the bot"), ("bot_id IS NULL", "botd.statistics of the portfolio")] {
      let text = try server.query(
        "SELECT to_jsonb(s) - ARRAY['journal_id', 'created_sequence', 'sequence', 'updated_at'] FROM botd.statistics s WHERE \(owner)")
      var found = Self.plain(try tree(text))
      let isBot = owner.contains("btcusdt")
      #expect(found.removeValue(forKey: "open_positions") == portfolio["open_positions"], "open_positions in \(what)")
      expectSame(found, stats, what, except: Self.notInTables.union(isBot ? [] : Self.ofOneBot))
      let last = try server.query(
        "SELECT trim_scale(equity), trim_scale(net_profit), trim_scale(realized) FROM botd.equity WHERE \(owner) AND quote_asset = 'USDT' "
          + "ORDER BY sequence DESC LIMIT 1")
      #expect(last == ["equity", "net_pnl", "realized_pnl"].map { stats[$0] ?? "" }.joined(separator: "|"), "botd.equity, \(owner)")
    }
    let position = try server.query("SELECT trim_scale(quantity), trim_scale(realized_pnl) FROM botd.positions WHERE bot_id = 'btcusdt'")
    #expect(position == "\(stats["position_quantity"] ?? "")|\(stats["realized_pnl"] ?? "")")
  }

  /// The page rounds to two places; nothing else may differ.
  private func expectSamePage(_ page: String, _ stats: Figures) {
    func amount(_ key: String) -> String { DecimalText.fixed(stats[key] ?? "", places: 2) }
    func ratio(_ key: String) -> String { RatioText.percent(Double(stats[key] ?? "")).replacing("%", with: "") }
    let rows = [
      ("Final equity", amount("equity")), ("Net profit", amount("net_pnl")), ("Fees", amount("fees_total")),
      ("Profit before fees", amount("gross_pnl")), ("Realized", amount("realized_pnl")), ("Turnover", amount("turnover")),
      ("Net profit %", ratio("return_fraction") + "%"), ("CAGR", ratio("cagr") + "%"), ("Sharpe ratio", amount("sharpe_ratio")),
      ("Sortino ratio", amount("sortino_ratio")), ("Calmar ratio", amount("calmar_ratio")),
      ("Volatility a year", ratio("volatility") + "%"), ("Maximum drawdown %", ratio("max_drawdown_fraction") + "%"),
      ("Lost in that drawdown", amount("max_drawdown")), ("Largest fall of the profit", amount("largest_fall")),
      ("Trades", stats["trades"] ?? ""), ("Wins", stats["wins"] ?? ""), ("Losses", stats["losses"] ?? ""),
      ("Win rate", ratio("win_rate") + "%"), ("Profit factor", amount("profit_factor")), ("Expectancy a trade", amount("expectancy")),
      ("Best trade", amount("best_trade")), ("Worst trade", amount("worst_trade")), ("Fills", stats["fills"] ?? ""),
      ("Signals denied", stats["signals_denied"] ?? ""), ("Time in the market", ratio("time_in_market") + "%"),
      ("Market change", ratio("market_change") + "%"), ("Slippage against the decision", amount("slippage")),
    ]
    for (label, expected) in rows {
      let shown = page.firstRange(of: "<dt>\(label)</dt><dd>").map { page[$0.upperBound...].prefix { $0 != "<" } } ?? "nothing"
      let digits = shown.replacing(",", with: "").replacing("−", with: "-").replacing(" USDT", with: "")
      #expect(digits == expected, "\(label) on the page is \(shown)")
    }
  }

  // MARK: Comparing

  private func tree(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text.prefix(300))") }

  /// The object of a JSON text, the only one of its list, or what it has under `key`.
  private func figures(_ text: String, in key: String? = nil) throws -> Figures {
    let tree = try tree(text)
    let object = tree.elements?.first ?? tree
    return Self.plain(key.map { object[$0] ?? .null } ?? object)
  }

  private static func plain(_ object: JSONTree) -> Figures {
    var figures: Figures = [:]
    for member in object.members ?? [] { figures[member.name] = digits(member.value) }
    // Of the API 0 is "not yet" or "none" there.
    for name in ["max_drawdown_recovery_time_ns", "answer_delay_mean_ns", "answer_delay_max_ns"] where figures[name] == "0" {
      figures[name] = nil
    }
    return figures
  }

  /// What is written, decimals without zeros at their end; `nil` for what is unknown.
  private static func digits(_ value: JSONTree) -> String? {
    switch value {
    case .null: nil
    case .bool(let value): "\(value)"
    case .string(let text), .number(let text): text.isEmpty ? nil : Row.plain(text)
    case .array(let elements): "[\(elements.map { digits($0) ?? "-" }.joined(separator: ", "))]"
    case .object(let members):
      members.sorted { $0.name < $1.name }.map { "\($0.name) \(digits($0.value) ?? "-")" }.joined(separator: " ")
    }
  }

  private func expectSame(_ found: Figures, _ stats: Figures, _ door: String, except: Set<String> = [], isPart: Bool = false) {
    let names = Set(found.keys).union(isPart ? [] : Set(stats.keys)).subtracting(except)
    #expect(names.count >= (isPart ? 2 : 40), "\(door) shows only \(names)")
    for name in names.sorted() {
      #expect(found[name] == stats[name], "\(name) in \(door) is \(found[name] ?? "unknown"), in stats \(stats[name] ?? "unknown")")
    }
  }

  /// Names of a run's figures where they are not those of the API.
  private static let otherNames = [
    "final_equity": "equity", "net_profit": "net_pnl", "net_profit_fraction": "return_fraction", "gross_profit_before_fees": "gross_pnl",
    "fees": "fees_total", "market_change_fraction": "market_change", "sharpe": "sharpe_ratio", "sortino": "sortino_ratio",
    "calmar": "calmar_ratio", "annual_volatility": "volatility", "break_even_trades": "break_even", "denied": "signals_denied",
  ]

  private func expectSameUnderOtherNames(_ found: Figures, _ stats: Figures, _ door: String, atLeast count: Int) {
    var compared = 0
    for (name, value) in found.sorted(by: { $0.key < $1.key }) {
      guard let expected = stats[Self.otherNames[name] ?? name] else { continue }
      compared += 1
      #expect(value == expected, "\(name) in \(door) is \(value), in stats \(expected)")
    }
    #expect(compared >= count, "\(door) shows only \(compared) of \(found.keys.sorted())")
  }

  /// What depends on when the run began: the same amount of it over either time.
  private func expectSameButForTheBeginning(_ backtest: Figures, _ stats: Figures) {
    func number(_ figures: Figures, _ name: String) -> Double { Double(figures[name] ?? "") ?? .nan }
    func span(_ figures: Figures) -> Double { number(figures, "last_time_ns") - number(figures, "first_time_ns") }
    let late = number(stats, "first_time_ns") - number(backtest, "first_time_ns")
    #expect(late >= 0 && late < 60e9, "the bot began \(late / 1e9) s after the market")
    let held = [backtest, stats].map { number($0, "time_in_market") * span($0) }
    #expect(abs(held[0] - held[1]) < 1e-8 * span(backtest), "\(held)")
    // The first day is whole if the run began at midnight.
    #expect(number(backtest, "whole_days") == number(stats, "whole_days") + (late > 0 ? 1 : 0))
    for figures in [backtest, stats] {
      let growth = pow(1 + number(figures, "net_pnl") / 10_000, 365 * 86_400e9 / span(figures)) - 1
      #expect(abs(number(figures, "cagr") - growth) < 1e-6, "\(figures["cagr"] ?? ""), \(growth)")
      #expect(abs(number(figures, "calmar_ratio") - growth / number(figures, "max_drawdown_fraction")) < 1e-4)
      #expect(number(figures, "mean_time_in_market") == number(figures, "time_in_market"))
    }
  }
}
