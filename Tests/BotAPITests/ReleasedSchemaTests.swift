import BotAPI
import Foundation
import ServiceRuntime
import Testing

/// What a client of a released version relies on: nothing of its schema may go, change its number, its name or its type.
@Suite struct ReleasedSchemaTests {
  private static let folder = Tools.root.appendingPathComponent("proto/released")

  private static func released() throws -> [(version: String, schema: Set<String>)] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".binpb") }.sorted().map { name in
      (String(name.dropLast(6)), try SchemaFacts([UInt8](Data(contentsOf: folder.appendingPathComponent(name)))).facts)
    }
  }

  @Test func nothingOfAReleasedSchemaIsGoneOrChanged() throws {
    let released = try Self.released()
    #expect(released.count >= 2, "the released schemas are missing under proto/released")
    let now = try SchemaFacts(V1.descriptorSet).facts
    for (version, schema) in released {
      #expect(schema.count > 500)
      #expect(schema.subtracting(now).sorted() == [], "clients of \(version) would break")
    }
  }

  /// The schema of this version is kept: a later one is compared with it. What is added for the next version is not in it yet.
  @Test func theSchemaOfThisVersionIsKept() throws {
    let released = try Self.released()
    let own = try #require(
      released.first { $0.version == ProductVersion.text },
      "keep it: protoc -Iproto --descriptor_set_out=proto/released/\(ProductVersion.text).binpb proto/botd/v1/*.proto")
    #expect(own.schema.isSubset(of: try SchemaFacts(V1.descriptorSet).facts))
  }

  /// A field that changed its number, and one that is gone, are seen.
  @Test func aBrokenSchemaIsSeen() throws {
    let name = Array("warm_up_remaining".utf8)
    var bytes = V1.descriptorSet
    let at = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    // The number follows the name: tag 3, a varint.
    #expect(bytes[at + name.count] == 0x18)
    bytes[at + name.count + 1] += 80
    let gone = try SchemaFacts(V1.descriptorSet).facts.subtracting(SchemaFacts(bytes).facts)
    #expect(gone.count == 1 && gone.first?.contains("warm_up_remaining") == true)
  }
}

/// The facts of a `FileDescriptorSet`, one line each, comments left out.
private struct SchemaFacts {
  private(set) var facts: Set<String> = []

  struct Malformed: Error {}

  init(_ bytes: [UInt8]) throws {
    for file in try Self.fields(bytes[...]) where file.number == 1 {
      for part in try Self.fields(file.bytes) {
        switch part.number {
        case 4: try message(part.bytes, "")
        case 5: try enumeration(part.bytes, "")
        case 6: try service(part.bytes)
        default: break
        }
      }
    }
  }

  private mutating func message(_ bytes: ArraySlice<UInt8>, _ outer: String) throws {
    let parts = try Self.fields(bytes)
    let name = outer + Self.text(parts, 1)
    for part in parts {
      switch part.number {
      case 2:
        let field = try Self.fields(part.bytes)
        facts.insert(
          "\(name).\(Self.text(field, 1)) = \(Self.number(field, 3)), label \(Self.number(field, 4)), type \(Self.number(field, 5)) \(Self.text(field, 6))"
        )
      case 3: try message(part.bytes, name + ".")
      case 4: try enumeration(part.bytes, name + ".")
      default: break
      }
    }
  }

  private mutating func enumeration(_ bytes: ArraySlice<UInt8>, _ outer: String) throws {
    let parts = try Self.fields(bytes)
    let name = outer + Self.text(parts, 1)
    for part in parts where part.number == 2 {
      let value = try Self.fields(part.bytes)
      facts.insert("\(name).\(Self.text(value, 1)) = \(Self.number(value, 2))")
    }
  }

  private mutating func service(_ bytes: ArraySlice<UInt8>) throws {
    let parts = try Self.fields(bytes)
    let name = Self.text(parts, 1)
    for part in parts where part.number == 2 {
      let method = try Self.fields(part.bytes)
      facts.insert(
        "\(name).\(Self.text(method, 1))(\(Self.text(method, 2))) returns (\(Self.text(method, 3))) \(Self.number(method, 5)) \(Self.number(method, 6))"
      )
    }
  }

  // MARK: The wire format

  private struct Field {
    var number: UInt64
    var value: UInt64
    var bytes: ArraySlice<UInt8>
  }

  private static func text(_ fields: [Field], _ number: UInt64) -> String {
    String(decoding: fields.first { $0.number == number }?.bytes ?? [], as: UTF8.self)
  }

  private static func number(_ fields: [Field], _ number: UInt64) -> UInt64 { fields.first { $0.number == number }?.value ?? 0 }

  private static func fields(_ bytes: ArraySlice<UInt8>) throws -> [Field] {
    var rest = bytes
    var list: [Field] = []
    while !rest.isEmpty {
      let tag = try varint(&rest)
      switch tag & 7 {
      case 0: list.append(Field(number: tag >> 3, value: try varint(&rest), bytes: []))
      case 2:
        let count = Int(try varint(&rest))
        guard count <= rest.count else { throw Malformed() }
        list.append(Field(number: tag >> 3, value: 0, bytes: rest.prefix(count)))
        rest = rest.dropFirst(count)
      default: throw Malformed()
      }
    }
    return list
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) throws -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = bytes.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Malformed()
  }
}
