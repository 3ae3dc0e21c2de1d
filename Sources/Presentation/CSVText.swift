/// Comma-separated values by RFC 4180: a line ends with CR LF, a field is quoted where it must be.
public enum CSVText {
  /// What ends a line.
  public static let lineEnd = "\r\n"

  /// A field: in quotes where it holds a comma, a quote, a line break or spaces at its edges.
  public static func field(_ text: String) -> String {
    let isPlain = !text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13 }
    guard !isPlain || text.first == " " || text.last == " " else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// A line without its end.
  public static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") }
}
