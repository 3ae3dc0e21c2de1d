import BotAPI
import ProtobufC
import Testing

@Suite struct MessageCodecTests {
  private func bytes<Message: BotMessage>(
    _ message: Message, _ codec: borrowing MessageCodec
  ) throws(ProtobufError) -> [UInt8] {
    try unsafe codec.encode(message) { unsafe Array($0) }
  }

  private func throughBoth(_ type: any BotMessage.Type, _ wire: [UInt8], _ codec: borrowing MessageCodec) throws -> [UInt8] {
    func open<Message: BotMessage>(_ type: Message.Type) throws -> [UInt8] {
      let decoded = try unsafe wire.withUnsafeBytes { raw in try unsafe codec.decode(type, raw) }
      #expect(try decoded == type.decode(wire))
      return try bytes(decoded, codec)
    }
    return try open(type)
  }

  @Test func oneCodecGivesTheSameBytesForManyMessagesOfAllTypes() throws {
    let codec = MessageCodec(chunkBytes: 512)
    var wire = RandomWire(schema: try Schema.shared(), random: SeededRandom(seed: 3))
    for _ in 0..<5 {
      for type in V1.allMessages {
        let name = type.typeName.split(separator: ".").last.map(String.init) ?? ""
        let bytes = wire.message(name)
        #expect(try throughBoth(type, bytes, codec) == bytes, "\(name)")
      }
    }
  }

  @Test func aCodecGoesOnAfterAMessageItRefused() throws {
    let codec = MessageCodec()
    #expect(throws: ProtobufError.self) {
      try [0x0A, 0xFF, 0xFF].withUnsafeBytes { raw in try codec.decode(V1.Bot.self, raw) }
    }
    #expect(try bytes(V1.Bot(id: "a"), codec) == [0x0A, 0x01, 0x61])
  }

  @Test func aLargeMessageIsEncodedBeyondTheFirstChunk() throws {
    let codec = MessageCodec(chunkBytes: 256)
    let trades = (0..<2000).map { V1.Trade(sequence: Int64($0), symbol: "BTCUSDT", price: "67012.50", reason: "RSI 27.41 below 30") }
    let message = V1.SubscribeTradesResponse(trades: trades)
    #expect(try bytes(message, codec) == message.encode())
  }
}
