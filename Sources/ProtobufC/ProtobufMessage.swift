import CProtobufC

/// An unpacked message and the memory it lives in; freed once, when this value goes away.
@safe public struct ProtobufMessage: ~Copyable {
  private let arena: ProtobufArena
  private let root: UnsafeMutablePointer<ProtobufCMessage>

  init(arena: consuming ProtobufArena, root: UnsafeMutablePointer<ProtobufCMessage>) {
    self.arena = arena
    unsafe self.root = root
  }

  /// Lends the message as its generated C struct; the pointer and all it reaches are valid only inside `body`.
  ///
  /// - Precondition: `Struct` is the generated type of the descriptor the message was unpacked with.
  public borrowing func withMessage<Struct, Result: ~Copyable, Failure: Error>(
    as type: Struct.Type, _ body: (UnsafeMutablePointer<Struct>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeMutableRawPointer(root).assumingMemoryBound(to: Struct.self))
  }

  /// Bytes of memory the unpacked form takes.
  public var allocatedBytes: Int { arena.allocatedBytes }
}
