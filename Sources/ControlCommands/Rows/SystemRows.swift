package import BotAPI
import Presentation

extension V1.HealthStatus {
  var cell: Cell {
    switch self {
    case .ok: Cell(name, .good)
    case .degraded: Cell(name, .warning)
    case .down: Cell(name, .bad)
    default: Cell(name, .dim)
    }
  }
}

extension V1.ComponentHealth: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("PART") { Cell($0.name, .accent) },
      TableColumn("STATUS") { $0.status.cell },
      TableColumn("SINCE (UTC)") { Cell(TimeText.dateTime($0.sinceTimeNs)) },
      TableColumn("MESSAGE", flexible: true) { Cell($0.message) },
      TableColumn("COUNTS", flexible: true) { part in
        Cell(
          part.counters.filter { $0.value != 0 }.map { "\($0.name)=\($0.value)" }.joined(
            separator: " "), .dim)
      },
    ]
  }
}

extension V1.ConfigEntry: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("SETTING") { Cell($0.name, .accent) },
      TableColumn("VALUE", flexible: true) { Cell($0.value) },
      TableColumn("FROM") { Cell($0.source, .dim) },
    ]
  }
}

extension V1.AlertSeverity {
  var style: Style {
    switch self {
    case .critical: .bad
    case .warning: .warning
    default: .plain
    }
  }
}

extension V1.Event: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("SEQ", .right) { Cell($0.sequence == 0 ? "" : "\($0.sequence)", .dim) },
      TableColumn("TIME (UTC)") { Cell(TimeText.dateTime($0.timeNs)) },
      TableColumn("KIND") { Cell($0.kind, .accent) },
      TableColumn("BOT") { Cell($0.bot) },
      TableColumn("WHAT", flexible: true) { $0.what },
    ]
  }

  package static var leftOutFirst: [String] {
    ["SEQ", "TIME (UTC)", "BOT", "KIND"]
  }

  /// The kind's word.
  var kind: String {
    switch payload {
    case .bot: "bot"
    case .signal: "signal"
    case .order: "order"
    case .trade: "trade"
    case .alert: "alert"
    case .risk: "risk"
    case .health: "health"
    case nil: ""
    }
  }

  /// The bot it is about; empty: none.
  var bot: String {
    switch payload {
    case .bot(let event): event.bot?.id ?? ""
    case .signal(let event): event.signal?.botID ?? ""
    case .order(let order): order.botID
    case .trade(let trade): trade.botID
    case .alert(let alert): alert.botID
    case .risk(let risk): risk.locked?.botID ?? risk.unlocked?.botID ?? ""
    case .health, nil: ""
    }
  }

  /// What happened, in words.
  var what: Cell {
    switch payload {
    case .bot(let event):
      let reason = event.bot?.stateReason ?? ""
      return Cell(
        reason.isEmpty ? event.change : "\(event.change): \(reason)",
        event.change == "halted" ? .bad : .plain)
    case .signal(let event):
      let signal = event.signal ?? V1.Signal()
      // The event itself names no symbol where the journal's record has none.
      let symbol = signal.symbol.isEmpty ? "" : " \(signal.symbol)"
      let text = "\(signal.side.cell.text)\(symbol) at \(DecimalText.trimmed(signal.price)): \(signal.reason)"
      return event.deniedReason.isEmpty
        ? Cell(text, signal.side.cell.style)
        : Cell("\(text); no order: \(event.deniedMessage)", .warning)
    case .order(let order):
      let head =
        "\(order.status.name) \(order.side.cell.text) \(order.size) \(order.symbol) \(order.type.name)"
      return Cell(
        order.rejectReason.isEmpty ? head : "\(head): \(order.rejectReason)",
        order.status.cell.style)
    case .trade(let trade):
      let head =
        "\(trade.side.cell.text) \(DecimalText.trimmed(trade.quantity)) \(trade.symbol) at \(DecimalText.trimmed(trade.price))"
      let pnl = trade.side == .sell ? ", pnl \(DecimalText.signed(trade.realizedPnL).text)" : ""
      return Cell(head + pnl, trade.side.cell.style)
    case .alert(let alert):
      return Cell("\(alert.severity.name): \(alert.message)", alert.severity.style)
    case .risk(let risk):
      if let lock = risk.locked { return Cell("locked: \(lock.words)", .warning) }
      if let lock = risk.unlocked { return Cell("unlocked: lock \(lock.id), entries of \(lock.subject): \(risk.reason)") }
      return Cell(
        "trading is \(risk.tradingState.name): \(risk.reason)", risk.tradingState.cell.style)
    case .health(let part):
      return Cell("\(part.name) is \(part.status.name): \(part.message)", part.status.cell.style)
    case nil: return Cell("")
    }
  }
}
