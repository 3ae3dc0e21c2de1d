import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A small exchange on a real socket: HTTP answers by script, WebSocket sessions that record what they are sent and say what they are told.
final class FakeExchange: @unchecked Sendable {
  struct Request: Sendable {
    var method: String
    var path: String
    var query: String
    var body: String
    var headers: [String: String]

    /// A parameter of query or body, percent-decoded.
    func parameter(_ name: String) -> String? {
      for pair in (query + "&" + body).split(separator: "&") {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.first.map(String.init) == name { return parts.last.flatMap { String($0).removingPercentEncoding } }
      }
      return nil
    }
  }

  enum Reply: Sendable {
    case answer(status: Int, body: String, headers: [(String, String)])
    /// End the connection without a byte.
    case closed
    /// Keep the connection, never answer.
    case silence

    static func ok(_ body: String) -> Reply { .answer(status: 200, body: body, headers: []) }
    static func error(_ status: Int, _ code: Int, _ message: String = "no") -> Reply {
      .answer(status: status, body: "{\"code\":\(code),\"msg\":\"\(message)\"}", headers: [])
    }
  }

  /// One WebSocket connection, as the server sees it.
  final class Session: @unchecked Sendable {
    let number: Int
    let uri: String
    fileprivate let channel: any Channel
    fileprivate let exchange: FakeExchange
    let texts = Mutex<[String]>([])
    let pongs = Mutex<[[UInt8]]>([])
    let closeCodes = Mutex<[UInt16]>([])
    let unmasked = Mutex<Int>(0)

    fileprivate init(number: Int, uri: String, channel: any Channel, exchange: FakeExchange) {
      self.number = number
      self.uri = uri
      self.channel = channel
      self.exchange = exchange
    }

    var isOpen: Bool { channel.isActive }

    func send(_ text: String) {
      channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)), promise: nil)
    }

    func send(_ frame: WebSocketFrame) { channel.writeAndFlush(frame, promise: nil) }

    func ping(_ payload: String) {
      channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: payload)), promise: nil)
    }

    /// Ends the TCP connection without a close frame.
    func drop() { channel.close(promise: nil) }

    fileprivate func received(_ frame: WebSocketFrame) {
      if frame.maskKey == nil { unmasked.withLock { $0 += 1 } }
      var data = frame.unmaskedData
      switch frame.opcode {
      case .text:
        let text = data.readString(length: data.readableBytes) ?? ""
        texts.withLock { $0.append(text) }
        exchange.onText.withLock { $0 }?(self, text)
      case .pong: pongs.withLock { $0.append(data.readBytes(length: data.readableBytes) ?? []) }
      case .connectionClose:
        closeCodes.withLock { $0.append(data.readInteger(as: UInt16.self) ?? 0) }
        channel.close(promise: nil)
      default: break
      }
    }
  }

  typealias TextHandler = @Sendable (Session, String) -> Void
  typealias HTTPHandler = @Sendable (Request, Int) -> Reply

  let onText = Mutex<TextHandler?>(nil)
  let onOpen = Mutex<(@Sendable (Session) -> Void)?>(nil)
  /// Upgrades are answered like any other request.
  let refusesUpgrades = Mutex(false)
  private let onRequest = Mutex<HTTPHandler?>(nil)
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let state = Mutex<(requests: [Request], sessions: [Session])>(([], []))
  private var channel: (any Channel)?
  private(set) var port = 0

  /// Starts on a free port; every subscription is confirmed unless `onText` is replaced.
  init() throws {
    onText.withLock { $0 = Self.confirming }
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { [self] channel in
        let handler = RequestHandler(exchange: self)
        let upgrader = NIOWebSocketServerUpgrader(
          maxFrameSize: 1 << 22,
          shouldUpgrade: { [self] channel, _ in
            channel.eventLoop.makeSucceededFuture(refusesUpgrades.withLock { $0 } ? nil : [:])
          },
          upgradePipelineHandler: { [self] channel, head in
            channel.eventLoop.makeCompletedFuture {
              let session = state.withLock { state in
                let session = Session(number: state.sessions.count + 1, uri: head.uri, channel: channel, exchange: self)
                state.sessions.append(session)
                return session
              }
              try channel.pipeline.syncOperations.addHandler(FrameHandler(session: session))
              onOpen.withLock { $0 }?(session)
            }
          })
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (
              upgraders: [upgrader],
              completionHandler: { context in context.pipeline.syncOperations.removeHandler(name: "requests", promise: nil) }
            ))
          try channel.pipeline.syncOperations.addHandler(handler, name: "requests")
        }
      }
    let channel = try bootstrap.bind(host: "127.0.0.1", port: 0).wait()
    self.channel = channel
    port = channel.localAddress?.port ?? 0
  }

  func stop() {
    try? channel?.close().wait()
    for session in sessions { session.drop() }
    group.shutdownGracefully { _ in }
  }

  var requests: [Request] { state.withLock { $0.requests } }
  var sessions: [Session] { state.withLock { $0.sessions } }
  func requests(_ path: String) -> [Request] { requests.filter { $0.path == path } }

  func answer(_ handler: @escaping HTTPHandler) { onRequest.withLock { $0 = handler } }

  static let confirming: TextHandler = { session, text in
    guard let range = text.range(of: "\"id\":") else { return }
    let id = text[range.upperBound...].prefix { $0.isNumber }
    session.send("{\"result\":null,\"id\":\(id)}")
  }

  fileprivate func handle(_ request: Request) -> Reply {
    let number = state.withLock { state -> Int in
      state.requests.append(request)
      return state.requests.filter { $0.path == request.path }.count
    }
    return onRequest.withLock { $0 }?(request, number) ?? .error(404, -1, "no script")
  }
}

private final class FrameHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  private let session: FakeExchange.Session
  init(session: FakeExchange.Session) { self.session = session }
  func channelRead(context: ChannelHandlerContext, data: NIOAny) { session.received(unwrapInboundIn(data)) }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

private final class RequestHandler: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart
  private let exchange: FakeExchange
  private var head: HTTPRequestHead?
  private var body = ""
  init(exchange: FakeExchange) { self.exchange = exchange }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = ""
    case .body(var part): body += part.readString(length: part.readableBytes) ?? ""
    case .end:
      guard let head else { return }
      let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
      let request = FakeExchange.Request(
        method: head.method.rawValue, path: parts.first ?? "", query: parts.count > 1 ? parts[1] : "", body: body,
        headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { a, _ in a }))
      reply(exchange.handle(request), context)
    }
  }

  private func reply(_ reply: FakeExchange.Reply, _ context: ChannelHandlerContext) {
    switch reply {
    case .closed: context.close(promise: nil)
    case .silence: break
    case .answer(let status, let body, let extra):
      var headers = HTTPHeaders([("Content-Length", String(body.utf8.count)), ("Content-Type", "application/json")])
      for (name, value) in extra { headers.add(name: name, value: value) }
      context.write(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers))), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}

/// Waits for conditions that other threads bring about, with a deadline instead of a fixed pause.
enum Eventually {
  struct TimedOut: Error, CustomStringConvertible {
    var description: String
  }

  static func holds(_ what: String, seconds: Double = 60, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
      guard ContinuousClock.now < deadline else { throw TimedOut(description: "did not happen in \(seconds) s: \(what)") }
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}

/// A value that closures on several threads share.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
  func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result { value.withLock(body) }
}
