import BotAPI
import Presentation

/// Messages as lines of CSV: a column for each field of the message, by its name in JSON and in the schema's order; decimals and times with
/// all their digits. A list or a message inside is JSON in its cell, what is absent an empty cell.
enum MessageCSV {
  /// The names of a message's fields.
  static func header<Row: BotMessage>(_ type: Row.Type) -> [String] {
    guard let empty = try? Row.decode([]) else { return [] }
    return members(empty).map(\.name)
  }

  /// The values of a message's fields.
  static func cells(_ message: some BotMessage) -> [String] { members(message).map { cell($0.value) } }

  private static func members(_ message: some BotMessage) -> [JSONTree.Member] {
    guard case .object(let members)? = JSONTree(Array(message.jsonText().utf8)) else { return [] }
    return members
  }

  private static func cell(_ value: JSONTree) -> String {
    switch value {
    case .null, .array([]): return ""
    case .bool(let value): return value ? "true" : "false"
    case .number(let text), .string(let text): return text
    case .array, .object:
      var json = JSONText()
      value.write(to: &json)
      return json.text
    }
  }
}
