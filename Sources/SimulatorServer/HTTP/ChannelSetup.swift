import Time
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOWebSocket
import TradingModel
import ExchangeSimulation

/// Lays out a connection: TLS where it is wanted, then HTTP, and a WebSocket from the moment it is asked for.
enum ChannelSetup {
  static let frameBytesMaximum = 1 << 18

  static func configure(_ channel: any Channel, _ simulation: NIOLoopBound<Simulation>, tls: NIOSSLContext?) throws {
    let wire = simulation.value.connect()
    let pipeline = channel.pipeline.syncOperations
    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
    let encoder = HTTPResponseEncoder()
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
    let pipelining = HTTPServerPipelineHandler()
    let errors = HTTPServerProtocolErrorHandler()
    try pipeline.addHandlers([wire, encoder, decoder, pipelining, errors] as [any ChannelHandler])
    try pipeline.addHandler(
      HTTPRequestHandler(
        simulation: simulation.value, wire: wire, upgrader: upgrader(simulation, NIOLoopBound(wire, eventLoop: channel.eventLoop)),
        // In this order: what parses first, what encodes last.
        parsers: [decoder, pipelining, errors], encoder: encoder))
  }

  private static func upgrader(_ simulation: NIOLoopBound<Simulation>, _ wire: NIOLoopBound<ConnectionWire>) -> NIOWebSocketServerUpgrader {
    NIOWebSocketServerUpgrader(
      maxFrameSize: frameBytesMaximum,
      shouldUpgrade: { channel, head in
        let isKnown = session(for: head.uri, simulation.value, wire.value) != nil
        return channel.eventLoop.makeSucceededFuture(isKnown ? HTTPHeaders() : nil)
      },
      upgradePipelineHandler: { channel, head in
        channel.eventLoop.makeCompletedFuture {
          guard let session = session(for: head.uri, simulation.value, wire.value) else {
            throw SimulatorError(.configuration, "no such stream path")
          }
          try upgrade(channel, session, simulation.value, wire.value)
        }
      })
  }

  private static func upgrade(
    _ channel: any Channel, _ session: any WebSocketSession, _ simulation: Simulation, _ wire: ConnectionWire
  ) throws {
    let configuration = simulation.configuration
    let isStream = session is StreamSession
    wire.kind = isStream ? "stream" : "webSocketAPI"
    wire.session = session
    let peer = WebSocketPeer(
      session: session, wire: wire,
      limits: WebSocketPeer.Limits(
        pingSeconds: configuration.pingSeconds, pongTimeoutSeconds: configuration.pongTimeoutSeconds,
        lifetimeSeconds: configuration.connectionLifetimeSeconds, pendingBytesMaximum: configuration.pendingBytesMaximum,
        messagesPerSecond: configuration.enforcesRateLimits && isStream ? 5 : 0))
    peer.onOverflow = { [unowned simulation] in simulation.countOverflow() }
    try channel.pipeline.syncOperations.addHandlers(
      NIOWebSocketFrameAggregator(minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 64, maxAccumulatedFrameSize: frameBytesMaximum),
      peer)
    simulation.record(.connection(number: wire.number, change: wire.kind))
    simulation.applyConnectionFaults(to: wire)
  }

  /// What a WebSocket path leads to: `/ws`, `/ws/<stream>`, `/stream?streams=a/b`, `/ws-api/v3`.
  private static func session(for uri: String, _ simulation: Simulation, _ wire: ConnectionWire) -> (any WebSocketSession)? {
    let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    // A plus is no space in names of streams: btcusdt@kline_1d@+08:00.
    let path = RequestParameters.decode(parts[0].replacing("+", with: "%2B"))
    let parameters = RequestParameters(query: parts.count > 1 ? String(parts[1].replacing("+", with: "%2B")) : "", body: "")
    guard let unit = try? TimeUnit(parameters["timeUnit"]) else { return nil }
    let now: () -> Timestamp = { [unowned simulation] in simulation.marketTime }
    if path == "/ws-api/v3" || path == "/ws-api/v3/" {
      return WebSocketAPISession(
        simulation: simulation, wire: wire, showsRateLimits: parameters["returnRateLimits"] != "false", timeUnit: unit)
    }
    let stream: StreamSession
    if path == "/stream" || path == "/stream/" {
      let names = (parameters["streams"] ?? "").split(separator: "/").map(String.init)
      stream = StreamSession(hub: simulation.hub, isCombined: true, timeUnit: unit, initial: names, now: now)
    } else {
      guard path == "/ws" || path.hasPrefix("/ws/") else { return nil }
      let names = path.dropFirst(3).split(separator: "/").map(String.init)
      stream = StreamSession(hub: simulation.hub, isCombined: false, timeUnit: unit, initial: names, now: now)
    }
    stream.onText = { [unowned simulation, unowned wire] text in
      simulation.record(
        .request(TruthRequest(connection: wire.number, number: wire.countRequest(), isWebSocket: true, name: String(path), bytes: text)))
    }
    return stream
  }
}
