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
  /// It is not subscribed, for this reason, and asks again by itself.
  func userStream(_ stream: UserDataStream, waits reason: String)
}

/// The account's events over the WebSocket API by `userDataStream.subscribe.signature`. Reconnects, resubscribes and replaces itself like a
/// market link; no refusal ends it. Confined to its event loop.
///
/// That a connection lives proves nothing: the exchange is asked every few seconds whether the subscription is still there
/// (`session.subscriptions`; Binance: web-socket-api.md). No, or no answer, and the connection is given up at once.
final class UserDataStream: @unchecked Sendable {
  private struct Subscription {
    /// The subscribing request that waits for its answer.
    var request: Int64?
    var isConfirmed = false
    /// What the exchange calls it; `nil` while that is not known.
    var id: Int64?
    /// The check that waits for its answer, and when the last one was sent.
    var check: Int64?
    var checkedAt: Int64 = 0
  }

  private let loop: any EventLoop
  private let signer: RequestSigner
  private let rest: BinanceRestClient
  private let configuration: BinanceExecution.Configuration
  private let socket: ReconnectingSocket
  private unowned let owner: any UserDataStreamOwner
  /// By connection, from when it is open until it ends.
  private var subscriptions: [ReconnectMachine.ConnectionID: Subscription] = [:]
  private var nextRequestID: Int64 = 1
  private var ticker: RepeatedTask?
  private var refusalPause: BackoffMachine
  /// Not before this, by the monotonic clock, may be asked again after a refusal, on whatever connection.
  private var askAgainAt: Int64?
  /// The clock was measured because of a refusal, and not one subscription was confirmed since.
  private var hasMeasuredClock = false

  /// The weight of a check and of a subscription (Binance: web-socket-api.md).
  private static let requestWeight = 2
  /// A check that the limits do not admit, or that the exchange puts off, is tried again after this long.
  private static let checkPause: Int64 = 10_000_000_000

  init(
    loop: any EventLoop, url: WebSocketURL, tls: NIOSSLContext?, signer: RequestSigner, rest: BinanceRestClient,
    configuration: BinanceExecution.Configuration, owner: any UserDataStreamOwner
  ) {
    self.loop = loop
    self.signer = signer
    self.rest = rest
    self.configuration = configuration
    self.owner = owner
    refusalPause = BackoffMachine(
      firstNanoseconds: configuration.refusalPauseNanoseconds, maximumNanoseconds: configuration.refusalPauseMaximumNanoseconds)
    socket = ReconnectingSocket(
      loop: loop, url: url, tls: tls,
      times: ReconnectingSocket.Times(
        deadNanoseconds: configuration.deadNanoseconds, replaceAfterNanoseconds: configuration.replaceAfterNanoseconds,
        stableNanoseconds: configuration.stableNanoseconds))
    socket.owner = self
  }

  var failures: Int { socket.failures }

  func start() {
    ticker = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] _ in
      self?.socket.closeDead(now: .now())
    }
    socket.start()
  }

  func stop() {
    ticker?.cancel()
    socket.stop()
  }

  /// The stream does not tell what it should: its connection is given up at once and made anew.
  func giveUpConnection(reason: String) {
    guard let id = socket.primary else { return }
    socket.abandon(id, reason: reason)
  }

  // MARK: Subscribing

  private func subscribe(_ id: ReconnectMachine.ConnectionID) {
    guard let connection = socket.connection(id), connection.isOpen, subscriptions[id] != nil else { return }
    if let askAgainAt {
      let wait = askAgainAt - MonotonicClock.nanoseconds()
      guard wait <= 0 else { return socket.later(wait) { [weak self] in self?.subscribe(id) } }
    }
    let parameters = [
      RequestParameter("apiKey", signer.apiKey), RequestParameter("recvWindow", String(rest.receiveWindowMilliseconds)),
      RequestParameter("timestamp", String(rest.exchangeTime.milliseconds)),
    ]
    let signature: String
    do throws(SigningError) { signature = try signer.webSocketSignature(parameters) } catch {
      return refused(id, "the subscription cannot be signed: \(error)")
    }
    guard signer.apiKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
      return refused(id, "the API key has characters that no key has")
    }
    let request = nextRequest()
    subscriptions[id]?.request = request
    _ = rest.admits(weight: Self.requestWeight)
    connection.send(
      "{\"id\":\(request),\"method\":\"userDataStream.subscribe.signature\",\"params\":{\"apiKey\":\"\(parameters[0].value)\","
        + "\"recvWindow\":\(parameters[1].value),\"timestamp\":\(parameters[2].value),\"signature\":\"\(signature)\"}}")
    socket.later(configuration.subscribeTimeoutNanoseconds) { [weak self] in
      guard let self, subscriptions[id]?.request == request else { return }
      socket.abandon(id, reason: "the subscription was not confirmed in time")
    }
  }

  private func nextRequest() -> Int64 {
    defer { nextRequestID += 1 }
    return nextRequestID
  }

  private func confirmed(_ id: ReconnectMachine.ConnectionID, _ subscriptionID: Int64?) {
    subscriptions[id]?.request = nil
    subscriptions[id]?.isConfirmed = true
    subscriptions[id]?.id = subscriptionID
    subscriptions[id]?.checkedAt = MonotonicClock.nanoseconds()
    hasMeasuredClock = false
    askAgainAt = nil
    refusalPause.reset()
    socket.ready(id)
    checkLater(id)
  }

  /// A refusal that only a person can mend, or time: the same is asked again after a pause that grows.
  private func refused(_ id: ReconnectMachine.ConnectionID, _ reason: String) {
    subscriptions[id]?.request = nil
    let pause = refusalPause.nextDelayNanoseconds(jitter: .random(in: .min ... .max))
    askAgainAt = MonotonicClock.nanoseconds() + pause
    owner.userStream(self, waits: "\(reason); asking again in \((pause + 999_999_999) / 1_000_000_000) s")
    socket.later(pause) { [weak self] in self?.subscribe(id) }
  }

  private func answered(_ connection: WebSocketConnection, _ answer: UserStreamMessage.Answer) {
    let id = connection.id
    guard let subscription = subscriptions[id] else { return }
    if let check = subscription.check, answer.id == check {
      subscriptions[id]?.check = nil
      return checked(id, answer)
    }
    guard let request = subscription.request, answer.id == request || answer.id == nil else {
      // Without an id it is about the whole session.
      if answer.id == nil, let error = answer.error { socket.abandon(id, reason: "the exchange ended the session: \(Self.words(error))") }
      return
    }
    guard let error = answer.error else {
      if answer.id == request { confirmed(id, answer.subscriptionID) }
      return
    }
    switch error.code {
    // Already subscribed on this connection: as good as done.
    case -2_035: confirmed(id, nil)
    case -2_014, -2_015, -1_022, -1_002: refused(id, "the exchange refuses the key: \(Self.words(error))")
    case -1_021 where !hasMeasuredClock:
      hasMeasuredClock = true
      subscriptions[id]?.request = nil
      rest.synchronizeClock { [weak self] _ in self?.subscribe(id) }
    default: refused(id, "the exchange refuses the subscription: \(Self.words(error))")
    }
  }

  private static func words(_ error: APIError) -> String { "\(error.message) (\(error.code))" }

  // MARK: Checking

  private func checkLater(_ id: ReconnectMachine.ConnectionID, after pause: Int64? = nil) {
    guard let subscription = subscriptions[id] else { return }
    let due = subscription.checkedAt + configuration.checkEveryNanoseconds - MonotonicClock.nanoseconds()
    socket.later(pause ?? due) { [weak self] in self?.check(id) }
  }

  private func check(_ id: ReconnectMachine.ConnectionID) {
    guard let connection = socket.connection(id), connection.isOpen, subscriptions[id]?.isConfirmed == true,
      subscriptions[id]?.check == nil
    else { return }
    // While the exchange wants silence nothing can be sent, entries neither.
    guard rest.admits(weight: Self.requestWeight) else { return checkLater(id, after: Self.checkPause) }
    let request = nextRequest()
    subscriptions[id]?.check = request
    subscriptions[id]?.checkedAt = MonotonicClock.nanoseconds()
    connection.send("{\"id\":\(request),\"method\":\"session.subscriptions\"}")
    let patience = configuration.checkPatienceNanoseconds
    socket.later(patience) { [weak self] in
      guard let self, subscriptions[id]?.check == request else { return }
      socket.abandon(id, reason: "the exchange did not say within \(patience / 1_000_000) ms whether the subscription is there")
    }
  }

  private func checked(_ id: ReconnectMachine.ConnectionID, _ answer: UserStreamMessage.Answer) {
    if let error = answer.error {
      // Too many requests or overload: no word about the subscription.
      guard error.code == -1_003 || error.code == -1_008 else {
        return socket.abandon(id, reason: "the exchange refuses to list the subscriptions: \(Self.words(error))")
      }
      return checkLater(id, after: Self.checkPause)
    }
    let listed = answer.subscriptionIDs ?? []
    if subscriptions[id]?.id == nil, listed.count == 1 { subscriptions[id]?.id = listed[0] }
    guard let known = subscriptions[id]?.id, listed.contains(known) else {
      return socket.abandon(id, reason: "the subscription is gone: the exchange does not list it any more")
    }
    checkLater(id)
  }
}

extension UserDataStream: ReconnectingSocketOwner {
  func socket(_ socket: ReconnectingSocket, subscribe connection: WebSocketConnection) {
    subscriptions[connection.id] = Subscription()
    subscribe(connection.id)
  }

  func socketCameUp(_ socket: ReconnectingSocket) { owner.userStreamCameUp(self) }

  func socketWentDown(_ socket: ReconnectingSocket, reason: String) { owner.userStreamWentDown(self, reason: reason) }

  func socketWasReplaced(_ socket: ReconnectingSocket) {}

  func socket(_ socket: ReconnectingSocket, closed id: ReconnectMachine.ConnectionID) { subscriptions[id] = nil }

  func webSocket(_ connection: WebSocketConnection, received message: UnsafeBufferPointer<UInt8>) {
    do throws(FrameRefusal) {
      let parsed = try unsafe UserStreamMessage(parsing: message)
      switch parsed {
      case .answer(let answer): answered(connection, answer)
      case .terminated: socket.abandon(connection.id, reason: "the exchange ended the subscription")
      case .serverShutdown: socket.replace(connection.id)
      case .report, .balances, .balanceUpdate: owner.userStream(self, received: parsed)
      case .ignored: break
      }
    } catch {
      owner.userStream(self, refused: error)
    }
  }

  func webSocketDrained(_ connection: WebSocketConnection) {}
}
