package import BotAPI

extension V1.BotState {
  var cell: Cell {
    switch self {
    case .running: Cell(name, .good)
    case .paused: Cell(name, .warning)
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
      TableColumn("STATE") { $0.state.cell },
      TableColumn("POSITION", .right) { Cell(DecimalText.trimmed($0.position?.quantity ?? "")) },
      TableColumn("ENTRY", .right) {
        Cell(DecimalText.trimmed($0.position?.averageEntryPrice ?? ""))
      },
      TableColumn("UNREALIZED", .right) { DecimalText.signed($0.position?.unrealizedPnL ?? "") },
      TableColumn("NET PNL", .right) { DecimalText.signed($0.netPnL) },
      TableColumn("FILLS", .right) { Cell("\($0.fills)") },
      TableColumn("LAST SIGNAL", flexible: true) { bot in
        guard let signal = bot.lastSignal else {
          return Cell(
            bot.warmUpRemaining > 0 ? "warming up, \(bot.warmUpRemaining) candles to go" : "", .dim)
        }
        return Cell("\(signal.side.cell.text) · \(signal.reason)", signal.side.cell.style)
      },
    ]
  }
}

extension V1.Bot: CardSource {
  private static func trailingStop(_ spec: V1.BotSpec) -> String {
    [
      spec.trailingStop.isEmpty ? "" : DecimalText.percent(spec.trailingStop),
      spec.trailingStopAtr.isEmpty ? "" : "\(DecimalText.trimmed(spec.trailingStopAtr)) average true ranges",
    ].filter { !$0.isEmpty }.joined(separator: " or ")
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
      CardLine("stop loss", DecimalText.percent(spec.stopLoss)),
      CardLine("take profit", DecimalText.percent(spec.takeProfit)),
      CardLine("trailing stop", Self.trailingStop(spec)),
      CardLine("time stop", spec.timeStopCandles > 0 ? "\(spec.timeStopCandles) candles" : ""),
      CardLine("cooldown", spec.cooldownCandles > 0 ? "\(spec.cooldownCandles) candles after a loss" : ""),
      CardLine("sizing", spec.sizing + (spec.sizingAtr.isEmpty ? "" : ", \(DecimalText.trimmed(spec.sizingAtr)) average true ranges")),
      CardLine("auto start", spec.autoStart ? "yes" : "no"),
      CardLine("net pnl", DecimalText.signed(netPnL)),
      CardLine("fills", "\(fills)"), CardLine("created", TimeText.dateTime(createdTimeNs)),
      CardLine("updated", TimeText.dateTime(updatedTimeNs)),
    ]
    if !stateReason.isEmpty { lines.insert(CardLine("because", stateReason), at: 2) }
    if warmUpRemaining > 0 {
      lines.append(CardLine("warming up", "\(warmUpRemaining) candles to go"))
    }
    if let position, DecimalText.units(position.quantity) ?? 0 != 0 {
      lines += [
        .heading("position"),
        CardLine("  quantity", "\(DecimalText.trimmed(position.quantity)) \(baseAsset)"),
        CardLine("  entry price", DecimalText.trimmed(position.averageEntryPrice)),
        CardLine("  price now", DecimalText.trimmed(position.markPrice)),
        CardLine("  unrealized", DecimalText.signed(position.unrealizedPnL)),
        CardLine("  stop", DecimalText.trimmed(position.stopPrice)),
        CardLine("  take profit", DecimalText.trimmed(position.takeProfitPrice)),
        CardLine("  opened", TimeText.dateTime(position.openedTimeNs)),
      ]
    }
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
