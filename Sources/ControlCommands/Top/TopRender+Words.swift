import BotAPI
import Presentation
import Time

/// One bot, the help, the message and the keys.
extension TopRender {
  /// All that is said of the bot that is looked at, from which the screen shows a part.
  static func detailLines(_ state: TopState, columns: Int) -> [ScreenLine] {
    guard let opened = state.opened, columns > 0 else { return [] }
    let detail = state.data.detail.flatMap { $0.botID == opened ? $0 : nil }
    var lines: [ScreenLine] = []
    if let problem = detail?.problem, !problem.isEmpty { lines.append(ScreenLine(problem, .bad).cut(to: columns)) }
    let bot = detail == nil ? state.data.bots.first { $0.id == opened } : detail?.bot
    let card = bot?.card ?? []
    let stats = detail?.stats?.card ?? []
    if TopLayout.holdsTwoCards(columns: columns) {
      let half = columns / 2
      lines += beside(TopCard.lines(card, columns: half - 2), TopCard.lines(stats, columns: columns - half), column: half)
    } else {
      lines += TopCard.lines(card, columns: columns)
      if !stats.isEmpty { lines += [ScreenLine()] + TopCard.lines(stats, columns: columns) }
    }
    guard let detail else { return lines + [ScreenLine(), ScreenLine("asking for the rest …", .dim).cut(to: columns)] }
    for (title, list, empty) in [("orders", detail.orders, "no orders"), ("fills", detail.fills, "no fills")] {
      lines += [ScreenLine(), ScreenLine(title, .bold).cut(to: columns)]
      let table = TopTable(list, columns: columns)
      lines += list.rows.isEmpty ? [ScreenLine(" " + empty, .dim).cut(to: columns)] : [table.heading] + list.rows.map { table.line($0) }
    }
    return state.isStale ? lines.map { $0.styled(.dim) } : lines
  }

  private static let keys: [(keys: String, effect: String)] = [
    ("j k, arrows", "one line down, up; in a bot: scrolls"), ("ctrl-d ctrl-u, page keys", "a page down, up"),
    ("g G, home end", "first, last line"), ("1 … 5, tab, h l", "bots, positions, open orders, last fills, health"),
    ("enter", "opens the bot of the line: settings, statistics, orders, fills"), ("esc", "back; without a bot: takes the filter away"),
    ("/", "filter: lines that contain all words; enter keeps it, esc takes it back"),
    ("s or >, <", "sorts by the next column, by the one before"), ("I", "turns the order round"),
    ("p", "pauses the bot of the line, after a question"), ("r", "resumes a paused bot, starts a stopped one, after a question"),
    ("S", "stops it, after a question; what it holds stays, with its protection"), ("ctrl-l", "draws the screen anew"),
    ("ctrl-z", "suspends; fg comes back"), ("q, ctrl-c", "ends; the bots go on"),
  ]

  static func help(columns: Int) -> [ScreenLine] {
    let labels = min(keys.map(\.keys.count).max() ?? 0, max(1, columns / 2))
    let lines = keys.flatMap { entry in
      DisplayWidth.wrap(entry.effect, to: max(8, columns - labels - 3)).enumerated().map { index, part in
        var line = ScreenLine()
        if index == 0 { line.append(" " + DisplayWidth.cut(entry.keys, to: labels), .accent) }
        line.pad(to: labels + 3)
        line.append(part)
        return line.cut(to: columns)
      }
    }
    return lines + [ScreenLine(), ScreenLine(" any key: back", .dim).cut(to: columns)]
  }

  /// What stands above the keys: a question, what is typed, what is wrong, what happened.
  static func message(_ state: TopState) -> Cell {
    switch state.mode {
    case .confirm(let deed): return Cell(state.question(deed) + " (y/n)", .warning)
    case .filter: return Cell("/\(state.place.filter)_", .bold)
    case .browse, .help: break
    }
    if case .down(let reason, let retryAt) = state.connection {
      let seconds = max(0, (retryAt.nanoseconds(since: state.now) + 999_999_999) / 1_000_000_000)
      return Cell("\(reason); trying again\(seconds > 0 ? " in \(seconds) s" : " now")", .bad)
    }
    if let message = state.message { return Cell(message.text, message.style) }
    if state.isStale { return Cell("no answer from botd at \(state.address) yet; what is shown is old", .bad) }
    let place = state.place
    if state.opened == nil, !place.filter.isEmpty {
      let all = state.data.lists[state.view]?.rows.count ?? 0
      return Cell("filter \"\(place.filter)\": \(place.shown.count) of \(all); esc shows all", .accent)
    }
    let summary = state.data.summary
    return Cell(TradingStandingNote.text(summary.tradingState, summary.tradingStateReason) ?? "", .dim)
  }

  static func footer(_ state: TopState) -> ScreenLine {
    let hints: [(String, String)] =
      switch state.mode {
      case .filter: [("enter", "keep"), ("esc", "as before"), ("ctrl-u", "clear")]
      case .confirm(let deed): [("y", "\(deed.verb.word) it"), ("n", "no, or any other key")]
      case .help: [("any key", "back"), ("q", "quit")]
      case .browse where state.opened != nil:
        [("jk", "scroll"), ("esc", "back"), ("p", "pause"), ("r", "resume"), ("S", "stop"), ("?", "help"), ("q", "quit")]
      case .browse:
        [
          ("jk", "move"), ("enter", "open"), ("/", "filter"), ("s", "sort"), ("p", "pause"), ("r", "resume"), ("S", "stop"), ("?", "help"),
          ("q", "quit"),
        ]
      }
    var line = ScreenLine()
    for (key, effect) in hints {
      if line.width > 0 { line.append("  ") }
      line.append(key, .accent)
      line.append(" " + effect)
    }
    return line
  }
}
