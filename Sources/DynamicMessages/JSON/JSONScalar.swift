import Presentation

/// Numbers, texts, truth values and bytes of proto3 JSON.
enum JSONScalar {
  /// Why a value does not fit.
  struct Refusal: Error {
    let message: String
  }

  /// The value of a field that is neither a message nor an enum.
  static func read(_ json: JSONTree, _ kind: FieldKind) -> Result<DynamicValue, Refusal> {
    switch kind {
    case .bool:
      if case .bool(let value) = json { return .success(.bool(value)) }
      return refuse("must be true or false, not \(json.shown)")
    case .string: return text(json)
    case .bytes:
      if case .string(let text) = json, let bytes = Base64.decode(text) { return .success(.bytes(bytes)) }
      return refuse("must be bytes in base64, not \(json.shown)")
    case .double, .float: return real(json, kind)
    default: return whole(json, kind)
    }
  }

  private static func refuse(_ message: String) -> Result<DynamicValue, Refusal> { .failure(Refusal(message: message)) }

  private static func text(_ json: JSONTree) -> Result<DynamicValue, Refusal> {
    switch json {
    case .string(let text): return .success(.string(text))
    case .number(let text): return refuse("must be a text; write it in quotes: \"\(text.prefix(40))\"")
    default: return refuse("must be a text, not \(json.shown)")
    }
  }

  private static func real(_ json: JSONTree, _ kind: FieldKind) -> Result<DynamicValue, Refusal> {
    let isFloat = kind == .float
    if let text = numberText(json) {
      let value = isFloat ? Float(text).map { DynamicValue.float($0) } : Double(text).map { .double($0) }
      let isFinite = isFloat ? Float(text)?.isFinite : Double(text)?.isFinite
      if let value, isFinite == true { return .success(value) }
      return refuse("\(json.shown) is out of the range of \(kind.name)")
    }
    let special: [String: Double] = ["NaN": .nan, "Infinity": .infinity, "-Infinity": -.infinity]
    if case .string(let text) = json, let value = special[text] { return .success(isFloat ? .float(Float(value)) : .double(value)) }
    return refuse("must be a number, not \(json.shown)")
  }

  private static func whole(_ json: JSONTree, _ kind: FieldKind) -> Result<DynamicValue, Refusal> {
    guard let text = numberText(json) else { return refuse("must be a whole number, not \(json.shown)") }
    guard let number = integer(text) else { return refuse("must be a whole number of \(bits(kind)) bits, not \(json.shown)") }
    let value: DynamicValue? =
      switch kind {
      case .int64, .sint64, .sfixed64: Int64(exactly: number).map { .signed($0) }
      case .int32, .sint32, .sfixed32: Int32(exactly: number).map { .signed(Int64($0)) }
      case .uint64, .fixed64: UInt64(exactly: number).map { .unsigned($0) }
      default: UInt32(exactly: number).map { .unsigned(UInt64($0)) }
      }
    guard let value else { return refuse("\(json.shown) is out of the range of \(kind.name)") }
    return .success(value)
  }

  private static func bits(_ kind: FieldKind) -> Int { kind.is64Bits ? 64 : 32 }

  /// The text of a number, also of one that is written as a string.
  private static func numberText(_ json: JSONTree) -> String? {
    switch json {
    case .number(let text): return text
    case .string(let text):
      guard case .number(let number)? = JSONTree(Array(text.utf8)), number == text else { return nil }
      return text
    default: return nil
    }
  }

  /// The integer that a JSON number is, whatever its spelling (`5`, `5.0`, `0.5e1`); nil when it is none, or has more than 38 digits.
  static func integer(_ text: String) -> Int128? {
    let parts = text.lowercased().split(separator: "e", maxSplits: 1)
    guard let mantissa = parts.first, let exponent = parts.count == 2 ? Int32(parts[1]) : 0 else { return nil }
    let isNegative = mantissa.hasPrefix("-")
    let halves = mantissa.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
    guard let before = halves.first else { return nil }
    let behind = halves.count == 2 ? halves[1] : ""
    var digits = (before + behind).utf8.map { $0 &- 48 }[...]
    var scale = behind.utf8.count - Int(exponent)
    while digits.first == 0 { digits = digits.dropFirst() }
    while scale > 0, digits.last == 0 {
      digits = digits.dropLast()
      scale -= 1
    }
    if digits.isEmpty { return 0 }
    guard scale <= 0, digits.count - scale <= 38 else { return nil }
    let magnitude = (digits + [UInt8](repeating: 0, count: -scale)).reduce(Int128(0)) { $0 * 10 + Int128($1) }
    return isNegative ? -magnitude : magnitude
  }
}

/// Reads base64.
enum Base64 {
  /// The bytes; standard and URL-safe letters, with or without padding; nil for anything else, also for bits behind the last byte.
  static func decode(_ text: String) -> [UInt8]? {
    var letters = Array(text.utf8)[...]
    if letters.count % 4 == 0 { for _ in 0..<2 where letters.last == UInt8(ascii: "=") { letters = letters.dropLast() } }
    guard letters.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count / 4 * 3 + 2)
    var word: UInt32 = 0
    var count: UInt32 = 0
    for letter in letters {
      guard let value = value(of: letter) else { return nil }
      word = word << 6 & 0xFFFF | value
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: word >> count))
    }
    return word & (1 << count - 1) == 0 ? bytes : nil
  }

  private static func value(of letter: UInt8) -> UInt32? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter) + 4
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
