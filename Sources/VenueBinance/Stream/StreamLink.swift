import Time
import BinanceJSON
import NIOCore
import NIOSSL
import ServiceRuntime
import TradingModel

/// Who hears a ``StreamLink``; called on its event loop.
protocol StreamLinkOwner: AnyObject {
  func link(_ link: StreamLink, decoded kind: MarketFrameDecoder.Kind, by decoder: borrowing MarketFrameDecoder)
  func link(_ link: StreamLink, refused refusal: FrameRefusal)
  /// Data flows from here on, after nothing did: everything must be refilled.
  func linkCameUp(_ link: StreamLink)
  func linkWentDown(_ link: StreamLink, reason: String)
  func linkWasReplaced(_ link: StreamLink)
  /// The connection that carries data has just confirmed these names.
  func link(_ link: StreamLink, subscribed names: [String])
}

/// At most 1024 streams over one connection that is re-made and replaced as needed. Confined to its event loop.
final class StreamLink: @unchecked Sendable {
  let index: Int
  private let configuration: BinanceMarketStream.Configuration
  private let socket: ReconnectingSocket
  private let clock: ExchangeClock
  private unowned let owner: any StreamLinkOwner
  /// By connection, from when it is open until it ends.
  private var subscriptions: [ReconnectMachine.ConnectionID: (plan: SubscriptionPlan, isPacing: Bool)] = [:]
  private var decoder = MarketFrameDecoder()
  private var pendingSymbols: [Symbol]?
  private(set) var names: [String] = []
  /// The names that the next ``want(_:symbols:)`` will ask for.
  var assigned: [String] = []
  /// When an event last arrived, monotonic nanoseconds.
  var lastData: Int64 = 0
  private var replacedAt: Int64 = .min
  private(set) var frames: UInt64 = 0
  private(set) var refused: UInt64 = 0
  /// The exchange's time of the burst of frames being read; read once per burst.
  private(set) var receivedAt = Timestamp.zero
  private(set) var receivedMonotonic: Int64 = 0

  init(
    index: Int, loop: any EventLoop, url: WebSocketURL, tls: NIOSSLContext?, clock: ExchangeClock,
    configuration: BinanceMarketStream.Configuration, owner: any StreamLinkOwner
  ) {
    self.index = index
    self.clock = clock
    self.configuration = configuration
    self.owner = owner
    socket = ReconnectingSocket(
      loop: loop, url: url, tls: tls,
      times: ReconnectingSocket.Times(
        deadNanoseconds: configuration.deadNanoseconds, replaceAfterNanoseconds: configuration.replaceAfterNanoseconds,
        stableNanoseconds: configuration.stableNanoseconds))
    socket.owner = self
  }

  /// Names that the connection which carries data is known to deliver.
  var confirmedNames: [String] {
    guard socket.isUp, let id = socket.primary else { return [] }
    return subscriptions[id]?.plan.confirmed ?? []
  }

  var isUp: Bool { socket.isUp }
  var failures: Int { socket.failures }
  /// Why a connection last ended.
  var lastReason: String { socket.lastReason }
  /// Two connections deliver at once.
  var isOverlapping: Bool { socket.isOverlapping }

  /// For a moment after a replacement the old connection's last events may still be under way.
  var wasJustReplaced: Bool { replacedAt != .min && receivedMonotonic - replacedAt < 5_000_000_000 }

  func isSilent(_ now: Int64, longerThan nanoseconds: Int64) -> Bool { !names.isEmpty && now - lastData > nanoseconds }

  func start() { if !names.isEmpty { socket.start() } }
  func stop() { socket.stop() }

  /// Ends the primary connection, for example because it is silent; it is re-made at once.
  func reconnect(reason: String) { socket.reconnect(reason: reason) }

  /// Ends connections on which nothing at all arrived, pings included.
  func closeDead(now: NIODeadline) { socket.closeDead(now: now) }

  /// Replaces the wished names and the symbols that are decoded.
  func want(_ names: [String], symbols: [Symbol]) {
    self.names = names
    // Not at once: the wish may come out of an event that still borrows the decoder.
    pendingSymbols = symbols
    for id in subscriptions.keys.sorted() {
      subscriptions[id]?.plan.want(names)
      pace(id)
    }
  }

  /// Sends the next control message of a connection, if one is due, and then one per quarter second.
  private func pace(_ id: ReconnectMachine.ConnectionID) {
    guard let connection = socket.connection(id), connection.isOpen, subscriptions[id]?.isPacing == false else { return }
    guard let message = subscriptions[id]?.plan.nextMessage() else {
      if subscriptions[id]?.plan.isSettled == true { socket.ready(id) }
      return
    }
    connection.send(message.text)
    subscriptions[id]?.isPacing = true
    socket.later(SubscriptionPlan.messageSpacingNanoseconds) { [weak self] in
      self?.subscriptions[id]?.isPacing = false
      self?.pace(id)
    }
  }

  private func answered(_ connection: WebSocketConnection, _ reply: ControlReply) {
    if let error = reply.error {
      connection.close(reason: "the exchange refused a subscription: \(error.message) (\(error.code))")
      return
    }
    guard let id = reply.id, let message = subscriptions[connection.id]?.plan.answered(id) else { return }
    if message.isSubscribe, socket.primary == connection.id { owner.link(self, subscribed: message.names) }
    if subscriptions[connection.id]?.plan.isSettled == true { socket.ready(connection.id) }
  }
}

extension StreamLink: ReconnectingSocketOwner {
  func socket(_ socket: ReconnectingSocket, subscribe connection: WebSocketConnection) {
    let id = connection.id
    var plan = SubscriptionPlan()
    plan.want(names)
    subscriptions[id] = (plan, false)
    pace(id)
    socket.later(configuration.subscribeTimeoutNanoseconds) { [weak socket] in
      guard let socket, socket.isSubscribing(id) else { return }
      socket.connection(id)?.close(reason: "subscriptions were not confirmed in time")
    }
  }

  func socketCameUp(_ socket: ReconnectingSocket) { owner.linkCameUp(self) }

  func socketWentDown(_ socket: ReconnectingSocket, reason: String) { owner.linkWentDown(self, reason: reason) }

  func socketWasReplaced(_ socket: ReconnectingSocket) {
    replacedAt = MonotonicClock.nanoseconds()
    owner.linkWasReplaced(self)
  }

  func socket(_ socket: ReconnectingSocket, closed id: ReconnectMachine.ConnectionID) { subscriptions[id] = nil }

  func webSocket(_ connection: WebSocketConnection, received message: UnsafeBufferPointer<UInt8>) {
    frames &+= 1
    if let symbols = pendingSymbols {
      decoder.symbols = SymbolTable(symbols)
      pendingSymbols = nil
    }
    if receivedMonotonic == 0 {
      receivedMonotonic = MonotonicClock.nanoseconds()
      receivedAt = clock.time(atMonotonic: receivedMonotonic)
    }
    do throws(FrameRefusal) {
      let kind = try unsafe decoder.decode(message, receivedAt: receivedAt)
      switch kind {
      case .candle, .trade, .quote, .ticker: owner.link(self, decoded: kind, by: decoder)
      case .control: answered(connection, decoder.controlReply)
      case .serverShutdown: socket.replace(connection.id)
      case .ignored: break
      }
    } catch {
      refused &+= 1
      owner.link(self, refused: error)
    }
  }

  func webSocketDrained(_ connection: WebSocketConnection) { receivedMonotonic = 0 }
}
