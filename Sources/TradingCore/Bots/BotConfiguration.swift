public import Strategies
public import TradingModel

/// What a person asks of a bot (`CreateBot`). Fractions are of one: 0.02 is 2 %.
public struct BotConfiguration: Hashable, Sendable, Codable {
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
  /// Sizes are fractions of the bot's equity (capital plus realized PnL) instead of its capital.
  public var compounds: Bool
  /// Starts with the daemon's next start, unless a person stopped or paused it.
  public var autoStart: Bool
  /// What locks its entries after trades that went badly.
  public var guards: [TradeGuard]
  /// How it buys.
  public var entry: EntryPlan
  /// What its strategy's process declared; `nil`: the strategy is built in.
  public var served: ServedStrategy?

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
    public static let takeProfit = FixedDecimal.zero
    public static let trailingStop = FixedDecimal.zero
    public static let trailingStopRanges = FixedDecimal.zero
    public static let timeStopCandles = 0
    public static let cooldownCandles = 0
    public static let sizing = PositionSizing.risk
    public static let sizingRanges = FixedDecimal(2)
    public static let compounds = false
    public static let autoStart = false
    public static let entry = EntryPlan.market
  }

  public init(
    id: BotID, symbol: Symbol, interval: Interval = Defaults.interval, strategyName: String = Defaults.strategyName,
    parameters: StrategyParameters, capital: Amount, riskPerTrade: FixedDecimal = Defaults.riskPerTrade,
    maximumPosition: FixedDecimal = Defaults.maximumPosition, stopLoss: FixedDecimal = Defaults.stopLoss,
    takeProfit: FixedDecimal = Defaults.takeProfit, trailingStop: FixedDecimal = Defaults.trailingStop,
    trailingStopRanges: FixedDecimal = Defaults.trailingStopRanges, timeStopCandles: Int = Defaults.timeStopCandles,
    cooldownCandles: Int = Defaults.cooldownCandles, sizing: PositionSizing = Defaults.sizing,
    sizingRanges: FixedDecimal = Defaults.sizingRanges, compounds: Bool = Defaults.compounds, autoStart: Bool = Defaults.autoStart,
    guards: [TradeGuard] = [], entry: EntryPlan = Defaults.entry, served: ServedStrategy? = nil
  ) {
    self.entry = entry
    self.guards = guards
    self.served = served
    self.compounds = compounds
    self.autoStart = autoStart
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

  /// Its strategy's schema; `nil` when there is no such strategy.
  public var strategyDescriptor: StrategyDescriptor? { served?.descriptor ?? StrategyCatalogue.descriptor(named: strategyName) }

  public var series: SeriesKey { SeriesKey(symbol: symbol, interval: interval) }

  /// The same settings on each of these symbols, as backtests run them: each bot has the capital whole, and is named after its symbol (or
  /// numbered, where the symbol makes no id).
  public func copies(on symbols: [Symbol]) -> [BotConfiguration] {
    var ids: Set<BotID> = []
    return symbols.enumerated().map { index, symbol in
      var bot = self
      bot.symbol = symbol
      let named = BotID(namedAfter: symbol.text)
      bot.id = named.flatMap { ids.contains($0) ? nil : $0 } ?? BotID("bot-\(index + 1)") ?? .placeholder
      ids.insert(bot.id)
      return bot
    }
  }
}

/// How much an entry buys; always capped by the maximum position, what is available, and the portfolio's limits.
public enum PositionSizing: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
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
public enum BotState: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  /// Not trading; the strategy is not asked.
  case stopped = 1
  case running = 2
  /// No entries; the strategy may still close the position.
  case paused = 3
  /// Stopped by the core after a failure; needs a person.
  case halted = 4
  /// Meant to run, but the process that serves its strategy is not there or does not answer: no entries, nothing the strategy could want.
  case waiting = 5
  public var description: String {
    switch self {
    case .stopped: "stopped"
    case .running: "running"
    case .paused: "paused"
    case .halted: "halted"
    case .waiting: "waiting"
    }
  }

  /// Whether a person wants it to trade: it does, or would if its strategy were there.
  public var isMeantToRun: Bool { self == .running || self == .waiting }
}

/// A change of what a bot is doing.
public struct BotStateChange: Hashable, Sendable {
  /// Why it changed.
  public enum Cause: UInt8, Hashable, Sendable, CaseIterable, Codable {
    /// A person or a client asked for it.
    case request = 1
    /// It was started when it was created.
    case creation = 2
    /// It started together with the daemon.
    case daemonStart = 3
    /// The venue refused too many of its orders in a row.
    case refusals = 4
    /// This build does not take its settings.
    case settingsInvalid = 5
    /// A person or a client resumed it after a pause.
    case resumption = 6
    /// No process serves its strategy, or the process did not answer as it must.
    case strategyAway = 7
    /// Its strategy is served again.
    case strategyBack = 8
  }

  public var botID: BotID
  public var state: BotState
  public var cause: Cause
  /// In words; empty where the cause says it all.
  public var reason: String
  /// Last price of the symbol when it happened, zero if unknown: the base of "market change".
  public var referencePrice: Price
  public init(botID: BotID, state: BotState, cause: Cause = .request, reason: String, referencePrice: Price) {
    self.botID = botID
    self.state = state
    self.cause = cause
    self.reason = reason
    self.referencePrice = referencePrice
  }
}
