/// The one answer of a unary call. Answer exactly once, at once or later, from any thread; a second answer does nothing.
///
/// Answering inside the handler is the fast path: the reply joins the others of this turn in one write.
public struct RPCResponder: Sendable {
  let call: ServerCall

  /// True while an answer would still be sent: false after an answer, the deadline, or the end of the connection.
  public var isOpen: Bool { call.core.isOpen(call) }

  /// Answers with an encoded message. A reply over the frame limit becomes `RESOURCE_EXHAUSTED`.
  public func succeed(_ payload: [UInt8]) {
    unsafe payload.withUnsafeBytes { unsafe call.core.reply(call, $0) }
  }

  /// Answers with the bytes of a buffer that is only borrowed.
  public func succeed(_ payload: UnsafeRawBufferPointer) {
    unsafe call.core.reply(call, payload)
  }

  /// Answers with an error.
  public func fail(_ error: RPCError) {
    call.core.fail(call, error)
  }
}
