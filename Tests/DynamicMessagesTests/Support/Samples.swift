import BotAPI
import DynamicMessages
import Foundation

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

/// The schema of botd, as its daemon gives it.
enum Botd {
  private static let parsed = Result { try Schema(fileDescriptorSet: V1.descriptorSet) }

  static func schema() throws -> Schema { try parsed.get() }

  static let names = V1.allMessages.map { $0.typeName }
}

/// Random messages of a type, as decoding gives them: what has no presence is not at its default.
struct RandomMessage {
  let schema: Schema
  var random: SeededRandom
  /// Numbers that are not finite, which not every peer can say.
  var hasSpecialNumbers = false

  init(_ schema: Schema, seed: UInt64) {
    self.schema = schema
    random = SeededRandom(seed: seed)
  }

  mutating func message(_ name: String, depth: Int = 0) throws -> DynamicMessage {
    let type = try schema.message(name)
    var message = DynamicMessage(typeName: name)
    var chosen: [String: Int32] = [:]
    for oneof in Set(type.fields.compactMap(\.oneof)).sorted() where Bool.random(using: &random) {
      chosen[oneof] = type.fields.filter { $0.oneof == oneof }.randomElement(using: &random)?.number
    }
    for field in type.fields {
      if let oneof = field.oneof, chosen[oneof] != field.number { continue }
      // An entry of a map always has its value: one that is absent is the empty message.
      guard field.oneof != nil || type.isMapEntry || Int.random(in: 0..<4, using: &random) > 0 else { continue }
      if depth > 3, field.kind.typeName != nil, field.oneof == nil, !type.isMapEntry { continue }
      if field.isRepeated {
        let isMap = schema.mapKinds(field) != nil
        // One entry: entries have no order.
        let count = isMap ? 1 : Int.random(in: 1...3, using: &random)
        message.set(field, .list(try (0..<count).map { _ in try value(field.kind, depth) }), of: type)
      } else {
        let value = try value(field.kind, depth)
        if field.hasPresence || !isDefault(value) { message.set(field, value, of: type) }
      }
    }
    return message
  }

  private func isDefault(_ value: DynamicValue) -> Bool {
    [.signed(0), .unsigned(0), .double(0), .float(0), .bool(false), .string(""), .bytes([]), .enumeration(0)].contains(value)
  }

  private mutating func value(_ kind: FieldKind, _ depth: Int) throws -> DynamicValue {
    switch kind {
    case .message(let name): return .message(try message(name, depth: depth + 1))
    case .enumeration(let name):
      // Known values mostly, unknown and negative ones now and then.
      if Int.random(in: 0..<8, using: &random) == 0 { return .enumeration(Int32.random(in: -3...1000, using: &random)) }
      return .enumeration(try schema.enumeration(name).values.randomElement(using: &random)?.number ?? 0)
    case .double: return .double(real())
    case .float: return .float(Float(real()))
    case .int32, .sint32, .sfixed32: return .signed(Int64(Int32(truncatingIfNeeded: bits())))
    case .int64, .sint64, .sfixed64: return .signed(Int64(bitPattern: bits()))
    case .uint32, .fixed32: return .unsigned(UInt64(UInt32(truncatingIfNeeded: bits())))
    case .uint64, .fixed64: return .unsigned(bits())
    case .bool: return .bool(Bool.random(using: &random))
    case .string:
      let alphabet: [Character] = ["0", "7", ".", "-", "B", "z", " ", "\"", "\\", "\n", "\u{1}", "é", "€", "𝄞", "語"]
      return .string(String((0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" }))
    case .bytes: return .bytes((0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  private mutating func bits() -> UInt64 {
    let edges: [UInt64] = [0, 1, .max, 1 << 31, 1 << 63, 1 << 53 + 1]
    if Int.random(in: 0..<4, using: &random) == 0 { return edges.randomElement(using: &random) ?? 0 }
    return random.next() >> UInt64.random(in: 0...63, using: &random)
  }

  private mutating func real() -> Double {
    if hasSpecialNumbers, Int.random(in: 0..<4, using: &random) == 0 {
      return [Double.infinity, -.infinity, -0.0, Double.leastNonzeroMagnitude].randomElement(using: &random) ?? 0
    }
    return Double.random(in: -1e9...1e9, using: &random)
  }
}

/// Bytes by hand.
enum Wire {
  static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }

  static func blob(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }
}
