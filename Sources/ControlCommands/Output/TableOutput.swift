import BotAPI

/// A value that knows how it looks as a row.
package protocol TableRow {
  /// From left to right.
  static var columns: [TableColumn<Self>] { get }
  /// Titles of the columns that a narrow terminal leaves out, the first one first. A column that is not named always stays.
  static var leftOutFirst: [String] { get }
}

extension TableRow {
  /// From the right; the first column stays.
  package static var leftOutFirst: [String] { columns.dropFirst().map(\.title).reversed() }

  /// What a narrow terminal does to this table, for `--help`.
  static var narrowHelp: String {
    """
    On a terminal that is too narrow, long texts are shortened first (…), then columns are left out, in this order: \
    \(leftOutFirst.joined(separator: ", ")). --wide shows everything.
    """
  }
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

/// Which columns of a table are shown, and how wide each of them is.
struct TableLayout: Hashable, Sendable {
  /// Numbers of the columns, from the left.
  var shown: [Int]
  /// Of every column, shown or not.
  var widths: [Int]

  /// Fits columns of the given widths into `width`: cuts the flexible ones down to ``flexibleMinimum``, then leaves out columns in `order`,
  /// then cuts what is left, the last one first. Everything as it is when `width` is nil.
  init(widths: [Int], flexible: Set<Int>, order: [Int], into width: Int?) {
    shown = Array(widths.indices)
    self.widths = widths
    guard let width else { return }
    var order = order[...]
    while true {
      self.widths = widths
      var excess = total - width
      for index in shown.reversed() where flexible.contains(index) { cut(index, to: Self.flexibleMinimum, &excess) }
      guard excess > 0 else { return }
      guard shown.count > 1, let next = order.popFirst() else { break }
      shown.removeAll { $0 == next }
    }
    var excess = total - width
    for index in shown.reversed() { cut(index, to: 1, &excess) }
  }

  static let flexibleMinimum = 12
  static let gap = "  "

  private var total: Int { shown.reduce(0) { $0 + widths[$1] } + Self.gap.count * max(0, shown.count - 1) }

  private mutating func cut(_ index: Int, to minimum: Int, _ excess: inout Int) {
    let cut = min(max(0, excess), max(0, widths[index] - minimum))
    widths[index] -= cut
    excess -= cut
  }
}

/// Lays out rows in aligned columns.
struct TableOutput {
  /// Colours and bold headers.
  let styled: Bool
  /// Columns of the terminal; nil: unlimited.
  let width: Int?

  /// The lines of a table. A cell without text shows as "-", so that every line has the same number of words at least.
  func lines<Row: TableRow>(_ rows: [Row]) -> [String] { table(rows).lines }

  /// The lines of a table, and the titles of the columns that did not fit.
  func table<Row: TableRow>(_ rows: [Row]) -> (lines: [String], leftOut: [String]) {
    let columns = Row.columns
    let cells = rows.map { Self.cells($0, columns) }
    var widths = columns.map { DisplayWidth.of($0.title) }
    for row in cells { for index in row.indices { widths[index] = max(widths[index], DisplayWidth.of(row[index].text)) } }
    let layout = layout(Row.self, columns, widths)
    let header = line(columns.map { Cell($0.title, .bold) }, columns, layout)
    return ([header] + cells.map { line($0, columns, layout) }, Self.leftOut(columns, layout))
  }

  /// The next line of a followed table, under a header where it needs one: columns keep the widest width so far, and the header comes again
  /// when a column no longer fits.
  func stream<Row: TableRow>(_ row: Row, _ state: inout StreamLayout) -> (lines: [String], leftOut: [String]) {
    let columns = Row.columns
    let cells = Self.cells(row, columns)
    if state.widths.count != columns.count { state.widths = columns.map { DisplayWidth.of($0.title) } }
    var natural = state.widths
    for index in columns.indices {
      natural[index] = max(natural[index], DisplayWidth.of(cells[index].text))
      // A flexible column takes what is left of the line; what it holds moves nothing.
      if !columns[index].isFlexible { state.widths[index] = natural[index] }
    }
    let layout = layout(Row.self, columns, natural)
    // A column that was left out once stays out.
    let wasLeftOut = Set(columns.indices).subtracting(state.shown ?? Array(columns.indices))
    var fitted = layout
    fitted.shown.removeAll(where: wasLeftOut.contains)
    var lines: [String] = []
    if state.shown != fitted.shown {
      lines.append(line(columns.map { Cell($0.title, .bold) }, columns, fitted))
      state.shown = fitted.shown
    }
    return (lines + [line(cells, columns, fitted)], lines.isEmpty ? [] : Self.leftOut(columns, fitted))
  }

  private static func cells<Row>(_ row: Row, _ columns: [TableColumn<Row>]) -> [Cell] {
    columns.map { column in
      let cell = column.cell(row)
      return cell.text.isEmpty ? Cell("-", .dim) : cell
    }
  }

  private func layout<Row: TableRow>(_ type: Row.Type, _ columns: [TableColumn<Row>], _ widths: [Int]) -> TableLayout {
    let order = Row.leftOutFirst.compactMap { title in columns.firstIndex { $0.title == title } }
    return TableLayout(widths: widths, flexible: Set(columns.indices.filter { columns[$0].isFlexible }), order: order, into: width)
  }

  private static func leftOut<Row>(_ columns: [TableColumn<Row>], _ layout: TableLayout) -> [String] {
    columns.indices.filter { !layout.shown.contains($0) }.map { columns[$0].title }
  }

  private func line<Row>(_ cells: [Cell], _ columns: [TableColumn<Row>], _ layout: TableLayout) -> String {
    var result = ""
    for index in layout.shown {
      let cell = cells[index]
      let text = DisplayWidth.cut(cell.text, to: max(1, layout.widths[index]))
      let padding = String(repeating: " ", count: max(0, layout.widths[index] - DisplayWidth.of(text)))
      let shown = styled ? cell.style.apply(text) : text
      if index != layout.shown.first { result += TableLayout.gap }
      switch columns[index].alignment {
      case .right: result += padding + shown
      case .left: result += index == layout.shown.last ? shown : shown + padding
      }
    }
    return result
  }
}

/// What a followed table remembers between its lines.
struct StreamLayout: Sendable {
  var widths: [Int] = []
  /// The columns of the header that was printed last; nil: none was.
  var shown: [Int]?
}
