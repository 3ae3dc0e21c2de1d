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
    try unsafe message.encode(with: self, body)
  }

  /// Decodes one message. Same checks as ``BotMessage/decode(_:)``.
  public func decode<Message: BotMessage>(_ type: Message.Type, _ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> Message {
    try unsafe Message.decode(bytes, with: self)
  }
}

extension CConvertible {
  func packed<Result>(
    _ codec: borrowing MessageCodec, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(ProtobufError) -> Result {
    defer { codec.arena.reset() }
    let c = try unsafe CField.room(CStruct.self, codec.arena)
    try unsafe fill(c, codec.arena)
    let message = unsafe UnsafeRawPointer(c).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = unsafe ProtobufC.packedSize(message)
    guard size > 0 else { return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    guard let room = unsafe codec.arena.allocate(byteCount: size) else {
      throw ProtobufError(.memoryLimit, "the message is larger than its memory quota")
    }
    let count = unsafe ProtobufC.pack(message, to: room.bindMemory(to: UInt8.self, capacity: size))
    return unsafe body(UnsafeRawBufferPointer(start: room, count: min(count, size)))
  }

  static func unpacked(_ bytes: UnsafeRawBufferPointer, _ codec: borrowing MessageCodec) throws(ProtobufError) -> Self {
    defer { codec.arena.reset() }
    let message = try unsafe codec.arena.unpack(descriptor, bytes)
    return unsafe Self(UnsafeRawPointer(message).assumingMemoryBound(to: CStruct.self))
  }
}
