package import BotAPI
import Presentation

extension V1.Stats: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("BOT") { Cell($0.botID.isEmpty ? "portfolio" : $0.botID, .accent) },
      TableColumn("STATE") { $0.botID.isEmpty ? Cell("") : $0.state.cell },
      TableColumn("EQUITY", .right) { Cell(DecimalText.fixed($0.equity, places: 2)) },
      TableColumn("NET PNL", .right) { DecimalText.signed($0.netPnL) },
      TableColumn("RETURN", .right) { DecimalText.signedPercent($0.returnFraction) },
      TableColumn("MARKET", .right) { DecimalText.signedPercent($0.marketChange) },
      TableColumn("TRADES", .right) { Cell("\($0.trades)") },
      TableColumn("WIN RATE", .right) { Cell(DecimalText.percent($0.winRate)) },
      TableColumn("PROFIT FACTOR", .right) { Cell(DecimalText.fixed($0.profitFactor, places: 2)) },
      TableColumn("MAX DRAWDOWN", .right) { Cell(DecimalText.percent($0.maxDrawdownFraction)) },
      TableColumn("SHARPE", .right) { Cell($0.trades == 0 ? "" : RatioText.fixed($0.sharpeRatio)) },
    ]
  }

  package static var leftOutFirst: [String] {
    ["MARKET", "PROFIT FACTOR", "SHARPE", "EQUITY", "STATE", "WIN RATE", "TRADES", "MAX DRAWDOWN", "RETURN"]
  }
}

extension V1.Stats: CardSource {
  var card: [CardLine] {
    var lines = [CardLine("bot", botID.isEmpty ? "portfolio" : botID, .accent)]
    if !botID.isEmpty { lines.append(CardLine("state", state.cell)) }
    lines += [
      CardLine("mode", mode.cell), .heading("result (\(quoteAsset))"),
      CardLine("  capital", money(capital)),
      CardLine("  equity", money(equity)),
      CardLine("  realized pnl", DecimalText.signed(realizedPnL)),
      CardLine("  unrealized pnl", DecimalText.signed(unrealizedPnL)),
      CardLine("  gross pnl", DecimalText.signed(grossPnL)),
      CardLine("  net pnl", DecimalText.signed(netPnL)),
      CardLine("  return", DecimalText.signedPercent(returnFraction)),
      CardLine("  market change", DecimalText.signedPercent(marketChange)),
      CardLine(
        "  fees",
        fees.map { "\(DecimalText.trimmed($0.amount)) \($0.asset)" }.joined(separator: ", ")),
      CardLine("  of them as maker", makerFills > 0 ? "\(money(makerFees)) \(quoteAsset)" : ""),
      CardLine("  turnover", money(turnover)),
      CardLine("  slippage", Self.with(slippageFraction, money(slippage))),
      .heading("trades"), CardLine("  fills", makerFills > 0 ? "\(fills), \(makerFills) as maker" : "\(fills)"),
      CardLine("  round trips", "\(trades)"),
      CardLine("  wins, losses", "\(wins), \(losses)"),
      CardLine("  win rate", DecimalText.percent(winRate)),
      CardLine("  profit factor", DecimalText.fixed(profitFactor, places: 2)),
      CardLine("  expectancy", DecimalText.signed(expectancy)),
      CardLine("  average win", DecimalText.signed(averageWin)),
      CardLine("  average loss", DecimalText.signed(averageLoss)),
      CardLine("  best", DecimalText.signed(bestTrade)),
      CardLine("  worst", DecimalText.signed(worstTrade)),
      CardLine("  longest streaks", "\(longestWinStreak) wins, \(longestLossStreak) losses"),
      .heading("risk"),
      CardLine(
        "  max drawdown", Self.with(maxDrawdownFraction, money(maxDrawdown))),
      CardLine("  bottom at", TimeText.dateTime(maxDrawdownTimeNs)),
      CardLine("  lasted", TimeText.length(maxDrawdownDurationNs)),
      CardLine("  sharpe", RatioText.fixed(sharpeRatio)),
      CardLine("  sortino", RatioText.fixed(sortinoRatio)),
      CardLine("  calmar", RatioText.fixed(calmarRatio)),
      CardLine("  time in market", DecimalText.percent(exposure)),
      .heading("signals"),
    ]
    // A running bot's candles are not counted, a backtest's are.
    if candles > 0 { lines.append(CardLine("  candles seen", "\(candles)")) }
    lines += [CardLine("  signals", "\(signals)"), CardLine("  not traded", "\(signalsDenied)")]
    lines += denials.map { CardLine("    \($0.reason)", "\($0.count)") }
    if answers > 0 {
      lines.append(
        CardLine(
          "  strategy's answers",
          "\(answers), after \(TimeText.length(answerDelayMeanNs)) on average, \(TimeText.length(answerDelayMaxNs)) at most"))
    }
    lines += [
      CardLine("from", TimeText.dateTime(firstTimeNs)),
      CardLine("to", TimeText.dateTime(lastTimeNs)),
    ]
    return lines
  }

  /// An amount and, when known, the fraction behind it.
  private static func with(_ fraction: String, _ amount: String) -> String {
    fraction.isEmpty ? amount : "\(amount) (\(DecimalText.percent(fraction)))"
  }

  private func money(_ text: String) -> String { DecimalText.fixed(text, places: 2) }
}
