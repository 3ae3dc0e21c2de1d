import Time
import BotAPI
import TradingCore
import TradingModel

/// Statistics as clients see them: folded figures from the core, open positions valued at the latest price.
extension BotValues {
  func stats(_ entry: BoardBot, at now: Timestamp) -> V1.Stats {
    let snapshot = entry.snapshot
    let statistics = snapshot.statistics
    let mark = mark(of: snapshot.configuration)
    let capital = snapshot.configuration.capital
    let unrealized = snapshot.position.unrealizedPnL(at: mark)
    let net = statistics.realizedPnL + unrealized
    var value = V1.Stats(
      botID: entry.id.text, state: Self.state(of: entry), mode: V1.TradingMode(context.configuration.mode),
      quoteAsset: snapshot.quoteAsset, capital: capital.description, equity: (capital + net).description,
      realizedPnL: statistics.realizedPnL.description, unrealizedPnL: unrealized.description,
      grossPnL: (statistics.grossPnL + unrealized).description, netPnL: net.description)
    if capital.isPositive { value.returnFraction = net.divided(by: capital, rounding: .nearest).description }
    value.fees = statistics.fees.map { V1.AssetAmount(asset: $0.asset, amount: $0.amount.description) }
    fillTrades(&value, statistics)
    value.maxDrawdown = statistics.maximumDrawdown.description
    value.maxDrawdownFraction = FixedDecimal.text(of: statistics.maximumDrawdownFraction)
    value.maxDrawdownTimeNs = statistics.maximumDrawdownTime.nanoseconds
    value.maxDrawdownDurationNs = statistics.longestUnderwaterNanoseconds
    value.sharpeRatio = statistics.sharpeRatio()
    value.sortinoRatio = statistics.sortinoRatio()
    value.calmarRatio = statistics.calmarRatio()
    value.exposure = exposure(snapshot, at: now)
    value.slippage = statistics.slippage.description
    value.turnover = statistics.turnover.description
    if statistics.turnover.isPositive {
      value.slippageFraction = statistics.slippage.divided(by: statistics.turnover, rounding: .nearest).description
    }
    if statistics.firstStartPrice.isPositive, mark.isPositive {
      value.marketChange = (mark - statistics.firstStartPrice).divided(by: statistics.firstStartPrice, rounding: .nearest).description
    }
    value.positionQuantity = snapshot.position.quantity.description
    value.firstTimeNs = statistics.firstStartTime.nanoseconds
    value.lastTimeNs = statistics.lastTradeTime.nanoseconds
    return value
  }

  /// Round trips, and signals that led to none.
  private func fillTrades(_ value: inout V1.Stats, _ statistics: BotStatistics) {
    value.fills = Int64(statistics.fillCount)
    value.trades = Int64(statistics.tradeCount)
    value.wins = Int64(statistics.winCount)
    value.losses = Int64(statistics.lossCount)
    value.longestWinStreak = Int64(statistics.longestWinStreak)
    value.longestLossStreak = Int64(statistics.longestLossStreak)
    let denied = statistics.denials.reduce(0) { $0 + $1.count }
    value.signalsDenied = Int64(denied)
    value.signals = Int64(statistics.signalCount)
    value.denials = statistics.denials.sorted { ($1.count, $0.code.rawValue) < ($0.count, $1.code.rawValue) }
      .map { V1.DenialCount(reason: $0.code.description, count: Int64($0.count)) }
    guard statistics.tradeCount > 0 else { return }
    value.winRate = FixedDecimal.text(of: statistics.winRate)
    value.expectancy = statistics.expectancy.description
    value.bestTrade = statistics.bestTrade.description
    value.worstTrade = statistics.worstTrade.description
    if statistics.winCount > 0 { value.averageWin = statistics.averageWin.description }
    if statistics.lossCount > 0 { value.averageLoss = statistics.averageLoss.description }
    if statistics.grossLoss.isNegative { value.profitFactor = FixedDecimal.text(of: statistics.profitFactor) }
  }

  private func exposure(_ snapshot: BotSnapshot, at now: Timestamp) -> String {
    let started = snapshot.statistics.firstStartTime
    let total = now.nanoseconds(since: started)
    guard started != .zero, total > 0 else { return "" }
    var open = snapshot.statistics.exposedNanoseconds
    if snapshot.position.isOpen {
      open = open.addingReportingOverflow(max(0, now.nanoseconds(since: snapshot.position.openedAt))).partialValue
    }
    return FixedDecimal.text(of: min(1, max(0, Double(open) / Double(total))))
  }
}
