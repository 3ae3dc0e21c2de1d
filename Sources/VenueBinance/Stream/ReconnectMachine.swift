public import ServiceRuntime

/// The life of a ``ReconnectingSocket`` as pure state: what is connected, what is tried next, when. No I/O, no clock, no randomness.
///
/// It has a primary connection and, while it is being replaced (24-hour limit, announced shutdown), a successor that is subscribed
/// before the old one is closed. Delays grow while attempts fail and start anew only after a connection has proved stable.
public struct ReconnectMachine: Hashable, Sendable {
  public typealias ConnectionID = Int

  public enum Stage: Hashable, Sendable { case connecting, open, ready }

  public struct Connection: Hashable, Sendable {
    public var id: ConnectionID
    public var stage: Stage
  }

  public enum Event: Hashable, Sendable {
    case start
    case stop
    /// The WebSocket is open.
    case opened(ConnectionID)
    /// Every subscription is confirmed.
    case ready(ConnectionID)
    /// The connection has been ready for the stability time.
    case stable(ConnectionID)
    /// It ended, or never came to be.
    case closed(ConnectionID)
    /// The delay asked for by ``Action/wait(nanoseconds:)`` is over.
    case delayOver
    /// The connection nears its age limit, or the exchange announced a shutdown.
    case replacementDue(ConnectionID)
  }

  public enum Action: Hashable, Sendable {
    case connect(ConnectionID)
    /// Confirm all subscriptions on this open connection, then report `ready`.
    case subscribe(ConnectionID)
    case close(ConnectionID)
    /// Report `delayOver` after this time.
    case wait(nanoseconds: Int64)
    /// Data flows and is complete from here on.
    case up(ConnectionID)
    /// Nothing flows: every series must be refilled after the next `up`.
    case down
    /// The successor took over without a gap.
    case replaced(ConnectionID)
  }

  public private(set) var primary: Connection?
  public private(set) var successor: Connection?
  public private(set) var isRunning = false
  /// Connections lost or never made, since the start.
  public private(set) var failures = 0
  private var isWaiting = false
  private var nextID = 1
  private var backoff: BackoffMachine

  public init(backoff: BackoffMachine = BackoffMachine()) { self.backoff = backoff }

  /// Takes an event; returns what to do, in order. `jitter` is any random value. Events of forgotten connections do nothing.
  public mutating func handle(_ event: Event, jitter: UInt64) -> [Action] {
    switch event {
    case .start:
      guard !isRunning else { return [] }
      isRunning = true
      return [connectPrimary()]
    case .stop: return stop()
    case .opened(let id): return opened(id)
    case .ready(let id): return ready(id)
    case .stable(let id):
      if primary == Connection(id: id, stage: .ready) { backoff.reset() }
      return []
    case .closed(let id): return closed(id, jitter: jitter)
    case .delayOver: return delayOver()
    case .replacementDue(let id):
      guard isRunning, primary?.id == id, successor == nil, !isWaiting else { return [] }
      return [connectSuccessor()]
    }
  }

  private mutating func newConnection() -> Connection {
    defer { nextID += 1 }
    return Connection(id: nextID, stage: .connecting)
  }

  private mutating func connectPrimary() -> Action {
    let connection = newConnection()
    primary = connection
    return .connect(connection.id)
  }

  private mutating func connectSuccessor() -> Action {
    let connection = newConnection()
    successor = connection
    return .connect(connection.id)
  }

  private mutating func stop() -> [Action] {
    guard isRunning else { return [] }
    isRunning = false
    isWaiting = false
    let actions = [primary, successor].compactMap { $0 }.map { Action.close($0.id) }
    primary = nil
    successor = nil
    return actions + [.down]
  }

  private mutating func opened(_ id: ConnectionID) -> [Action] {
    if primary?.id == id, primary?.stage == .connecting {
      primary?.stage = .open
      return [.subscribe(id)]
    }
    if successor?.id == id, successor?.stage == .connecting {
      successor?.stage = .open
      return [.subscribe(id)]
    }
    return isKnown(id) ? [] : [.close(id)]
  }

  private mutating func ready(_ id: ConnectionID) -> [Action] {
    if primary?.id == id, primary?.stage == .open {
      primary?.stage = .ready
      return [.up(id)]
    }
    guard successor?.id == id, successor?.stage == .open else { return [] }
    let old = primary
    primary = Connection(id: id, stage: .ready)
    successor = nil
    guard let old else { return [.up(id)] }
    return (old.stage == .ready ? [.replaced(id)] : [.up(id)]) + [.close(old.id)]
  }

  private mutating func closed(_ id: ConnectionID, jitter: UInt64) -> [Action] {
    guard isRunning, isKnown(id) else { return [] }
    failures += 1
    if successor?.id == id {
      successor = nil
      return wait(jitter)
    }
    let wasReady = primary?.stage == .ready
    primary = nil
    var actions: [Action] = wasReady ? [.down] : []
    if let next = successor {
      // The successor becomes the primary and brings the data back up when it is ready.
      primary = next
      successor = nil
      return actions
    }
    actions += wait(jitter)
    return actions
  }

  private mutating func wait(_ jitter: UInt64) -> [Action] {
    guard !isWaiting else { return [] }
    isWaiting = true
    return [.wait(nanoseconds: backoff.nextDelayNanoseconds(jitter: jitter))]
  }

  private mutating func delayOver() -> [Action] {
    guard isRunning, isWaiting else { return [] }
    isWaiting = false
    if primary == nil { return [connectPrimary()] }
    return successor == nil ? [connectSuccessor()] : []
  }

  private func isKnown(_ id: ConnectionID) -> Bool { primary?.id == id || successor?.id == id }
}
