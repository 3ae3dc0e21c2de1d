public import Time
public import TradingCore
public import TradingModel
public import PaperTrading

/// One symbol's past.
public struct BacktestMarket: Sendable {
  public var rules: TradingRules
  /// The length of ``candles``.
  public var interval: Interval
  /// In order, consistent, on the interval's grid.
  public var candles: [Candle]
  /// Finer candles that say what happened inside each of ``candles``; empty: the intrabar rule guesses.
  public var detail: [Candle]
  public var detailInterval: Interval

  public init(
    rules: TradingRules, interval: Interval, candles: [Candle], detail: [Candle] = [], detailInterval: Interval = .oneMinute
  ) {
    self.rules = rules
    self.interval = interval
    self.candles = candles
    self.detail = detail
    self.detailInterval = detailInterval
  }

  public var symbol: Symbol { rules.symbol }
}

/// What is run.
public struct BacktestSettings: Sendable {
  /// Each on a symbol that has a market. Their intervals are whole multiples of their market's.
  public var bots: [BotConfiguration]
  public var venue: PaperConfiguration
  public var limits: RiskLimits
  /// Candles that open before only warm the strategies up; `nil`: the first candle trades.
  public var from: Timestamp?
  /// Candles that open at or after are not used.
  public var to: Timestamp?

  public init(
    bots: [BotConfiguration], venue: PaperConfiguration = PaperConfiguration(), limits: RiskLimits = RiskLimits(), from: Timestamp? = nil,
    to: Timestamp? = nil
  ) {
    self.bots = bots
    self.venue = venue
    self.limits = limits
    self.from = from
    self.to = to
  }
}
