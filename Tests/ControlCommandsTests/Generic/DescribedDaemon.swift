import BotAPI
import CommandTestSupport
import TTRPC

/// A scripted daemon that gives its schema, as every daemon does.
enum DescribedDaemon {
  /// - Parameter more: files behind those of botd, encoded as parts of a `FileDescriptorSet`.
  static func with(
    more: [UInt8] = [], _ prepare: (ScriptedDaemon) throws -> Void, _ body: (ScriptedDaemon) async throws -> Void
  ) async throws {
    try await ScriptedDaemon.with(
      { daemon in
        daemon.on(V1.SystemService.getDescriptors) { (_: V1.GetDescriptorsRequest) throws(RPCError) in
          V1.GetDescriptorsResponse(fileDescriptorSet: V1.descriptorSet + more)
        }
        try prepare(daemon)
      }, body)
  }
}

/// Standard input of a test: what is sent comes as pieces, in order.
final class Typed: Sendable {
  private let pieces: AsyncStream<[UInt8]>
  private let continuation: AsyncStream<[UInt8]>.Continuation

  init(_ texts: String...) {
    (pieces, continuation) = AsyncStream.makeStream()
    for text in texts { type(text) }
  }

  func type(_ text: String) { continuation.yield(Array(text.utf8)) }

  func end() { continuation.finish() }

  /// For one command line.
  func source() -> @Sendable () async -> [UInt8]? {
    let pieces = pieces
    return { await pieces.first { _ in true } }
  }
}
