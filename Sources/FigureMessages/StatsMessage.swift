public import BotAPI
public import Statistics
import Time
import TradingModel

extension V1.Stats {
  /// Figures as clients see them: unknown ones are empty, ratios and counts 0.
  public init(_ figures: PerformanceFigures) {
    let rounded = RoundedFigures(figures)
    self.init(
      quoteAsset: rounded.quoteAsset, capital: rounded.capital.description, equity: rounded.equity.description,
      realizedPnL: rounded.realizedPnL.description, unrealizedPnL: rounded.unrealizedPnL.description,
      grossPnL: rounded.grossPnL.description, netPnL: rounded.netPnL.description, returnFraction: Self.text(rounded.returnFraction))
    returnOnCapital = Self.text(rounded.returnOnCapital)
    exposure = Self.text(rounded.exposure)
    positionValue = rounded.positionValue.description
    timeInMarket = Self.text(rounded.timeInMarket)
    meanTimeInMarket = Self.text(rounded.meanTimeInMarket)
    marketChange = Self.text(rounded.marketChange)
    breakEvenCost = Self.text(rounded.breakEvenCost)
    fill(rounded.activity)
    fill(rounded.trades)
    fill(rounded.record)
  }

  private mutating func fill(_ activity: RoundedFigures.Activity) {
    fees = activity.fees.map { V1.AssetAmount(asset: $0.asset, amount: $0.amount.description) }
    feesTotal = activity.feesTotal.description
    unconvertedAssets = activity.unconvertedAssets
    fills = Int64(activity.fills)
    turnover = activity.turnover.description
    makerFills = Int64(activity.makerFills)
    makerTurnover = activity.makerTurnover.description
    makerFees = activity.makerFees.description
    slippage = activity.slippage.description
    slippageFraction = Self.text(activity.slippageFraction)
    signals = Int64(activity.signals)
    signalsDenied = Int64(activity.signalsDenied)
    answers = Int64(activity.answers)
    answerDelayMeanNs = activity.meanAnswerNanoseconds ?? 0
    answerDelayMaxNs = activity.longestAnswerNanoseconds ?? 0
    denials = activity.denials.map { V1.DenialCount(reason: $0.name, count: Int64($0.count)) }
  }

  private mutating func fill(_ trades: RoundedFigures.Trades) {
    self.trades = Int64(trades.count)
    wins = Int64(trades.wins)
    losses = Int64(trades.losses)
    breakEven = Int64(trades.breakEven)
    winRate = Self.text(trades.winRate)
    profitFactor = Self.text(trades.profitFactor)
    expectancy = Self.text(trades.expectancy)
    averageWin = Self.text(trades.averageWin)
    averageLoss = Self.text(trades.averageLoss)
    bestTrade = Self.text(trades.best)
    worstTrade = Self.text(trades.worst)
    longestWinStreak = Int64(trades.longestWinStreak ?? 0)
    longestLossStreak = Int64(trades.longestLossStreak ?? 0)
    averageTradeNs = trades.averageNanoseconds ?? 0
    longestTradeNs = trades.longestNanoseconds ?? 0
    shortestTradeNs = trades.shortestNanoseconds ?? 0
    systemQuality = trades.systemQuality ?? 0
  }

  private mutating func fill(_ record: RoundedFigures.Record) {
    maxDrawdown = Self.text(record.maximumDrawdown)
    maxDrawdownFraction = Self.text(record.maximumDrawdownFraction)
    maxDrawdownTimeNs = record.drawdownBottom?.nanoseconds ?? 0
    maxDrawdownPeakTimeNs = record.drawdownPeak?.nanoseconds ?? 0
    maxDrawdownRecoveryTimeNs = record.drawdownRecovery?.nanoseconds ?? 0
    maxDrawdownDurationNs = record.longestUnderwater ?? 0
    drawdownNow = Self.text(record.drawdownNow)
    largestFall = record.largestFall.description
    sharpeRatio = record.sharpeRatio ?? 0
    sortinoRatio = record.sortinoRatio ?? 0
    calmarRatio = record.calmarRatio ?? 0
    volatility = record.volatility ?? 0
    cagr = record.annualGrowth ?? 0
    wholeDays = Int64(record.wholeDays)
    firstTimeNs = record.first?.nanoseconds ?? 0
    lastTimeNs = record.last?.nanoseconds ?? 0
  }

  private static func text(_ value: FixedDecimal?) -> String { value?.description ?? "" }
}
