import Time
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
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
      let tls = try TLSSettings.context(configuration)
      let simulation = try await loop.submit {
        let made = try Simulation(configuration: configuration, logger: logger)
        made.loop = loop
        return NIOLoopBound(made, eventLoop: loop)
      }.get()
      let channel: any Channel
      do {
        channel = try await ServerBootstrap(group: group)
          .serverChannelOption(.backlog, value: 256)
          .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          .childChannelInitializer { child in
            child.eventLoop.makeCompletedFuture { try ChannelSetup.configure(child, simulation, tls: tls) }
          }
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
    try? await group.next().submit {
      simulation.value.shutdownStreams()
      simulation.value.truthFile?.close()
    }.get()
    try? await group.shutdownGracefully()
  }
}

/// Gives the simulation its turns.
enum Pacemaker {
  static func start(_ simulation: NIOLoopBound<Simulation>) {
    let loop = simulation.eventLoop
    if simulation.value.truthFile != nil {
      loop.scheduleRepeatedTask(initialDelay: .milliseconds(100), delay: .milliseconds(100)) { _ in simulation.value.truthFile?.flush() }
    }
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

/// Certificate and key, read at the start.
enum TLSSettings {
  /// - Throws: ``SimulatorError`` that names the file.
  static func context(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> NIOSSLContext? {
    guard let certificateFile = configuration.tlsCertificateFile, let keyFile = configuration.tlsKeyFile else {
      guard configuration.tlsCertificateFile == nil, configuration.tlsKeyFile == nil else {
        throw SimulatorError(.configuration, "TLS needs both a certificate and its key: --tls-cert and --tls-key.")
      }
      return nil
    }
    let chain: [NIOSSLCertificateSource]
    do {
      chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) }
      guard !chain.isEmpty else { throw SimulatorError(.configuration, "it holds no certificate") }
    } catch {
      throw SimulatorError(.configuration, "--tls-cert \(certificateFile): no certificates in PEM could be read (\(error)).")
    }
    let key: NIOSSLPrivateKey
    do {
      key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
    } catch {
      throw SimulatorError(.configuration, "--tls-key \(keyFile): no private key in PEM could be read (\(error)).")
    }
    do {
      return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    } catch {
      throw SimulatorError(.configuration, "--tls-cert \(certificateFile) and --tls-key \(keyFile) do not go together (\(error)).")
    }
  }
}
