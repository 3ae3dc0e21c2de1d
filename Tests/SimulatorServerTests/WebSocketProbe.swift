import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Testing

/// A WebSocket client for tests: texts in and out, with a deadline on every wait.
final class WebSocketProbe: Sendable {
  enum Event: Sendable, Equatable {
    case text(String)
    case ping(String)
    case close(UInt16)
    case end
  }

  private let channel: any Channel
  private let events: AsyncStream<Event>
  private let iterator: IteratorBox

  private actor IteratorBox {
    private var buffered: [Event] = []
    private var waiter: CheckedContinuation<Event?, Never>?
    private var isEnded = false

    func push(_ event: Event) {
      if let waiter {
        self.waiter = nil
        waiter.resume(returning: event)
      } else {
        buffered.append(event)
      }
      if event == .end { isEnded = true }
    }

    func next() async -> Event? {
      if !buffered.isEmpty { return buffered.removeFirst() }
      if isEnded { return .end }
      return await withCheckedContinuation { waiter = $0 }
    }

    func giveUp() {
      waiter?.resume(returning: nil)
      waiter = nil
    }
  }

  private init(channel: any Channel, events: AsyncStream<Event>) {
    self.channel = channel
    self.events = events
    iterator = IteratorBox()
  }

  /// - Parameters:
  ///   - answersPings: whether pings get their pong.
  ///   - reads: whether anything is read at all after the upgrade.
  static func connect(port: Int, _ path: String, answersPings: Bool = true, reads: Bool = true) async throws -> WebSocketProbe {
    let (events, continuation) = AsyncStream.makeStream(of: Event.self)
    let upgraded = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let upgrader = NIOWebSocketClientUpgrader(
            maxFrameSize: 1 << 20,
            upgradePipelineHandler: { channel, _ in
              channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                  ProbeHandler(continuation: continuation, answersPings: answersPings))
                if !reads { try channel.syncOptions?.setOption(.autoRead, value: false) }
                upgraded.succeed()
              }
            })
          let starter = UpgradeStarter(path: path)
          let bound = NIOLoopBound(starter, eventLoop: channel.eventLoop)
          // Frames may come in one read with the answer to the upgrade.
          try channel.pipeline.syncOperations.addHTTPClientHandlers(
            leftOverBytesStrategy: .forwardBytes,
            withClientUpgrade: (
              upgraders: [upgrader],
              completionHandler: { context in context.pipeline.syncOperations.removeHandler(bound.value, promise: nil) }
            ))
          try channel.pipeline.syncOperations.addHandler(starter)
        }
      }
    let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    channel.closeFuture.whenComplete { _ in upgraded.fail(ProbeTimeout(description: "closed before the upgrade")) }
    try await upgraded.futureResult.get()
    let probe = WebSocketProbe(channel: channel, events: events)
    let iterator = probe.iterator
    Task { for await event in events { await iterator.push(event) } }
    return probe
  }

  func send(_ text: String) async throws {
    let frame = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text))
    try await channel.writeAndFlush(frame)
  }

  /// The next thing that arrives, within a minute.
  func next() async throws -> Event {
    let iterator = iterator
    let deadline = channel.eventLoop.scheduleTask(in: .seconds(60)) { Task { await iterator.giveUp() } }
    defer { deadline.cancel() }
    guard let event = await iterator.next() else { throw ProbeTimeout(description: "nothing arrived within a minute") }
    return event
  }

  /// The next text, within a minute; pings are passed over.
  func text() async throws -> String {
    let deadline = NIODeadline.now() + .seconds(60)
    while true {
      guard NIODeadline.now() < deadline else { throw ProbeTimeout(description: "only pings arrived within a minute") }
      switch try await next() {
      case .text(let text): return text
      case .ping: continue
      case .close, .end: throw ProbeTimeout(description: "the connection ended")
      }
    }
  }

  /// The first text that holds `part`.
  func text(with part: String) async throws -> String {
    while true {
      let text = try await text()
      if text.contains(part) { return text }
    }
  }

  func resumeReading() async throws { try await channel.setOption(.autoRead, value: true).get() }
  func close() async throws { try await channel.close() }
}

private final class UpgradeStarter: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart
  private let path: String
  init(path: String) { self.path = path }

  func channelActive(context: ChannelHandlerContext) {
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: ["Host": "127.0.0.1", "Content-Length": "0"])
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.close(promise: nil) }
}

private final class ProbeHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame
  private let continuation: AsyncStream<WebSocketProbe.Event>.Continuation
  private let answersPings: Bool

  init(continuation: AsyncStream<WebSocketProbe.Event>.Continuation, answersPings: Bool) {
    self.continuation = continuation
    self.answersPings = answersPings
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    var payload = frame.unmaskedData
    switch frame.opcode {
    case .text: continuation.yield(.text(String(buffer: payload)))
    case .ping:
      continuation.yield(.ping(String(buffer: payload)))
      guard answersPings else { return }
      context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: payload)), promise: nil)
    case .connectionClose: continuation.yield(.close(payload.readInteger() ?? 0))
    default: return
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    continuation.yield(.end)
    continuation.finish()
  }
}
