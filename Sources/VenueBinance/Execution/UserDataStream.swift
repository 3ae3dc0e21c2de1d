import Time
import BinanceJSON
import NIOCore
import NIOSSL
import ServiceRuntime
import Signing
import TradingModel
import Venue

/// Who hears a ``UserDataStream``; called on its event loop.
protocol UserDataStreamOwner: AnyObject {
  func userStream(_ stream: UserDataStream, received message: UserStreamMessage)
  func userStream(_ stream: UserDataStream, refused refusal: FrameRefusal)
  /// Subscribed (again): what happened before is never replayed and must be read by REST.
  func userStreamCameUp(_ stream: UserDataStream)
  func userStreamWentDown(_ stream: UserDataStream, reason: String)
  /// The key is refused for good; nothing is tried any more.
  func userStream(_ stream: UserDataStream, gaveUp reason: String)
}

/// The account's events over the WebSocket API by `userDataStream.subscribe.signature`. Reconnects, resubscribes and replaces itself like a
/// market link. Confined to its event loop.
final class UserDataStream: WebSocketListener, @unchecked Sendable {
  private let loop: any EventLoop
  private let url: WebSocketURL
  private let tls: NIOSSLContext?
  private let signer: RequestSigner
  private let rest: BinanceRestClient
  private let configuration: BinanceExecution.Configuration
  private unowned let owner: any UserDataStreamOwner
  private var machine = ReconnectMachine()
  private var connections: [Int: WebSocketConnection] = [:]
  private var pendingRequest: [Int: Int64] = [:]
  private var nextRequestID: Int64 = 1
  private var lastReason = "not connected"
  private var ticker: RepeatedTask?

  init(
    loop: any EventLoop, url: WebSocketURL, tls: NIOSSLContext?, signer: RequestSigner, rest: BinanceRestClient,
    configuration: BinanceExecution.Configuration, owner: any UserDataStreamOwner
  ) {
    self.loop = loop
    self.url = url
    self.tls = tls
    self.signer = signer
    self.rest = rest
    self.configuration = configuration
    self.owner = owner
  }

  var failures: Int { machine.failures }

  func start() {
    ticker = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] _ in self?.closeDead() }
    apply(.start)
  }

  func stop() {
    ticker?.cancel()
    apply(.stop)
  }

  private func apply(_ event: ReconnectMachine.Event) {
    for action in machine.handle(event, jitter: .random(in: .min ... .max)) { perform(action) }
  }

  private func perform(_ action: ReconnectMachine.Action) {
    switch action {
    case .connect(let id):
      let connection = WebSocketConnection(id: id, loop: loop, listener: self)
      connections[id] = connection
      connection.connect(to: url, tls: tls)
    case .subscribe(let id): subscribe(id)
    case .close(let id): connections[id]?.close(reason: "no longer needed")
    case .wait(let nanoseconds): later(nanoseconds) { $0.apply(.delayOver) }
    case .up(let id):
      watch(id)
      owner.userStreamCameUp(self)
    case .down: owner.userStreamWentDown(self, reason: lastReason)
    case .replaced(let id): watch(id)
    }
  }

  private func watch(_ id: Int) {
    later(configuration.stableNanoseconds) { $0.apply(.stable(id)) }
    later(configuration.replaceAfterNanoseconds) { $0.apply(.replacementDue(id)) }
  }

  private func later(_ nanoseconds: Int64, _ body: @escaping (UserDataStream) -> Void) {
    let body = NIOLoopBound(body, eventLoop: loop)
    loop.scheduleTask(in: .nanoseconds(max(0, nanoseconds))) { [weak self] in
      guard let self else { return }
      body.value(self)
    }
  }

  private func subscribe(_ id: Int) {
    guard let connection = connections[id] else { return }
    let parameters = [
      RequestParameter("apiKey", signer.apiKey), RequestParameter("recvWindow", String(rest.receiveWindowMilliseconds)),
      RequestParameter("timestamp", String(rest.exchangeTime.milliseconds)),
    ]
    let signature: String
    do throws(SigningError) { signature = try signer.webSocketSignature(parameters) } catch {
      return giveUp("cannot sign: \(error)")
    }
    guard signer.apiKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
      return giveUp("the API key has characters that no key has")
    }
    let request = nextRequestID
    nextRequestID += 1
    pendingRequest[id] = request
    connection.send(
      "{\"id\":\(request),\"method\":\"userDataStream.subscribe.signature\",\"params\":{\"apiKey\":\"\(parameters[0].value)\","
        + "\"recvWindow\":\(parameters[1].value),\"timestamp\":\(parameters[2].value),\"signature\":\"\(signature)\"}}")
    later(configuration.subscribeTimeoutNanoseconds) { stream in
      guard stream.pendingRequest[id] == request else { return }
      stream.connections[id]?.close(reason: "the subscription was not confirmed in time")
    }
  }

  private func giveUp(_ reason: String) {
    lastReason = reason
    stop()
    owner.userStream(self, gaveUp: reason)
  }

  private func closeDead() {
    let now = NIODeadline.now()
    for connection in connections.values where connection.isOpen {
      if (now - connection.lastRead).nanoseconds > configuration.deadNanoseconds {
        connection.close(reason: "nothing arrived for \(configuration.deadNanoseconds / 1_000_000) ms")
      }
    }
  }

  // MARK: WebSocketListener

  func webSocketOpened(_ connection: WebSocketConnection) { apply(.opened(connection.id)) }

  func webSocketDrained(_ connection: WebSocketConnection) {}

  func webSocket(_ connection: WebSocketConnection, received message: UnsafeBufferPointer<UInt8>) {
    do throws(FrameRefusal) {
      let parsed = try UserStreamMessage(parsing: message)
      switch parsed {
      case .answer(let id, let error, _): answered(connection, id, error)
      case .terminated: connection.close(reason: "the exchange ended the subscription")
      case .serverShutdown: apply(.replacementDue(connection.id))
      case .report, .balances, .balanceUpdate: owner.userStream(self, received: parsed)
      case .ignored: break
      }
    } catch {
      owner.userStream(self, refused: error)
    }
  }

  private func answered(_ connection: WebSocketConnection, _ id: Int64?, _ error: APIError?) {
    guard let error else {
      guard let id, pendingRequest[connection.id] == id else { return }
      pendingRequest[connection.id] = nil
      apply(.ready(connection.id))
      return
    }
    switch error.code {
    // Already subscribed on this connection: as good as done.
    case -2_035:
      pendingRequest[connection.id] = nil
      apply(.ready(connection.id))
    case -2_014, -2_015, -1_022, -1_002: giveUp("the exchange refuses the key: \(error.message) (\(error.code))")
    case -1_021:
      let number = connection.id
      rest.synchronizeClock { [weak self] _ in
        guard let self, connections[number]?.isOpen == true else { return }
        subscribe(number)
      }
    default: connection.close(reason: "the exchange refused the subscription: \(error.message) (\(error.code))")
    }
  }

  func webSocketClosed(_ connection: WebSocketConnection, reason: String) {
    connections[connection.id] = nil
    pendingRequest[connection.id] = nil
    lastReason = reason
    apply(.closed(connection.id))
  }
}
