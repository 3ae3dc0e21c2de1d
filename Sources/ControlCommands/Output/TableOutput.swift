import BotAPI

/// A value that knows how it looks as a row.
package protocol TableRow {
  /// From left to right.
  static var columns: [TableColumn<Self>] { get }
}

/// One column of a table.
package struct TableColumn<Row> {
  /// Side on which cells of different widths meet.
  package enum Alignment { case left, right }

  let title: String
  var alignment = Alignment.left
  /// May be cut when the terminal is narrow.
  var isFlexible = false
  let cell: (Row) -> Cell

  /// `flexible` columns are cut when the terminal is narrow.
  package init(
    _ title: String, _ alignment: Alignment = .left, flexible: Bool = false,
    _ cell: @escaping (Row) -> Cell
  ) {
    self.title = title
    self.alignment = alignment
    self.isFlexible = flexible
    self.cell = cell
  }
}

/// Lays out rows in aligned columns.
struct TableOutput {
  /// Colours and bold headers.
  let styled: Bool
  /// Columns of the terminal; nil: unlimited.
  let width: Int?
  private static let gap = "  "
  private static let flexibleMinimum = 8

  /// The lines of a table. A cell without text shows as "-", so that every line has the same number of words at least.
  func lines<Row: TableRow>(_ rows: [Row]) -> [String] {
    let columns = Row.columns
    let cells = rows.map { row in
      columns.map { column in
        let cell = column.cell(row)
        return cell.text.isEmpty ? Cell("-", .dim) : cell
      }
    }
    let widths = widths(columns, cells)
    var result = [line(columns.map { Cell($0.title, .bold) }, columns, widths)]
    for row in cells { result.append(line(row, columns, widths)) }
    return result
  }

  /// One line without a header, for streams: columns keep at least the width of their title.
  func streamLine<Row: TableRow>(_ row: Row, widths: inout [Int]) -> String {
    let columns = Row.columns
    let cells = columns.map { column in
      let cell = column.cell(row)
      return cell.text.isEmpty ? Cell("-", .dim) : cell
    }
    if widths.count != columns.count { widths = columns.map { DisplayWidth.of($0.title) } }
    for index in columns.indices where !columns[index].isFlexible {
      widths[index] = max(widths[index], DisplayWidth.of(cells[index].text))
    }
    var limits = widths
    for index in columns.indices where columns[index].isFlexible {
      let others =
        widths.indices.filter { $0 != index }.reduce(0) { $0 + widths[$1] } + Self.gap.count
        * (columns.count - 1)
      limits[index] =
        width.map { max(Self.flexibleMinimum, $0 - others) } ?? DisplayWidth.of(cells[index].text)
    }
    return line(cells, columns, limits)
  }

  /// The header for ``streamLine(_:widths:)``.
  func header<Row: TableRow>(_ type: Row.Type, widths: [Int]) -> String {
    let columns = Row.columns
    let widths = widths.count == columns.count ? widths : columns.map { DisplayWidth.of($0.title) }
    return line(columns.map { Cell($0.title, .bold) }, columns, widths)
  }

  private func widths<Row>(_ columns: [TableColumn<Row>], _ cells: [[Cell]]) -> [Int] {
    var widths = columns.map { DisplayWidth.of($0.title) }
    for row in cells {
      for (index, cell) in row.enumerated() {
        widths[index] = max(widths[index], DisplayWidth.of(cell.text))
      }
    }
    guard let width else { return widths }
    var excess = widths.reduce(0, +) + Self.gap.count * (columns.count - 1) - width
    for index in columns.indices.reversed() where columns[index].isFlexible && excess > 0 {
      let cut = min(excess, max(0, widths[index] - Self.flexibleMinimum))
      widths[index] -= cut
      excess -= cut
    }
    return widths
  }

  private func line<Row>(_ cells: [Cell], _ columns: [TableColumn<Row>], _ widths: [Int]) -> String {
    var result = ""
    for (index, cell) in cells.enumerated() {
      let text =
        columns[index].isFlexible
        ? DisplayWidth.cut(cell.text, to: max(1, widths[index])) : cell.text
      let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
      let shown = styled ? cell.style.apply(text) : text
      if index > 0 { result += Self.gap }
      switch columns[index].alignment {
      case .right: result += padding + shown
      case .left: result += index + 1 == cells.count ? shown : shown + padding
      }
    }
    return result
  }
}
