import BotAPI

@testable import protoc_gen_botd

/// A reproducible sequence (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// The schema as embedded in the library.
struct Schema: Sendable {
  let files: [ProtoFile]
  let messages: [String: ProtoMessage]
  let enums: [String: ProtoEnum]

  private static let parsed = Result { try Schema() }

  /// Parsed once.
  static func shared() throws -> Schema { try parsed.get() }

  private init() throws {
    var files: [ProtoFile] = []
    var reader = WireReader(V1.descriptorSet[...])
    while let (number, value) = try reader.next() {
      if number == 1 { files.append(try ProtoFile(parsing: value.message)) }
    }
    self.files = files
    messages = Dictionary(files.flatMap(\.messages).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    enums = Dictionary(files.flatMap(\.enums).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// A naive encoder that knows nothing of protobuf-c: it writes random values of a message in canonical form (fields by number, defaults
/// left out, numbers packed), so that decoding and encoding must give the same bytes.
struct RandomWire {
  let schema: Schema
  var random: SeededRandom

  mutating func message(_ name: String, depth: Int = 0) -> [UInt8] {
    guard let message = schema.messages[name] else { return [] }
    var chosen: [Int: String] = [:]
    for index in message.oneofs.indices {
      let options = message.fields.filter { $0.oneof == index }
      if Bool.random(using: &random) { chosen[index] = options.randomElement(using: &random)?.name }
    }
    var bytes: [UInt8] = []
    for field in message.fields.sorted(by: { $0.number < $1.number }) {
      if let index = field.oneof {
        if chosen[index] == field.name { bytes += single(field, depth, isOneof: true) }
      } else if field.isRepeated {
        bytes += list(field, depth)
      } else if Int.random(in: 0..<4, using: &random) > 0 {
        bytes += single(field, depth, isOneof: false)
      }
    }
    return bytes
  }

  private mutating func single(_ field: ProtoField, _ depth: Int, isOneof: Bool) -> [UInt8] {
    switch field.kind {
    case .message(let name):
      if depth > 3, !isOneof { return [] }
      return Self.blob(field.number, message(name, depth: depth + 1))
    case .string, .bytes:
      let content = content(field)
      return content.isEmpty ? [] : Self.blob(field.number, content)
    case .double:
      let value = Double.random(in: -1e9...1e9, using: &random)
      return unsafe Self.varint(UInt64(field.number) << 3 | 1) + withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
    default:
      let value = number(field)
      return value == 0 ? [] : Self.varint(UInt64(field.number) << 3) + Self.varint(value)
    }
  }

  private mutating func list(_ field: ProtoField, _ depth: Int) -> [UInt8] {
    let count = depth > 2 ? 0 : Int.random(in: 0...3, using: &random)
    guard count > 0 else { return [] }
    var bytes: [UInt8] = []
    switch field.kind {
    case .message(let name): for _ in 0..<count { bytes += Self.blob(field.number, message(name, depth: depth + 1)) }
    case .string, .bytes: for _ in 0..<count { bytes += Self.blob(field.number, content(field)) }
    default:
      var packed: [UInt8] = []
      for _ in 0..<count { packed += Self.varint(number(field)) }
      bytes = Self.blob(field.number, packed)
    }
    return bytes
  }

  private mutating func number(_ field: ProtoField) -> UInt64 {
    switch field.kind {
    case .bool: return UInt64.random(in: 0...1, using: &random)
    case .int32: return UInt64(bitPattern: Int64(Int32.random(in: .min ... .max, using: &random)))
    case .enumeration(let name):
      // Known values mostly, unknown and negative ones now and then.
      if Int.random(in: 0..<8, using: &random) == 0 { return UInt64(bitPattern: Int64(Int32.random(in: -3...1000, using: &random))) }
      return UInt64(schema.enums[name]?.values.randomElement(using: &random)?.number ?? 0)
    default:
      return Bool.random(using: &random) ? random.next() : random.next() >> UInt64.random(in: 32...63, using: &random)
    }
  }

  private mutating func content(_ field: ProtoField) -> [UInt8] {
    let count = Int.random(in: 0...(Bool.random(using: &random) ? 8 : 60), using: &random)
    if case .bytes = field.kind { return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
    let alphabet: [Character] = ["0", "7", ".", "-", "B", "z", " ", "\"", "\\", "\n", "\u{1}", "é", "€", "𝄞", "語"]
    return Array(String((0..<count).map { _ in alphabet.randomElement(using: &random) ?? "x" }).utf8)
  }

  static func blob(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    varint(UInt64(number) << 3 | 2) + varint(UInt64(content.count)) + content
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }
}
