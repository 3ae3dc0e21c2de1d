package import Presentation

/// A value of a ``Record``.
package enum RecordValue: Sendable, Hashable {
  case text(String)
  /// A decimal of the API; empty: not known.
  case decimal(String)
  case count(Int64)
  /// Nanoseconds since the epoch; 0: none.
  case time(Int64)

  /// As CSV has it.
  var text: String {
    switch self {
    case .text(let text), .decimal(let text): text
    case .count(let count): String(count)
    case .time(let time): time == 0 ? "" : String(time)
    }
  }

  /// Absent in JSON.
  var isUnknown: Bool { text.isEmpty }
}

/// A row of results that is no message of the API but is printed like one: the same names in JSON and CSV.
package protocol Record: TableRow {
  /// Names of the fields, in order.
  static var names: [String] { get }
  /// One value for each name.
  var values: [RecordValue] { get }
}

extension Record {
  /// Writes the row as a JSON object; what is not known is absent.
  package func write(to json: inout JSONText) {
    json.beginObject()
    for (name, value) in zip(Self.names, values) where !value.isUnknown {
      switch value {
      case .text(let text), .decimal(let text): json.field(name, text)
      case .count(let count): json.field(name, count)
      case .time(let time): json.field(name, time)
      }
    }
    json.endObject()
  }
}

extension JSONText {
  /// A key and a list of records.
  package mutating func field(_ name: String, _ rows: [some Record]) {
    array(name, rows) { json, row in row.write(to: &json) }
  }
}

extension Output {
  /// Rows as CSV, under a header.
  package func csv<Row: Record>(_ rows: [Row]) {
    csvLine(Row.names)
    for row in rows { csvLine(row.values.map(\.text)) }
  }

  /// A line of CSV.
  func csvLine(_ fields: [String]) { raw(CSVText.line(fields) + CSVText.lineEnd) }
}
