package import BotAPI
import Foundation
import NIOCore
import NIOPosix
package import TTRPC

/// A real RPC server on a real Unix socket whose answers a test writes. It knows nothing of trading.
package final class ScriptedDaemon: Sendable {
  package let server: RPCServer
  private let folder: URL
  private let group: MultiThreadedEventLoopGroup

  package var address: String { "unix:\(folder.path)/s" }

  package init() throws {
    folder = URL(fileURLWithPath: "/tmp/bc-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    server = RPCServer(group: group)
  }

  /// Answers `method` by `body`.
  package func on<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ body: @escaping @Sendable (Request) throws(RPCError) -> Response
  ) {
    server.register(method) { (_, request: Request, responder: TypedResponder<Response>) in
      do throws(RPCError) { responder.succeed(try body(request)) } catch { responder.fail(error) }
    }
  }

  package func start() async throws {
    try await server.start(on: [RPCListener(address: try RPCAddress(parsing: address))])
  }

  package func stop() async {
    await server.gracefulShutdown(within: .milliseconds(200))
    try? await group.shutdownGracefully()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Runs `body` with a started daemon.
  package static func with(
    _ prepare: (ScriptedDaemon) throws -> Void, _ body: (ScriptedDaemon) async throws -> Void
  ) async throws {
    let daemon = try ScriptedDaemon()
    try prepare(daemon)
    try await daemon.start()
    do {
      try await body(daemon)
    } catch {
      await daemon.stop()
      throw error
    }
    await daemon.stop()
  }
}
