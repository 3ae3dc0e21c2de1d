import BotAPI
import ProtobufC
import Testing

@testable import protoc_gen_botd

@Suite struct HostileInputTests {
  /// Decoding gives a value or an error, and nothing else happens.
  private func decodes(_ type: any BotMessage.Type, _ bytes: [UInt8]) -> Bool {
    do throws(ProtobufError) {
      _ = try type.decode(bytes)
      return true
    } catch {
      return false
    }
  }

  private func code(_ bytes: [UInt8]) -> ProtobufError.Code? {
    do throws(ProtobufError) {
      _ = try V1.Bot.decode(bytes)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: RoundTripTests.names) func everyTruncationIsRefusedOrAPrefixOfFields(name: String) throws {
    let type = try #require(V1.allMessages.first { $0.typeName == name })
    let short = try #require(name.split(separator: ".").last.map(String.init))
    for seed in 0..<3 {
      var wire = RandomWire(schema: try Schema.shared(), random: SeededRandom(seed: UInt64(seed)))
      let bytes = Array(wire.message(short).prefix(4000))
      for count in 0...bytes.count { _ = decodes(type, Array(bytes.prefix(count))) }
    }
  }

  @Test(arguments: RoundTripTests.names) func randomDamageNeverTraps(name: String) throws {
    let type = try #require(V1.allMessages.first { $0.typeName == name })
    let short = try #require(name.split(separator: ".").last.map(String.init))
    var wire = RandomWire(schema: try Schema.shared(), random: SeededRandom(seed: 7))
    var random = SeededRandom(seed: 8)
    var refused = 0
    for _ in 0..<300 {
      var bytes = wire.message(short)
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if !decodes(type, bytes) { refused += 1 }
    }
    if try (Schema.shared().messages[short]?.fields.count ?? 0) > 3 { #expect(refused > 0) }
  }

  @Test func invalidUTF8IsNamedAsSuch() {
    for text: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x61, 0x00, 0x62]] {
      #expect(code(RandomWire.blob(1, text)) == .notUTF8)
      // Nested: spec.symbol
      #expect(code(RandomWire.blob(2, RandomWire.blob(1, text))) == .notUTF8)
    }
  }

  @Test func overlongVarintsAreRefused() {
    #expect(code([0x18] + [UInt8](repeating: 0x80, count: 10) + [0x01]) == .malformed)
    #expect(code([UInt8](repeating: 0xFF, count: 11)) == .malformed)
  }

  @Test func hugeLengthsAreRefusedBeforeAnyAllocation() {
    for length: UInt64 in [0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, .max] {
      #expect(code([0x0A] + RandomWire.varint(length)) == .malformed)
      #expect(code([0x0A] + RandomWire.varint(length) + [0x61]) == .malformed)
    }
  }

  @Test func fieldNumberZeroAndGroupsAreRefused() {
    #expect(code([0x00, 0x00]) == .malformed)
    #expect(code([0x0B, 0x0C]) == .malformed)
    #expect(code([0x0F]) == .malformed)
  }

  @Test func aWrongWireTypeIsRefused() {
    #expect(code([0x08, 0x01]) != nil)
  }

  @Test func unknownNestingIsNotFollowed() throws {
    var bytes: [UInt8] = []
    for _ in 0..<2000 { bytes = RandomWire.blob(100, bytes) }
    #expect(try V1.Bot.decode(bytes) == V1.Bot())
  }

  @Test func manyTinySubmessagesRunIntoTheMemoryLimitNotIntoTheMachine() {
    // 4 MiB of two-byte submessages would unpack to more than a gigabyte.
    let bytes = [UInt8](repeating: 0, count: 0) + (0..<(1 << 20)).flatMap { _ in [0x0A, 0x00] as [UInt8] }
    do throws(ProtobufError) {
      _ = try V1.ListBotsResponse.decode(bytes)
      Issue.record("decoded")
    } catch {
      #expect(error.code == .memoryLimit)
    }
  }
}
