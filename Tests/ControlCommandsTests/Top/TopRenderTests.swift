import BotAPI
import Foundation
import TestSupport
import Testing
import Time

@testable import ControlCommands

/// The screen of `botctl top` as a function of its state.
@Suite struct TopRenderTests {
  /// Compares a screen with the file of that name; BOT_WRITE_GOLDEN=1 writes the files instead, to be looked at and committed.
  private func expect(_ state: TopState, _ name: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Golden/\(name).txt").standardized
    let text = state.screen.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["BOT_WRITE_GOLDEN"] != nil { try text.write(to: file, atomically: true, encoding: .utf8) }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(text == golden, "\(name) is now:\n\(text)")
  }

  @Test func screensLookAsTheyShould() throws {
    try expect(TopFixture.state(), "top-80x24")
    try expect(TopFixture.state(200, 50), "top-200x50")
    try expect(TopFixture.opened(), "top-bot-80x24")
    try expect(TopFixture.opened(200, 50), "top-bot-200x50")
    var help = TopFixture.state()
    _ = help.press(.character("?"))
    try expect(help, "top-help-80x24")
  }

  /// Every state, at every size: as many lines as the screen has, none wider, and the terminal shows what was meant.
  @Test func everySizeIsFilledExactly() {
    let states: [(TopState) -> TopState] = [
      { $0 },
      { state in
        var state = state
        _ = state.press(.character("S"))
        return state
      },
      { state in
        var state = state
        _ = state.handle(.lost(reason: "no botd at unix:/run/botd.sock: connection refused", retryIn: 3), now: TopFixture.now)
        return state
      },
      { state in
        var state = state
        for key in "/nothing has this".map({ Key.character($0) }) { _ = state.press(key) }
        return state
      },
      { _ in TopState() },
    ]
    let sizes = [
      (1, 1), (2, 2), (5, 3), (10, 4), (20, 5), (33, 7), (40, 10), (80, 12), (79, 16), (120, 30), (159, 40), (200, 50), (300, 100),
    ]
    for (columns, rows) in sizes {
      for (number, change) in states.enumerated() {
        for view in TopView.allCases {
          var state = change(TopFixture.state(columns, rows))
          state.view = view
          check(state, columns, rows, "state \(number), \(view)")
        }
      }
      check(TopFixture.opened(columns, rows), columns, rows, "opened")
      var help = TopFixture.state(columns, rows)
      help.mode = .help
      check(help, columns, rows, "help")
    }
    #expect(TopFixture.state(0, 24).screen == [] && TopFixture.state(80, 0).screen == [])
  }

  private func check(_ state: TopState, _ columns: Int, _ rows: Int, _ what: String) {
    var state = state
    state.size = ScreenSize(columns: columns, rows: rows)
    let lines = TopRender.render(state)
    #expect(lines.count == rows, "\(what) at \(columns)x\(rows)")
    for line in lines {
      let width = DisplayWidth.of(line.pieces.map(\.text).joined())
      #expect(line.width <= columns && line.width == width, "\(what) at \(columns)x\(rows): \(line.text)")
    }
    var writer = FrameWriter(pen: ScreenPen(isStyled: true, isUnicode: true))
    var terminal = TerminalEmulator(columns: columns, rows: rows)
    terminal.take("\u{1B}[?7l".utf8)
    terminal.take(writer.update(lines, size: state.size).utf8)
    #expect(terminal.lines == lines.map(\.text) && terminal.unknown.isEmpty, "\(what) at \(columns)x\(rows)")
  }

  @Test func figuresAreThoseOfTheTables() throws {
    let state = TopFixture.state(200, 50)
    let table = TableOutput(styled: false, width: nil).lines(TopFixture.bots)
    // The same cells, whatever the spaces between them.
    for (line, row) in zip(table.dropFirst(), state.rows(.bots)) {
      #expect(line.split(separator: " ") == row.cells.map(\.text).joined(separator: " ").split(separator: " "))
    }
    let stats = try #require(TableOutput(styled: false, width: nil).lines([TopFixture.stats]).last)
    for figure in ["1012.34", "+12.34", "+1.23%", "2.00%"] {
      #expect(stats.contains(figure) && state.screen[1].contains(figure), "\(figure): \(state.screen[1])")
    }
  }

  @Test func whatTheDaemonSaysCannotMoveTheCursor() {
    let text = TopFixture.state(200, 50).screen.joined()
    #expect(text.contains("取引所 refused [31m five") && !text.contains("\u{1B}"))
  }

  @Test func oldDataStaysAndSaysSo() {
    var state = TopFixture.state()
    _ = state.handle(.lost(reason: "no botd there", retryIn: 3), now: TopFixture.now.advanced(byMilliseconds: 7_000))
    #expect(state.screen[0].hasPrefix("NOT CONNECTED, data 7 s old") || state.screen[0].hasSuffix("NOT CONNECTED, data 7 s old"))
    #expect(state.screen.contains { $0.contains("rsi-btc") } && state.screen.contains { $0 == "no botd there; trying again in 3 s" })
    let rows = TopRender.render(state).filter { $0.text.contains("BTCUSDT") }
    #expect(!rows.isEmpty && rows.allSatisfy { $0.pieces.allSatisfy { $0.style == .dim || $0.text.allSatisfy { $0 == " " } } })
    // A daemon that hangs does not say that it does.
    var hanging = TopFixture.state()
    _ = hanging.handle(.tick, now: TopFixture.now.advanced(byMilliseconds: 6_000))
    #expect(hanging.screen[0].contains("NO ANSWER, data 6 s old"))
    _ = hanging.handle(.refreshed(TopFixture.data), now: TopFixture.now)
    #expect(!hanging.isStale)
  }

  @Test func aPausedMarketIsSaid() {
    var state = TopFixture.state()
    state.data.summary.tradingState = .reducing
    state.data.summary.tradingStateReason = "daily loss"
    #expect(state.screen[21].hasPrefix("trading is reducing: daily loss; no bot opens"), "\(state.screen)")
  }
}
