public import Time

/// How a line of a log is written.
public enum LogFormat: String, Sendable, Hashable, CaseIterable {
  /// `time=… level=info msg="…" name=value …`: a value is bare where it is printable ASCII without space, `"`, `=` and `\`, else quoted
  /// with the escapes of JSON.
  case logfmt
  /// One flat object of strings a line, with the same fields.
  case json
}

/// One line of a log. Whatever its values hold, it is one line and its fields are those that were given: control characters, line ends,
/// and characters that only steer how text is shown are escaped.
public struct LogLine: Sendable {
  /// When; `nil` leaves the field out, for a reader who knows the time.
  public var time: Timestamp?
  /// The level's word.
  public var level: String
  /// Which part speaks.
  public var logger: String
  /// What happened, in words that stay the same for the same kind of event.
  public var message: String
  /// Names and values, in order; those without a value are left out.
  public var fields: [(name: String, value: String)]

  /// A line of these parts.
  public init(time: Timestamp?, level: String, logger: String, message: String, fields: [(name: String, value: String)] = []) {
    self.time = time
    self.level = level
    self.logger = logger
    self.message = message
    self.fields = fields
  }

  /// The line without a line end. Cost: linear in its length.
  public func text(_ format: LogFormat) -> String {
    var text = format == .json ? "{" : ""
    var isFirst = true
    func add(_ name: String, _ value: String) {
      if !isFirst { text += format == .json ? "," : " " }
      isFirst = false
      switch format {
      case .json:
        text += "\"\(name)\":"
        Self.quote(value, &text)
      case .logfmt:
        text += "\(name)="
        if Self.isBare(value) { text += value } else { Self.quote(value, &text) }
      }
    }
    if let time { add("time", time.description) }
    add("level", level)
    add("logger", logger)
    add("msg", message)
    for field in fields where !field.value.isEmpty { add(Self.name(field.name), field.value) }
    if format == .json { text += "}" }
    return text
  }

  /// Letters, digits, `_`, `.` and `-` of ASCII; never the name of a field that every line has.
  private static func name(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isPlain, !name.isEmpty else {
      return "_"
        + String(String.UnicodeScalarView(name.unicodeScalars.map { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_") ? $0 : "_" }))
    }
    return ["time", "level", "logger", "msg"].contains(name) ? "_" + name : name
  }

  private static func isBare(_ value: String) -> Bool {
    !value.isEmpty
      && value.utf8.allSatisfy {
        (33...126).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\\")
      }
  }

  private static func quote(_ value: String, _ text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case " "..."~": text.unicodeScalars.append(scalar)
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
          for unit in String(scalar).utf16 { text += escaped(unit) }
        default: text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }

  private static func escaped(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
