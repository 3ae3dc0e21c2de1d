package import BotAPI
import Presentation

extension V1.Position: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("BOT") { Cell($0.botID, .accent) },
      TableColumn("SYMBOL") { Cell($0.symbol) },
      TableColumn("QUANTITY", .right) { Cell(DecimalText.trimmed($0.quantity)) },
      TableColumn("ENTRY", .right) { Cell(DecimalText.trimmed($0.averageEntryPrice)) },
      TableColumn("PRICE", .right) { Cell(DecimalText.trimmed($0.markPrice)) },
      TableColumn("VALUE", .right) { Cell(DecimalText.fixed($0.marketValue, places: 2)) },
      TableColumn("UNREALIZED", .right) { DecimalText.signed($0.unrealizedPnL) },
      TableColumn("STOP", .right) { Cell(DecimalText.trimmed($0.stopPrice)) },
      TableColumn("TAKE PROFIT", .right) { Cell(DecimalText.trimmed($0.takeProfitPrice)) },
      TableColumn("OPENED (UTC)") { Cell(TimeText.dateTime($0.openedTimeNs)) },
    ]
  }

  package static var leftOutFirst: [String] {
    ["OPENED (UTC)", "TAKE PROFIT", "STOP", "VALUE", "ENTRY", "SYMBOL", "PRICE", "QUANTITY"]
  }
}

extension V1.Balance: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("ASSET") { Cell($0.asset, .accent) },
      TableColumn("FREE", .right) { Cell(DecimalText.trimmed($0.free)) },
      TableColumn("LOCKED", .right) { Cell(DecimalText.trimmed($0.locked)) },
      TableColumn("TOTAL", .right) { Cell(DecimalText.trimmed($0.total)) },
    ]
  }
}

extension V1.Discrepancy: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("ASSET") { Cell($0.asset, .accent) },
      TableColumn("BOTS HOLD", .right) { Cell(DecimalText.trimmed($0.claimed)) },
      TableColumn("ACCOUNT HAS", .right) { Cell(DecimalText.trimmed($0.held)) },
      TableColumn("MISSING", .right) { Cell(DecimalText.trimmed($0.missing), .bad) },
      TableColumn("SINCE (UTC)") { Cell(TimeText.dateTime($0.sinceTimeNs)) },
      TableColumn("BOTS", flexible: true) { Cell($0.botIDs.joined(separator: " ")) },
    ]
  }
}

extension V1.EquityPoint: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("TIME (UTC)") { Cell(TimeText.dateTime($0.timeNs)) },
      TableColumn("EQUITY", .right) { Cell(DecimalText.fixed($0.equity, places: 2)) },
      TableColumn("DRAWDOWN", .right) { Cell(DecimalText.fixed($0.drawdown, places: 2)) },
    ]
  }
}

extension V1.RateLimit: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("LIMIT") { Cell($0.type, .accent) },
      TableColumn("WINDOW", .right) { Cell(TimeText.length($0.intervalNs)) },
      TableColumn("USED", .right) {
        Cell("\($0.used)", $0.used > $0.limit / 5 * 4 ? .warning : .plain)
      },
      TableColumn("OF", .right) { Cell("\($0.limit)") },
      TableColumn("BLOCKED UNTIL (UTC)") { Cell(TimeText.dateTime($0.blockedUntilTimeNs), .bad) },
    ]
  }
}

extension V1.TradingState {
  var cell: Cell {
    switch self {
    case .active: Cell(name, .good)
    case .reducing: Cell(name, .warning)
    case .halted: Cell(name, .bad)
    default: Cell(name, .dim)
    }
  }
}

extension V1.GetPortfolioSummaryResponse: CardSource {
  /// "2 running, 1 stopped"
  var botCounts: String { bots.filter { $0.value > 0 }.map { "\($0.value) \($0.name)" }.joined(separator: ", ") }

  var card: [CardLine] {
    let because = tradingStateReason.isEmpty ? [] : [CardLine("because", tradingStateReason)]
    return [CardLine("mode", mode.cell), CardLine("trading", tradingState.cell)] + because + [
      CardLine("bots", botCounts),
      CardLine("open positions", "\(openPositions)"), CardLine("open orders", "\(openOrders)"),
      CardLine("allocated", DecimalText.fixed(allocatedCapital, places: 2)),
      CardLine("as of", TimeText.dateTime(timeNs)),
    ]
      + (stats?.rates ?? []).map {
        CardLine("rate of \($0.asset)", "\(DecimalText.trimmed($0.rate)) by \($0.path), of \(TimeText.dateTime($0.timeNs))")
      } + [
        CardLine("sequence", "\(sequence)")
      ] + (stats?.card.filter { $0.label != "mode" && $0.label != "bot" } ?? [])
  }
}

extension V1.GetRiskLimitsResponse: CardSource {
  var card: [CardLine] {
    let limits = limits ?? V1.RiskLimits()
    return [
      CardLine("trading", tradingState.cell), CardLine("because", reason),
      CardLine("since", TimeText.dateTime(changedTimeNs)),
      CardLine("currency", currency.isEmpty ? Cell("none", .bad) : Cell(currency)),
    ] + (conversionProblem.isEmpty ? [] : [CardLine("no entries", Cell(conversionProblem, .bad))])
      + conversions.map {
        CardLine("rate of \($0.asset)", "\(DecimalText.trimmed($0.rate)) by \($0.path), of \(TimeText.dateTime($0.timeNs))")
      } + [
        CardLine("positions now", DecimalText.fixed(totalNotional, places: 2)),
        CardLine("today's pnl", DecimalText.signed(dailyPnL)),
        CardLine("drawdown now", DecimalText.percent(drawdownFraction)),
        CardLine("open positions now", "\(openPositions)"),
        CardLine("open orders now", "\(openOrders)"), .heading("limits"),
      ] + limits.card
  }
}

extension V1.RiskLimits: CardSource {
  var card: [CardLine] {
    [
      CardLine("  order value", DecimalText.trimmed(maxOrderNotional)),
      CardLine("  symbol value", DecimalText.trimmed(maxSymbolNotional)),
      CardLine("  total value", DecimalText.trimmed(maxTotalNotional)),
      CardLine("  daily loss", DecimalText.trimmed(maxDailyLoss)),
      CardLine("  drawdown", DecimalText.percent(maxDrawdownFraction)),
      CardLine("  on breach", onBreach.cell),
      CardLine("  open positions", count(maxOpenPositions)),
      CardLine("  open orders", count(maxOpenOrders)),
      CardLine("  orders per minute", count(maxOrdersPerMinute)),
      CardLine("  symbol guards", symbolGuards), CardLine("  account guards", accountGuards),
    ]
  }

  private func count(_ value: Int64) -> String { value == 0 ? "" : "\(value)" }
}
