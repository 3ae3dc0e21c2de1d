package import BotAPI
import Presentation

extension V1.BotState {
  var cell: Cell {
    switch self {
    case .running: Cell(name, .good)
    case .paused, .waiting: Cell(name, .warning)
    case .halted: Cell(name, .bad)
    default: Cell(name, .dim)
    }
  }
}

extension V1.TradingMode {
  var cell: Cell { Cell(name, self == .live ? .bad : .plain) }
}

extension V1.Side {
  var cell: Cell {
    switch self {
    case .buy: Cell("buy", .good)
    case .sell: Cell("sell", .bad)
    default: Cell("hold", .dim)
    }
  }
}

extension V1.Bot: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("BOT") { Cell($0.id, .accent) },
      TableColumn("SYMBOL") { Cell($0.spec?.symbol ?? "") },
      TableColumn("STRATEGY") { Cell($0.spec?.strategy ?? "") },
      TableColumn("INTERVAL") { Cell($0.spec?.interval ?? "") },
      TableColumn("STATE") { bot in
        if bot.hold != nil { return Cell("\(bot.state.name), held", .bad) }
        return bot.lock == nil ? bot.state.cell : Cell("\(bot.state.name), locked", .warning)
      },
      TableColumn("POSITION", .right) { Cell(DecimalText.trimmed($0.position?.quantity ?? "")) },
      TableColumn("ENTRY", .right) {
        Cell(DecimalText.trimmed($0.position?.averageEntryPrice ?? ""))
      },
      TableColumn("UNREALIZED", .right) { DecimalText.signed($0.position?.unrealizedPnL ?? "") },
      TableColumn("NET PNL", .right) { DecimalText.signed($0.netPnL) },
      TableColumn("FILLS", .right) { Cell("\($0.fills)") },
      TableColumn("LAST SIGNAL", flexible: true) { bot in
        if let hold = bot.hold { return Cell("held: \(hold.reason)", .bad) }
        if bot.state == .halted { return Cell("halted: \(bot.reasonText)", .bad) }
        if let lock = bot.lock { return Cell(lock.words, .warning) }
        guard let signal = bot.lastSignal else {
          return Cell(
            bot.warmUpRemaining > 0 ? "warming up, \(CountText.of(bot.warmUpRemaining, "candle")) to go" : "", .dim)
        }
        return Cell("\(signal.side.cell.text) · \(signal.reason)", signal.side.cell.style)
      },
    ]
  }

  package static var leftOutFirst: [String] {
    ["FILLS", "INTERVAL", "ENTRY", "STRATEGY", "LAST SIGNAL", "POSITION", "UNREALIZED", "SYMBOL", "STATE"]
  }
}

extension V1.Bot {
  /// Why it is in its state: in words where there are some, else what brought it there.
  var reasonText: String {
    guard stateReason.isEmpty else { return stateReason }
    switch stateCause {
    case .request: return "asked for by a person or a client"
    case .creation: return "started when it was created"
    case .daemonStart: return "started with the daemon (auto start)"
    case .refusals: return "the exchange refused too many of its orders"
    case .settingsInvalid: return "this botd does not take its settings"
    case .strategyAway: return "no process serves its strategy"
    case .strategyBack: return "its strategy's process is there"
    case .unspecified, .unrecognized: return ""
    }
  }
}

extension V1.Bot: CardSource {
  private static func trailingStop(_ spec: V1.BotSpec) -> String {
    [
      spec.trailingStop.isEmpty ? "" : DecimalText.percent(spec.trailingStop),
      spec.trailingStopAtr.isEmpty ? "" : "\(DecimalText.trimmed(spec.trailingStopAtr)) average true ranges",
    ].filter { !$0.isEmpty }.joined(separator: " or ")
  }

  private static func entry(_ spec: V1.BotSpec) -> String {
    guard spec.entryLifetime > 0 else { return spec.entry }
    let place = spec.entryOffset.isEmpty ? "at the price" : "\(DecimalText.percent(spec.entryOffset)) below the price"
    let time = CountText.of(spec.entryLifetime, "candle")
    return "\(spec.entry) \(place) for \(time), then \(spec.entryThen)"
  }

  /// Where each level acts.
  var protectionLines: [CardLine] {
    guard let first = protection.first else { return [] }
    return [.heading(first.isExpected ? "protection of an entry at the latest price" : "protection")] + protection.map(\.line)
  }

  var card: [CardLine] {
    let spec = spec ?? V1.BotSpec()
    var lines = [
      CardLine("bot", id, .accent), CardLine("state", state.cell), CardLine("mode", mode.cell),
      CardLine("symbol", spec.symbol),
      CardLine("strategy", spec.strategy),
      CardLine(
        "parameters", spec.parameters.map { "\($0.key)=\($0.value)" }.joined(separator: " ")),
      CardLine("interval", spec.interval),
      CardLine("capital", "\(DecimalText.trimmed(spec.capital)) \(quoteAsset)"),
      CardLine("risk per trade", DecimalText.percent(spec.riskPerTrade)),
      CardLine("max position", DecimalText.percent(spec.maxPositionFraction)),
      CardLine("entry", Self.entry(spec)),
      CardLine("stop loss", DecimalText.units(spec.stopLoss) == 0 ? "" : DecimalText.percent(spec.stopLoss)),
      CardLine("take profit", DecimalText.percent(spec.takeProfit)),
      CardLine("trailing stop", Self.trailingStop(spec)),
      CardLine("time stop", spec.timeStopCandles > 0 ? CountText.of(spec.timeStopCandles, "candle") : ""),
      CardLine("cooldown", spec.cooldownCandles > 0 ? "\(CountText.of(spec.cooldownCandles, "candle")) after a loss" : ""),
      CardLine("guards", spec.guards),
      CardLine("sizing", spec.sizing + (spec.sizingAtr.isEmpty ? "" : ", \(DecimalText.trimmed(spec.sizingAtr)) average true ranges")),
      CardLine("compounding", spec.compound ? "yes" : "no"),
      CardLine("auto start", spec.autoStart ? "yes" : "no"),
      CardLine("net pnl", DecimalText.signed(netPnL)),
      CardLine("fills", "\(fills)"), CardLine("created", TimeText.dateTime(createdTimeNs)),
      CardLine("updated", TimeText.dateTime(updatedTimeNs)),
    ]
    if let hold {
      lines.insert(CardLine("held", Cell("\(hold.reason) (since \(TimeText.dateTime(hold.sinceTimeNs)))", .bad)), at: 2)
    }
    if let lock { lines.insert(CardLine("locked", Cell(lock.words, .warning)), at: 2) }
    if !reasonText.isEmpty { lines.insert(CardLine("because", reasonText), at: 2) }
    if warmUpRemaining > 0 {
      lines.append(CardLine("warming up", "\(CountText.of(warmUpRemaining, "candle")) to go"))
    }
    if let position, DecimalText.units(position.quantity) ?? 0 != 0 {
      lines += [
        .heading("position"),
        CardLine("  quantity", "\(DecimalText.trimmed(position.quantity)) \(baseAsset)"),
        CardLine("  entry price", DecimalText.trimmed(position.averageEntryPrice)),
        CardLine("  price now", DecimalText.trimmed(position.markPrice)),
        CardLine("  unrealized", DecimalText.signed(position.unrealizedPnL)),
        CardLine("  opened", TimeText.dateTime(position.openedTimeNs)),
      ]
      if protection.isEmpty { lines.append(CardLine("  stop", "none")) }
    }
    lines += protectionLines
    if let signal = lastSignal {
      lines += [
        .heading("last signal"), CardLine("  side", signal.side.cell),
        CardLine("  why", signal.reason),
        CardLine("  confidence", DecimalText.percent(signal.confidence)),
        CardLine("  at", TimeText.dateTime(signal.timeNs)),
      ]
    }
    return lines
  }
}

extension V1.ProtectionLevel {
  /// One level: its price, and where it acts.
  var line: CardLine {
    let name = kind.replacing("_", with: " ")
    let level = price.isEmpty ? "" : "\(DecimalText.trimmed(price)): "
    return CardLine("  \(name)", level + explanation)
  }
}

extension V1.BotOutcome: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("BOT") { Cell($0.botID, .accent) },
      TableColumn("STATE") { $0.state.cell },
      TableColumn("RESULT", flexible: true) {
        $0.error.map { Cell($0.message, .bad) } ?? Cell("ok", .good)
      },
    ]
  }
}
