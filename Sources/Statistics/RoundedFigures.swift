public import Time
public import TradingModel

/// ``PerformanceFigures`` as they are shown and stored, under the names of `Stats` in the API: decimals are rounded once, half to even, to
/// 8 digits. Whoever shows or stores figures takes them from here, so that every place has the same digits.
///
/// Amounts are in ``quoteAsset``, fractions are of one, ratios are numbers, durations are nanoseconds; `nil` is unknown.
public struct RoundedFigures: Hashable, Sendable {
  public var quoteAsset: String
  public var capital: Amount
  public var equity: Amount
  public var realizedPnL: Amount
  public var unrealizedPnL: Amount
  /// Before fees.
  public var grossPnL: Amount
  /// After fees.
  public var netPnL: Amount
  public var positionValue: Amount
  public var openPositions: Int
  public var returnFraction: FixedDecimal?
  public var returnOnCapital: FixedDecimal?
  public var exposure: FixedDecimal?
  public var timeInMarket: FixedDecimal?
  /// Of one bot the same as ``timeInMarket``.
  public var meanTimeInMarket: FixedDecimal?
  public var marketChange: FixedDecimal?
  public var breakEvenCost: FixedDecimal?

  public var activity: Activity
  public var trades: Trades
  public var record: Record

  /// What was done and what it cost.
  public struct Activity: Hashable, Sendable {
    public var fills: Int
    public var turnover: Amount
    /// Fills of orders that rested on the book, with their parts of ``turnover`` and ``feesTotal``.
    public var makerFills: Int
    public var makerTurnover: Amount
    public var makerFees: Amount
    public var fees: [AssetFee]
    /// In quote asset, as far as a rate was known.
    public var feesTotal: Amount
    /// Assets of fees without a known rate.
    public var unconvertedAssets: [String]
    public var slippage: Amount
    /// Of the turnover.
    public var slippageFraction: FixedDecimal?
    public var signals: Int
    public var signalsDenied: Int
    /// Signals of a strategy that another process serves.
    public var answers: Int
    /// Mean and longest time from a question to such a signal, in nanoseconds; `nil` without one.
    public var meanAnswerNanoseconds: Int64?
    public var longestAnswerNanoseconds: Int64?
    /// Most frequent first.
    public var denials: [NamedCount]
  }

  /// Round trips.
  public struct Trades: Hashable, Sendable {
    public var count: Int
    public var wins: Int
    public var losses: Int
    public var breakEven: Int
    public var winRate: FixedDecimal?
    public var profitFactor: FixedDecimal?
    public var expectancy: Amount?
    public var averageWin: Amount?
    public var averageLoss: Amount?
    public var best: Amount?
    public var worst: Amount?
    public var longestWinStreak: Int?
    public var longestLossStreak: Int?
    public var averageNanoseconds: Int64?
    public var longestNanoseconds: Int64?
    public var shortestNanoseconds: Int64?
    public var systemQuality: Double?
  }

  /// The equity series.
  public struct Record: Hashable, Sendable {
    public var first: Timestamp?
    public var last: Timestamp?
    public var wholeDays: Int
    /// Profit lost in the maximum drawdown; zero without one.
    public var maximumDrawdown: Amount?
    public var maximumDrawdownFraction: FixedDecimal?
    public var drawdownPeak: Timestamp?
    public var drawdownBottom: Timestamp?
    public var drawdownRecovery: Timestamp?
    public var longestUnderwater: Int64?
    /// How far the value is below its highest now.
    public var drawdownNow: FixedDecimal?
    public var largestFall: Amount
    public var sharpeRatio: Double?
    public var sortinoRatio: Double?
    public var calmarRatio: Double?
    public var volatility: Double?
    /// Compound annual growth rate.
    public var annualGrowth: Double?
  }

  /// Rounds figures. Cost: linear in assets and kinds of refusal.
  public init(_ figures: PerformanceFigures) {
    quoteAsset = figures.quoteAsset
    capital = figures.equity.capital
    equity = figures.equity.equity
    realizedPnL = figures.realized
    unrealizedPnL = figures.unrealized
    grossPnL = figures.profitBeforeFees
    netPnL = figures.netProfit
    positionValue = figures.positionValue
    openPositions = figures.openPositions
    returnFraction = Self.decimal(figures.equity.chainedReturn)
    returnOnCapital = Self.decimal(figures.equity.returnOnCapital)
    exposure = Self.decimal(figures.exposure)
    timeInMarket = Self.decimal(figures.timeInMarket)
    meanTimeInMarket = Self.decimal(figures.meanTimeInMarket ?? figures.timeInMarket)
    marketChange = Self.decimal(figures.marketChange)
    breakEvenCost = Self.decimal(figures.breakEvenCost)
    activity = Activity(figures.activity)
    trades = Trades(figures.trades)
    record = Record(figures.equity)
  }

  /// A statistic as a decimal, to the nearest, a tie to the even digit; `nil` where it is unknown or too large.
  public static func decimal(_ statistic: Double?) -> FixedDecimal? { statistic.flatMap { FixedDecimal(nearestTo: $0) } }

  static func nanoseconds(_ seconds: Double?) -> Int64? {
    seconds.flatMap { Int64(exactly: ($0 * 1e9).rounded(.toNearestOrEven)) }
  }
}

extension RoundedFigures.Activity {
  init(_ activity: ActivityStatistics) {
    fills = activity.fills
    turnover = activity.turnover
    makerFills = activity.makerFills
    makerTurnover = activity.makerTurnover
    makerFees = activity.makerFees
    fees = activity.fees
    feesTotal = activity.feesInQuote
    unconvertedAssets = activity.feesWithoutRate.map(\.asset)
    slippage = activity.slippage
    slippageFraction = turnover.isPositive ? slippage.divided(by: turnover, rounding: .nearestEven) : nil
    signals = activity.signals
    signalsDenied = activity.denialCount
    answers = activity.answers
    meanAnswerNanoseconds = activity.meanAnswerNanoseconds
    longestAnswerNanoseconds = activity.answers > 0 ? activity.longestAnswerNanoseconds : nil
    denials = activity.denials.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }
}

extension RoundedFigures.Trades {
  init(_ trades: TradeFigures) {
    count = trades.count
    wins = trades.wins
    losses = trades.losses
    breakEven = trades.breakEvens
    winRate = RoundedFigures.decimal(trades.winRate)
    profitFactor = RoundedFigures.decimal(trades.profitFactor)
    expectancy = trades.expectancy
    averageWin = trades.averageWin
    averageLoss = trades.averageLoss
    best = trades.best
    worst = trades.worst
    longestWinStreak = trades.longestWinStreak
    longestLossStreak = trades.longestLossStreak
    averageNanoseconds = RoundedFigures.nanoseconds(trades.averageSeconds)
    longestNanoseconds = RoundedFigures.nanoseconds(trades.longestSeconds)
    shortestNanoseconds = RoundedFigures.nanoseconds(trades.shortestSeconds)
    systemQuality = trades.systemQuality
  }
}

extension RoundedFigures.Record {
  init(_ equity: EquityFigures) {
    first = equity.start
    last = equity.end
    wholeDays = equity.wholeDays
    maximumDrawdownFraction = RoundedFigures.decimal(equity.drawdownFraction)
    maximumDrawdown = equity.drawdownFraction == nil ? nil : equity.drawdown?.lost ?? .zero
    drawdownPeak = equity.drawdown?.peak
    drawdownBottom = equity.drawdown?.bottom
    drawdownRecovery = equity.drawdown?.recovery
    longestUnderwater = equity.start == nil ? nil : equity.longestUnderwater
    drawdownNow = RoundedFigures.decimal(equity.chainedReturn.map { max(0, 1 - ($0 + 1) / equity.highestValue) })
    largestFall = equity.largestFall
    sharpeRatio = equity.sharpe
    sortinoRatio = equity.sortino
    calmarRatio = equity.calmar
    volatility = equity.volatility
    annualGrowth = equity.annualGrowth
  }
}
