public import Statistics
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
  /// What guards did, in order of their first lock.
  public private(set) var guards: [GuardUse] = []
  /// Changes of the trading state with their times: limits that were breached.
  public var stateChanges: [TimedStateChange]
  public var alerts: [Alert]
  /// The markets with finer candles, and how much of the run those cover.
  public var detail: [DetailCoverage] = []
  public var bots: [BotSnapshot]
  public var equity: EquityRecorder
  /// Every figure of all bots together.
  public var figures: PerformanceFigures
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

  mutating func lock(_ lock: EntryLock) { use(of: lock) { $0.lockCount += 1 } }
  mutating func suppress(_ lock: EntryLock) { use(of: lock) { $0.suppressedCount += 1 } }

  private mutating func use(of lock: EntryLock, _ body: (inout GuardUse) -> Void) {
    let use = GuardUse(lock)
    let at = guards.firstIndex { $0.scope == use.scope && $0.cause == use.cause } ?? guards.count
    if at == guards.count { guards.append(use) }
    body(&guards[at])
  }

  /// What guards of one kind did in one kind of scope.
  public struct GuardUse: Sendable, Hashable {
    /// "bot", "symbol" or "account"
    public var scope: String
    public var cause: EntryLock.Cause
    /// How often one tripped.
    public var lockCount = 0
    /// Entries that were not made because of it; of several locks at once it was the one that ended last.
    public var suppressedCount = 0

    init(_ lock: EntryLock) {
      scope =
        switch lock.scope {
        case .bot: "bot"
        case .symbol: "symbol"
        case .account: "account"
        }
      cause = lock.cause
    }
  }

  /// The breach of a limit that ended trading before the data did: from there on no entry was made. `nil`: none did.
  public var ended: TimedStateChange? { stateChanges.first { $0.cause.isBreach && $0.time < end } }

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
    public var cause: TradingStateChange.Cause
    public var reason: String
  }
}

/// How far a run is.
public struct BacktestProgress: Sendable, Hashable {
  public var candlesDone: Int
  public var candlesTotal: Int
  public var time: Timestamp
}
