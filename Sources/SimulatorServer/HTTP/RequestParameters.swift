import Presentation
import Time
import TradingModel
import ExchangeSimulation

/// The parameters of a request: from query and body of a REST call, or from a WebSocket API call.
struct RequestParameters {
  private var values: [(name: String, value: String)] = []

  init() {}

  /// Reads `a=1&b=2` texts; where a name occurs twice the first counts, so the query comes before the body.
  init(query: String, body: String) {
    for text in [query, body] {
      for pair in text.split(separator: "&") {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = Self.decode(parts[0])
        guard !name.isEmpty, !values.contains(where: { $0.name == name }) else { continue }
        values.append((name, parts.count > 1 ? Self.decode(parts[1]) : ""))
      }
    }
  }

  init(json: JSONTree?) {
    guard case .object(let members)? = json else { return }
    for member in members where !values.contains(where: { $0.name == member.name }) {
      if let text = member.value.parameterText {
        values.append((member.name, text))
      } else if case .array = member.value {
        var json = JSONWriter()
        json.value(member.value)
        values.append((member.name, String(decoding: json.bytes, as: UTF8.self)))
      }
    }
  }

  /// All but the signature, sorted by name and joined: what a WebSocket API call signs.
  var sortedPayload: String {
    values.filter { $0.name != "signature" }.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  /// A parameter that was sent and is not empty.
  subscript(name: String) -> String? {
    guard let value = values.first(where: { $0.name == name })?.value, !value.isEmpty else { return nil }
    return value
  }

  func required(_ name: String) throws(ExchangeError) -> String {
    guard let value = self[name] else {
      throw ExchangeError(-1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }
    return value
  }

  func symbol(_ name: String = "symbol") throws(ExchangeError) -> Symbol {
    let text = try required(name)
    guard let symbol = Symbol(text), symbol.text == text else {
      throw ExchangeError(-1100, "Illegal characters found in parameter 'symbol'; legal range is '^[\\w\\-._&&[^a-z]]{1,50}$'.")
    }
    return symbol
  }

  func integer(_ name: String) throws(ExchangeError) -> Int64? {
    guard let text = self[name] else { return nil }
    guard let value = Int64(text), text.first != "+" else {
      throw ExchangeError(-1100, "Illegal characters found in parameter '\(name)'; legal range is '^[0-9]{1,20}$'.")
    }
    return value
  }

  /// A count between 1 and `maximum`; larger ones are cut.
  func limit(default standard: Int, maximum: Int) throws(ExchangeError) -> Int {
    guard let value = try integer("limit") else { return standard }
    guard value > 0 else {
      throw ExchangeError(-1130, "Data sent for parameter 'limit' is not valid.")
    }
    return Int(min(value, Int64(maximum)))
  }

  /// A time in milliseconds, or in microseconds if it is too large for those.
  func time(_ name: String) throws(ExchangeError) -> Timestamp? {
    guard let value = try integer(name) else { return nil }
    return value > 100_000_000_000_000
      ? Timestamp(nanoseconds: value.multipliedReportingOverflow(by: 1_000).partialValue) : Timestamp(milliseconds: value)
  }

  func decimal(_ name: String) throws(ExchangeError) -> FixedDecimal? {
    guard let text = self[name] else { return nil }
    if let value = FixedDecimal(text: text), !value.isNegative { return value }
    let digits = text.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = digits.count <= 2 && digits.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 &- 48 <= 9 } }
    if isPlain, digits.count == 2, digits[1].utf8.count > 8 { throw ExchangeError(-1111, "Parameter '\(name)' has too much precision.") }
    if isPlain { throw ExchangeError(-1131, "Parameter '\(name)' is out of range.") }
    throw ExchangeError(
      -1100, "Illegal characters found in parameter '\(name)'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.")
  }

  func bool(_ name: String) -> Bool { self[name].map { $0.lowercased() == "true" } ?? false }

  /// The names of a JSON array of texts.
  func list(_ name: String) throws(ExchangeError) -> [String]? {
    guard let text = self[name] else { return nil }
    guard let elements = JSONTree(Array(text.utf8))?.elements else {
      throw ExchangeError(
        -1100,
        "Illegal characters found in parameter '\(name)'; legal range is '^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$'."
      )
    }
    let texts = elements.compactMap(\.text)
    guard texts.count == elements.count, !texts.isEmpty else {
      throw ExchangeError(-1130, "Data sent for parameter '\(name)' is not valid.")
    }
    return texts
  }

  /// Percent-decoding of form data; malformed escapes stay as they are.
  static func decode(_ text: some StringProtocol) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let value = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
      {
        decoded.append(value)
        index += 3
      } else {
        decoded.append(bytes[index] == UInt8(ascii: "+") ? 32 : bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }
}
