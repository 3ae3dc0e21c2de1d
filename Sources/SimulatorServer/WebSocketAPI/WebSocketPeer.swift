import Time
import NIOCore
import NIOWebSocket
import ServiceRuntime
import TradingModel

/// What sits behind a WebSocket: a stream connection or the WebSocket API.
protocol WebSocketSession: AnyObject {
  var peer: WebSocketPeer? { get set }
  func opened()
  func received(_ text: [UInt8])
  func closed()
  /// Tells the other side that the server is about to go.
  func announceShutdown()
  /// Ends every subscription without a word.
  func forgetSubscriptions()
}

/// One WebSocket connection: frames out, text in, pings, age and a bound on what waits to be sent.
/// Lives on its channel's event loop.
final class WebSocketPeer: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  struct Limits {
    var pingSeconds: Double
    var pongTimeoutSeconds: Double
    var lifetimeSeconds: Double
    var pendingBytesMaximum: Int
    /// Incoming frames per second; 0 = no limit.
    var messagesPerSecond: Int
  }

  private let session: any WebSocketSession
  private let wire: ConnectionWire
  private let limits: Limits
  private var context: ChannelHandlerContext?
  private var pingTask: Scheduled<Void>?
  private var lastPong = MonotonicClock.nanoseconds()
  private let openedAt = MonotonicClock.nanoseconds()
  private var needsFlush = false
  private var isClosing = false
  private var secondStart: Int64 = 0
  private var messagesInSecond = 0
  /// Frames sent.
  private(set) var sent: Int64 = 0
  /// Called when the connection was dropped for reading too slowly.
  var onOverflow: () -> Void = {}

  init(session: any WebSocketSession, wire: ConnectionWire, limits: Limits) {
    self.session = session
    self.wire = wire
    self.limits = limits
  }

  /// Where the other side is.
  var address: String? { context?.remoteAddress?.ipAddress }
  var eventLoop: (any EventLoop)? { context?.eventLoop }
  var isWritable: Bool { context?.channel.isWritable ?? true }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    session.peer = self
    session.opened()
    schedulePing()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }
  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    guard context != nil else { return }
    context = nil
    pingTask?.cancel()
    session.closed()
    session.peer = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    guard !isClosing else { return }
    guard admits() else {
      close(code: .policyViolation)
      return
    }
    switch frame.opcode {
    case .text, .binary:
      guard !wire.isSilent else { return }
      session.received(Array(frame.unmaskedData.readableBytesView))
    case .ping: write(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
    case .pong:
      // Only an answer to our ping counts; it echoes the payload.
      if frame.unmaskedData.readableBytes > 0 { lastPong = MonotonicClock.nanoseconds() }
      return
    case .connectionClose:
      isClosing = true
      write(WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData))
      flush()
      context.close(promise: nil)
      return
    default: return
    }
    flush()
  }

  private func admits() -> Bool {
    guard limits.messagesPerSecond > 0 else { return true }
    let now = MonotonicClock.nanoseconds()
    if now - secondStart >= 1_000_000_000 {
      secondStart = now
      messagesInSecond = 0
    }
    messagesInSecond += 1
    return messagesInSecond <= limits.messagesPerSecond
  }

  /// Queues one text message; ``flush()`` sends it. A reader that is too far behind is cut off.
  func send(_ text: ByteBuffer) {
    guard let context, !isClosing, !wire.isSilent else { return }
    if !context.channel.isWritable, pendingBytes > limits.pendingBytesMaximum {
      isClosing = true
      onOverflow()
      context.close(promise: nil)
      return
    }
    write(WebSocketFrame(fin: true, opcode: .text, data: text))
    sent += 1
  }

  func send(_ text: [UInt8]) {
    send(ByteBuffer(bytes: text))
    flush()
  }

  private var pendingBytes: Int { (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

  private func write(_ frame: WebSocketFrame) {
    context?.write(wrapOutboundOut(frame), promise: nil)
    needsFlush = true
  }

  func flush() {
    guard needsFlush else { return }
    needsFlush = false
    context?.flush()
  }

  /// Says goodbye and closes.
  func close(code: WebSocketErrorCode) {
    guard let context, !isClosing else { return }
    isClosing = true
    var data = context.channel.allocator.buffer(capacity: 2)
    data.write(webSocketErrorCode: code)
    write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    flush()
    context.close(promise: nil)
  }

  /// Breaks the connection without a word.
  func drop() { context?.close(promise: nil) }

  private func schedulePing() {
    guard let loop = context?.eventLoop else { return }
    pingTask = loop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(limits.pingSeconds * 1e9))) { [weak self] in self?.ping() }
  }

  private func ping() {
    guard context != nil else { return }
    let now = MonotonicClock.nanoseconds()
    // Behind a hole nobody hears a ping, nor a close.
    guard !wire.isHoled else {
      lastPong = now
      schedulePing()
      return
    }
    if Double(now - lastPong) > limits.pongTimeoutSeconds * 1e9 {
      close(code: .policyViolation)
    } else if Double(now - openedAt) > limits.lifetimeSeconds * 1e9 {
      close(code: .normalClosure)
    } else {
      write(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: String(WallClock.now().milliseconds))))
      flush()
      schedulePing()
    }
  }
}
