import BotAPI
import Presentation
import Time

/// Draws the screen: a pure function of the state.
enum TopRender {
  /// The lines of the screen, as many as it has rows, each at most as wide as it is.
  static func render(_ state: TopState) -> [ScreenLine] {
    let (columns, rows) = (state.size.columns, state.size.rows)
    guard columns > 0, rows > 0 else { return [] }
    let layout = TopLayout(size: state.size, view: state.view, isDetail: state.opened != nil)
    var lines = heading(state, columns: columns).prefix(layout.headingRows).map { $0.cut(to: columns) }
    // With few lines the tabs are worth more than figures and equity.
    if layout.headingRows == 2 || layout.headingRows == 3 { lines[lines.count - 1] = tabs(state, columns: columns) }
    if case .help = state.mode {
      lines += fill(help(columns: columns), rows - lines.count - layout.footerRows)
    } else {
      lines += body(state, layout)
    }
    let bottom = fill(lines, rows - layout.footerRows)
    return overlay(bottom, message(state), layout, columns: columns) + fill([footer(state).cut(to: columns)], layout.footerRows)
  }

  /// Exactly `count` lines: cut off, or with empty ones behind.
  private static func fill(_ lines: [ScreenLine], _ count: Int) -> [ScreenLine] {
    let count = max(0, count)
    return Array(lines.prefix(count)) + Array(repeating: ScreenLine(), count: max(0, count - lines.count))
  }

  /// Puts the message on the last lines; what it needs beyond its own line covers the list.
  private static func overlay(_ lines: [ScreenLine], _ message: Cell, _ layout: TopLayout, columns: Int) -> [ScreenLine] {
    guard !message.text.isEmpty, !lines.isEmpty else { return lines }
    let parts = DisplayWidth.wrap(message.text, to: columns)
    // Without a line of its own only a question is worth the list's lines.
    guard layout.messageRows > 0 || message.style == .warning || message.style == .bad else { return lines }
    let shown = parts.prefix(max(1, min(lines.count, 4))).map { ScreenLine($0, message.style).cut(to: columns) }
    return Array(lines.dropLast(min(lines.count, shown.count))) + shown
  }

  // MARK: Heading

  private static func heading(_ state: TopState, columns: Int) -> [ScreenLine] {
    let trace = state.opened == nil ? state.data.equity : state.data.detail?.equity ?? EquityTrace()
    let label = "last hour "
    var line = ScreenLine(label, .dim)
    line.append(trace.bars(max(0, columns - label.count)), .accent)
    return [status(state, columns: columns), figures(state, columns: columns), line, tabs(state, columns: columns)]
  }

  private static func status(_ state: TopState, columns: Int) -> ScreenLine {
    let (summary, health) = (state.data.summary, state.data.health)
    var left = ScreenLine("botd \(state.data.version)", .bold)
    left.append("  ")
    left.append(summary.mode.cell)
    left.append("  trading ", .dim)
    left.append(summary.tradingState.cell)
    left.append("  health ", .dim)
    left.append(HealthShow.status(health).cell)
    left.append("  up ", .dim)
    left.append(TimeText.length(health.uptimeNs))
    let age = state.age.map { "data \($0) s old" } ?? "no data yet"
    var right = ScreenLine()
    if case .down = state.connection {
      right.append("NOT CONNECTED, \(age)", .bad)
    } else if state.isStale {
      right.append("NO ANSWER, \(age)", .bad)
    } else {
      right.append("\(CivilTime(state.now).clock) UTC", .dim)
    }
    guard left.width + 1 + right.width > columns else { return ScreenLine.edges(left, right, columns: columns) }
    // What is wrong is worth more than what is usual.
    return state.isStale ? right.cut(to: columns) : left.cut(to: columns)
  }

  /// The portfolio's figures, as `botctl stats` formats them.
  private static func figures(_ state: TopState, columns: Int) -> ScreenLine {
    let stats = state.opened == nil ? state.data.summary.stats : state.data.detail?.stats
    var left = ScreenLine()
    for (title, label) in [("EQUITY", "equity"), ("NET PNL", "net pnl"), ("RETURN", "return"), ("MAX DRAWDOWN", "max drawdown")] {
      guard let stats, let column = V1.Stats.columns.first(where: { $0.title == title }) else { continue }
      if left.width > 0 { left.append("  ") }
      left.append(label + " ", .dim)
      let cell = column.cell(stats)
      left.append(cell.text.isEmpty ? Cell("-", .dim) : cell)
      if title == "EQUITY" { left.append(" " + stats.quoteAsset) }
    }
    return ScreenLine.edges(left, ScreenLine(state.data.summary.botCounts, .dim), columns: columns)
  }

  private static func tabs(_ state: TopState, columns: Int) -> ScreenLine {
    if let opened = state.opened {
      var line = ScreenLine("[")
      line.append(opened, .accent)
      line.append("]")
      line.append("  esc: back to \(state.view.title.lowercased())", .dim)
      return line.cut(to: columns)
    }
    var line = ScreenLine()
    for view in TopView.allCases {
      if line.width > 0 { line.append(" ") }
      let count: Int64? =
        switch view {
        case .bots: Int64(state.data.bots.count)
        case .positions: state.data.summary.openPositions
        case .orders: state.data.summary.openOrders
        case .fills, .health: nil
        }
      let text = "\(view.rawValue) \(view.title)" + (count.map { " \($0)" } ?? "")
      line.append(view == state.view ? "[\(text)]" : " \(text) ", view == state.view ? .bold : .dim)
    }
    var right = ScreenLine()
    let place = state.place
    if let sort = place.sort, let title = state.data.lists[state.view]?.columns.titles[sort] {
      right.append("sort \(title)\(place.descending ? "↓" : "↑")", .dim)
    }
    return ScreenLine.edges(line, right, columns: columns)
  }

  // MARK: Body

  private static func body(_ state: TopState, _ layout: TopLayout) -> [ScreenLine] {
    let columns = state.size.columns
    guard state.opened == nil else {
      let all = detailLines(state, columns: columns)
      let first = min(max(0, state.scroll), max(0, all.count - layout.listRows))
      return fill(Array(all.dropFirst(first)), layout.listRows)
    }
    var lines: [ScreenLine] = []
    if let list = state.data.lists[state.view] {
      let place = state.place
      let table = TopTable(list, columns: columns, sort: place.sort, descending: place.descending)
      if layout.titleRows > 0 { lines.append(table.heading) }
      for index in place.offset..<(place.offset + layout.listRows) {
        guard let row = state.row(state.view, at: index) else { break }
        lines.append(table.line(row, isMarked: index == place.index, isStale: state.isStale))
      }
      if place.shown.isEmpty, layout.listRows > 0 {
        let words = place.filter.isEmpty ? state.view.empty : "nothing contains \"\(place.filter)\""
        lines.append(ScreenLine(" " + words, .dim).cut(to: columns))
      }
    }
    return fill(lines, layout.titleRows + layout.listRows) + panes(state, layout)
  }

  private static func panes(_ state: TopState, _ layout: TopLayout) -> [ScreenLine] {
    var lines: [ScreenLine] = []
    var index = 0
    while index < layout.panes.count {
      let pane = layout.panes[index]
      if pane.sharesLine, index + 1 < layout.panes.count {
        let half = (state.size.columns - 1) / 2
        let left = self.pane(state, pane, columns: half)
        let right = self.pane(state, layout.panes[index + 1], columns: state.size.columns - half - 1)
        lines += beside(left, right, column: half + 1)
        index += 2
      } else {
        lines += self.pane(state, pane, columns: state.size.columns)
        index += 1
      }
    }
    return lines
  }

  private static func pane(_ state: TopState, _ pane: TopLayout.Pane, columns: Int) -> [ScreenLine] {
    let names: [TopView: String] = [.positions: "positions", .orders: "open orders", .fills: "last fills"]
    let name = "─ \(pane.view.rawValue) \(names[pane.view] ?? pane.view.title.lowercased()) "
    let line = ScreenLine(name + String(repeating: "─", count: max(0, columns - DisplayWidth.of(name))), .dim).cut(to: columns)
    guard let list = state.data.lists[pane.view], !list.rows.isEmpty else {
      return fill([line, ScreenLine(" " + pane.view.empty, .dim).cut(to: columns)], pane.rows)
    }
    let rows = Array(list.rows.prefix(pane.rows - 1))
    // As wide as what is shown, not as rows that are not.
    let table = TopTable(TopList(columns: list.columns, rows: rows), columns: columns)
    // A small pane is for rows only.
    let heading = pane.rows > 5 ? [table.heading] : []
    return fill([line] + heading + rows.map { table.line($0, isStale: state.isStale) }, pane.rows)
  }

  /// Two blocks next to each other, the right one from `column` on.
  static func beside(_ left: [ScreenLine], _ right: [ScreenLine], column: Int) -> [ScreenLine] {
    (0..<max(left.count, right.count)).map { index in
      var line = index < left.count ? left[index] : ScreenLine()
      guard index < right.count, right[index].width > 0 else { return line }
      line.pad(to: column)
      line.append(right[index])
      return line
    }
  }
}
