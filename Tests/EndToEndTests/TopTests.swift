import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl top` on a terminal, below a shell with job control, at a daemon that trades.
@Suite(.serialized) struct TopTests {
  private static func with(
    _ columns: Int, _ rows: Int, _ body: (Daemon, PseudoTerminal, TemporaryDirectory) throws -> Void
  ) throws {
    let directory = try TemporaryDirectory("top")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "60", "--seed", "7"])
    try daemon.start()
    defer { daemon.kill() }
    let environment = ["BOTD_ADDRESS": daemon.address, "HOME": directory.path, "TOP": try Programs.path("botctl") + " top"]
    let terminal = try PseudoTerminal(columns: columns, rows: rows, environment: environment)
    try #require(terminal.shows("$"))
    terminal.type("cd; stty -a > before\n")
    try #require(eventually { (try? String(contentsOfFile: directory.file("before"), encoding: .utf8))?.contains("icanon") ?? false })
    try body(daemon, terminal, directory)
  }

  /// The shell's settings are as they were before, and the screen is the shell's.
  private static func isRestored(_ terminal: PseudoTerminal, _ directory: TemporaryDirectory, _ name: String) -> Bool {
    terminal.type("stty -a > \(name); echo over-$((40 + 2))\n")
    guard terminal.shows("over-42") else { return false }
    let before = try? String(contentsOfFile: directory.file("before"), encoding: .utf8)
    let after = try? String(contentsOfFile: directory.file(name), encoding: .utf8)
    // The size is the window's, not the program's.
    func settings(_ text: String?) -> [Substring]? { text.map { $0.split(separator: "\n").dropFirst() }.map(Array.init) }
    return settings(before) == settings(after) && terminal.screen.modes.isSuperset(of: [25, 7])
      && terminal.screen.modes.isDisjoint(with: [1049, 2004])
  }

  @Test(.enabled(if: program("bash") != nil, "not installed: bash"))
  func itShowsStopsSurvivesAndGivesTheTerminalBack() throws {
    try Self.with(80, 24) { daemon, terminal, directory in
      terminal.type("$TOP; echo code-$?\n")
      try #require(terminal.shows("[1 Bots 2]"), "\(terminal.screen.text)")
      #expect(terminal.eventually { $0.lines[5].hasPrefix(">btc-rsi  BTCUSDT  running") && $0.lines[6].hasPrefix(" eth-rsi") })
      #expect(terminal.screen.modes.contains(1049) && !terminal.screen.modes.contains(25) && terminal.screen.hasStyles)

      // A filter, and a bot that is stopped after a question: first not meant, then meant.
      terminal.type("/eth\r")
      #expect(terminal.eventually { $0.lines[5].hasPrefix(">eth-rsi") && !$0.lines[6].contains("rsi") }, "\(terminal.screen.text)")
      terminal.type("S")
      #expect(terminal.shows("Stop eth-rsi?"))
      terminal.type("n")
      #expect(terminal.shows("nothing was done"))
      #expect(try daemon.read("show", "eth-rsi")["state"] as? String == "running")
      terminal.type("Sy")
      #expect(terminal.shows("eth-rsi is stopped"), "\(terminal.screen.text)")
      #expect(try daemon.read("show", "eth-rsi")["state"] as? String == "stopped")
      #expect(terminal.eventually { $0.lines[5].contains("stopped") })
      terminal.type("ry")
      #expect(terminal.shows("eth-rsi is running"))

      // The daemon dies: what it said stays, and says that it is old. It comes back: so does the screen.
      daemon.kill()
      #expect(terminal.eventually { $0.lines[0].contains("NOT CONNECTED") && $0.lines[5].hasPrefix(">eth-rsi") }, "\(terminal.screen.text)")
      #expect(terminal.shows("trying again"))
      terminal.type("S")
      #expect(terminal.eventually { !$0.text.contains("Stop eth-rsi?") })
      try daemon.start()
      #expect(terminal.eventually { !$0.text.contains("NOT CONNECTED") && $0.text.contains("[1 Bots 2]") }, "\(terminal.screen.text)")

      // A larger window, a bot, and a small one.
      terminal.resize(columns: 200, rows: 50)
      #expect(terminal.eventually { $0.text.contains("─ 3 open orders") && $0.lines[49].contains("q quit") }, "\(terminal.screen.text)")
      terminal.type("\r")
      #expect(terminal.eventually { $0.text.contains("[eth-rsi]") && $0.text.contains("profit factor") }, "\(terminal.screen.text)")
      terminal.resize(columns: 30, rows: 6)
      #expect(terminal.eventually { $0.lines[5].hasPrefix("jk scroll") })
      terminal.type("\u{1B}")
      #expect(terminal.eventually { $0.lines[5].hasPrefix("jk move") }, "\(terminal.screen.text)")
      #expect(terminal.screen.unknown.isEmpty, "\(terminal.screen.unknown)")
      terminal.resize(columns: 80, rows: 24)
      #expect(terminal.eventually { $0.lines[23].contains("q quit") })

      terminal.type("q")
      #expect(terminal.shows("code-0"))
      #expect(Self.isRestored(terminal, directory, "quit"), "\(terminal.screen.text)")
    }
  }

  @Test(.enabled(if: program("bash") != nil, "not installed: bash"))
  func whateverEndsItTheTerminalIsGivenBack() throws {
    try Self.with(80, 24) { daemon, terminal, directory in
      // Ctrl-Z, by the key and by a signal; what a shell does meanwhile is its own.
      terminal.type("$TOP\n")
      try #require(terminal.shows("[1 Bots 2]"), "\(terminal.screen.text)")
      terminal.type("\u{1A}")
      #expect(terminal.shows("Stopped"), "\(terminal.screen.text)")
      #expect(Self.isRestored(terminal, directory, "suspended"), "\(terminal.screen.text)")
      terminal.type("fg\n")
      #expect(terminal.shows("[1 Bots 2]"))
      if let child = terminal.child { kill(child, SIGTSTP) }
      #expect(terminal.shows("Stopped"), "\(terminal.screen.text)")
      terminal.type("fg\n")
      #expect(terminal.shows("[1 Bots 2]"))
      // In the background it stops again, however it was stopped, and the shell keeps its terminal.
      for signal in [SIGTSTP, SIGSTOP] {
        if let child = terminal.child { kill(child, signal) }
        #expect(terminal.shows("Stopped"), "\(signal): \(terminal.screen.text)")
        terminal.type("clear\n")
        #expect(terminal.eventually { !$0.text.contains("Stopped") }, "\(signal): \(terminal.screen.text)")
        terminal.type("bg; wait %1; jobs\n")
        #expect(terminal.eventually { $0.text.contains("Stopped") }, "\(signal): \(terminal.screen.text)")
        terminal.type("fg\n")
        #expect(terminal.shows("[1 Bots 2]"), "\(signal): \(terminal.screen.text)")
      }
      terminal.type("\u{3}")
      #expect(terminal.eventually { $0.text.hasSuffix("$") || $0.text.contains("$\n") })
      #expect(Self.isRestored(terminal, directory, "interrupted"), "\(terminal.screen.text)")

      // Signals, and crashes.
      for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT, SIGILL] {
        terminal.type("clear; $TOP; echo ended-$((1000 + $?))\n")
        let isThere = terminal.eventually { $0.text.contains("[1 Bots 2]") && $0.modes.contains(1049) }
        try #require(isThere, "\(signal): \(terminal.screen.text)")
        let child = try #require(terminal.child)
        kill(child, signal)
        let code = [SIGSEGV, SIGABRT, SIGILL].contains(signal) ? 1_128 + signal : 1_000
        #expect(terminal.shows("ended-\(code)"), "\(signal): \(terminal.screen.text)")
        #expect(Self.isRestored(terminal, directory, "signal-\(signal)"), "\(signal): \(terminal.screen.text)")
        terminal.type("clear\n")
        #expect(terminal.eventually { !$0.text.contains("over-42") })
      }
    }
  }

  @Test(.enabled(if: program("bash") != nil, "not installed: bash"))
  func terminalsOfAllKindsAreServed() throws {
    try Self.with(80, 24) { daemon, terminal, directory in
      for kind in ["screen", "linux", "vt100"] {
        terminal.type("clear; LANG= TERM=\(kind) NO_COLOR=1 $TOP; echo code-$?\n")
        let isThere = terminal.eventually { $0.lines[5].hasPrefix(">btc-rsi") && $0.lines[17].hasPrefix("- 4 last fills ----") }
        #expect(isThere, "\(kind): \(terminal.screen.text)")
        terminal.type("q")
        // What is typed earlier is dropped with the screen.
        #expect(terminal.shows("code-0"))
        #expect(Self.isRestored(terminal, directory, kind))
        terminal.type("clear\n")
        #expect(terminal.eventually { !$0.text.contains("over-42") })
      }
      #expect(!terminal.screen.hasStyles && terminal.screen.unknown.isEmpty)
      terminal.type("clear; TERM=dumb $TOP; echo code-$?\n")
      #expect(terminal.shows("TERM=dumb") && terminal.shows("code-2"))
      terminal.type("clear; $TOP < /dev/null; echo code-$?\n")
      #expect(terminal.shows("standard input is not a terminal"))
      let printed = try daemon.control("top", "--once")
      #expect(printed.code == 0 && printed.output.contains("[1 Bots 2]") && !printed.output.contains("\u{1B}"), "\(printed)")
    }
  }
}
