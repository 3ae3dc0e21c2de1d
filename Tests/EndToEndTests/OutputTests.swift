import Foundation
import Presentation
import ProgramTestSupport
import TestSupport
import Testing

/// What `botctl` prints, as programs read it and as a terminal shows it, and what it says when nobody takes it: at a daemon that trades.
@Suite(.serialized) struct OutputTests {
  /// Every command that reads. What is in capitals is filled in from the daemon.
  private static let reading: [[String]] = [
    ["list"], ["show", "BOT"], ["stats"], ["stats", "BOT"], ["portfolio"], ["positions", "--all"], ["balances"], ["discrepancies"],
    ["equity"],
    ["equity", "BOT"],
    ["orders"], ["order", "show", "ORDER"], ["order", "explain", "ORDER"], ["trades"], ["risk", "show"], ["locks"],
    ["profit", "--by", "bot"], ["statement"],
    ["candles", "BTCUSDT"],
    ["ticker", "BTCUSDT"], ["symbols"], ["symbols", "BTCUSDT"], ["quality"], ["strategies"], ["strategy", "rsi"], ["events"], ["health"],
    ["doctor"], ["limits"], ["config"], ["version"], ["indicator"], ["indicator", "rsi", "--symbol", "BTCUSDT"],
    ["backtest", "--candles", "FILE", "--fills"], ["backtest", "--on-daemon", "--symbol", "BTCUSDT"],
    ["optimize", "--candles", "FILE", "--range", "period=5,9", "--min-trades", "1"],
    ["optimize", "--candles", "FILE", "--range", "period=5,9", "--min-trades", "1", "--walk-forward", "2"], ["replay", "STATE"],
    ["verify", "STATE"], ["report"], ["compare"], ["data", "list"], ["data", "check"], ["export"],
  ]
  /// Commands that act, and say in words what they did; those that know only the schema have tests of their own.
  private static let acting: Set<String> = [
    "create", "update", "start", "stop", "pause", "resume", "remove", "start-all", "stop-all", "close", "shutdown", "completion", "help",
    "call", "api", "top", "notify", "adopt", "release", "resolve", "panic", "backup", "lock", "unlock", "download",
    "apply", "clone", "buy", "sell",
  ]

  private static let daemonArguments = ["--mode", "simulated", "--example-bots", "--speed", "600", "--seed", "7"]

  /// A candle file of a price that swings: 1,000 minutes.
  private static func candles(_ directory: TemporaryDirectory) throws -> String {
    var text = "open_time,open,high,low,close,volume\n"
    for row in 0..<1_000 {
      let price = 60_000 + (row % 40 < 20 ? row % 20 : 20 - row % 20) * 100
      text += "\(1_764_547_200_000 + row * 60_000),\(price),\(price + 60),\(price - 60),\(price + 20),1.5\n"
    }
    let file = directory.file("btcusdt-1m-swing.csv")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private static func trading(_ body: (Daemon, TemporaryDirectory) throws -> Void) throws {
    let directory = try TemporaryDirectory("output")
    let daemon = Daemon(directory, arguments: daemonArguments)
    try daemon.start()
    defer { daemon.kill() }
    try #require(try eventually(within: 60) { try Ledgers.control(daemon).rows.count >= 4 }, "\(daemon.tail)")
    try body(daemon, directory)
  }

  // MARK: JSON

  /// Numbers of at most 32 bits, and ratios; every other number of the whole output must be a string.
  private static let small: Set<String> = [
    "warm_up_candles", "maximum_open_orders", "maximum_stop_orders", "year", "month", "limit", "used",
  ]
  private static let ratios: Set<String> = [
    "sharpe_ratio", "sortino_ratio", "calmar_ratio", "volatility", "system_quality", "average_return", "average_seconds", "return",
    "exposure",
    "net_profit_fraction", "win_rate", "profit_factor", "sharpe", "sortino", "calmar", "cagr", "max_drawdown_fraction", "years",
    "efficiency",
    "market_change_fraction", "excess_return", "break_even_cost", "longest_underwater_seconds", "best_trade_fraction",
    "worst_trade_fraction", "average_trade_seconds", "average_win_seconds", "average_loss_seconds", "longest_trade_seconds",
    "shortest_trade_seconds", "fees_fraction", "return_on_capital", "mae_average", "mfe_average", "mae_average_wins", "mae_largest_win",
    "mfe_average_losses",
    "time_in_market", "time_in_market_mean", "expectancy_ratio", "objective_in_sample",
    "objective_out_of_sample", "objective_value", "rsi",
  ]

  private static func violations(_ value: JSONTree, _ path: String, _ key: String = "") -> [String] {
    switch value {
    case .object(let members):
      members.flatMap { member -> [String] in
        let name = member.name
        let isFreeName = ["parameters", "settings", "denials", "bots"].contains(key)
        let isSnake = name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil || isFreeName
        return (isSnake ? [] : ["\(path).\(name): no name of that form"]) + violations(member.value, "\(path).\(name)", name)
      }
    case .array(let elements):
      elements.enumerated().flatMap { violations($1, "\(path)[\($0)]", key) }
    case .number(let text):
      if ratios.contains(key) {
        []
      } else if small.contains(key), Int32(text) != nil {
        []
      } else {
        ["\(path): the number \(text)"]
      }
    case .string(let text):
      if ratios.contains(key), !text.isEmpty, Double(text) != nil, !isDecimalOfTheAPI(path) {
        ["\(path): the ratio \"\(text)\" is a string"]
      } else if key.hasSuffix("_ns"), Int64(text) == nil {
        ["\(path): the time \"\(text)\""]
      } else {
        []
      }
    case .null, .bool: []
    }
  }

  /// Fractions that the schema declares as decimals, and a backtest's list of figures, whose numbers are texts.
  private static func isDecimalOfTheAPI(_ path: String) -> Bool {
    let commands = ["stats", "portfolio", "profit", "risk", "config"]
    return commands.contains { path.hasPrefix($0) } || path.contains(".figures.") || path.contains(".stats.") || path.contains(".value")
  }

  @Test func everyReadingCommandPrintsJSONByTheSameRules() throws {
    try Self.trading { daemon, directory in
      let file = try Self.candles(directory)
      let bot = "btc-rsi"
      let order = try #require((try daemon.read("orders")["items"] as? [[String: Any]])?.first?["client_order_id"] as? String)
      // A replay needs a daemon that has ended.
      let ended = Daemon(try TemporaryDirectory("ended"), arguments: Self.daemonArguments)
      try ended.start()
      #expect(try eventually(within: 60) { try Ledgers.control(ended).rows.count >= 2 })
      ended.stop()
      var found: [String] = []
      for words in Self.reading {
        let filled = words.map { ["BOT": bot, "ORDER": order, "FILE": file, "STATE": ended.stateDirectory][$0] ?? $0 }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Programs.path("botctl"))
        process.arguments = filled + ["--output", "json"]
        process.environment = ["BOTD_ADDRESS": daemon.address, "HOME": directory.path, "PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = Array(pipe.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        // doctor: a store that is not configured is no fault; replay may differ only if it fails.
        let isExpected = process.terminationStatus == 0 || words[0] == "doctor"
        guard isExpected, let tree = JSONTree(bytes) else {
          Issue.record("\(words): exit \(process.terminationStatus), \(String(decoding: bytes.prefix(300), as: UTF8.self))")
          continue
        }
        found += Self.violations(tree, words.joined(separator: " ")).prefix(10)
      }
      #expect(found == [], "\(found.joined(separator: "\n"))")
    }
  }

  /// A backtest here and one in the daemon call the same things by the same names.
  @Test func aBacktestHasTheSameNamesHereAndInTheDaemon() throws {
    try Self.trading { daemon, directory in
      let file = try Self.candles(directory)
      try FileManager.default.createDirectory(atPath: daemon.stateDirectory + "/data", withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: file, toPath: daemon.stateDirectory + "/data/btcusdt-1m-swing.csv")
      let botctl = try Programs.path("botctl")
      let settings = ["backtest", "--symbol", "BTCUSDT", "--strategy", "rsi", "--param", "period=3", "-o", "json"]
      let ours = try run([botctl] + settings + ["--candles", file])
      let theirs = try run([botctl] + settings + ["--on-daemon", "--data-file", "btcusdt-1m-swing.csv", "--address", daemon.address])
      #expect(ours.code == 0 && theirs.code == 0, "\(ours.output.prefix(300)) \(theirs.output.prefix(300))")
      let (here, there) = (try #require(JSONTree(Array(ours.output.utf8))), try #require(JSONTree(Array(theirs.output.utf8))))
      let figures = try #require(there["figures"]?.members)
      #expect(figures.count > 20)
      for figure in figures { #expect(here["figures"]?[figure.name] == figure.value, "\(figure.name)") }
      let trades = try #require(there["trades"]?.elements)
      #expect(trades.count > 5 && here["trades"]?.elements?.count == trades.count)
      for (one, other) in zip(here["trades"]?.elements ?? [], trades) {
        for member in one.members ?? [] where member.name != "bot_id" { #expect(other[member.name] == member.value, "\(member.name)") }
      }
      for member in there.members ?? [] where member.name != "elapsed_ns" { #expect(here[member.name] != nil, "\(member.name)") }
    }
  }

  @Test func everyCommandReadsWithJSONOrActs() throws {
    let help = try run([try Programs.path("botctl"), "--help"]).output
    let commands = help.split(separator: "\n").compactMap { line -> String? in
      guard let match = line.firstMatch(of: #/^  ([a-z][a-z-]*)(, [a-z]+)?(  |$)/#) else { return nil }
      return String(match.1)
    }
    #expect(commands.count > 30)
    let listed = Set(Self.reading.map { $0[0] })
    for command in Set(commands).sorted() where !Self.acting.contains(command) {
      #expect(listed.contains(command), "\(command) is not in the list of commands that read, nor acts")
    }
    for words in Self.reading {
      let names = words.prefix(["order", "risk", "data"].contains(words[0]) ? 2 : 1)
      #expect(try run([try Programs.path("botctl")] + names + ["--help"]).output.contains("--output"), "\(names)")
    }
  }

  // MARK: Terminals

  @Test func tablesFitTheTerminal() throws {
    try Self.trading { daemon, _ in
      let botctl = try Programs.path("botctl")
      let environment = ["BOTD_ADDRESS": daemon.address]
      let commands = [
        ["list"], ["trades"], ["orders"], ["stats"], ["positions", "--all"], ["events"], ["stats", "btc-rsi"], ["show", "btc-rsi"],
        ["portfolio"], ["health"], ["config"], ["strategies"], ["symbols"], ["doctor"],
      ]
      for words in commands {
        for width in [40, 80, 120] {
          let shown = try Terminal.run([botctl] + words, width: width, environment: environment)
          #expect(shown.lines.count > 1)
          for line in shown.lines { #expect(line.count <= width, "\(words) at \(width): \(line)") }
        }
      }
      // Everything is there when asked for, and where there is no terminal.
      let narrow = try Terminal.run([botctl, "list"], width: 80, environment: environment)
      let wide = try Terminal.run([botctl, "list", "--wide"], width: 80, environment: environment)
      let piped = try run([botctl, "list"], environment: environment)
      let header = "BOT SYMBOL STRATEGY INTERVAL STATE POSITION ENTRY UNREALIZED NET PNL FILLS LAST SIGNAL".split(separator: " ")
      #expect(wide.lines.first?.split(separator: " ") == header)
      #expect(piped.output.split(separator: "\n").first?.split(separator: " ") == header)
      // Left out first, as the help says.
      #expect(narrow.lines.first?.contains("FILLS") == false && narrow.lines.first?.contains("NET PNL") == true)
      #expect(narrow.lines.contains { $0.hasPrefix("(left out: ") }, "\(narrow.lines)")
      #expect(try run([botctl, "list", "--help"]).output.contains("FILLS, INTERVAL"))
    }
  }

  // MARK: Output that nobody takes

  /// Runs words of a shell; its exit code and standard error.
  private static func shell(_ script: String, _ words: [String]) throws -> (code: Int32, error: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, "sh"] + words
    process.standardOutput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    let error = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, error)
  }

  @Test func aFullDiskIsAFailureThatIsSaid() throws {
    try Self.trading { daemon, directory in
      let file = try Self.candles(directory)
      let botctl = try Programs.path("botctl")
      let at = ["--address", daemon.address]
      let printing: [[String]] = [
        [botctl, "list"] + at, [botctl, "list", "-o", "json"] + at, [botctl, "stats", "btc-rsi"] + at, [botctl, "events"] + at,
        [botctl, "trades", "--follow", "--from", "0"] + at, [botctl, "version"] + at, [botctl, "stop", "btc-rsi"] + at, [botctl, "--help"],
        [botctl, "completion", "bash"], [botctl, "backtest", "--candles", file], [botctl, "backtest", "--candles", file, "-o", "json"],
        [botctl, "optimize", "--candles", file, "--range", "period=5,9", "--min-trades", "1"],
        [botctl, "indicator", "rsi", "--candles", file], [botctl, "indicator"], [try Programs.path("botsim"), "--help"],
        [try Programs.path("botsim"), "--port", "0"], [try Programs.path("botsim"), "--port", "0", "--print-json-ready"],
        [try Programs.path("botd"), "--help"],
      ]
      for words in printing {
        let full = try Self.shell("exec timeout 60 \"$@\" > /dev/full", words)
        #expect(full.code == 1, "\(words): \(full)")
        #expect(full.error.contains("standard output cannot be written"), "\(words): \(full)")
      }
      // What was asked for was done nevertheless.
      #expect(try daemon.control("list").output.contains("stopped"))
      let writing: [[String]] = [
        ["backtest", "--candles", file, "--report", "/dev/full"], ["backtest", "--candles", file, "--trades", "/dev/full"],
        ["backtest", "--candles", file, "--report", directory.file("no/such/page.html")], ["backtest", "--candles", file, "--report", "/"],
      ]
      for words in writing {
        let full = try Self.shell("exec \"$@\"", [botctl] + words)
        // What can never be written is said before the run.
        #expect(
          full.code == (words.last == "/dev/full" ? 1 : 6) && full.error.contains("cannot") && full.error.contains(words[words.count - 1]),
          "\(words): \(full)")
      }
      // As on a full disk: no file may grow beyond a block or two.
      for option in ["--results", "--report"] {
        let path = directory.file("cut\(option)")
        let words = option == "--results" ? ["optimize", "--range", "period=5,9", "--min-trades", "1"] : ["backtest"]
        let full = try Self.shell("ulimit -f 1; exec \"$@\"", [botctl] + words + ["--candles", file, option, path])
        #expect(full.code == 1 && full.error.contains(path) && full.error.contains("File too large"), "\(option): \(full)")
        #expect(option == "--results" || !FileManager.default.fileExists(atPath: path))
      }
      // A device is written, never replaced by a file.
      var info = stat()
      #expect(unsafe stat("/dev/full", &info) == 0 && info.st_mode & S_IFMT == S_IFCHR)
    }
  }

  @Test func aLinkToAReportStaysALink() throws {
    let directory = try TemporaryDirectory("link")
    let file = try Self.candles(directory)
    try "old".write(toFile: directory.file("real.html"), atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: directory.file("page.html"), withDestinationPath: directory.file("real.html"))
    let answer = try run([try Programs.path("botctl"), "backtest", "--candles", file, "--report", directory.file("page.html")])
    #expect(answer.code == 0, "\(answer.output)")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: directory.file("page.html")).hasSuffix("real.html"))
    #expect(try String(contentsOfFile: directory.file("real.html"), encoding: .utf8).lowercased().hasPrefix("<!doctype html>"))
  }

  @Test func aClosedPipeIsAFailureWithoutNoise() throws {
    try Self.trading { daemon, directory in
      let file = try Self.candles(directory)
      let botctl = try Programs.path("botctl")
      for words in [
        [botctl, "list", "--address", daemon.address], [botctl, "trades", "--follow", "--from", "0", "--address", daemon.address],
        [botctl, "--help"], [botctl, "backtest", "--candles", file, "-o", "json"], [try Programs.path("botsim"), "--help"],
      ] {
        let output = Pipe()
        let errors = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardOutput = output
        process.standardError = errors
        // Nobody reads, from before the first byte on.
        try output.fileHandleForReading.close()
        try process.run()
        try output.fileHandleForWriting.close()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 1, "\(words): \(process.terminationStatus)")
        #expect(!said.contains("written") && !said.contains("pipe"), "\(words): \(said)")
      }
    }
  }
}
