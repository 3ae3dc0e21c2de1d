import NIOCore
import NIOSSL
import ServiceRuntime

/// Who owns a ``ReconnectingSocket``; called on its event loop. Messages come to it straight from the connection.
protocol ReconnectingSocketOwner: WebSocketReceiver {
  /// This connection is open: subscribe on it, then call ``ReconnectingSocket/ready(_:)``.
  func socket(_ socket: ReconnectingSocket, subscribe connection: WebSocketConnection)
  /// Data flows from here on, after nothing did.
  func socketCameUp(_ socket: ReconnectingSocket)
  /// Nothing flows any more, until it comes up again.
  func socketWentDown(_ socket: ReconnectingSocket, reason: String)
  /// Another connection carries the data from here on, without a gap.
  func socketWasReplaced(_ socket: ReconnectingSocket)
  /// The last call for this connection; comes before what follows from its end.
  func socket(_ socket: ReconnectingSocket, closed id: ReconnectMachine.ConnectionID)
}

/// A WebSocket that is re-made when it ends, slower and slower while that fails, and replaced by a subscribed successor before the
/// exchange ends it. Performs what a ``ReconnectMachine`` decides; what is subscribed and what messages mean is the owner's.
/// Confined to its event loop.
final class ReconnectingSocket: WebSocketListener, @unchecked Sendable {
  struct Times: Hashable, Sendable {
    /// Not even a ping for this long: ``closeDead(now:)`` ends the connection.
    var deadNanoseconds: Int64
    /// A connection's age, counted from when it was ready, at which it is replaced.
    var replaceAfterNanoseconds: Int64
    /// How long a connection must have been ready before delays start anew.
    var stableNanoseconds: Int64
  }

  /// Set before ``start()``. Open connections keep their owner alive.
  weak var owner: (any ReconnectingSocketOwner)?
  /// Whether data flows: between the owner's `socketCameUp` and `socketWentDown`.
  private(set) var isUp = false
  private let loop: any EventLoop
  private let url: WebSocketURL
  private let tls: NIOSSLContext?
  private let times: Times
  private var machine = ReconnectMachine()
  private var connections: [ReconnectMachine.ConnectionID: WebSocketConnection] = [:]
  /// Why a connection last ended.
  private(set) var lastReason = "not connected"

  /// Prepares a socket; connects at ``start()``. `tls` is used when the address is secure.
  init(loop: any EventLoop, url: WebSocketURL, tls: NIOSSLContext?, times: Times) {
    self.loop = loop
    self.url = url
    self.tls = tls
    self.times = times
  }

  /// Connections lost or never made.
  var failures: Int { machine.failures }

  /// The connection that carries the data; `nil` while none does.
  var primary: ReconnectMachine.ConnectionID? { machine.primary?.stage == .ready ? machine.primary?.id : nil }

  /// Two connections may deliver at once.
  var isOverlapping: Bool { machine.successor != nil }

  /// The connection with this number, if it has not ended.
  func connection(_ id: ReconnectMachine.ConnectionID) -> WebSocketConnection? { connections[id] }

  /// Whether the connection is open and still waits for its ``ready(_:)``.
  func isSubscribing(_ id: ReconnectMachine.ConnectionID) -> Bool {
    [machine.primary, machine.successor].contains(ReconnectMachine.Connection(id: id, stage: .open))
  }

  /// Starts connecting; does nothing when it is running.
  func start() { apply(.start) }

  /// Closes every connection and tells the owner that it went down, for this reason or for why a connection last ended. Nothing follows
  /// but the ends of the connections.
  func stop(reason: String? = nil) {
    if let reason { lastReason = reason }
    apply(.stop)
  }

  /// Everything is subscribed on this connection.
  func ready(_ id: ReconnectMachine.ConnectionID) { apply(.ready(id)) }

  /// The exchange announced the end of this connection: makes its successor.
  func replace(_ id: ReconnectMachine.ConnectionID) { apply(.replacementDue(id)) }

  /// Ends the primary connection, for example because it is silent; it is re-made.
  func reconnect(reason: String) {
    guard let id = machine.primary?.id else { return }
    connections[id]?.close(reason: reason)
  }

  /// Ends connections on which nothing at all arrived, pings included.
  func closeDead(now: NIODeadline) {
    for connection in connections.values where connection.isOpen {
      if (now - connection.lastRead).nanoseconds > times.deadNanoseconds {
        abandon(connection.id, reason: "nothing arrived for \(times.deadNanoseconds / 1_000_000) ms")
      }
    }
  }

  /// Gives a connection up at once, as if it had ended, without waiting for the other side; it is closed behind the scenes.
  func abandon(_ id: ReconnectMachine.ConnectionID, reason: String) {
    guard let connection = connections[id] else { return }
    connection.close(reason: reason)
    ended(id, reason)
  }

  /// Calls back on the loop after this time.
  func later(_ nanoseconds: Int64, _ body: @escaping () -> Void) {
    let body = NIOLoopBound(body, eventLoop: loop)
    loop.scheduleTask(in: .nanoseconds(max(0, nanoseconds))) { body.value() }
  }

  private func apply(_ event: ReconnectMachine.Event) {
    for action in machine.handle(event, jitter: .random(in: .min ... .max)) { perform(action) }
  }

  private func apply(_ event: ReconnectMachine.Event, after nanoseconds: Int64) { later(nanoseconds) { [weak self] in self?.apply(event) } }

  private func perform(_ action: ReconnectMachine.Action) {
    switch action {
    case .connect(let id):
      guard let owner else { return }
      let connection = WebSocketConnection(id: id, loop: loop, listener: self, receiver: owner)
      connections[id] = connection
      connection.connect(to: url, tls: tls)
    case .subscribe(let id):
      guard let connection = connections[id] else { return }
      owner?.socket(self, subscribe: connection)
    case .close(let id): connections[id]?.close(reason: "no longer needed")
    case .wait(let nanoseconds): apply(.delayOver, after: nanoseconds)
    case .up(let id):
      isUp = true
      watch(id)
      owner?.socketCameUp(self)
    case .down:
      isUp = false
      owner?.socketWentDown(self, reason: lastReason)
    case .replaced(let id):
      watch(id)
      owner?.socketWasReplaced(self)
    }
  }

  private func watch(_ id: ReconnectMachine.ConnectionID) {
    apply(.stable(id), after: times.stableNanoseconds)
    apply(.replacementDue(id), after: times.replaceAfterNanoseconds)
  }

  // MARK: WebSocketListener

  func webSocketOpened(_ connection: WebSocketConnection) { apply(.opened(connection.id)) }

  func webSocketClosed(_ connection: WebSocketConnection, reason: String) { ended(connection.id, reason) }

  private func ended(_ id: ReconnectMachine.ConnectionID, _ reason: String) {
    guard connections.removeValue(forKey: id) != nil else { return }
    owner?.socket(self, closed: id)
    lastReason = reason
    apply(.closed(id))
  }
}
