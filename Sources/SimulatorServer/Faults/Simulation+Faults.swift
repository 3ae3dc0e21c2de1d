import Time
import NIOCore
import NIOWebSocket
import ServiceRuntime
import TradingModel
import ExchangeSimulation

/// A user event that waits for the next one to go first.
struct HeldEvent {
  var number: Int64
  var send: () -> Void
}

extension Simulation {
  /// Events that wait for their delay at a time; further ones are not delayed.
  static let delayedEventsMaximum = 100_000

  /// Adds faults; all or none.
  func addFaults(_ list: [Fault]) throws(ExchangeError) -> [Int64] {
    guard faults.entries.count + list.count <= FaultPlan.faultsMaximum else {
      throw ExchangeError(-1102, "At most \(FaultPlan.faultsMaximum) faults can be listed; delete those that are spent.")
    }
    var ids: [Int64] = []
    for fault in list {
      guard let id = faults.add(fault) else { continue }
      ids.append(id)
    }
    faultsChanged()
    for wire in connections.values.sorted(by: { $0.number < $1.number }) { applyConnectionFaults(to: wire, only: Set(ids)) }
    // Those that are done to what is open now do not wait for later connections.
    flush()
    return ids
  }

  /// Takes one fault away, or all; connections that it struck heal. Returns whether there was any.
  func removeFault(_ id: Int64?) -> Bool {
    guard let id else {
      faults.removeAll()
      for wire in connections.values { wire.heal(fault: nil) }
      faultsChanged()
      return true
    }
    guard faults.remove(id) else { return false }
    for wire in connections.values { wire.heal(fault: id) }
    faultsChanged()
    return true
  }

  private func faultsChanged() {
    if faults.lagMaximum != nil {
      let open = configuration.accounts.indices.flatMap { exchange.openOrders(account: $0) }
      queryHistory.begin(open: open)
    } else {
      queryHistory.end()
    }
    hub.interceptor = faults.isActive(.marketEvent) ? { [unowned self] topic, payload in self.intercept(topic, payload) } : nil
  }

  // MARK: Connections

  /// - Parameter only: the faults that count; `nil`: all.
  func applyConnectionFaults(to wire: ConnectionWire, only ids: Set<Int64>? = nil) {
    guard faults.isActive(.connection) else { return }
    var subject = FaultSubject(.connection, wire.kind)
    subject.connection = wire.number
    for strike in faults.strikes(subject, only: ids) {
      switch strike.action {
      case .silent: wire.dig(.silent, fault: strike.id)
      case .oneWay(.toServer): wire.dig(.toServer, fault: strike.id)
      case .oneWay(.toClient): wire.dig(.toClient, fault: strike.id)
      case .blackHole: wire.dig(.both, fault: strike.id)
      case .terminate: (wire.session as? WebSocketAPISession)?.terminate()
      case .shutdown:
        wire.session?.announceShutdown()
        wire.session?.peer?.close(code: .goingAway)
      case .unsubscribe: wire.session?.forgetSubscriptions()
      case .drop(let resets): wire.end(resets: resets)
      default: continue
      }
    }
  }

  // MARK: User events

  /// Sends an event to the subscriptions of an account, as the faults want it.
  func publishUserEvent(_ bytes: [UInt8], account: Int, subject: @autoclosure () -> FaultSubject) {
    guard faults.isActive(.userEvent) || heldUserEvent != nil else {
      for session in apiSessions.values { session.publish(bytes, account: account) }
      return
    }
    let struck = EventFaults(faults.strikes(subject()))
    let payload = struck.garbled(bytes)
    let send = { [unowned self] in
      for _ in 0..<struck.copies { for session in apiSessions.values { session.publish(payload, account: account) } }
    }
    let held = heldUserEvent
    heldUserEvent = nil
    dispatch(send, struck) { event in heldUserEvent = event }
    held?.send()
  }

  private func dispatch(_ send: @escaping () -> Void, _ struck: EventFaults, hold: (HeldEvent) -> Void) {
    if let wait = struck.reorder, let loop {
      heldNumber += 1
      let number = heldNumber
      hold(HeldEvent(number: number, send: send))
      later(wait, on: loop) { [unowned self] in release(number) }
    } else if struck.delay > 0, delayedEvents < Self.delayedEventsMaximum, let loop {
      delayedEvents += 1
      later(struck.delay, on: loop) { [unowned self] in
        delayedEvents -= 1
        send()
        flush()
      }
    } else {
      send()
    }
  }

  /// The next event did not come in time.
  private func release(_ number: Int64) {
    if heldUserEvent?.number == number {
      heldUserEvent?.send()
      heldUserEvent = nil
    } else if let name = heldMarketEvents.first(where: { $0.value.number == number })?.key {
      heldMarketEvents[name]?.send()
      heldMarketEvents[name] = nil
    }
    flush()
  }

  // MARK: Market events

  private func intercept(_ topic: StreamHub.Topic, _ payload: [UInt8]) {
    let held = heldMarketEvents.removeValue(forKey: topic.name)
    guard faults.isActive(.marketEvent) else {
      topic.deliver(payload)
      held?.send()
      if heldMarketEvents.isEmpty { hub.interceptor = nil }
      return
    }
    let subject = MarketEventFaults.subject(topic, payload)
    let struck = EventFaults(faults.strikes(subject))
    let changed = struck.garbled(struck.factor.map { MarketEventFaults.priced(payload, factor: $0) } ?? payload)
    let send = { for _ in 0..<struck.copies { topic.deliver(changed) } }
    dispatch(send, struck) { event in heldMarketEvents[topic.name] = event }
    held?.send()
  }
}
