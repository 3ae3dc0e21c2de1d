import NIOCore
import NIOPosix
import Synchronization
import Testing
@testable import VenueBinance

/// A socket against a ``FakeExchange``, with an owner that subscribes with one word and takes any message for its confirmation.
final class SocketSetup: ReconnectingSocketOwner, @unchecked Sendable {
  let exchange: FakeExchange
  let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let loop: any EventLoop
  let socket: ReconnectingSocket
  /// What the owner was told, in order.
  let told = Mutex<[String]>([])

  /// Only the sessions with these numbers are confirmed on their own.
  init(replaceAfter nanoseconds: Int64 = 23 * 3_600_000_000_000, confirmed sessions: ClosedRange<Int> = 1...100) throws {
    exchange = try FakeExchange()
    exchange.onText.withLock { $0 = { session, _ in if sessions.contains(session.number) { session.send("confirmed") } } }
    loop = group.next()
    socket = ReconnectingSocket(
      loop: loop, url: try WebSocketURL("ws://127.0.0.1:\(exchange.port)/any"), tls: nil,
      times: ReconnectingSocket.Times(
        deadNanoseconds: 65_000_000_000, replaceAfterNanoseconds: nanoseconds, stableNanoseconds: 60_000_000_000))
    socket.owner = self
  }

  func socket(_ socket: ReconnectingSocket, subscribe connection: WebSocketConnection) {
    tell("subscribe \(connection.id)")
    connection.send("subscribe")
  }
  func socketCameUp(_ socket: ReconnectingSocket) { tell("up") }
  func socketWentDown(_ socket: ReconnectingSocket, reason: String) { tell("down: \(reason)") }
  func socketWasReplaced(_ socket: ReconnectingSocket) { tell("replaced") }
  func socket(_ socket: ReconnectingSocket, closed id: ReconnectMachine.ConnectionID) { tell("closed \(id)") }
  func webSocket(_ connection: WebSocketConnection, received message: UnsafeBufferPointer<UInt8>) { socket.ready(connection.id) }
  func webSocketDrained(_ connection: WebSocketConnection) {}

  private func tell(_ word: String) { told.withLock { $0.append(word) } }

  func onLoop<Value: Sendable>(_ body: @escaping @Sendable (ReconnectingSocket) -> Value) async throws -> Value {
    try await loop.submit { [socket] in body(socket) }.get()
  }

  func waits(for words: [String]) async throws {
    do {
      try await Eventually.holds("\(words)") { told.withLock { $0.starts(with: words) } }
    } catch {
      Issue.record("\(told.withLock { $0 })")
      throw error
    }
  }

  func stop() async {
    _ = try? await onLoop { $0.stop() }
    exchange.stop()
    try? await group.shutdownGracefully()
  }
}

/// What market links and the user data stream share.
@Suite struct ReconnectingSocketTests {
  @Test func lostConnectionIsToldAndRemade() async throws {
    let setup = try SocketSetup()
    try await setup.onLoop { $0.start() }
    try await setup.waits(for: ["subscribe 1", "up"])
    #expect(try await setup.onLoop { $0.isUp && $0.primary == 1 && $0.failures == 0 })
    try #require(setup.exchange.sessions.first).drop()
    try await setup.waits(for: ["subscribe 1", "up", "closed 1", "down: the connection ended", "subscribe 2", "up"])
    #expect(try await setup.onLoop { $0.isUp && $0.primary == 2 && $0.failures == 1 && $0.connection(1) == nil })
    await setup.stop()
  }

  @Test func connectionThatIsNotConfirmedDoesNotComeUp() async throws {
    let setup = try SocketSetup(confirmed: 2...100)
    try await setup.onLoop { $0.start() }
    try await setup.waits(for: ["subscribe 1"])
    #expect(try await setup.onLoop { !$0.isUp && $0.primary == nil && $0.isSubscribing(1) && $0.connection(1)?.isOpen == true })
    try await setup.onLoop { $0.reconnect(reason: "not confirmed") }
    // It was never up, so it does not go down.
    try await setup.waits(for: ["subscribe 1", "closed 1", "subscribe 2", "up"])
    #expect(try await setup.onLoop { $0.isUp && !$0.isSubscribing(2) })
    await setup.stop()
  }

  @Test(arguments: [true, false]) func successorIsReadyBeforeTheOldOneIsClosed(_ announced: Bool) async throws {
    let setup = try SocketSetup(replaceAfter: announced ? 3_600_000_000_000 : 50_000_000, confirmed: 1...1)
    try await setup.onLoop { $0.start() }
    try await setup.waits(for: ["subscribe 1", "up"])
    if announced { try await setup.onLoop { $0.replace(1) } }
    try await setup.waits(for: ["subscribe 1", "up", "subscribe 2"])
    let sessions = setup.exchange.sessions
    #expect(sessions.count == 2 && sessions[0].isOpen)
    #expect(try await setup.onLoop { $0.isOverlapping && $0.primary == 1 && $0.isSubscribing(2) })
    sessions[1].send("confirmed")
    try await setup.waits(for: ["subscribe 1", "up", "subscribe 2", "replaced"])
    try await Eventually.holds("old one closed") { !sessions[0].isOpen }
    #expect(sessions[1].isOpen && sessions[0].closeCodes.withLock { $0 } == [1_000])
    #expect(try await setup.onLoop { $0.isUp && $0.primary == 2 && $0.failures == 0 })
    await setup.stop()
  }

  @Test(arguments: [(64, "asked"), (66, "nothing arrived for 65000 ms")])
  func connectionOnWhichNothingArrivesIsClosed(_ seconds: Int64, _ reason: String) async throws {
    let setup = try SocketSetup()
    try await setup.onLoop { $0.start() }
    try await setup.waits(for: ["subscribe 1", "up"])
    // The first reason counts.
    try await setup.onLoop { socket in
      guard let lastRead = socket.connection(1)?.lastRead else { return }
      socket.closeDead(now: lastRead + .seconds(seconds))
      socket.reconnect(reason: "asked")
    }
    try await setup.waits(for: ["subscribe 1", "up", "closed 1", "down: \(reason)", "subscribe 2", "up"])
    await setup.stop()
  }

  @Test(arguments: [nil, "the key is refused"]) func stopClosesEveryConnectionAndNothingFollows(_ reason: String?) async throws {
    let setup = try SocketSetup(confirmed: 1...1)
    try await setup.onLoop { $0.start() }
    try await setup.waits(for: ["subscribe 1", "up"])
    try await setup.onLoop { $0.replace(1) }
    try await setup.waits(for: ["subscribe 1", "up", "subscribe 2"])
    try await setup.onLoop { $0.stop(reason: reason) }
    try await Eventually.holds("both ends") { setup.told.withLock { $0.count } == 6 }
    // What a stopped socket is told does nothing.
    try await setup.onLoop { socket in
      for id in 1...2 {
        socket.replace(id)
        socket.ready(id)
      }
      socket.stop(reason: "again")
    }
    let told = setup.told.withLock { $0 }
    #expect(told[3] == "down: \(reason ?? "not connected")" && Set(told[4...]) == ["closed 1", "closed 2"])
    #expect(try await setup.onLoop { !$0.isUp && $0.primary == nil && !$0.isOverlapping && $0.failures == 0 })
    #expect(setup.exchange.sessions.count == 2)
    await setup.stop()
  }
}
