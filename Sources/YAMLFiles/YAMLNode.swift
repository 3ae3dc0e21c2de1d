/// A value of a document, and where it stands.
public struct YAMLNode: Sendable {
  /// What it is.
  public enum Content: Sendable {
    /// A text as it was written, without its quotes. `isPlain`: it had none.
    case scalar(String, isPlain: Bool)
    /// Values in order.
    case sequence([YAMLNode])
    /// Pairs in order; keys may repeat.
    case mapping([Pair])
  }

  /// A key and its value.
  public struct Pair: Sendable {
    public var key: YAMLNode
    public var value: YAMLNode
  }

  public var content: Content
  /// From 1 on. Of an alias: where the alias stands.
  public var line: Int
  /// Values in it, itself included.
  let count: Int
  /// Values inside one another, itself included.
  let height: Int

  init(content: Content, line: Int, count: Int, height: Int) {
    self.content = content
    self.line = line
    self.count = count
    self.height = height
  }

  /// A text in quotes.
  public init(text: String, line: Int) { self.init(content: .scalar(text, isPlain: false), line: line, count: 1, height: 1) }

  /// The text of a scalar; `nil` for anything else.
  public var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// Nothing was written: an empty value, `~` or `null` without quotes.
  public var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The pairs of a mapping; `nil` for anything else.
  public var pairs: [Pair]? {
    if case .mapping(let pairs) = content { pairs } else { nil }
  }

  /// The values of a sequence; `nil` for anything else.
  public var elements: [YAMLNode]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }
}

/// Why a text cannot be read.
public struct YAMLError: Error, Hashable {
  /// From 1 on.
  public var line: Int
  /// What is wrong and what helps, in words.
  public var message: String
}

/// Scalars as text.
public enum YAMLText {
  /// A scalar that every YAML reader takes for this text, or for the number that it spells: plain where that is safe, else in double quotes.
  public static func scalar(_ text: String) -> String {
    let isNumber = text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?/) != nil
    let isWord = text.wholeMatch(of: /[A-Za-z][A-Za-z0-9_-]*/) != nil && !words.contains(text.lowercased())
    let isInterval = text.wholeMatch(of: /[1-9][0-9]*[A-Za-z]/) != nil
    return isNumber || isWord || isInterval ? text : quoted(text)
  }

  /// What older readers take for a truth value, or readers for nothing.
  private static let words: Set<String> = ["yes", "no", "on", "off", "y", "n", "null"]

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += isControl ? "\\x" + String(repeating: "0", count: max(0, 2 - digits.count)) + digits : String(Character(scalar))
      }
    }
    return result + "\""
  }
}
