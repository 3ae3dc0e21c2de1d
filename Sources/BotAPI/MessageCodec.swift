import CBotProto
public import ProtobufC

/// Memory to encode and decode many messages one after the other without allocating for each: for streams and busy connections.
///
/// Not thread-safe: one for each thread or event loop.
public struct MessageCodec: ~Copyable {
  let arena: ProtobufArena

  /// - Parameter chunkBytes: kept for the codec's life; messages that need more allocate the rest while they are handled.
  public init(chunkBytes: Int = 64 << 10) {
    arena = ProtobufArena(byteLimit: MessageLimits.encodeBytesMaximum, firstChunkBytes: chunkBytes)
  }

  /// Encodes `message` and lends the bytes to `body`; they are gone afterwards.
  ///
  /// - Throws: `memoryLimit`.
  public func encode<Message: BotMessage, Result>(
    _ message: Message, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(ProtobufError) -> Result {
    try message.encode(with: self, body)
  }

  /// Decodes one message. Same checks as ``BotMessage/decode(_:)``.
  public func decode<Message: BotMessage>(_ type: Message.Type, _ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> Message {
    try Message.decode(bytes, with: self)
  }
}

extension CConvertible {
  func packed<Result>(
    _ codec: borrowing MessageCodec, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(ProtobufError) -> Result {
    defer { codec.arena.reset() }
    let c = try CField.room(CStruct.self, codec.arena)
    try fill(c, codec.arena)
    let message = UnsafeRawPointer(c).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = ProtobufC.packedSize(message)
    guard size > 0 else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    guard let room = codec.arena.allocate(byteCount: size) else {
      throw ProtobufError(.memoryLimit, "the message is larger than its memory quota")
    }
    let count = ProtobufC.pack(message, to: room.bindMemory(to: UInt8.self, capacity: size))
    return body(UnsafeRawBufferPointer(start: room, count: min(count, size)))
  }

  static func unpacked(_ bytes: UnsafeRawBufferPointer, _ codec: borrowing MessageCodec) throws(ProtobufError) -> Self {
    defer { codec.arena.reset() }
    let message = try codec.arena.unpack(descriptor, bytes)
    return Self(UnsafeRawPointer(message).assumingMemoryBound(to: CStruct.self))
  }
}
