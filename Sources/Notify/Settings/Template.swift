import Presentation

/// The line that tells a happening: text with fields in braces.
public struct Template: Sendable, Hashable {
  /// What stands between braces.
  public enum Field: String, Sendable, Hashable, CaseIterable {
    case time, date, bot, symbol, kind, level, code, what, profit, asset, sequence
  }

  private enum Part: Sendable, Hashable {
    case text(String)
    case field(Field)
  }

  private var parts: [Part] = []

  /// The line where a rule has none of its own.
  static let standard = Template(parts: [.field(.time), .text(" "), .field(.bot), .text(" "), .field(.what)])

  private init(parts: [Part]) { self.parts = parts }

  /// - Throws: what is wrong, in words.
  init(_ text: String) throws(NotifySettingsError) {
    var literal = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      switch character {
      case "{":
        guard let end = rest.firstIndex(of: "}") else { throw NotifySettingsError("a { has no }; write {{ for the sign itself") }
        if rest.first == "{" {
          rest.removeFirst()
          literal += "{"
          continue
        }
        let name = String(rest[..<end])
        guard let field = Field(rawValue: name) else {
          throw NotifySettingsError(
            "{\(name.prefix(40))} is no field; there are \(Field.allCases.map { "{\($0.rawValue)}" }.joined(separator: " "))")
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = ""
        parts.append(.field(field))
        rest = rest[rest.index(after: end)...]
      case "}" where rest.first == "}":
        rest.removeFirst()
        literal += "}"
      default: literal.append(character)
      }
    }
    if !literal.isEmpty { parts.append(.text(literal)) }
    guard parts.contains(where: { if case .field = $0 { true } else { false } }) else {
      throw NotifySettingsError("the text has no field, so all messages would be the same; write for example {bot}: {what}")
    }
  }

  /// The line of a happening; times by the zone's clocks.
  public func line(_ happening: Happening, zone: String) -> String {
    let text = parts.map { part in
      switch part {
      case .text(let text): text
      case .field(let field): Self.value(field, happening, zone)
      }
    }.joined()
    // An empty field leaves one space, not two.
    return Plain.text(text, maximum: 500).split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  private static func value(_ field: Field, _ happening: Happening, _ zone: String) -> String {
    switch field {
    case .time: Zone.civil(happening.time, zone).clock
    case .date: Zone.civil(happening.time, zone).date
    case .bot: happening.bot
    case .symbol: happening.symbol
    case .kind: happening.kind.rawValue
    case .level: happening.level.word
    case .code: happening.code
    case .what: happening.what
    case .profit: happening.profit.map { DecimalText.money($0, isSigned: true) } ?? ""
    case .asset: happening.profit == nil ? "" : happening.asset
    case .sequence: happening.sequence == 0 ? "" : "\(happening.sequence)"
    }
  }
}

/// Text that nobody's characters can bend: no line ends, no control characters, nothing that turns its direction.
enum Plain {
  static func text(_ text: String, maximum: Int) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < maximum else { return result + "…" }
      count += 1
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Letters, digits and signs of ASCII only.
  static func ascii(_ text: String, maximum: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximum).map { (" "..."~").contains($0) ? $0 : "?" }))
  }
}
