import BotAPI
import Presentation

/// Where a command's results go: tables, JSON or CSV on standard output, remarks on standard error.
package struct Output: Sendable {
  /// The form asked for.
  package let format: OutputFormat
  let styled: Bool
  let width: Int?
  private let environment: ControlEnvironment

  /// Styled where standard output is a terminal and nothing (`noColor`, NO_COLOR, TERM) speaks against it.
  ///
  /// - Parameter wide: tables and cards in full, however narrow the terminal is.
  package init(format: OutputFormat, environment: ControlEnvironment, noColor: Bool, wide: Bool = false) {
    self.format = format
    self.environment = environment
    width = wide ? nil : environment.width
    styled =
      environment.isTerminal && !noColor && (environment.variables["NO_COLOR"] ?? "").isEmpty
      && environment.variables["TERM"] != "dumb"
  }

  /// As the options of a command that reads ask for.
  package init(_ options: OutputOptions, environment: ControlEnvironment, noColor: Bool) {
    self.init(format: options.format, environment: environment, noColor: noColor, wide: options.wide)
  }

  private var table: TableOutput { TableOutput(styled: styled, width: width) }

  /// A list: a table, a JSON array, or CSV with a header.
  func list<Row: TableRow & BotMessage>(_ rows: [Row], empty: String) {
    switch format {
    case .json:
      var json = JSONText(pretty: true)
      json.beginArray()
      for row in rows {
        json.element()
        json.value(row)
      }
      json.endArray()
      line(json.text)
    case .csv:
      csvLine(MessageCSV.header(Row.self))
      for row in rows { csvLine(MessageCSV.cells(row)) }
    case .table:
      if rows.isEmpty { remark(empty) } else { rowsOnly(rows) }
    }
  }

  /// A table whatever the format.
  package func rowsOnly<Row: TableRow>(_ rows: [Row]) {
    let (lines, leftOut) = table.table(rows)
    for text in lines { line(text) }
    tell(leftOut)
  }

  /// One thing: a card, a JSON object, or CSV with a header and one line.
  func show<Source: CardSource & BotMessage>(_ source: Source) {
    switch format {
    case .json: json(source)
    case .csv:
      csvLine(MessageCSV.header(Source.self))
      csvLine(MessageCSV.cells(source))
    case .table: card(source.card)
    }
  }

  /// A card whatever the format.
  package func card(_ lines: [CardLine]) {
    for text in CardOutput(styled: styled, width: width).lines(lines) { line(text) }
  }

  /// A message as indented JSON.
  func json(_ message: some BotMessage) { line(message.jsonText(pretty: true)) }

  /// A message as one line of JSON, for streams.
  func jsonLine(_ message: some BotMessage) { line(message.jsonText()) }

  /// An item of a followed subscription: a line of its table, or of JSON. One that the daemon could not record says so.
  func stream<Row: TableRow & BotMessage>(_ row: Row, isRecorded: Bool, _ state: inout StreamLayout) {
    switch format {
    case .json:
      let text = row.jsonText()
      line(isRecorded ? text : Self.marked(text))
    case .csv:
      if state.shown == nil {
        csvLine(MessageCSV.header(Row.self) + ["not_recorded"])
        state.shown = []
      }
      csvLine(MessageCSV.cells(row) + [isRecorded ? "" : "true"])
    case .table:
      if isRecorded { stream(row, &state) } else { stream(UnrecordedRow(row: row), &state) }
    }
  }

  /// A JSON object with one more field, `"not_recorded": true`.
  static func marked(_ object: String) -> String {
    let open = object.dropLast()
    return open + (open.hasSuffix("{") ? "" : ",") + "\"not_recorded\":true}"
  }

  /// A line of a followed table.
  func stream<Row: TableRow>(_ row: Row, _ state: inout StreamLayout) {
    let (lines, leftOut) = table.stream(row, &state)
    for text in lines { line(text) }
    tell(leftOut)
  }

  /// Says on standard error which columns did not fit.
  private func tell(_ leftOut: [String]) {
    guard !leftOut.isEmpty else { return }
    for text in DisplayWidth.wrap("(left out: \(leftOut.joined(separator: ", ")); --wide shows all)", to: width ?? .max) {
      environment.err((styled ? Style.dim.apply(text) : text) + "\n")
    }
  }

  /// Text on standard output as it is.
  func raw(_ text: String) { environment.out(text) }

  /// A line on standard output.
  package func line(_ text: String) { environment.out(text + "\n") }

  /// A styled line on standard output.
  package func line(_ text: String, _ style: Style) { line(styled ? style.apply(text) : text) }

  /// A remark on standard error: no result, not an error either.
  package func remark(_ text: String) { environment.err(text + "\n") }

  /// An error on standard error.
  func complain(_ text: String) { environment.err("botctl: \(text)\n") }
}

/// A row of something that is not in the daemon's journal; its last column begins with "not recorded".
struct UnrecordedRow<Row: TableRow>: TableRow {
  let row: Row

  static var leftOutFirst: [String] { Row.leftOutFirst }

  static var columns: [TableColumn<Self>] {
    let columns = Row.columns
    return columns.indices.map { index in
      let column = columns[index]
      let isLast = index + 1 == columns.count
      let isRight = column.alignment == .right
      return TableColumn<UnrecordedRow<Row>>(column.title, isRight ? .right : .left, flexible: column.isFlexible) { marked in
        let cell = column.cell(marked.row)
        guard isLast else { return cell }
        return Cell(cell.text.isEmpty ? "not recorded" : "not recorded: \(cell.text)", .warning)
      }
    }
  }
}
