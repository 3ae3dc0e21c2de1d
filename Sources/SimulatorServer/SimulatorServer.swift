import Time
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import TradingModel
import ExchangeSimulation

/// The exchange simulator as a server: REST, market streams and the WebSocket API on one port.
///
/// Everything lives on one event loop: sockets, market and matching, so nothing needs a lock. Memory is bounded: bodies and frames
/// have a maximum size, candle histories and public trades are capped, slow stream readers are disconnected.
///
/// ```swift
/// var configuration = SimulatorConfiguration()
/// configuration.symbols = [btcusdt]
/// let server = try await SimulatorServer.start(configuration, logger: logger)
/// // … http://127.0.0.1:\(server.port)/api/v3/time …
/// await server.shutdown()
/// ```
public final class SimulatorServer: Sendable {
  /// The port it listens on.
  public let port: Int
  public let host: String
  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let simulation: NIOLoopBound<Simulation>

  private init(
    port: Int, host: String, group: MultiThreadedEventLoopGroup, channel: any Channel, simulation: NIOLoopBound<Simulation>
  ) {
    self.port = port
    self.host = host
    self.group = group
    self.channel = channel
    self.simulation = simulation
  }

  /// Makes the market and starts to listen.
  /// - Throws: ``SimulatorError`` that says what to change.
  public static func start(_ configuration: SimulatorConfiguration, logger: Logger) async throws -> SimulatorServer {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    do {
      let simulation = try await loop.submit {
        NIOLoopBound(try Simulation(configuration: configuration, logger: logger), eventLoop: loop)
      }.get()
      let channel: any Channel
      do {
        channel = try await ServerBootstrap(group: group)
          .serverChannelOption(.backlog, value: 256)
          .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          .childChannelInitializer { child in child.eventLoop.makeCompletedFuture { try ChannelSetup.configure(child, simulation) } }
          .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
          .childChannelOption(.writeBufferWaterMark, value: .init(low: 1 << 18, high: 1 << 20))
          .bind(host: configuration.host, port: configuration.port).get()
      } catch {
        throw SimulatorError(
          .address, "cannot listen on \(configuration.host):\(configuration.port): \(error). Choose another --port, or 0 for any.")
      }
      try await loop.submit { Pacemaker.start(simulation) }.get()
      return SimulatorServer(
        port: channel.localAddress?.port ?? configuration.port, host: configuration.host, group: group, channel: channel,
        simulation: simulation)
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
  }

  /// Announces the shutdown on every WebSocket, closes them and stops listening.
  public func shutdown() async {
    let simulation = simulation
    try? await channel.close()
    try? await group.next().submit { simulation.value.shutdownStreams() }.get()
    try? await group.shutdownGracefully()
  }
}

/// Gives the simulation its turns.
enum Pacemaker {
  static func start(_ simulation: NIOLoopBound<Simulation>) {
    let loop = simulation.eventLoop
    guard simulation.value.configuration.speed != .maximum else {
      spin(simulation, after: .zero)
      return
    }
    loop.scheduleRepeatedTask(initialDelay: .milliseconds(1), delay: .milliseconds(5)) { _ in simulation.value.pump() }
  }

  /// At full speed the market goes on as soon as the sockets had their turn. The loop runs tasks that are ready before it looks at
  /// sockets again, so the next turn must lie a little ahead.
  private static func spin(_ simulation: NIOLoopBound<Simulation>, after delay: TimeAmount) {
    simulation.eventLoop.scheduleTask(in: delay) {
      let value = simulation.value
      guard !value.isFinished else { return }
      value.pump()
      spin(simulation, after: value.clock.isRunning && value.hub.isWritable ? .microseconds(50) : .milliseconds(1))
    }
  }
}

/// Lays out a connection: HTTP first, a WebSocket where it is asked for.
enum ChannelSetup {
  static let frameBytesMaximum = 1 << 18

  static func configure(_ channel: any Channel, _ simulation: NIOLoopBound<Simulation>) throws {
    simulation.value.countConnection()
    let handler = NIOLoopBound(HTTPRequestHandler(simulation: simulation.value), eventLoop: channel.eventLoop)
    let upgrader = NIOWebSocketServerUpgrader(
      maxFrameSize: frameBytesMaximum,
      shouldUpgrade: { channel, head in
        let isKnown = session(for: head.uri, simulation.value) != nil
        return channel.eventLoop.makeSucceededFuture(isKnown ? HTTPHeaders() : nil)
      },
      upgradePipelineHandler: { channel, head in
        channel.eventLoop.makeCompletedFuture {
          guard let session = session(for: head.uri, simulation.value) else { throw SimulatorError(.configuration, "no such stream path") }
          try upgrade(channel, session, simulation.value)
        }
      })
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
      withServerUpgrade: (
        upgraders: [upgrader],
        completionHandler: { context in context.pipeline.syncOperations.removeHandler(handler.value, promise: nil) }
      ))
    try channel.pipeline.syncOperations.addHandler(handler.value)
  }

  private static func upgrade(_ channel: any Channel, _ session: any WebSocketSession, _ simulation: Simulation) throws {
    let configuration = simulation.configuration
    let isStream = session is StreamSession
    let peer = WebSocketPeer(
      session: session,
      limits: WebSocketPeer.Limits(
        pingSeconds: configuration.pingSeconds, pongTimeoutSeconds: configuration.pongTimeoutSeconds,
        lifetimeSeconds: configuration.connectionLifetimeSeconds, pendingBytesMaximum: configuration.pendingBytesMaximum,
        messagesPerSecond: configuration.enforcesRateLimits && isStream ? 5 : 0))
    peer.onOverflow = { [unowned simulation] in simulation.countOverflow() }
    try channel.pipeline.syncOperations.addHandlers(
      NIOWebSocketFrameAggregator(minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 64, maxAccumulatedFrameSize: frameBytesMaximum),
      peer)
  }

  /// What a WebSocket path leads to: `/ws`, `/ws/<stream>`, `/stream?streams=a/b`, `/ws-api/v3`.
  private static func session(for uri: String, _ simulation: Simulation) -> (any WebSocketSession)? {
    let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = RequestParameters.decode(parts[0])
    let parameters = RequestParameters(query: parts.count > 1 ? String(parts[1]) : "", body: "")
    let now: () -> Timestamp = { [unowned simulation] in simulation.marketTime }
    if path == "/ws-api/v3" || path == "/ws-api/v3/" {
      return WebSocketAPISession(simulation: simulation, showsRateLimits: parameters["returnRateLimits"] != "false")
    }
    if path == "/stream" || path == "/stream/" {
      let names = (parameters["streams"] ?? "").split(separator: "/").map(String.init)
      return StreamSession(hub: simulation.hub, isCombined: true, initial: names, now: now)
    }
    guard path == "/ws" || path.hasPrefix("/ws/") else { return nil }
    let names = path.dropFirst(3).split(separator: "/").map(String.init)
    return StreamSession(hub: simulation.hub, isCombined: false, initial: names, now: now)
  }
}

extension Simulation {
  /// Tells every WebSocket that the server goes, then closes it.
  func shutdownStreams() {
    let sessions: [any WebSocketSession] = Array(hub.sessions.values) + Array(apiSessions.values)
    for session in sessions {
      session.announceShutdown()
      session.peer?.close(code: .goingAway)
    }
  }

  /// Breaks every WebSocket without a word.
  func dropConnections() {
    let sessions: [any WebSocketSession] = Array(hub.sessions.values) + Array(apiSessions.values)
    for session in sessions { session.peer?.drop() }
  }
}
