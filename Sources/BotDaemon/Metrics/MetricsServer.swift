import NIOCore
import NIOHTTP1
import NIOPosix
import Presentation
import ServiceRuntime
import Synchronization

/// Serves the page of metrics over HTTP: `GET /metrics` and nothing else, an answer a connection.
///
/// A page is made at most once a second, however many ask, and shared by those who read it; connections are few and end after some seconds,
/// so that neither many nor slow readers hold memory. Everything runs on the loops that serve calls, never on the core's.
final class MetricsServer: Sendable {
  static let connectionsMaximum = 16
  /// How long a connection may take for everything, in seconds.
  static let connectionSeconds: Int64 = 10
  /// A page is shown for this long, in nanoseconds.
  static let pageNanoseconds: Int64 = 1_000_000_000

  private struct Page: Sendable {
    var bytes: ByteBuffer
    var madeAt: Int64
  }

  private let make: @Sendable () -> String
  private let page = Mutex<Page?>(nil)
  private let connections = Atomic<Int>(0)
  private let isLoopback: Bool
  private let channel = Mutex<(any Channel)?>(nil)

  /// - Parameter make: makes the page; called on the loop of a connection.
  init(isLoopback: Bool, make: @escaping @Sendable () -> String) {
    self.isLoopback = isLoopback
    self.make = make
  }

  /// Binds and serves; returns where, with the port that the system chose for port 0.
  /// - Throws: ``DaemonError``.
  func start(_ address: MetricsAddress, on group: any EventLoopGroup) async throws -> String {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(ChannelOptions.backlog, value: 16)
      .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
      }
    do {
      let bound = try await bootstrap.bind(host: address.host, port: address.port).get()
      channel.withLock { $0 = bound }
      let host = address.host.contains(":") ? "[\(address.host)]" : address.host
      return "http://\(host):\(bound.localAddress?.port ?? address.port)/metrics"
    } catch {
      throw DaemonError("cannot serve metrics on \(address): \(error); choose another address (--metrics, BOTD_METRICS)")
    }
  }

  func stop() { channel.withLock { $0?.close(promise: nil) } }

  private func accept(_ channel: any Channel) throws {
    guard connections.add(1, ordering: .relaxed).newValue <= Self.connectionsMaximum else {
      connections.subtract(1, ordering: .relaxed)
      throw ChannelError.operationUnsupported
    }
    channel.closeFuture.whenComplete { _ in self.connections.subtract(1, ordering: .relaxed) }
    let deadline = channel.eventLoop.scheduleTask(in: .seconds(Self.connectionSeconds)) { channel.close(promise: nil) }
    channel.closeFuture.whenComplete { _ in deadline.cancel() }
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
    try channel.pipeline.syncOperations.addHandler(MetricsHandler(server: self))
  }

  /// The page, made anew when the last one is too old.
  fileprivate var current: ByteBuffer {
    page.withLock { page in
      let now = MonotonicClock.nanoseconds()
      if let page, now - page.madeAt < Self.pageNanoseconds { return page.bytes }
      let bytes = ByteBuffer(string: make())
      page = Page(bytes: bytes, madeAt: now)
      return bytes
    }
  }

  /// Whether a request may be for us. A page of another site whose name was made to point here must read nothing: on loopback only
  /// addresses and `localhost` are names of this server.
  fileprivate func isOurs(_ hosts: [String]) -> Bool {
    guard isLoopback else { return true }
    guard hosts.count <= 1, var host = hosts.first?.lowercased() else { return hosts.isEmpty }
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") { host = String(host[..<colon]) }
    return host == "localhost" || host.hasPrefix("[") || (try? SocketAddress(ipAddress: host, port: 0)) != nil
  }
}

/// Answers the first request of a connection, and ends it.
private final class MetricsHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: MetricsServer
  private var isAnswered = false

  init(server: MetricsServer) { self.server = server }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // A body is not read, and a second request not answered.
    guard case .head(let head) = unwrapInboundIn(data), !isAnswered else { return }
    isAnswered = true
    guard server.isOurs(head.headers["host"]) else {
      return answer(context, .forbidden, "this page is read by address, not by that name\n")
    }
    guard head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first == "/metrics" else {
      return answer(context, .notFound, "the page is /metrics\n")
    }
    guard head.method == .GET else { return answer(context, .methodNotAllowed, "GET only\n", [("Allow", "GET")]) }
    answer(context, .ok, server.current, [("Content-Type", MetricsText.mediaType), ("Cache-Control", "no-store")])
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ text: String, _ more: [(String, String)] = []) {
    answer(context, status, ByteBuffer(string: text), [("Content-Type", "text/plain; charset=utf-8")] + more)
  }

  private func answer(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ body: ByteBuffer, _ more: [(String, String)]) {
    let headers = HTTPHeaders(more + [("Content-Length", "\(body.readableBytes)"), ("Connection", "close")])
    context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
  }
}
