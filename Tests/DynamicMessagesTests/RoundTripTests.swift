import BotAPI
import DynamicMessages
import Foundation
import Presentation
import Testing

@Suite struct RoundTripTests {
  private static func type(_ name: String) throws -> any BotMessage.Type { try #require(V1.allMessages.first { $0.typeName == name }) }

  /// The generated code and this module are two readers and writers of the same bytes.
  @Test(arguments: Botd.names) func theGeneratedCodeReadsAndWritesTheSameBytes(name: String) throws {
    let schema = try Botd.schema()
    for seed in 0..<30 {
      var random = RandomMessage(schema, seed: UInt64(seed))
      let message = try random.message(name)
      let bytes = try schema.encode(message)
      #expect(try Self.type(name).decode(bytes).encode() == bytes, "seed \(seed)")
      #expect(try schema.decode(name, bytes) == message, "seed \(seed)")
    }
  }

  @Test(arguments: Botd.names) func jsonReadsBackAsTheSameMessage(name: String) throws {
    let schema = try Botd.schema()
    for seed in 0..<30 {
      var random = RandomMessage(schema, seed: UInt64(seed))
      random.hasSpecialNumbers = true
      let message = try random.message(name)
      for pretty in [false, true] {
        let text = try schema.jsonText(message, pretty: pretty)
        let tree = try #require(JSONTree(Array(text.utf8)), "\(text)")
        #expect(try schema.message(name, from: tree) == message, "seed \(seed): \(text)")
      }
    }
  }

  /// botctl's JSON of generated messages differs in one thing: enums are in lower case without their prefix.
  @Test(arguments: Botd.names) func jsonIsThatOfTheGeneratedCodeButForEnums(name: String) throws {
    let schema = try Botd.schema()
    for seed in 0..<10 {
      var random = RandomMessage(schema, seed: UInt64(seed))
      let message = try random.message(name)
      let generated = try #require(JSONTree(Array(try Self.type(name).decode(schema.encode(message)).jsonText().utf8)))
      let ours = try #require(JSONTree(Array(try schema.jsonText(message).utf8)))
      // Read by name, so that the order is not compared; `null` and unset are the same.
      #expect(try schema.message(name, from: generated.withNumbersForUnknownEnums(schema, name)) == schema.message(name, from: ours))
      #expect(Set(generated.members?.map(\.name) ?? []) == Set(ours.members?.map(\.name) ?? []))
    }
  }

  @Test(.enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing)), arguments: ["Numbers", "Lists", "Maps", "Choice", "Node"])
  func protocReadsAndWritesTheSameBytesOfEveryKind(name: String) throws {
    let schema = try Kinds.schema()
    try TemporaryFolder.with { folder in
      try Kinds.source.write(to: folder.appendingPathComponent("kinds.proto"), atomically: true, encoding: .utf8)
      for seed in 0..<6 {
        var random = RandomMessage(schema, seed: UInt64(seed))
        random.hasSpecialNumbers = true
        let message = try random.message("kinds.\(name)")
        let bytes = try schema.encode(message)
        let text = try Protoc.run(["-I\(folder.path)", "--decode=kinds.\(name)", "kinds.proto"], input: bytes)
        let again = try Protoc.run(["-I\(folder.path)", "--encode=kinds.\(name)", "--deterministic_output", "kinds.proto"], input: text)
        #expect(try schema.decode("kinds.\(name)", again) == message, "seed \(seed)")
        #expect(try schema.decode("kinds.\(name)", bytes) == message, "seed \(seed)")
        if name != "Maps" { #expect(again == bytes, "seed \(seed)") }
        let json = try #require(JSONTree(Array(try schema.jsonText(message).utf8)))
        #expect(try schema.message("kinds.\(name)", from: json) == message, "seed \(seed)")
      }
    }
  }

  @Test(
    .enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing)),
    arguments: [
      "Bot", "Event", "SubscribeTradesResponse", "CreateBotRequest", "TradingRules", "PingRequest", "ErrorInfo", "RunBacktestResponse",
    ])
  func protocReadsAndWritesTheSameBytesOfBotd(name: String) throws {
    let schema = try Botd.schema()
    for seed in 100..<102 {
      var random = RandomMessage(schema, seed: UInt64(seed))
      let bytes = try schema.encode(random.message("botd.v1.\(name)"))
      let folder = "-I\(Protoc.folder)"
      let text = try Protoc.run([folder, "--decode=botd.v1.\(name)"] + Protoc.files, input: bytes)
      #expect(try Protoc.run([folder, "--encode=botd.v1.\(name)", "--deterministic_output"] + Protoc.files, input: text) == bytes)
    }
  }

  @Test(.enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing))) func piecesOfAMessageAreJoined() throws {
    let schema = try Kinds.schema()
    // next {value: 5}, next {kids {}}, next {kids {value: 1}}: one message.
    let bytes = Wire.blob(1, [0x18, 5]) + Wire.blob(1, Wire.blob(2, [])) + Wire.blob(1, Wire.blob(2, [0x18, 1]))
    let text = try schema.jsonText(schema.decode("kinds.Node", bytes))
    let inner = #""value":5}"#
    #expect(
      text
        == #"{"next":{"next":null,"kids":[{"next":null,"kids":[],"value":0},{"next":null,"kids":[],"value":1}],"# + inner
        + #","kids":[],"value":0}"#)
    // Packed and one by one are the same; the last of two values, and of two members of a oneof, counts.
    #expect(try schema.decode("kinds.Lists", Wire.blob(3, [1, 2]) + [0x18, 3]) == schema.decode("kinds.Lists", Wire.blob(3, [1, 2, 3])))
    #expect(try schema.decode("kinds.Lists", [0x70, 1, 0x70, 2]) == schema.decode("kinds.Lists", Wire.blob(14, [1, 2])))
    #expect(try schema.jsonText(schema.decode("kinds.Choice", Wire.blob(1, [0x61]) + [0x10, 7])).hasPrefix(#"{"number":7,"#))
    // Written out as the default: the same as left out, but for what has presence.
    #expect(try schema.decode("kinds.Numbers", [0x18, 0]) == schema.decode("kinds.Numbers", []))
    #expect(try schema.decode("kinds.Choice", [0x20, 0]) != schema.decode("kinds.Choice", []))
  }
}

extension JSONTree {
  /// The generated code writes an enum that it does not know as a text with its number.
  func withNumbersForUnknownEnums(_ schema: Schema, _ typeName: String) throws -> JSONTree {
    guard let members else { return self }
    let type = try schema.message(typeName)
    return .object(
      try members.map { member in
        guard let kind = type.field(named: member.name)?.kind, let inner = kind.typeName else { return member }
        func mended(_ value: JSONTree) throws -> JSONTree {
          if case .array(let elements) = value { return .array(try elements.map(mended)) }
          if case .message = kind { return try value.withNumbersForUnknownEnums(schema, inner) }
          if let text = value.text, Int32(text) != nil { return .number(text) }
          return value
        }
        return Member(name: member.name, value: try mended(member.value))
      })
  }
}
