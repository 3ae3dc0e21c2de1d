import BinanceJSON
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// Who hears of a ``WebSocketConnection``'s life; called on its event loop.
protocol WebSocketListener: AnyObject {
  func webSocketOpened(_ connection: WebSocketConnection)
  /// The last call for this connection; comes exactly once.
  func webSocketClosed(_ connection: WebSocketConnection, reason: String)
}

/// Who takes a ``WebSocketConnection``'s messages; called on its event loop.
protocol WebSocketReceiver: AnyObject {
  /// A whole text or binary message, in place: the bytes live for the call.
  func webSocket(_ connection: WebSocketConnection, received message: UnsafeBufferPointer<UInt8>)
  /// Everything that had arrived has been delivered.
  func webSocketDrained(_ connection: WebSocketConnection)
}

/// One client connection by WebSocket (RFC 6455), confined to its event loop.
///
/// Connects, answers pings with their own payload, joins fragments, refuses messages beyond the bound. It never reconnects.
final class WebSocketConnection: @unchecked Sendable {
  struct Limits: Hashable, Sendable {
    var messageSizeBytesMaximum = 1 << 20
    var connectTimeoutNanoseconds: Int64 = 5_000_000_000
    /// From the TCP connect's start to the finished WebSocket handshake.
    var openTimeoutNanoseconds: Int64 = 10_000_000_000
  }

  let id: Int
  let loop: any EventLoop
  private var listener: (any WebSocketListener)?
  private var receiver: (any WebSocketReceiver)?
  private var channel: (any Channel)?
  private var openTimer: Scheduled<Void>?
  private(set) var isOpen = false
  private var closeReason: String?
  /// When bytes last arrived, pings included.
  private(set) var lastRead: NIODeadline

  /// Keeps `listener` and `receiver` alive until it has ended.
  init(id: Int, loop: any EventLoop, listener: any WebSocketListener, receiver: any WebSocketReceiver) {
    self.id = id
    self.loop = loop
    self.listener = listener
    self.receiver = receiver
    lastRead = .now()
  }

  /// Starts connecting. Must be called once, on the loop.
  func connect(to url: WebSocketURL, tls: NIOSSLContext?, headers: [(String, String)] = [], limits: Limits = Limits()) {
    openTimer = loop.scheduleTask(in: .nanoseconds(limits.openTimeoutNanoseconds)) { [weak self] in
      self?.fail("no WebSocket within \(limits.openTimeoutNanoseconds / 1_000_000) ms")
    }
    ClientBootstrap(group: loop)
      .connectTimeout(.nanoseconds(limits.connectTimeoutNanoseconds))
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.maxMessagesPerRead, value: 4)
      .channelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 16_384, maximum: 262_144))
      .channelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture { try install(on: channel, url: url, tls: tls, headers: headers, limits: limits) }
      }
      .connect(host: url.host, port: url.port)
      .whenComplete { [self] result in
        switch result {
        case .success(let channel):
          self.channel = channel
          channel.closeFuture.whenComplete { [self] _ in finished("the connection ended") }
          if closeReason != nil { channel.close(promise: nil) }
        case .failure(let error): finished("cannot connect: \(String(describing: error).prefix(200))")
        }
      }
  }

  private func install(
    on channel: any Channel, url: WebSocketURL, tls: NIOSSLContext?, headers: [(String, String)], limits: Limits
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    if url.isSecure, let tls {
      try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: url.isNamed ? url.host : nil))
    }
    let handshake = WebSocketHandshake(url: url, headers: headers, connection: self)
    let upgrader = PlainWebSocketUpgrader(connection: self, limits: limits)
    try pipeline.addHTTPClientHandlers(
      leftOverBytesStrategy: .forwardBytes,
      withClientUpgrade: (
        upgraders: [upgrader],
        completionHandler: { context in
          context.pipeline.syncOperations.removeHandler(name: WebSocketHandshake.handlerName, promise: nil)
        }
      ))
    try pipeline.addHandler(handshake, name: WebSocketHandshake.handlerName)
  }

  // MARK: Called by the handlers

  func opened(_ channel: any Channel) {
    guard closeReason == nil else { return channel.close(promise: nil) }
    self.channel = channel
    openTimer?.cancel()
    openTimer = nil
    isOpen = true
    lastRead = .now()
    listener?.webSocketOpened(self)
  }

  @inline(__always) func received(_ message: UnsafeBufferPointer<UInt8>) { unsafe receiver?.webSocket(self, received: message) }

  func drained() {
    lastRead = .now()
    receiver?.webSocketDrained(self)
  }

  func fail(_ reason: String) {
    guard closeReason == nil else { return }
    closeReason = reason
    openTimer?.cancel()
    if let channel { channel.close(promise: nil) }
  }

  private func finished(_ reason: String) {
    openTimer?.cancel()
    openTimer = nil
    isOpen = false
    channel = nil
    guard let listener else { return }
    self.listener = nil
    listener.webSocketClosed(self, reason: closeReason ?? reason)
    receiver = nil
  }

  // MARK: Called by the owner

  /// Sends a text message; silently nothing when the connection is not open.
  func send(_ text: String) {
    guard isOpen, let channel else { return }
    let frame = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: channel.allocator.buffer(string: text))
    channel.writeAndFlush(frame, promise: nil)
  }

  /// Closes with a code; `webSocketClosed` follows.
  func close(code: UInt16 = 1_000, reason: String) {
    guard closeReason == nil else { return }
    closeReason = reason
    openTimer?.cancel()
    guard let channel else { return }
    guard isOpen else { return channel.close(promise: nil) }
    var data = channel.allocator.buffer(capacity: 2)
    data.writeInteger(code)
    let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
    channel.writeAndFlush(frame).whenComplete { _ in channel.close(promise: nil) }
  }
}

/// Sends the upgrade request and turns any answer but 101 into a reason.
private final class WebSocketHandshake: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart
  static let handlerName = "botd.handshake"

  private let url: WebSocketURL
  private let headers: [(String, String)]
  private let connection: WebSocketConnection
  /// The status of a refusal, and as much of its words as is shown.
  private var refusal: (status: UInt, body: [UInt8])?
  private static let bodyMaximum = 4_096

  init(url: WebSocketURL, headers: [(String, String)], connection: WebSocketConnection) {
    self.url = url
    self.headers = headers
    self.connection = connection
  }

  func channelActive(context: ChannelHandlerContext) {
    var fields = HTTPHeaders([("Host", url.hostHeader), ("Content-Length", "0"), ("User-Agent", "botd")])
    for (name, value) in headers { fields.add(name: name, value: value) }
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target, headers: fields)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): refusal = (head.status.code, [])
    case .body(let part):
      let room = Self.bodyMaximum - (refusal?.body.count ?? Self.bodyMaximum)
      refusal?.body += part.readableBytesView.prefix(max(0, room))
    case .end:
      failRefused()
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    failRefused()
    context.fireChannelInactive()
  }

  private func failRefused() {
    guard let refusal else { return }
    let value = try? JSONValue(parsing: refusal.body)
    let words = value.map { APIError($0).message } ?? ""
    connection.fail(
      "the server answered the WebSocket handshake with HTTP status \(refusal.status)" + (words.isEmpty ? "" : ": \(words)"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection.fail("handshake failed: \(String(describing: error).prefix(200))")
    context.close(promise: nil)
  }
}

/// NIO's upgrader checks the handshake; the frames themselves are read in place by ``WebSocketHandler``.
private final class PlainWebSocketUpgrader: NIOHTTPClientProtocolUpgrader, Sendable {
  let supportedProtocol = "websocket"
  let requiredUpgradeHeaders: [String] = []
  private let checker = NIOWebSocketClientUpgrader { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
  private let connection: WebSocketConnection
  private let limits: WebSocketConnection.Limits

  init(connection: WebSocketConnection, limits: WebSocketConnection.Limits) {
    self.connection = connection
    self.limits = limits
  }

  func addCustom(upgradeRequestHeaders: inout HTTPHeaders) { checker.addCustom(upgradeRequestHeaders: &upgradeRequestHeaders) }

  func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool { checker.shouldAllowUpgrade(upgradeResponse: upgradeResponse) }

  func upgrade(context: ChannelHandlerContext, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Void> {
    let channel = context.channel
    return channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(WebSocketFrameEncoder())
      try pipeline.addHandler(WebSocketHandler(connection: connection, messageSizeMaximum: limits.messageSizeBytesMaximum))
    }
  }
}
