import Time
import BotAPI
import TradingCore
import TradingModel
import Venue

/// Turns journal entries into events. Each entry gives at most one event, and the same one whenever it is read.
enum EventValues {
  /// What kind of event a record becomes; `nil`: none.
  static func kind(of record: Record) -> V1.EventKind? {
    switch record {
    case .botCreated, .botUpdated, .botStateChanged, .botRemoved: .bot
    case .orderDenied, .exitRequested: .signal
    case .orderIntent, .orderUpdated, .cancelRequested: .order
    case .fill: .trade
    case .tradingStateChanged, .riskLimitsChanged, .entriesLocked, .entriesUnlocked: .risk
    case .alert: .alert
    case .opened, .balances, .equity, .peakRaised, .symbolAssets, .marked, .answered, .signal, .accountBound, .started, .positionAdjusted,
      .candleDoubted, .ratesTaken, .profitSampled:
      nil
    }
  }

  /// Records that become events of these kinds; all kinds when empty.
  static func recordKinds(_ kinds: Set<V1.EventKind>) -> Set<RecordKind> {
    var records: Set<RecordKind> = []
    func add(_ kind: V1.EventKind, _ list: [RecordKind]) { if kinds.isEmpty || kinds.contains(kind) { records.formUnion(list) } }
    add(.bot, [.botCreated, .botUpdated, .botStateChanged, .botRemoved])
    add(.signal, [.orderDenied, .exitRequested])
    add(.order, [.orderIntent, .orderUpdated, .cancelRequested])
    add(.trade, [.fill])
    add(.risk, [.tradingStateChanged, .riskLimitsChanged, .entriesLocked, .entriesUnlocked])
    add(.alert, [.alert])
    return records
  }

  /// The order whose intent is needed to tell the event.
  static func orderNeeded(by record: Record) -> ClientOrderID? {
    switch record {
    case .orderUpdated(let update): update.clientOrderID
    case .cancelRequested(let request): request.clientOrderID
    default: nil
    }
  }

  /// The event of an entry; `nil` when it gives none.
  static func event(_ entry: JournalEntry, previous: UInt64, intent: (ClientOrderID) -> KnownIntent?) -> V1.Event? {
    guard let payload = payload(entry, intent: intent) else { return nil }
    return V1.Event(
      sequence: Int64(sequence: entry.sequence), previousSequence: Int64(sequence: previous), timeNs: entry.time.nanoseconds,
      payload: payload)
  }

  private static func payload(_ entry: JournalEntry, intent: (ClientOrderID) -> KnownIntent?) -> V1.Event.Payload? {
    switch entry.record {
    case .botCreated(let configuration): return .bot(change("created", configuration, entry.time))
    case .botUpdated(let configuration): return .bot(change("updated", configuration, entry.time))
    case .botStateChanged(let change): return .bot(stateChange(change, entry.time))
    case .botRemoved(let id):
      return .bot(V1.BotEvent(change: "removed", bot: V1.Bot(id: id.text, state: .removed, updatedTimeNs: entry.time.nanoseconds)))
    case .orderDenied(let denial): return .signal(signal(denial, entry.time))
    case .exitRequested(let request): return .signal(signal(request, entry.time))
    case .orderIntent: return KnownIntent(entry).map { .order(V1.Order($0, status: .submitted, updatedAt: entry.time)) }
    case .orderUpdated(let update): return .order(order(update, intent(update.clientOrderID), entry.time))
    case .cancelRequested(let request): return .order(order(request, intent(request.clientOrderID), entry.time))
    case .fill: return V1.Trade(entry).map { .trade($0) }
    case .tradingStateChanged(let change):
      return .risk(
        V1.RiskEvent(
          tradingState: V1.TradingState(change.state), reason: change.reason, cause: V1.TradingStateCause(change.cause)))
    case .riskLimitsChanged(let limits): return .risk(V1.RiskEvent(limits: V1.RiskLimits(limits)))
    case .entriesLocked(let lock):
      let standing = StandingLock(sequence: entry.sequence, since: entry.time, lock: lock)
      return .risk(V1.RiskEvent(reason: lock.reason, locked: V1.EntryLock(standing)))
    case .entriesUnlocked(let end):
      return .risk(V1.RiskEvent(reason: end.reason.isEmpty ? "\(end.cause)" : end.reason, unlocked: V1.EntryLock(end)))
    case .alert(let alert):
      return .alert(
        V1.Alert(
          severity: V1.AlertSeverity(alert.severity), reason: alert.code.description, message: alert.message,
          botID: alert.botID?.text ?? ""))
    case .opened, .balances, .equity, .peakRaised, .symbolAssets, .marked, .answered, .signal, .accountBound, .started, .positionAdjusted,
      .candleDoubted, .ratesTaken, .profitSampled:
      return nil
    }
  }

  private static func change(_ word: String, _ configuration: BotConfiguration, _ time: Timestamp) -> V1.BotEvent {
    let isCreation = word == "created"
    return V1.BotEvent(
      change: word,
      bot: V1.Bot(
        id: configuration.id.text, spec: BotValues.spec(of: configuration), state: isCreation ? .created : .stopped,
        createdTimeNs: isCreation ? time.nanoseconds : 0, updatedTimeNs: time.nanoseconds))
  }

  private static func stateChange(_ change: BotStateChange, _ time: Timestamp) -> V1.BotEvent {
    let word =
      switch change.state {
      case .running: change.cause == .resumption ? "resumed" : "started"
      case .stopped: "stopped"
      case .paused: "paused"
      case .halted: "halted"
      case .waiting: "waiting"
      }
    return V1.BotEvent(
      change: word,
      bot: V1.Bot(
        id: change.botID.text, state: V1.BotState(change.state), stateReason: change.reason, updatedTimeNs: time.nanoseconds,
        stateCause: V1.BotStateCause(change.cause)))
  }

  private static func signal(_ denial: OrderDenial, _ time: Timestamp) -> V1.SignalEvent {
    V1.SignalEvent(
      signal: V1.Signal(
        side: V1.Side(denial.side), reason: denial.signalReason, timeNs: time.nanoseconds, price: denial.decisionPrice.textOrEmpty,
        botID: denial.botID.text),
      deniedReason: denial.code.description, deniedMessage: denial.message)
  }

  private static func signal(_ request: ExitRequest, _ time: Timestamp) -> V1.SignalEvent {
    V1.SignalEvent(
      signal: V1.Signal(
        side: .sell, reason: "\(request.purpose): \(request.reason)", timeNs: time.nanoseconds, price: request.decisionPrice.textOrEmpty,
        botID: request.botID.text))
  }

  private static func order(_ update: OrderUpdate, _ known: KnownIntent?, _ time: Timestamp) -> V1.Order {
    var order = known.map { V1.Order($0, status: update.status, updatedAt: time) } ?? V1.Order()
    order.clientOrderID = update.clientOrderID.text
    order.botID = update.botID.text
    order.status = V1.OrderStatus(update.status)
    order.updatedTimeNs = time.nanoseconds
    order.setVenueOrderID(update.venueOrderID)
    order.setExecuted(update.executedQuantity, update.cumulativeQuote)
    order.rejectReason = update.reason
    return order
  }

  private static func order(_ request: CancelRequest, _ known: KnownIntent?, _ time: Timestamp) -> V1.Order {
    var order = known.map { V1.Order($0, status: .pendingCancel, updatedAt: time) } ?? V1.Order()
    order.clientOrderID = request.clientOrderID.text
    order.botID = request.botID.text
    order.status = .pendingCancel
    order.updatedTimeNs = time.nanoseconds
    return order
  }
}
