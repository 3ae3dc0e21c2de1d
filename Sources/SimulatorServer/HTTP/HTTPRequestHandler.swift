import Time
import NIOCore
import NIOHTTP1
import NIOWebSocket
import ServiceRuntime
import TradingModel
import ExchangeSimulation

/// Reads HTTP requests, bounded in size, and answers them on the event loop; turns the connection into a WebSocket where a request, the
/// first or a later one, asks for it.
final class HTTPRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  static let bodyBytesMaximum = 1 << 20

  private let simulation: Simulation
  private let wire: ConnectionWire
  private let upgrader: NIOWebSocketServerUpgrader
  private let parsers: [any RemovableChannelHandler]
  private let encoder: HTTPResponseEncoder
  private var context: ChannelHandlerContext?
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isTooLarge = false
  private var hasFaults = false
  /// While the connection becomes a WebSocket, what comes already belongs to that.
  private var isUpgrading = false
  private var early: [NIOAny] = []
  private var follower: TruthFollower?

  init(
    simulation: Simulation, wire: ConnectionWire, upgrader: NIOWebSocketServerUpgrader, parsers: [any RemovableChannelHandler],
    encoder: HTTPResponseEncoder
  ) {
    self.simulation = simulation
    self.wire = wire
    self.upgrader = upgrader
    self.parsers = parsers
    self.encoder = encoder
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    context = nil
    if let follower { simulation.removeFollower(follower) }
    follower = nil
  }

  func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
    while !early.isEmpty { context.fireChannelRead(early.removeFirst()) }
    context.leavePipeline(removalToken: removalToken)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    follower?.advance()
    context.fireChannelWritabilityChanged()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isUpgrading else {
      early.append(data)
      return
    }
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
    let raw = wire.takeRequest()
    if path.hasPrefix("/sim/") || path == "/sim" {
      administer(head, path: path, query: query)
      return
    }
    if !hasFaults {
      hasFaults = true
      simulation.applyConnectionFaults(to: wire)
    }
    let name = "\(head.method.rawValue) \(path)"
    let number = wire.countRequest()
    simulation.record(
      .request(
        TruthRequest(
          connection: wire.number, number: number, isWebSocket: false, name: name, bytes: raw.bytes, isCut: raw.isCut || isTooLarge)))
    let parameters = RequestParameters(query: query, body: String(decoding: body, as: UTF8.self))
    let isUpgrade = head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    let endpoint = EndpointTable.rest[name]
    let credentials = Simulation.Credentials(
      apiKey: head.headers.first(name: "X-MBX-APIKEY"),
      payload: Self.signedPayload(query: query, body: String(decoding: body, as: UTF8.self)), signature: parameters["signature"])
    let isTooLarge = isTooLarge
    let request = FaultedRequest(
      connection: wire.number, number: number, name: name, endpoint: endpoint, isUpgrade: isUpgrade, parameters: parameters,
      apiKey: credentials.apiKey)
    let isKeepAlive = head.isKeepAlive && !isUpgrade
    let address = context.remoteAddress?.ipAddress ?? ""
    let timeUnit = head.headers.first(name: TimeUnit.header)
    simulation.carryOut(request, on: context.eventLoop) { [self] in
      simulation.limits.address = address
      if let refusal = TimeUnit.refusal(timeUnit) { return refusal }
      if isTooLarge { return .failure(.init(-1101, "Too many parameters; the body is too large."), status: 413) }
      if isUpgrade { return simulation.upgradeRefusal(path: path[...]) }
      return answer(name: name, path: path, endpoint, parameters, credentials).inUnit(timeUnit)
    } deliver: { [weak self] answer, faults in
      guard let self else { return }
      if let end = faults.end { self.wire.endAfter(bytes: end.bytes, resets: end.resets) }
      if let answer {
        self.write(answer, faults.answer, isKeepAlive: isKeepAlive)
        self.wire.answerIsWritten()
      } else if isUpgrade, faults.executes {
        self.upgrade(head)
      }
    }
  }

  private func answer(
    name: String, path: String, _ endpoint: APIEndpoint?, _ parameters: RequestParameters, _ credentials: Simulation.Credentials
  ) -> APIAnswer {
    if let endpoint { return simulation.answer(endpoint, parameters: parameters, credentials: credentials) }
    if name.hasPrefix("GET "), let file = ArchiveRoutes.answer(simulation, path: path) { return file }
    if path == "/api/v3/userDataStream" {
      return .failure(.init(-1020, "This endpoint was retired; subscribe on the WebSocket API."), status: 410)
    }
    let method = name.prefix { $0 != " " }
    return .failure(.init(-1000, "Path \(path), Method \(method) is invalid"), status: 404)
  }

  /// What was signed: the query and the body as they came, without the signature, nothing between them.
  static func signedPayload(query: String, body: String) -> [UInt8] {
    func unsigned(_ text: String) -> String {
      text.split(separator: "&", omittingEmptySubsequences: false).filter { !$0.hasPrefix("signature=") }.joined(separator: "&")
    }
    return Array((unsigned(query) + unsigned(body)).utf8)
  }

  private func write(_ answer: APIAnswer, _ fault: FaultAnswer? = nil, isKeepAlive: Bool) {
    guard let context else { return }
    var headers = HTTPHeaders()
    headers.add(name: "Content-Type", value: answer.contentType)
    headers.add(name: "Content-Length", value: String(answer.body.count))
    let now = WallClock.now()
    simulation.limits.address = context.remoteAddress?.ipAddress ?? ""
    let weight = String(simulation.limits.weight.count(at: now))
    headers.add(name: "x-mbx-used-weight", value: weight)
    headers.add(name: "x-mbx-used-weight-1m", value: weight)
    if answer.isOrder {
      headers.add(name: "x-mbx-order-count-10s", value: String(simulation.limits.ordersTenSeconds.count(at: now)))
      headers.add(name: "x-mbx-order-count-1d", value: String(simulation.limits.ordersDay.count(at: now)))
    }
    if let seconds = answer.retryAfter { headers.add(name: "Retry-After", value: String(seconds)) }
    if !isKeepAlive { headers.add(name: "Connection", value: "close") }
    for header in fault?.headers ?? [] { headers.replaceOrAdd(name: header.name, value: header.value) }
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

// MARK: What is not the exchange's own API

extension HTTPRequestHandler {
  private func administer(_ head: HTTPRequestHead, path: String, query: String) {
    guard let context else { return }
    guard path == "/sim/truth" else {
      let answer = AdminRoutes.answer(simulation, method: head.method.rawValue, path: path, query: query, body: body)
      write(answer, isKeepAlive: head.isKeepAlive)
      return
    }
    simulation.pump()
    do throws(ExchangeError) {
      let follower = try TruthFollower(
        simulation: simulation, parameters: RequestParameters(query: query, body: ""), context: context, isKeepAlive: head.isKeepAlive)
      self.follower = follower
      follower.begin { [weak self] in self?.follower = nil }
    } catch {
      write(.failure(error), isKeepAlive: head.isKeepAlive)
    }
  }

  /// Answers 101 and lets the WebSocket take over; what is no path of a WebSocket gets 404.
  private func upgrade(_ head: HTTPRequestHead) {
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let headers = HTTPHeaders([("connection", "upgrade"), ("upgrade", "websocket")])
    upgrader.buildUpgradeResponse(channel: context.channel, upgradeRequest: head, initialResponseHeaders: headers)
      .assumeIsolated().whenComplete { result in
        switch result {
        case .success(let headers): bound.value.switchProtocols(head, headers)
        case .failure:
          bound.value.write(
            .failure(.init(-1000, "Path \(head.uri) is no WebSocket's, or the handshake is wrong."), status: 404), isKeepAlive: false)
        }
      }
  }

  private func switchProtocols(_ head: HTTPRequestHead, _ headers: HTTPHeaders) {
    guard let context else { return }
    isUpgrading = true
    wire.stopCapturing()
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let pipeline = context.pipeline.syncOperations
    EventLoopFuture.andAllSucceed(parsers.map { pipeline.removeHandler($0) }, on: context.eventLoop)
      .assumeIsolated().flatMap { () -> EventLoopFuture<Void> in
        let (handler, context) = bound.value
        let response = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        return context.writeAndFlush(handler.wrapOutboundOut(.head(response)))
      }.flatMap { () -> EventLoopFuture<Void> in
        let (handler, context) = bound.value
        return context.pipeline.syncOperations.removeHandler(handler.encoder)
      }.flatMap { () -> EventLoopFuture<Void> in
        let (handler, context) = bound.value
        return handler.upgrader.upgrade(context: context, upgradeRequest: head)
      }.whenComplete { result in
        let (handler, context) = bound.value
        if case .failure = result {
          context.close(promise: nil)
        } else {
          handler.wire.answerIsWritten()
          context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
      }
  }
}
