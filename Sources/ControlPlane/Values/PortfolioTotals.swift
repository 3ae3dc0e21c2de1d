import Time
import BotAPI
import TradingCore
import TradingModel

/// Sums over bots. Amounts add up within one quote asset only: the one with the most capital; bots of another are counted, not summed.
struct PortfolioTotals {
  var quoteAsset = ""
  var capital: Amount = .zero
  var realized: Amount = .zero
  var unrealized: Amount = .zero
  var gross: Amount = .zero
  var exposure: Amount = .zero
  var slippage: Amount = .zero
  var turnover: Amount = .zero
  var grossProfit: Amount = .zero
  var grossLoss: Amount = .zero
  var best: Amount?
  var worst: Amount?
  var fees: [BotStatistics.AssetAmount] = []
  var denials: [BotStatistics.DenialCount] = []
  var signals = 0
  var fills = 0
  var trades = 0
  var wins = 0
  var losses = 0
  var longestWinStreak = 0
  var longestLossStreak = 0
  var openPositions = 0
  var firstTime: Timestamp = .distantFuture
  var lastTime: Timestamp = .zero
  /// Bots per state, in the order of the interface's enum.
  var states: [(state: V1.BotState, count: Int)] = V1.BotState.allCases.dropFirst().map { ($0, 0) }

  init(_ bots: [BoardBot], mark: (BotConfiguration) -> Price) {
    quoteAsset = Self.mainQuoteAsset(bots)
    for bot in bots { add(bot, mark: mark) }
  }

  private static func mainQuoteAsset(_ bots: [BoardBot]) -> String {
    var capital: [(asset: String, amount: Amount)] = []
    for bot in bots where !bot.snapshot.quoteAsset.isEmpty {
      if let index = capital.firstIndex(where: { $0.asset == bot.snapshot.quoteAsset }) {
        capital[index].amount += bot.snapshot.configuration.capital
      } else {
        capital.append((bot.snapshot.quoteAsset, bot.snapshot.configuration.capital))
      }
    }
    return capital.max { $0.amount < $1.amount }?.asset ?? ""
  }

  private mutating func add(_ bot: BoardBot, mark: (BotConfiguration) -> Price) {
    let snapshot = bot.snapshot
    let state = BotValues.state(of: bot)
    if let index = states.firstIndex(where: { $0.state == state }) { states[index].count += 1 }
    if !bot.isRemoved, snapshot.position.isOpen { openPositions += 1 }
    let isSummed = snapshot.quoteAsset == quoteAsset || snapshot.quoteAsset.isEmpty
    add(snapshot.statistics, isSummed: isSummed)
    guard isSummed else { return }
    if !bot.isRemoved { capital += snapshot.configuration.capital }
    let price = mark(snapshot.configuration)
    unrealized += snapshot.position.unrealizedPnL(at: price)
    exposure += price * snapshot.position.quantity
  }

  private mutating func add(_ statistics: BotStatistics, isSummed: Bool) {
    signals += statistics.signalCount
    fills += statistics.fillCount
    trades += statistics.tradeCount
    wins += statistics.winCount
    losses += statistics.lossCount
    longestWinStreak = max(longestWinStreak, statistics.longestWinStreak)
    longestLossStreak = max(longestLossStreak, statistics.longestLossStreak)
    if statistics.firstStartTime != .zero { firstTime = min(firstTime, statistics.firstStartTime) }
    lastTime = max(lastTime, statistics.lastTradeTime)
    for fee in statistics.fees {
      if let index = fees.firstIndex(where: { $0.asset == fee.asset }) { fees[index].amount += fee.amount } else { fees.append(fee) }
    }
    for denial in statistics.denials {
      if let index = denials.firstIndex(where: { $0.code == denial.code }) {
        denials[index].count += denial.count
      } else {
        denials.append(denial)
      }
    }
    guard isSummed else { return }
    realized += statistics.realizedPnL
    gross += statistics.grossPnL
    slippage += statistics.slippage
    turnover += statistics.turnover
    grossProfit += statistics.grossProfit
    grossLoss += statistics.grossLoss
    guard statistics.tradeCount > 0 else { return }
    best = best.map { max($0, statistics.bestTrade) } ?? statistics.bestTrade
    worst = worst.map { min($0, statistics.worstTrade) } ?? statistics.worstTrade
  }

  /// The totals as clients see them; drawdown and ratios come from the recorded equity.
  func stats(mode: TradingMode, equity history: EquitySummary) -> V1.Stats {
    let net = realized + unrealized
    var value = V1.Stats(
      mode: V1.TradingMode(mode), quoteAsset: quoteAsset, capital: capital.description, equity: (capital + net).description,
      realizedPnL: realized.description, unrealizedPnL: unrealized.description, grossPnL: (gross + unrealized).description,
      netPnL: net.description)
    if capital.isPositive {
      value.returnFraction = net.divided(by: capital, rounding: .nearest).description
      value.exposure = exposure.divided(by: capital, rounding: .nearest).description
    }
    value.fees = fees.map { V1.AssetAmount(asset: $0.asset, amount: $0.amount.description) }
    value.fills = Int64(fills)
    value.trades = Int64(trades)
    value.wins = Int64(wins)
    value.losses = Int64(losses)
    value.longestWinStreak = Int64(longestWinStreak)
    value.longestLossStreak = Int64(longestLossStreak)
    value.slippage = slippage.description
    value.bestTrade = best?.description ?? ""
    value.worstTrade = worst?.description ?? ""
    fillAverages(&value)
    value.turnover = turnover.description
    if turnover.isPositive { value.slippageFraction = slippage.divided(by: turnover, rounding: .nearest).description }
    value.signalsDenied = Int64(denials.reduce(0) { $0 + $1.count })
    value.signals = Int64(signals)
    value.denials = denials.sorted { ($1.count, $0.code.rawValue) < ($0.count, $1.code.rawValue) }
      .map { V1.DenialCount(reason: $0.code.description, count: Int64($0.count)) }
    value.firstTimeNs = firstTime == .distantFuture ? 0 : firstTime.nanoseconds
    value.lastTimeNs = lastTime.nanoseconds
    history.fill(&value)
    return value
  }

  private func fillAverages(_ value: inout V1.Stats) {
    guard trades > 0 else { return }
    value.winRate = FixedDecimal.text(of: Double(wins) / Double(trades))
    value.expectancy = (grossProfit + grossLoss).divided(by: FixedDecimal(trades), rounding: .nearest).description
    if wins > 0 { value.averageWin = grossProfit.divided(by: FixedDecimal(wins), rounding: .nearest).description }
    if losses > 0 { value.averageLoss = grossLoss.divided(by: FixedDecimal(losses), rounding: .nearest).description }
    if grossLoss.isNegative { value.profitFactor = grossProfit.divided(by: -grossLoss, rounding: .nearest).description }
  }
}
