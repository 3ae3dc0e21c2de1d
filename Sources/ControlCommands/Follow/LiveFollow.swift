import BotAPI
import TTRPC

/// Follows a subscription that has no history (prices, candles, health) on one connection, until the person interrupts.
enum LiveFollow {
  /// - Throws: `CommandFailure`; code 3 when the connection is lost.
  static func run<Request: BotMessage, Response: BotMessage>(
    _ options: DaemonOptions, _ request: Request,
    open: @escaping @Sendable (Session) async throws(RPCError) -> MessageStream<Request, Response>,
    _ take: @escaping @Sendable (Response) -> Void
  ) async throws {
    try await UntilInterrupted.run {
      let session = try await Session.open(options)
      do throws(RPCError) {
        let stream = try await open(session)
        try stream.send(request)
        while let message = try await stream.next() { take(message) }
      } catch {
        await session.client.close()
        throw CommandFailure(error, address: session.address)
      }
      await session.client.close()
    }
  }
}
