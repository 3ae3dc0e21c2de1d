import Logging
import Time
import TradingCore
import TradingModel
import Venue

/// Writes what the engine decided and learned to the log: orders, trades, denials, alerts, and changes of state. Used on the core's thread.
struct TradingLog {
  private let log: DaemonLog
  /// Lines at info are another's business: the person watches them on the same terminal.
  private let least: Logger.Level
  private var denials: [Denied: Repetition] = [:]
  /// When repeated denials were summed up last, in monotonic nanoseconds.
  private var summedAt: Int64 = 0

  /// A cause and whom it concerns.
  private struct Denied: Hashable {
    var bot: BotID
    var code: DenialCode
  }

  /// The same cause again, since the last line about it.
  private struct Repetition {
    var count = 0
    var message = ""
  }

  /// Denials that go on are summed up this often, in nanoseconds.
  static let summaryInterval: Int64 = 600_000_000_000

  init(_ log: DaemonLog, least: Logger.Level = .trace) {
    self.log = log
    self.least = least
  }

  /// Takes what a commit holds; entries that no restart will know of are marked.
  mutating func take(_ entries: [JournalEntry], isRecorded: Bool) {
    for entry in entries { take(entry, isRecorded: isRecorded) }
  }

  private mutating func take(_ entry: JournalEntry, isRecorded: Bool) {
    switch entry.record {
    case .orderDenied(let denial):
      let key = Denied(bot: denial.botID, code: denial.code)
      guard denials[key] == nil else {
        denials[key]?.count += 1
        denials[key]?.message = denial.message
        return
      }
      denials[key] = Repetition()
    case .orderIntent(let intent) where intent.purpose == .entry: endDenials(of: intent.botID)
    case .botRemoved(let id): endDenials(of: id)
    default: break
    }
    guard let (level, message, fields) = Self.line(entry.record), level >= least else { return }
    log.write(
      level, message,
      fields + [("seq", "\(entry.sequence)"), ("at", entry.time.description), ("recorded", isRecorded ? "" : "false")])
  }

  /// Sums up denials that go on, now and then.
  mutating func tick(at now: Int64) {
    if summedAt == 0 { summedAt = now }
    guard now - summedAt >= Self.summaryInterval else { return }
    summedAt = now
    // A cause that did not come back since is over: its next denial is a line of its own.
    for (key, repetition) in sorted { if repetition.count > 0 { sumUp(key) } else { denials[key] = nil } }
  }

  /// Sums up everything that no line has told of yet.
  mutating func end() {
    for (key, _) in sorted { sumUp(key) }
  }

  private var sorted: [(key: Denied, value: Repetition)] {
    denials.sorted { ($0.key.bot, $0.key.code.rawValue) < ($1.key.bot, $1.key.code.rawValue) }
  }

  private mutating func endDenials(of bot: BotID) {
    guard !denials.isEmpty else { return }
    for code in DenialCode.allCases {
      let key = Denied(bot: bot, code: code)
      guard denials[key] != nil else { continue }
      sumUp(key)
      denials[key] = nil
    }
  }

  private mutating func sumUp(_ key: Denied) {
    guard let repetition = denials[key], repetition.count > 0 else { return }
    denials[key] = Repetition()
    guard .info >= least else { return }
    log.write(
      .info, "denied again",
      [("bot", key.bot.text), ("code", "\(key.code)"), ("count", "\(repetition.count)"), ("reason", repetition.message)])
  }

  // MARK: Lines

  private typealias Line = (level: Logger.Level, message: String, fields: DaemonLog.Fields)

  private static func line(_ record: Record) -> Line? {
    switch record {
    case .fill, .orderIntent, .orderUpdated, .cancelRequested, .exitRequested, .orderDenied: tradingLine(record)
    default: stateLine(record)
    }
  }

  private static func tradingLine(_ record: Record) -> Line? {
    switch record {
    case .fill(let record): (.info, "trade", fields(record))
    case .orderIntent(let intent): (.info, "order", fields(intent))
    case .orderUpdated(let update):
      (
        update.status == .rejected || update.status == .unknown ? .warning : .info, "order update",
        [
          ("bot", update.botID.text), ("order", update.clientOrderID.text), ("status", "\(update.status)"),
          ("executed", update.executedQuantity.isZero ? "" : "\(update.executedQuantity)"), ("reason", update.reason),
        ]
      )
    case .cancelRequested(let request):
      (.info, "cancel", [("bot", request.botID.text), ("order", request.clientOrderID.text), ("reason", request.reason)])
    case .exitRequested(let request):
      (
        .info, "exit",
        [
          ("bot", request.botID.text), ("purpose", "\(request.purpose)"), ("decision_price", "\(request.decisionPrice)"),
          ("part", request.part.map { "\($0)" } ?? ""), ("reason", request.reason),
        ]
      )
    case .orderDenied(let denial):
      (
        .info, "denied",
        [
          ("bot", denial.botID.text), ("side", "\(denial.side)"), ("code", "\(denial.code)"), ("reason", denial.message),
          ("signal", denial.signalReason), ("decision_price", "\(denial.decisionPrice)"),
        ]
      )
    default: nil
    }
  }

  private static func stateLine(_ record: Record) -> Line? {
    switch record {
    case .tradingStateChanged(let change):
      (
        change.state == .active ? .notice : .warning, "trading state", [("state", "\(change.state)"), ("reason", change.reason)]
      )
    case .alert(let alert):
      (level(alert.severity), "alert", [("bot", alert.botID?.text ?? ""), ("text", alert.message)])
    case .botStateChanged(let change):
      (
        change.state == .halted || change.state == .waiting ? .warning : .info, "bot state",
        [("bot", change.botID.text), ("state", "\(change.state)"), ("reason", change.reason)]
      )
    case .botCreated(let configuration): (.info, "bot created", fields(configuration))
    case .botUpdated(let configuration): (.info, "bot updated", fields(configuration))
    case .botRemoved(let id): (.info, "bot removed", [("bot", id.text)])
    case .riskLimitsChanged(let limits): (.notice, "risk limits", fields(limits))
    case .entriesLocked(let lock):
      (
        lock.cause == .cooldownGuard ? .info : .warning, "entries locked",
        [("scope", "\(lock.scope)"), ("by", "\(lock.cause)"), ("until", "\(lock.until)"), ("reason", lock.reason)]
      )
    case .entriesUnlocked(let end):
      (.info, "entries unlocked", [("scope", "\(end.scope)"), ("lock", "\(end.lock)"), ("by", "\(end.cause)"), ("reason", end.reason)])
    case .candleDoubted(let doubt):
      (.warning, "candle in doubt", [("symbol", doubt.symbol.text), ("interval", doubt.interval.rawValue), ("close", "\(doubt.close)")])
    default: nil
    }
  }

  private static func level(_ severity: Alert.Severity) -> Logger.Level {
    switch severity {
    case .info: .info
    case .warning: .warning
    case .critical: .critical
    }
  }

  private static func fields(_ record: FillRecord) -> DaemonLog.Fields {
    let fill = record.fill
    return [
      ("bot", record.botID?.text ?? ""), ("symbol", fill.symbol.text), ("side", "\(record.side)"), ("quantity", "\(fill.quantity)"),
      ("price", "\(fill.price)"), ("value", "\(fill.quoteQuantity)"), ("fee", "\(fill.commission)"), ("fee_asset", fill.commissionAsset),
      ("pnl", record.side == .sell ? "\(record.realizedPnL)" : ""), ("purpose", "\(record.purpose)"), ("reason", record.reason),
      ("order", record.clientOrderID?.text ?? "none"), ("trade_id", "\(fill.tradeID.value)"),
    ]
  }

  private static func fields(_ intent: OrderIntent) -> DaemonLog.Fields {
    let request = intent.request
    return [
      ("bot", intent.botID.text), ("symbol", request.symbol.text), ("side", "\(request.side)"), ("type", "\(request.type)"),
      ("quantity", request.isByAmount ? "" : "\(request.quantity)"), ("amount", request.isByAmount ? "\(request.quoteQuantity)" : ""),
      ("price", request.type.hasLimitPrice ? "\(request.price)" : ""),
      ("stop_price", request.type.isContingent ? "\(request.stopPrice)" : ""), ("purpose", "\(intent.purpose)"), ("reason", intent.reason),
      ("order", request.clientOrderID.text),
    ]
  }

  private static func fields(_ configuration: BotConfiguration) -> DaemonLog.Fields {
    [
      ("bot", configuration.id.text), ("symbol", configuration.symbol.text), ("interval", configuration.interval.rawValue),
      ("strategy", configuration.strategyName), ("capital", "\(configuration.capital)"), ("stop_loss", "\(configuration.stopLoss)"),
    ]
  }

  private static func fields(_ limits: RiskLimits) -> DaemonLog.Fields {
    [
      ("order_value", "\(limits.orderNotionalMaximum)"), ("symbol_value", "\(limits.symbolNotionalMaximum)"),
      ("total_value", "\(limits.totalNotionalMaximum)"), ("daily_loss", "\(limits.dailyLossMaximum)"),
      ("drawdown", "\(limits.drawdownMaximum)"), ("open_positions", "\(limits.openPositionsMaximum)"),
      ("open_orders", "\(limits.openOrdersMaximum)"), ("orders_per_minute", "\(limits.ordersPerMinuteMaximum)"),
      ("on_breach", "\(limits.breachState)"),
    ]
  }
}
