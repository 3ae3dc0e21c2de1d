import Foundation
import Presentation
import ProgramTestSupport
import TestSupport
import Testing
import Time
import TradingModel

/// What was earned, asked of a real daemon in every way: each answer has the digits of every other.
@Suite(.serialized) struct MoneyTests {
  private static func tree(_ daemon: Daemon, _ words: String...) throws -> JSONTree {
    let answer = try run([try Programs.path("botctl")] + words + ["--output", "json", "--address", daemon.address])
    return try #require(answer.code == 0 ? JSONTree(Array(answer.output.utf8)) : nil, "\(words): \(answer.output.prefix(300))")
  }

  private static func decimal(_ value: JSONTree?) -> FixedDecimal { value?.text.flatMap { FixedDecimal(text: $0) } ?? .zero }

  private static func sum(_ rows: JSONTree?, _ name: String) -> FixedDecimal {
    (rows?.elements ?? []).reduce(.zero) { $0 + decimal($1[name]) }
  }

  private static func integer(_ value: JSONTree?) -> Int { value?.text.flatMap(Int.init) ?? 0 }

  /// Every way to ask gives the same: profit in all groupings, statement, stats of all bots, portfolio, and the trades themselves.
  private static func expectSame(_ daemon: Daemon, removed: Bool) throws {
    let portfolio = try #require(try tree(daemon, "portfolio")["stats"])
    let stats = try tree(daemon, "stats")
    for by in ["", "day", "week", "month", "bot", "symbol", "reason", "strategy"] {
      let profit = by.isEmpty ? try tree(daemon, "profit") : try tree(daemon, "profit", "--by", by)
      let total = try #require(profit["totals"]?.elements?.first)
      #expect(profit["totals"]?.elements?.count == 1)
      for name in [
        "realized_pnl", "unrealized_pnl", "net_pnl", "fees_total", "turnover", "expectancy", "best_trade", "worst_trade", "win_rate",
      ] {
        #expect(decimal(total[name]) == decimal(portfolio[name]), "\(name) by \(by)")
      }
      for name in ["fills", "trades", "wins", "losses", "break_even"] {
        #expect(integer(total[name]) == integer(portfolio[name]), "\(name) by \(by)")
      }
      guard !by.isEmpty else { continue }
      for name in ["realized_pnl", "fees_total", "turnover"] {
        #expect(sum(profit["groups"], name) == decimal(total[name]), "\(name) by \(by)")
      }
      guard by == "bot" else { continue }
      for bot in stats.elements ?? [] {
        let row = profit["groups"]?.elements?.first { $0["group"] == bot["bot_id"] }
        guard integer(bot["fills"]) > 0 else { continue }
        for name in ["realized_pnl", "net_pnl", "fees_total", "turnover", "win_rate"] {
          #expect(decimal(row?[name]) == decimal(bot[name]), "\(name) of \(bot["bot_id"]?.text ?? "")")
        }
      }
      let all = sum(stats, "realized_pnl")
      #expect(removed ? all != decimal(portfolio["realized_pnl"]) : all == decimal(portfolio["realized_pnl"]))
    }
    let statement = try tree(daemon, "statement", "--since", "2000-01-01", "--until", "2200-01-01")
    #expect(sum(statement["gains"], "realized_pnl") == decimal(portfolio["realized_pnl"]))
    #expect(
      statement["gains"]?.elements?.allSatisfy { decimal($0["difference_unexplained"]).isZero } == true, "\(statement["gains"] ?? .null)")
    #expect(sum(statement["lots"], "gain") == sum(statement["gains"], "gain_of_sales") + sum(statement["gains"], "gain_of_transfers"))
    for row in statement["assets"]?.elements ?? [] {
      let parts = ["opening", "bought", "sold", "fees", "outside_fills", "other"].reduce(FixedDecimal.zero) { $0 + decimal(row[$1]) }
      #expect(parts == decimal(row["closing"]), "\(row)")
    }
  }

  /// Three days that swing.
  private static var candles: String {
    func wave(_ at: Int, _ period: Int, _ height: Int) -> Int {
      let place = at % period
      return (min(place, period - place) * 2 - period / 2) * height / (period / 2)
    }
    var text = "open_time,open,high,low,close,volume\n"
    var open = 50_000
    for index in 1...876 {
      let close = 50_000 + wave(index, 58, 1_500) + wave(index, 23, 700) + 2 * index
      // From 2024-10-31T12:00Z on: over the end of a month.
      text += "\(1_730_376_000_000 + (index - 1) * 300_000),\(open),\(max(open, close) + 35),\(min(open, close) - 40),\(close),25\n"
      open = close
    }
    return text
  }

  @Test func everyAnswerHasTheSameDigits() throws {
    let directory = try TemporaryDirectory("money")
    let file = directory.file("btcusdt-5m-wave.csv")
    try Self.candles.write(toFile: file, atomically: true, encoding: .utf8)
    let simulator = try Simulator(directory, ["--replay", "\(file):BTCUSDT:5m", "--speed", "9000", "--start-paused"])
    let daemon = Daemon.paper(directory, simulator)
    try daemon.start()
    defer { daemon.kill() }
    let settings = ["--symbol", "BTCUSDT", "--interval", "5m", "--stop-loss", "0.01", "--take-profit", "0.02", "--start"]
    try daemon.create(
      ["one", "--strategy", "rsi", "--param", "period=9", "--param", "oversold=35", "--param", "overbought=65", "--capital", "10000"]
        + settings)
    try daemon.create(
      ["two", "--strategy", "rsi", "--param", "period=5", "--param", "oversold=30", "--param", "overbought=75", "--capital", "7000"]
        + settings)
    #expect(eventually(within: 30) { (simulator.status["subscriptions"] as? Int ?? 0) >= 4 }, "\(simulator.status)")
    _ = try simulator.get("/sim/resume")
    #expect(eventually(within: 120) { simulator.status["finished"] as? Bool ?? false }, "\(simulator.status)")
    // The market stands still now; what is on its way arrives.
    var count = -1
    let isQuiet = try eventually(within: 60) {
      let events = try Self.tree(daemon, "portfolio")["sequence"]?.text.flatMap(Int.init) ?? 0
      defer { count = events }
      return events == count && events > 100
    }
    #expect(isQuiet, "\(daemon.tail)")
    try Self.expectSame(daemon, removed: false)
    try expectTheListsOfATime(daemon)
    try expectTheMonths(daemon)
    try expectThePages(daemon, directory)
    #expect(try daemon.control("stop", "one").code == 0)
    _ = try daemon.control("close", "one")
    _ = try eventually(within: 20) { try daemon.control("remove", "one").code == 0 }
    #expect(try Self.tree(daemon, "list").elements?.count == 1)
    try Self.expectSame(daemon, removed: true)
    // A removed bot's trades are there after a restart too.
    let before = try Self.tree(daemon, "profit", "--by", "reason")
    daemon.stop()
    try daemon.start()
    #expect(try Self.tree(daemon, "profit", "--by", "reason")["groups"] == before["groups"])
  }

  /// Two months and what was before them are the whole, in profit and in lots.
  private func expectTheMonths(_ daemon: Daemon) throws {
    let whole = try Self.tree(daemon, "statement", "--since", "2000-01-01", "--until", "2200-01-01")
    let months = try ["2024-10", "2024-11"].map { try Self.tree(daemon, "statement", "--month", $0) }
    #expect(months.allSatisfy { $0["lots"]?.elements?.isEmpty == false })
    for name in ["gain_of_sales", "realized_pnl"] {
      #expect(months.reduce(FixedDecimal.zero) { $0 + Self.sum($1["gains"], name) } == Self.sum(whole["gains"], name), "\(name)")
    }
    #expect(months.flatMap { $0["lots"]?.elements ?? [] } == whole["lots"]?.elements)
    for asset in ["BTC", "USDT"] {
      func row(_ month: JSONTree) -> JSONTree? { month["assets"]?.elements?.first { $0["asset"]?.text == asset } }
      #expect(Self.decimal(row(months[0])?["closing"]) == Self.decimal(row(months[1])?["opening"]))
    }
    let profits = try ["2024-10", "2024-11"].enumerated().map { index, month in
      try Self.tree(daemon, "profit", index == 0 ? "--until" : "--since", "2024-11-01")["totals"]
    }
    #expect(zip(profits, months).allSatisfy { Self.sum($0, "realized_pnl") == Self.sum($1["gains"], "realized_pnl") })
    let empty = try Self.tree(daemon, "statement", "--month", "2024-12")
    #expect(empty["lots"]?.elements?.isEmpty == true && empty["gains"] != nil)
  }

  /// `--since` and `--until` are the same part of a list wherever they are said; CSV is the same list.
  private func expectTheListsOfATime(_ daemon: Daemon) throws {
    let trades = try #require(try Self.tree(daemon, "trades", "--from", "0").elements)
    let middle = try #require(trades[trades.count / 2]["time_ns"]?.text.flatMap(Int64.init))
    let cut = TimeText.rfc3339(Timestamp(nanoseconds: middle))
    let after = try #require(try Self.tree(daemon, "trades", "--since", cut).elements)
    let before = try #require(try Self.tree(daemon, "trades", "--from", "0", "--until", cut).elements)
    #expect(before + after == trades && !before.isEmpty && !after.isEmpty)
    let halves = [["--until", cut], ["--since", cut]]
    let profits = try halves.map { try Self.tree(daemon, "profit", $0[0], $0[1])["totals"] }
    let whole = try Self.tree(daemon, "profit")["totals"]
    #expect(profits.reduce(FixedDecimal.zero) { $0 + Self.sum($1, "realized_pnl") } == Self.sum(whole, "realized_pnl"))
    #expect(profits.reduce(FixedDecimal.zero) { $0 + Self.sum($1, "net_pnl") } == Self.sum(whole, "net_pnl"))
    let orders = try #require(try Self.tree(daemon, "orders", "--limit", "100000").elements)
    let parts = try ["--since", "--until"].map { try Self.tree(daemon, "orders", "--limit", "100000", $0, cut).elements ?? [] }
    #expect(parts[0] + parts[1] == orders && !parts[0].isEmpty)
    let lines = try run([try Programs.path("botctl"), "events", "--since", cut, "-o", "json", "--address", daemon.address]).output
    let events = try lines.split(separator: "\n").map { try #require(JSONTree(Array($0.utf8))) }
    #expect(!events.isEmpty && events.allSatisfy { ($0["time_ns"]?.text.flatMap(Int64.init) ?? 0) >= middle })
    let points = try #require(try Self.tree(daemon, "equity", "--limit", "100000", "--since", cut).elements)
    #expect(!points.isEmpty && points.allSatisfy { ($0["time_ns"]?.text.flatMap(Int64.init) ?? 0) >= middle })
    let csv = try daemon.control("trades", "--from", "0", "--output", "csv").output
    let rows = csv.split(separator: "\r\n")
    #expect(rows.count == trades.count + 1 && rows[0].hasPrefix("sequence,"), "\(csv.prefix(300))")
    for (line, trade) in zip(rows.dropFirst(), trades) {
      #expect(line.hasPrefix("\(trade["sequence"]?.text ?? ""),") && line.contains(",\(trade["realized_pnl"]?.text ?? "-"),"), "\(line)")
    }
    let empty = try daemon.control("profit", "--since", "2001-01-01", "--until", "2001-02-01")
    #expect(empty.code == 0 && empty.output.contains("nothing was earned or lost"), "\(empty)")
  }

  /// The report page is whole and asks for nothing.
  private func expectThePages(_ daemon: Daemon, _ directory: TemporaryDirectory) throws {
    let file = directory.file("all.html")
    #expect(try daemon.control("report", file).code == 0)
    let page = try String(contentsOfFile: file, encoding: .utf8)
    let portfolio = try #require(try Self.tree(daemon, "portfolio")["stats"])
    let net = DecimalText.text(Self.decimal(portfolio["net_pnl"]), NumberStyle(places: 2, isGrouped: true, isTypographic: true))
    #expect(page.lowercased().hasPrefix("<!doctype html>") && page.contains("</html>") && page.contains("Results, paper"))
    #expect(page.contains("<dt>Net profit</dt><dd>\(net) USDT"), "\(net)")
    #expect(page.contains("All \(portfolio["trades"]?.text ?? "") trades") && !page.contains("http://") && !page.contains("https://"))
    let bot = try #require(try Self.tree(daemon, "list").elements?.first?["id"]?.text)
    let one = try daemon.control("report", "--bot", bot).output
    #expect(one.lowercased().hasPrefix("<!doctype html>") && one.contains("<h1>\(bot)</h1>"), "\(one.prefix(200))")
    #expect(try daemon.control("report", "--bot", "nobody").code == 4)
    let whole = try Self.tree(daemon, "report")
    #expect(whole["source"]?.text == "paper" && whole["stats"]?["trades"]?.text == portfolio["trades"]?.text)
    #expect(whole["trades"]?.elements?.count == portfolio["trades"]?.text.flatMap { Int($0) })
    let deepest = whole["worst_drawdowns"]?.elements?.first?["fraction"]
    #expect(Self.decimal(deepest) == Self.decimal(portfolio["max_drawdown_fraction"]), "\(String(describing: deepest))")
    let json = directory.file("all.json")
    try daemon.control("report", "--output", "json").output.write(toFile: json, atomically: true, encoding: .utf8)
    #expect(try daemon.control("report", file, "--bot", bot, "--beside", json).code == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8).contains("Beside it: <b>All bots</b> (results, paper, "))
  }

  /// On an exchange the account's own words close the statement; what no fill explains is a line of its own.
  @Test func theStatementClosesWithTheExchangesBalance() throws {
    let setup = try FaultyExchange("statement")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    for trade in 1...2 {
      try setup.reach("entry \(trade)") { try setup.openOrders().count == 1 }
      if trade == 2 { try setup.daemon.control("pause", "one") }
      try setup.daemon.control("close", "one")
      try setup.reach("sale \(trade)") { try setup.balance("BTC") < 0.0001 || setup.openOrders().isEmpty }
    }
    let words = ["statement", "--since", "2000-01-01", "--until", "2200-01-01"]
    func rows() throws -> [String: JSONTree] {
      let list = try Self.tree(setup.daemon, words[0], words[1], words[2], words[3], words[4])["assets"]?.elements ?? []
      return Dictionary(list.map { ($0["asset"]?.text ?? "", $0) }) { $1 }
    }
    func closes() throws -> Bool {
      let found = try rows()
      let balances = try Self.tree(setup.daemon, "balances").elements ?? []
      return balances.allSatisfy { Self.decimal(found[$0["asset"]?.text ?? ""]?["closing"]) == Self.decimal($0["total"]) }
        && found.values.allSatisfy { Self.decimal($0["other"]).isZero }
    }
    let isClosed = try eventually(within: 20) { try closes() }
    #expect(isClosed)
    _ = try setup.simulator.get("/sim/transfer?asset=USDT&amount=123.45")
    let isNamed = try eventually(within: 20) {
      let other = try rows()["USDT"]?["other"]
      return Self.decimal(other) == FixedDecimal(text: "123.45")
    }
    #expect(isNamed)
    let table = try setup.daemon.control(words).output
    #expect(table.contains("difference of 123.45 USDT: no fill explains it"), "\(table)")
    let taxes = try setup.daemon.control(words + ["--part", "trades", "--output", "csv"]).output.split(separator: "\r\n")
    #expect(taxes.first?.hasPrefix("Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,") == true)
    let trades = try #require(try Self.tree(setup.daemon, "trades", "--from", "0").elements)
    #expect(taxes.count == trades.count + 1)
  }
}
