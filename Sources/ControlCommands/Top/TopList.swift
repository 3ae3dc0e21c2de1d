import Presentation
import TradingModel

/// One row of a list on the screen, formatted like the rows of botctl's tables.
struct TopRow: Hashable, Sendable {
  /// Names the row while it moves about.
  let id: String
  /// The bot that it is about; empty: none.
  let bot: String
  /// A cell for each column.
  let cells: [Cell]
  /// Columns that each cell takes.
  let widths: [Int]

  init(id: String, bot: String, cells: [Cell]) {
    self.id = id
    self.bot = bot
    self.cells = cells
    widths = cells.map { DisplayWidth.of($0.text) }
  }

  /// Whether every word is somewhere in the row; upper and lower case are the same.
  func contains(_ words: [String]) -> Bool {
    guard !words.isEmpty else { return true }
    let text = cells.map { $0.text.lowercased() }.joined(separator: "\n")
    return words.allSatisfy { text.contains($0) }
  }
}

/// The columns of a list: those of the table that botctl prints of the same things.
struct TopColumns: Hashable, Sendable {
  let titles: [String]
  let isRight: [Bool]
  let flexible: Set<Int>
  /// In which order columns are left out.
  let leftOutFirst: [Int]

  init<Row: TableRow>(_ type: Row.Type) {
    let columns = Row.columns
    titles = columns.map(\.title)
    isRight = columns.map { $0.alignment == .right }
    flexible = Set(columns.indices.filter { columns[$0].isFlexible })
    leftOutFirst = Row.leftOutFirst.compactMap { title in columns.firstIndex { $0.title == title } }
  }
}

/// A list as the daemon gave it.
struct TopList: Hashable, Sendable {
  let columns: TopColumns
  let rows: [TopRow]
  /// Columns that the widest cell of each column takes, its title included.
  let widths: [Int]

  init(columns: TopColumns, rows: [TopRow] = []) {
    self.columns = columns
    self.rows = rows
    var widths = columns.titles.map { DisplayWidth.of($0) }
    for row in rows { for index in widths.indices { widths[index] = max(widths[index], row.widths[index]) } }
    self.widths = widths
  }

  /// The numbers of the rows that contain all of `words`, in the order of a column.
  ///
  /// - Parameters:
  ///   - column: nil: as they are.
  ///   - descending: the largest first. What is empty comes last either way.
  func arranged(words: [String], column: Int?, descending: Bool) -> [Int] {
    let wanted = rows.indices.filter { rows[$0].contains(words) }
    guard let column, column < columns.titles.count else { return descending ? wanted.reversed() : wanted }
    let keyed = wanted.map { (index: $0, key: SortKey(rows[$0].cells[column].text)) }
    return keyed.sorted { one, other in
      if one.key.isEmpty != other.key.isEmpty { return other.key.isEmpty }
      if one.key == other.key { return one.index < other.index }
      return descending ? other.key < one.key : one.key < other.key
    }.map(\.index)
  }
}

/// What a cell is sorted by: its number where it begins with one, else its text. Numbers come before texts.
struct SortKey: Hashable, Comparable, Sendable {
  let isEmpty: Bool
  let number: Int128?
  let text: String

  init(_ cell: String) {
    isEmpty = cell.isEmpty || cell == "-"
    var word = cell.prefix { $0 != " " }
    if word.hasPrefix("+") { word = word.dropFirst() }
    if word.hasSuffix("%") { word = word.dropLast() }
    number = DecimalText.units(String(word))
    text = number == nil ? cell : ""
  }

  static func < (a: SortKey, b: SortKey) -> Bool {
    switch (a.number, b.number) {
    case (let one?, let other?): one < other
    case (nil, nil): a.text < b.text
    case (let one, _): one != nil
    }
  }
}

/// Formats rows, and keeps what did not change since the last time.
struct TopRowCache<Row: TableRow & Equatable & Sendable>: Sendable {
  private var known: [String: (value: Row, row: TopRow)] = [:]
  let columns = TopColumns(Row.self)

  /// The list of `values`.
  ///
  /// - Parameter names: id and bot of a row. Of rows with the same id the first one is shown.
  mutating func list(_ values: [Row], _ names: (Row) -> (id: String, bot: String)) -> TopList {
    let makers = Row.columns
    var next: [String: (value: Row, row: TopRow)] = [:]
    next.reserveCapacity(values.count)
    var rows: [TopRow] = []
    rows.reserveCapacity(values.count)
    for value in values {
      let (id, bot) = names(value)
      guard next[id] == nil else { continue }
      let row: TopRow
      if let old = known[id], old.value == value {
        row = old.row
      } else {
        row = TopRow(
          id: id, bot: bot,
          cells: makers.map { maker in
            let cell = maker.cell(value)
            return cell.text.isEmpty ? Cell("-", .dim) : cell
          })
      }
      next[id] = (value, row)
      rows.append(row)
    }
    known = next
    return TopList(columns: columns, rows: rows)
  }
}
