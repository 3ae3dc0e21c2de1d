/// Makes text from outside harmless in a page and in the JSON inside it.
enum HTMLEscape {
  /// For element content and quoted attributes. What no page may hold, or what turns the direction of the text around it, is replaced.
  static func append(_ text: String, to html: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": html += "&amp;"
      case "<": html += "&lt;"
      case ">": html += "&gt;"
      case "\"": html += "&quot;"
      case "'": html += "&#39;"
      default: html.unicodeScalars.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
      }
    }
  }

  static func text(_ text: String) -> String {
    var html = ""
    append(text, to: &html)
    return html
  }

  /// A JSON string, quotes included, that cannot end the script element around it.
  static func json(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case "\n": json += "\\n"
      case "\t": json += "\\t"
      case "<": json += "\\u003c"
      case ">": json += "\\u003e"
      case "&": json += "\\u0026"
      case "\u{2028}": json += "\\u2028"
      case "\u{2029}": json += "\\u2029"
      default: json.unicodeScalars.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
      }
    }
    return json + "\""
  }

  /// Control characters, marks that override the direction of text, and noncharacters.
  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFDD0...0xFDEF: true
    default: scalar.value & 0xFFFE == 0xFFFE
    }
  }
}

/// HTML in which every interpolated text is escaped: `"<p>\(reason)</p>"`.
struct Markup: ExpressibleByStringInterpolation {
  var html: String

  init(stringLiteral value: String) { html = value }
  init(stringInterpolation: Interpolation) { html = stringInterpolation.html }
  /// HTML made here, taken as it is.
  init(trusted html: String) { self.html = html }

  static var empty: Markup { Markup(trusted: "") }
  static func += (a: inout Markup, b: Markup) { a.html += b.html }
  var isEmpty: Bool { html.isEmpty }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity + 16 * interpolationCount) }
    mutating func appendLiteral(_ literal: String) { html += literal }
    mutating func appendInterpolation(_ text: String) { HTMLEscape.append(text, to: &html) }
    mutating func appendInterpolation(_ number: Int) { html += String(number) }
    mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
    mutating func appendInterpolation(_ list: [Markup]) { for markup in list { html += markup.html } }
  }
}
