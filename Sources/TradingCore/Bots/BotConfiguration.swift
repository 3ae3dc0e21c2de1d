public import Strategies
public import TradingModel

/// What a person asks of a bot (`CreateBot`). Fractions are of one: 0.02 is 2 %.
public struct BotConfiguration: Hashable, Sendable {
  public var id: BotID
  public var symbol: Symbol
  public var interval: Interval
  public var strategyName: String
  public var parameters: StrategyParameters
  /// Quote asset the bot may use.
  public var capital: Amount
  /// Fraction of capital lost when the stop is hit.
  public var riskPerTrade: FixedDecimal
  /// Largest position as a fraction of capital.
  public var maximumPosition: FixedDecimal
  /// Distance of the stop below the average entry price; zero = no stop.
  public var stopLoss: FixedDecimal
  /// Distance of the target above the average entry price; zero = none.
  public var takeProfit: FixedDecimal
  /// Fall from the highest price since entry that closes the position; zero = none.
  public var trailingStop: FixedDecimal
  /// The same in multiples of the average true range at the entry (``volatilityPeriod`` candles); zero = none.
  public var trailingStopRanges: FixedDecimal
  /// Closed candles after which a position is closed; 0 = never.
  public var timeStopCandles: Int
  /// Candles without an entry after a trade that lost; 0 = none.
  public var cooldownCandles: Int
  public var sizing: PositionSizing
  /// For ``PositionSizing/volatility``: how many average true ranges of fall lose ``riskPerTrade``.
  public var sizingRanges: FixedDecimal

  /// Candles of the average true range that sizing and trailing stops use.
  public static let volatilityPeriod = 14
  /// Bounds of ``trailingStopRanges`` and ``sizingRanges``.
  public static let rangesMaximum = FixedDecimal(100)
  /// Bounds of ``timeStopCandles`` and ``cooldownCandles``.
  public static let candlesMaximum = 1_000_000

  /// The one place for a bot's defaults.
  public enum Defaults {
    public static let interval = Interval.oneMinute
    public static let strategyName = "rsi"
    public static let riskPerTrade = FixedDecimal(raw: 2_000_000)  // 0.02
    public static let maximumPosition = FixedDecimal(raw: 10_000_000)  // 0.1
    public static let stopLoss = FixedDecimal(raw: 2_000_000)  // 0.02
    public static let takeProfit = FixedDecimal(raw: 4_000_000)  // 0.04
    public static let trailingStop = FixedDecimal.zero
    public static let trailingStopRanges = FixedDecimal.zero
    public static let timeStopCandles = 0
    public static let cooldownCandles = 0
    public static let sizing = PositionSizing.risk
    public static let sizingRanges = FixedDecimal(2)
  }

  public init(
    id: BotID, symbol: Symbol, interval: Interval = Defaults.interval, strategyName: String = Defaults.strategyName,
    parameters: StrategyParameters, capital: Amount, riskPerTrade: FixedDecimal = Defaults.riskPerTrade,
    maximumPosition: FixedDecimal = Defaults.maximumPosition, stopLoss: FixedDecimal = Defaults.stopLoss,
    takeProfit: FixedDecimal = Defaults.takeProfit, trailingStop: FixedDecimal = Defaults.trailingStop,
    trailingStopRanges: FixedDecimal = Defaults.trailingStopRanges, timeStopCandles: Int = Defaults.timeStopCandles,
    cooldownCandles: Int = Defaults.cooldownCandles, sizing: PositionSizing = Defaults.sizing,
    sizingRanges: FixedDecimal = Defaults.sizingRanges
  ) {
    self.id = id
    self.symbol = symbol
    self.interval = interval
    self.strategyName = strategyName
    self.parameters = parameters
    self.capital = capital
    self.riskPerTrade = riskPerTrade
    self.maximumPosition = maximumPosition
    self.stopLoss = stopLoss
    self.takeProfit = takeProfit
    self.trailingStop = trailingStop
    self.trailingStopRanges = trailingStopRanges
    self.timeStopCandles = timeStopCandles
    self.cooldownCandles = cooldownCandles
    self.sizing = sizing
    self.sizingRanges = sizingRanges
  }

  /// Whether some price of it trails the highest one since the entry.
  public var hasTrailingStop: Bool { trailingStop.isPositive || trailingStopRanges.isPositive }
  /// Whether an entry needs the average true range.
  var needsVolatility: Bool { trailingStopRanges.isPositive || sizing == .volatility }

  public var series: SeriesKey { SeriesKey(symbol: symbol, interval: interval) }
}

/// How much an entry buys; always capped by the maximum position, what is available, and the portfolio's limits.
public enum PositionSizing: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// What loses `risk_per_trade` of the capital when the stop-loss is hit; without a stop-loss, the maximum position.
  case risk = 1
  /// What loses `risk_per_trade` of the capital when the price falls by `sizing_atr` average true ranges.
  case volatility = 2
  /// The maximum position: a fixed fraction of the capital.
  case fraction = 3

  public var description: String {
    switch self {
    case .risk: "risk"
    case .volatility: "volatility"
    case .fraction: "fraction"
    }
  }
  public init?(_ text: String) {
    guard let value = Self.allCases.first(where: { $0.description == text }) else { return nil }
    self = value
  }
}

/// What a bot is doing. Stops and targets of an open position stay active in every state.
public enum BotState: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// Not trading; the strategy is not asked.
  case stopped = 1
  case running = 2
  /// No entries; the strategy may still close the position.
  case paused = 3
  /// Stopped by the core after a failure; needs a person.
  case halted = 4
  public var description: String {
    switch self {
    case .stopped: "stopped"
    case .running: "running"
    case .paused: "paused"
    case .halted: "halted"
    }
  }
}

public struct BotStateChange: Hashable, Sendable {
  public var botID: BotID
  public var state: BotState
  public var reason: String
  /// Last price of the symbol when it happened, zero if unknown: the base of "market change".
  public var referencePrice: Price
  public init(botID: BotID, state: BotState, reason: String, referencePrice: Price) {
    self.botID = botID
    self.state = state
    self.reason = reason
    self.referencePrice = referencePrice
  }
}
