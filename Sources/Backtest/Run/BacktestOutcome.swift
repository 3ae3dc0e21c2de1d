public import Time
public import TradingCore
public import TradingModel

/// What a run gave, before it is made into a report. Deterministic: the same settings and candles give the same outcome, bit for bit.
public struct BacktestOutcome: Sendable {
  public var settings: BacktestSettings
  /// Traded symbols with the candles' first and last price of the run, in the order of the markets.
  public var markets: [MarketSpan]
  public var fills: [FillRecord]
  /// Closed trades in order of closing, then those that were open at the end.
  public var trades: [RoundTrip]
  /// The first decisions that became no order, ``denialsMaximum`` at most.
  public var denials: [OrderDenial]
  /// All of them, by reason.
  public private(set) var denialCounts: [DenialCode: Int] = [:]
  public static let denialsMaximum = 10_000
  /// Changes of the trading state with their times: limits that were breached.
  public var stateChanges: [TimedStateChange]
  public var alerts: [Alert]
  public var bots: [BotSnapshot]
  public var equity: EquityRecorder
  public var capital: Amount
  public var finalEquity: Amount
  public var realized: Amount
  /// Open of the first traded candle.
  public var start: Timestamp
  /// End of the last one.
  public var end: Timestamp
  /// Closed candles that traded, all symbols together.
  public var candleCount: Int
  /// Candles that warmed up strategies before the start.
  public var warmUpCount: Int

  mutating func deny(_ denial: OrderDenial) {
    denialCounts[denial.code, default: 0] += 1
    if denials.count < Self.denialsMaximum { denials.append(denial) }
  }

  public struct MarketSpan: Sendable, Hashable {
    public var symbol: Symbol
    public var firstPrice: Price
    public var lastPrice: Price
    /// last ÷ first − 1
    public var change: Double
  }

  public struct TimedStateChange: Sendable, Hashable {
    public var time: Timestamp
    public var state: TradingState
    public var reason: String
  }
}

/// How far a run is.
public struct BacktestProgress: Sendable, Hashable {
  public var candlesDone: Int
  public var candlesTotal: Int
  public var time: Timestamp
}
