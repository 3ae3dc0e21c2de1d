import BotAPI
import DynamicMessages
import Presentation
import Testing

/// Whatever comes in gives a value or an error, and nothing else happens.
@Suite struct HostileInputTests {
  private func code(_ typeName: String, _ bytes: [UInt8], _ schema: Schema? = nil) throws -> DynamicMessageError.Code? {
    let schema = try schema ?? Botd.schema()
    do throws(DynamicMessageError) {
      _ = try schema.decode(typeName, bytes)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: Botd.names) func truncationsAreRefusedWhereTheGeneratedCodeRefusesThem(name: String) throws {
    let schema = try Botd.schema()
    let generated = try #require(V1.allMessages.first { $0.typeName == name })
    for seed in 0..<3 {
      var random = RandomMessage(schema, seed: UInt64(seed))
      let bytes = Array(try schema.encode(random.message(name)).prefix(1500))
      for count in 0...bytes.count {
        let part = Array(bytes.prefix(count))
        let isRead = (try? generated.decode(part)) != nil
        #expect((try code(name, part) == nil) == isRead, "\(name), seed \(seed), \(count) of \(bytes.count) bytes")
      }
    }
  }

  @Test(arguments: Botd.names) func randomDamageNeverTraps(name: String) throws {
    let schema = try Botd.schema()
    var random = SeededRandom(seed: 8)
    var samples = RandomMessage(schema, seed: 7)
    for _ in 0..<200 {
      var bytes = try schema.encode(samples.message(name))
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let message = try? schema.decode(name, bytes) else { continue }
      // What was read can be written, as bytes and as JSON.
      #expect(try schema.decode(name, schema.encode(message)).typeName == name)
      #expect(JSONTree(Array(try schema.jsonText(message).utf8)) != nil)
    }
  }

  @Test func damagedSchemasAreRefusedOrRead() throws {
    var random = SeededRandom(seed: 3)
    let whole = V1.descriptorSet
    var refused = 0
    for _ in 0..<60 {
      var bytes = whole
      for _ in 0..<3 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
      guard let schema = try? Schema(fileDescriptorSet: bytes) else {
        refused += 1
        continue
      }
      for message in schema.messages {
        // Fields of any type and number, types that are not there: errors, if anything.
        guard let example = try? schema.example(message.name), let encoded = try? schema.encode(example) else { continue }
        _ = try? schema.decode(message.name, encoded)
        _ = try? schema.jsonText(example)
      }
    }
    #expect(refused > 0)
    for count in stride(from: 0, to: whole.count, by: 997) { _ = try? Schema(fileDescriptorSet: Array(whole.prefix(count))) }
  }

  @Test func whatIsWrongIsNamed() throws {
    let bot = "botd.v1.Bot"
    #expect(try code(bot, [0x0A, 0x05, 0x61]) == .malformed)
    #expect(try code(bot, Wire.blob(1, [0xFF])) == .notUTF8)
    #expect(try code(bot, Wire.blob(2, Wire.blob(1, [0xED, 0xA0, 0x80]))) == .notUTF8)
    #expect(try code(bot, [0x18] + [UInt8](repeating: 0x80, count: 10) + [0x01]) == .malformed)
    #expect(try code(bot, [0x00, 0x00]) == .malformed)
    #expect(try code(bot, [0x0B, 0x0C]) == .malformed)
    #expect(try code(bot, [0x0F]) == .malformed)
    // Field 1 is a text.
    #expect(try code(bot, [0x08, 0x01]) == .malformed)
    for length: UInt64 in [0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, 1 << 63, .max] {
      #expect(try code(bot, [0x0A] + Wire.varint(length)) == .malformed)
    }
    #expect(try code("botd.v1.Nothing", []) == .unknownType)
    // Fields that the type does not have are skipped, whatever is in them.
    #expect(try code(bot, Wire.blob(900, [0xFF, 0xFF])) == nil)
  }

  @Test func manySmallMessagesRunIntoTheLimit() throws {
    let bytes = (0..<(1 << 21)).flatMap { _ in [0x0A, 0x00] as [UInt8] }
    #expect(try code("botd.v1.ListBotsResponse", bytes) == .tooLarge)
  }

  @Test(.enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing))) func depthIsBounded() throws {
    let schema = try Kinds.schema()
    func nested(_ levels: Int) -> [UInt8] { (1..<levels).reduce([]) { bytes, _ in Wire.blob(1, bytes) } }
    #expect(try code("kinds.Node", nested(32), schema) == nil)
    #expect(try code("kinds.Node", nested(33), schema) == .tooDeep)
    #expect(try code("kinds.Node", nested(5_000), schema) == .tooDeep)

    let deepest = try schema.decode("kinds.Node", nested(32))
    #expect(try schema.encode(deepest) == nested(32))
    // The 32 objects and the null and list inside are one level more than a text may have: a part of it.
    let json = try #require(JSONTree(Array(try schema.jsonText(schema.decode("kinds.Node", nested(31))).utf8)))
    #expect(try schema.encode(schema.message("kinds.Node", from: json)) == nested(31))

    // Built by hand, one level too deep.
    let type = try schema.message("kinds.Node")
    let next = try #require(type.field(named: "next"))
    var tooDeep = DynamicMessage(typeName: "kinds.Node")
    tooDeep.set(next, .message(deepest), of: type)
    let refusal = #expect(throws: DynamicMessageError.self) { try schema.encode(tooDeep) }
    #expect(refusal?.code == .tooDeep)
    var tree = JSONTree.object([])
    for _ in 0..<32 { tree = .object([JSONTree.Member(name: "next", value: tree)]) }
    let again = #expect(throws: DynamicMessageError.self) { try schema.message("kinds.Node", from: tree) }
    #expect(again?.code == .tooDeep)
  }

  @Test(.enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing))) func aMessageInAMillionPiecesEnds() throws {
    let schema = try Kinds.schema()
    let piece = Wire.blob(1, Wire.blob(2, []))
    #expect(try code("kinds.Node", (0..<100_000).flatMap { _ in piece }, schema) == .tooLarge)
  }
}
