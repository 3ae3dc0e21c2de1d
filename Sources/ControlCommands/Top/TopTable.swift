/// Lays out a list in a given number of columns, like botctl's tables: long texts are shortened, then columns left out.
struct TopTable: Sendable {
  private let list: TopList
  private let layout: TableLayout
  private let titles: [String]
  private let columns: Int

  /// The column that is sorted by never goes.
  init(_ list: TopList, columns: Int, sort: Int? = nil, descending: Bool = false) {
    self.list = list
    self.columns = columns
    var titles = list.columns.titles
    var widths = list.widths
    if let sort, sort < titles.count {
      titles[sort] += descending ? "↓" : "↑"
      widths[sort] = max(widths[sort], DisplayWidth.of(titles[sort]))
    }
    self.titles = titles
    layout = TableLayout(
      widths: widths, flexible: list.columns.flexible, order: list.columns.leftOutFirst.filter { $0 != sort },
      into: max(1, columns - Self.margin))
  }

  /// The mark of the cursor.
  private static let margin = 1

  var heading: ScreenLine { line(titles.map { Cell($0, .bold) }, mark: " ") }

  /// - Parameter isStale: it may no longer be so.
  func line(_ row: TopRow, isMarked: Bool = false, isStale: Bool = false) -> ScreenLine {
    var line = line(row.cells, mark: isMarked ? ">" : " ")
    if isStale { line = line.styled(.dim) }
    if isMarked {
      line.pad(to: columns)
      line.isMarked = true
    }
    return line
  }

  private func line(_ cells: [Cell], mark: String) -> ScreenLine {
    var line = ScreenLine(mark)
    for index in layout.shown where index < cells.count {
      let width = max(1, layout.widths[index])
      let text = DisplayWidth.cut(cells[index].text, to: width)
      let padding = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
      let gap = index == layout.shown.first ? "" : TableLayout.gap
      // One piece a column, always as wide: what stays the same is not written again.
      line.append(Cell(list.columns.isRight[index] ? gap + padding + text : gap + text + padding, cells[index].style))
    }
    return line.cut(to: columns)
  }
}

/// Lays out a card's labelled lines.
enum TopCard {
  private static let textMinimum = 12

  static func lines(_ card: [CardLine], columns: Int) -> [ScreenLine] {
    let labels = min(card.filter { !$0.isHeading }.map { DisplayWidth.of($0.label) }.max() ?? 0, max(1, columns / 2))
    return card.flatMap { entry -> [ScreenLine] in
      if entry.isHeading { return [ScreenLine(entry.label, .bold).cut(to: columns)] }
      let cell = entry.cell.text.isEmpty ? Cell("-", .dim) : entry.cell
      let room = max(textMinimum, columns - labels - 2)
      return DisplayWidth.wrap(cell.text, to: room).enumerated().map { index, part in
        var line = ScreenLine()
        if index == 0 { line.append(DisplayWidth.cut(entry.label, to: labels), .dim) }
        line.pad(to: labels + 2)
        line.append(part, cell.style)
        return line.cut(to: columns)
      }
    }
  }
}
