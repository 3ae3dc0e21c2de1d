import Time
import NIOCore
import NIOHTTP1
import ServiceRuntime
import TradingModel
import ExchangeSimulation

/// Reads HTTP requests, bounded in size, and answers them on the event loop.
final class HTTPRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  static let bodyBytesMaximum = 1 << 20

  private let simulation: Simulation
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isTooLarge = false

  init(simulation: Simulation) { self.simulation = simulation }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.removeAll(keepingCapacity: true)
      isTooLarge = false
    case .body(let part):
      if body.count + part.readableBytes > Self.bodyBytesMaximum {
        isTooLarge = true
      } else {
        body.append(contentsOf: part.readableBytesView)
      }
    case .end:
      guard let head else { return }
      self.head = nil
      respond(to: head, context: context)
    }
  }

  private func respond(to head: HTTPRequestHead, context: ChannelHandlerContext) {
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = String(parts[0])
    let query = parts.count > 1 ? String(parts[1]) : ""
    let bodyText = String(decoding: body, as: UTF8.self)
    let answer: APIAnswer
    if isTooLarge {
      answer = .failure(.init(-1101, "Too many parameters; the body is too large."), status: 413)
    } else if path.hasPrefix("/sim/") || path == "/sim" {
      answer = AdminRoutes.answer(simulation, path: path, query: query)
    } else if let endpoint = EndpointTable.rest["\(head.method.rawValue) \(path)"] {
      answer = simulation.answer(
        endpoint, parameters: RequestParameters(query: query, body: bodyText),
        credentials: Simulation.Credentials(
          apiKey: head.headers.first(name: "X-MBX-APIKEY"), payload: Self.signedPayload(query: query, body: bodyText),
          signature: RequestParameters(query: query, body: bodyText)["signature"]))
    } else if path == "/api/v3/userDataStream" {
      answer = .failure(.init(-1020, "This endpoint was retired; subscribe on the WebSocket API."), status: 410)
    } else {
      answer = .failure(.init(-1000, "Path \(path), Method \(head.method.rawValue) is invalid"), status: 404)
    }
    write(answer, isKeepAlive: head.isKeepAlive, context: context)
  }

  /// What was signed: the query and the body as they came, without the signature, nothing between them.
  static func signedPayload(query: String, body: String) -> [UInt8] {
    func unsigned(_ text: String) -> String {
      text.split(separator: "&", omittingEmptySubsequences: false).filter { !$0.hasPrefix("signature=") }.joined(separator: "&")
    }
    return Array((unsigned(query) + unsigned(body)).utf8)
  }

  private func write(_ answer: APIAnswer, isKeepAlive: Bool, context: ChannelHandlerContext) {
    var headers = HTTPHeaders()
    headers.add(name: "Content-Type", value: "application/json;charset=UTF-8")
    headers.add(name: "Content-Length", value: String(answer.body.count))
    let now = WallClock.now()
    let weight = String(simulation.limits.weight.count(at: now))
    headers.add(name: "x-mbx-used-weight", value: weight)
    headers.add(name: "x-mbx-used-weight-1m", value: weight)
    if answer.isOrder {
      headers.add(name: "x-mbx-order-count-10s", value: String(simulation.limits.ordersTenSeconds.count(at: now)))
      headers.add(name: "x-mbx-order-count-1d", value: String(simulation.limits.ordersDay.count(at: now)))
    }
    if let seconds = answer.retryAfter { headers.add(name: "Retry-After", value: String(seconds)) }
    if !isKeepAlive { headers.add(name: "Connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
    let promise = isKeepAlive ? nil : context.eventLoop.makePromise(of: Void.self)
    if let promise {
      let channel = context.channel
      promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
  }
}
