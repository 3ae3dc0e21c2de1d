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
final class StreamLink: WebSocketListener, @unchecked Sendable {
  let index: Int
  private let loop: any EventLoop
  private let url: WebSocketURL
  private let tls: NIOSSLContext?
  private let configuration: BinanceMarketStream.Configuration
  private unowned let owner: any StreamLinkOwner
  private var machine = ReconnectMachine()
  private var connections: [Int: (connection: WebSocketConnection, plan: SubscriptionPlan, isPacing: Bool)] = [:]
  private var decoder = MarketFrameDecoder()
  private var pendingSymbols: [Symbol]?
  private(set) var names: [String] = []
  /// The names that the next ``want(_:symbols:)`` will ask for.
  var assigned: [String] = []
  /// When an event last arrived, monotonic nanoseconds.
  var lastData: Int64 = 0
  private var replacedAt: Int64 = .min
  private(set) var isUp = false
  private(set) var frames: UInt64 = 0
  private var lastReason = "not connected"
  /// Wall time of the burst of frames being read; read once per burst.
  private(set) var receivedAt = Timestamp.zero
  private(set) var receivedMonotonic: Int64 = 0

  init(
    index: Int, loop: any EventLoop, url: WebSocketURL, tls: NIOSSLContext?, configuration: BinanceMarketStream.Configuration,
    owner: any StreamLinkOwner
  ) {
    self.index = index
    self.loop = loop
    self.url = url
    self.tls = tls
    self.configuration = configuration
    self.owner = owner
  }

  /// Names that the connection which carries data is known to deliver.
  var confirmedNames: [String] {
    guard isUp, let id = machine.primary?.id, machine.primary?.stage == .ready else { return [] }
    return connections[id]?.plan.confirmed ?? []
  }

  var failures: Int { machine.failures }
  /// Two connections deliver at once.
  var isOverlapping: Bool { machine.successor != nil }

  /// For a moment after a replacement the old connection's last events may still be under way.
  var wasJustReplaced: Bool { replacedAt != .min && receivedMonotonic - replacedAt < 5_000_000_000 }

  func isSilent(_ now: Int64, longerThan nanoseconds: Int64) -> Bool { !names.isEmpty && now - lastData > nanoseconds }

  func start() { if !names.isEmpty { apply(.start) } }
  func stop() { apply(.stop) }

  /// Replaces the wished names and the symbols that are decoded.
  func want(_ names: [String], symbols: [Symbol]) {
    self.names = names
    // Not at once: the wish may come out of an event that still borrows the decoder.
    pendingSymbols = symbols
    for id in connections.keys.sorted() {
      connections[id]?.plan.want(names)
      pace(id)
    }
  }

  private func apply(_ event: ReconnectMachine.Event) {
    for action in machine.handle(event, jitter: .random(in: .min ... .max)) { perform(action) }
  }

  private func perform(_ action: ReconnectMachine.Action) {
    switch action {
    case .connect(let id):
      let connection = WebSocketConnection(id: id, loop: loop, listener: self)
      var plan = SubscriptionPlan()
      plan.want(names)
      connections[id] = (connection, plan, false)
      connection.connect(to: url, tls: tls)
    case .subscribe(let id):
      pace(id)
      later(configuration.subscribeTimeoutNanoseconds) { link in
        guard link.stage(of: id) == .open else { return }
        link.connections[id]?.connection.close(reason: "subscriptions were not confirmed in time")
      }
    case .close(let id): connections[id]?.connection.close(reason: "no longer needed")
    case .wait(let nanoseconds): later(nanoseconds) { $0.apply(.delayOver) }
    case .up(let id):
      isUp = true
      watch(id)
      owner.linkCameUp(self)
    case .down:
      isUp = false
      owner.linkWentDown(self, reason: lastReason)
    case .replaced(let id):
      watch(id)
      replacedAt = MonotonicClock.nanoseconds()
      owner.linkWasReplaced(self)
    }
  }

  private func watch(_ id: Int) {
    later(configuration.stableNanoseconds) { $0.apply(.stable(id)) }
    later(configuration.replaceAfterNanoseconds) { $0.apply(.replacementDue(id)) }
  }

  private func later(_ nanoseconds: Int64, _ body: @escaping (StreamLink) -> Void) {
    let body = NIOLoopBound(body, eventLoop: loop)
    loop.scheduleTask(in: .nanoseconds(max(0, nanoseconds))) { [weak self] in
      guard let self else { return }
      body.value(self)
    }
  }

  private func stage(of id: Int) -> ReconnectMachine.Stage? {
    if machine.primary?.id == id { return machine.primary?.stage }
    return machine.successor?.id == id ? machine.successor?.stage : nil
  }

  /// Sends the next control message of a connection, if one is due, and then one per quarter second.
  private func pace(_ id: Int) {
    guard let entry = connections[id], entry.connection.isOpen, !entry.isPacing else { return }
    guard let message = connections[id]?.plan.nextMessage() else {
      if connections[id]?.plan.isSettled == true { apply(.ready(id)) }
      return
    }
    entry.connection.send(message.text)
    connections[id]?.isPacing = true
    later(SubscriptionPlan.messageSpacingNanoseconds) { link in
      link.connections[id]?.isPacing = false
      link.pace(id)
    }
  }

  /// Ends the primary connection, for example because it is silent; it is re-made at once.
  func reconnect(reason: String) {
    guard let id = machine.primary?.id else { return }
    connections[id]?.connection.close(reason: reason)
  }

  /// Ends connections on which nothing at all arrived, pings included.
  func closeDead(now: NIODeadline) {
    for (_, entry) in connections where entry.connection.isOpen {
      if (now - entry.connection.lastRead).nanoseconds > configuration.deadNanoseconds {
        entry.connection.close(reason: "nothing arrived for \(configuration.deadNanoseconds / 1_000_000) ms")
      }
    }
  }

  // MARK: WebSocketListener

  func webSocketOpened(_ connection: WebSocketConnection) {
    connections[connection.id]?.plan.connected()
    apply(.opened(connection.id))
  }

  func webSocket(_ connection: WebSocketConnection, received message: UnsafeBufferPointer<UInt8>) {
    frames &+= 1
    if let symbols = pendingSymbols {
      decoder.symbols = SymbolTable(symbols)
      pendingSymbols = nil
    }
    if receivedMonotonic == 0 {
      receivedAt = WallClock.now()
      receivedMonotonic = MonotonicClock.nanoseconds()
    }
    do throws(FrameRefusal) {
      let kind = try decoder.decode(message, receivedAt: receivedAt)
      switch kind {
      case .candle, .trade, .quote, .ticker: owner.link(self, decoded: kind, by: decoder)
      case .control: answered(connection, decoder.controlReply)
      case .serverShutdown: apply(.replacementDue(connection.id))
      case .ignored: break
      }
    } catch {
      owner.link(self, refused: error)
    }
  }

  func webSocketDrained(_ connection: WebSocketConnection) { receivedMonotonic = 0 }

  private func answered(_ connection: WebSocketConnection, _ reply: ControlReply) {
    if let error = reply.error {
      lastReason = "the exchange refused a subscription: \(error.message) (\(error.code))"
      connection.close(reason: lastReason)
      return
    }
    guard let id = reply.id, let message = connections[connection.id]?.plan.answered(id) else { return }
    if message.isSubscribe, machine.primary?.id == connection.id, machine.primary?.stage == .ready {
      owner.link(self, subscribed: message.names)
    }
    if connections[connection.id]?.plan.isSettled == true { apply(.ready(connection.id)) }
  }

  func webSocketClosed(_ connection: WebSocketConnection, reason: String) {
    connections.removeValue(forKey: connection.id)
    lastReason = reason
    apply(.closed(connection.id))
  }
}
