public import Time
public import TradingModel
public import Venue

/// One fact of the journal. Sequences are dense from 1, never reused and never reordered; the core assigns them.
public struct JournalEntry: Hashable, Sendable {
  public var sequence: UInt64
  /// When the core decided or learned it (market time in simulated mode, wall time otherwise).
  public var time: Timestamp
  /// The `request_id` of the mutation that caused it; empty if none. Makes mutations idempotent across restarts.
  public var requestID: String
  /// A fingerprint of that mutation's body: the same id with another body is refused.
  public var requestFingerprint: UInt64
  public var record: Record

  public init(sequence: UInt64, time: Timestamp, requestID: String = "", requestFingerprint: UInt64 = 0, record: Record) {
    self.sequence = sequence
    self.time = time
    self.requestID = requestID
    self.requestFingerprint = requestFingerprint
    self.record = record
  }
}

/// The facts that make up the state: folding all records of a journal gives the core's state, bit for bit.
public indirect enum Record: Hashable, Sendable {
  /// Always sequence 1: which journal this is.
  case opened(JournalIdentity)
  case botCreated(BotConfiguration)
  case botUpdated(BotConfiguration)
  case botStateChanged(BotStateChange)
  case botRemoved(BotID)
  /// A decision that produced no order, and why.
  case orderDenied(OrderDenial)
  /// Durable before the order's first byte leaves.
  case orderIntent(OrderIntent)
  case orderUpdated(OrderUpdate)
  case cancelRequested(CancelRequest)
  case fill(FillRecord)
  case exitRequested(ExitRequest)
  case tradingStateChanged(TradingStateChange)
  case balances([AssetBalance])
  case equity(EquityPoint)
  case alert(Alert)
  /// The highest price since a bot's entry has risen; written in coarse steps, so that a trailing stop survives a restart.
  case peakRaised(PeakRecord)
  /// All limits above the bots, as they are from here on.
  case riskLimitsChanged(RiskLimits)
  /// A guard tripped, or a person locked entries.
  case entriesLocked(EntryLock)
  /// A lock of entries ended.
  case entriesUnlocked(LockEnd)
  /// What other quote assets are worth in the account's currency.
  case ratesTaken(ConversionRates)
  /// Profit and loss of one quote asset, where there are several.
  case profitSampled(ProfitSample)
  /// What a symbol's base and quote assets are called; before the first bot that trades it.
  case symbolAssets(SymbolAssets)
  /// The close of a candle at which some bot of its series held something.
  case marked(MarkRecord)
  /// What a mutation was answered; the entry's request id names it.
  case answered(AnswerRecord)
  /// What a strategy that another process serves wanted at the close of a candle.
  case signal(ServedSignal)
  /// Which account of which exchange the journal belongs to; once.
  case accountBound(AccountBinding)
  /// A process begins to trade; before its first order.
  case started(StartRecord)
  /// Coins came to a bot, or left it, without an order of its own.
  case positionAdjusted(PositionAdjustment)
  /// A candle that just closed where the market does not trade: no figure is made of it.
  case candleDoubted(CandleDoubt)

  /// The record's kind, stable on disk.
  public var kind: RecordKind {
    switch self {
    case .opened: .opened
    case .botCreated: .botCreated
    case .botUpdated: .botUpdated
    case .botStateChanged: .botStateChanged
    case .botRemoved: .botRemoved
    case .orderDenied: .orderDenied
    case .orderIntent: .orderIntent
    case .orderUpdated: .orderUpdated
    case .cancelRequested: .cancelRequested
    case .fill: .fill
    case .exitRequested: .exitRequested
    case .tradingStateChanged: .tradingStateChanged
    case .balances: .balances
    case .equity: .equity
    case .alert: .alert
    case .peakRaised: .peakRaised
    case .riskLimitsChanged: .riskLimitsChanged
    case .entriesLocked: .entriesLocked
    case .entriesUnlocked: .entriesUnlocked
    case .ratesTaken: .ratesTaken
    case .profitSampled: .profitSampled
    case .symbolAssets: .symbolAssets
    case .marked: .marked
    case .answered: .answered
    case .signal: .signal
    case .accountBound: .accountBound
    case .started: .started
    case .positionAdjusted: .positionAdjusted
    case .candleDoubted: .candleDoubted
    }
  }

  /// The bot that it is about; `nil` for none, or for many.
  public var bot: BotID? {
    switch self {
    case .botCreated(let configuration), .botUpdated(let configuration): configuration.id
    case .botStateChanged(let change): change.botID
    case .botRemoved(let id): id
    case .orderDenied(let denial): denial.botID
    case .orderIntent(let intent): intent.botID
    case .orderUpdated(let update): update.botID
    case .cancelRequested(let request): request.botID
    case .fill(let fill): fill.botID
    case .exitRequested(let exit): exit.botID
    case .alert(let alert): alert.botID
    case .peakRaised(let peak): peak.botID
    case .signal(let signal): signal.botID
    case .positionAdjusted(let adjustment): adjustment.botID
    case .entriesLocked(let lock): lock.scope.bot
    case .entriesUnlocked(let end): end.scope.bot
    case .opened, .tradingStateChanged, .balances, .equity, .riskLimitsChanged, .symbolAssets, .marked, .answered, .accountBound,
      .started, .candleDoubted, .ratesTaken, .profitSampled:
      nil
    }
  }
}

/// The numbers of record kinds on disk; never renumbered.
public enum RecordKind: UInt8, Hashable, Sendable, CaseIterable {
  case opened = 1
  case botCreated = 2
  case botUpdated = 3
  case botStateChanged = 4
  case botRemoved = 5
  case orderDenied = 6
  case orderIntent = 7
  case orderUpdated = 8
  case cancelRequested = 9
  case fill = 10
  case exitRequested = 11
  case tradingStateChanged = 12
  case balances = 13
  case equity = 14
  case alert = 15
  case peakRaised = 16
  case riskLimitsChanged = 17
  case symbolAssets = 18
  case marked = 19
  case answered = 20
  case signal = 21
  case accountBound = 22
  case started = 23
  case candleDoubted = 26
  case positionAdjusted = 28
  case entriesLocked = 31
  case entriesUnlocked = 32
  case ratesTaken = 33
  case profitSampled = 34
}

public struct JournalIdentity: Hashable, Sendable, Codable {
  /// Random lower-case text of 8 characters [a-z0-9], made once per state directory; the prefix of its client order ids.
  public var id: String
  public var mode: TradingMode
  /// The format that the journal was begun in; entries name their own.
  public var formatVersion: UInt32
  /// The format that this program writes.
  public static let currentFormat: UInt32 = 4
  public init(id: String, mode: TradingMode, formatVersion: UInt32 = currentFormat) {
    self.id = id
    self.mode = mode
    self.formatVersion = formatVersion
  }
}

/// Where orders go. Never confused: a journal belongs to one mode for ever.
public enum TradingMode: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case simulated = 1
  case paper = 2
  case testnet = 3
  case live = 4
  public var description: String {
    switch self {
    case .simulated: "simulated"
    case .paper: "paper"
    case .testnet: "testnet"
    case .live: "live"
    }
  }
  public init?(_ text: String) {
    guard let mode = Self.allCases.first(where: { $0.description == text }) else { return nil }
    self = mode
  }
  /// Whether orders are filled by the simulated venue on this machine.
  public var isPaper: Bool { self == .simulated || self == .paper }
}

/// Portfolio-wide permission to trade.
public enum TradingState: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case active = 1
  /// No entries; exits and stops go on.
  case reducing = 2
  /// No entries and no strategy exits; stops stay where they are.
  case halted = 3
  public var description: String {
    switch self {
    case .active: "active"
    case .reducing: "reducing"
    case .halted: "halted"
    }
  }
}

/// A change of the trading state.
public struct TradingStateChange: Hashable, Sendable {
  /// Why it changed; decides what a later change means.
  public enum Cause: UInt8, Hashable, Sendable, CaseIterable, Codable {
    /// A person or a client asked for it.
    case request = 1
    /// ``RiskLimits/dailyLossMaximum`` was breached.
    case dailyLoss = 2
    /// ``RiskLimits/drawdownMaximum`` was breached.
    case drawdown = 3

    /// Whether a limit was breached.
    public var isBreach: Bool { self != .request }
  }

  public var state: TradingState
  public var cause: Cause
  /// In words, for people.
  public var reason: String
  /// A change to `state`.
  public init(state: TradingState, cause: Cause = .request, reason: String) {
    self.state = state
    self.cause = cause
    self.reason = reason
  }
}

/// The names of a symbol's two assets.
public struct SymbolAssets: Hashable, Sendable, Codable {
  public var symbol: Symbol
  /// What is bought, for example "BTC".
  public var base: String
  /// What is paid with, for example "USDT".
  public var quote: String
  /// A symbol's assets.
  public init(symbol: Symbol, base: String, quote: String) {
    self.symbol = symbol
    self.base = base
    self.quote = quote
  }
}

/// A closed candle's price, at which the positions of its series' bots are valued.
public struct MarkRecord: Hashable, Sendable {
  public var symbol: Symbol
  public var interval: Interval
  /// When the candle closed, on its grid.
  public var closeTime: Timestamp
  public var close: Price
  /// The candle's extremes.
  public var low: Price
  public var high: Price
  /// The close of a candle.
  public init(symbol: Symbol, interval: Interval, closeTime: Timestamp, close: Price, low: Price, high: Price) {
    self.symbol = symbol
    self.interval = interval
    self.closeTime = closeTime
    self.close = close
    self.low = low
    self.high = high
  }
}

/// What a mutation was answered, so that its repetition gets the same, also after a restart.
public struct AnswerRecord: Hashable, Sendable {
  /// The encoded response; `nil` when it was too long to keep, so that it is made anew.
  public var response: [UInt8]?
  /// Longest response kept, in bytes.
  public static let bytesMaximum = 4_096
  /// A response; too long a one is not kept.
  public init(response: [UInt8]?) { self.response = response.flatMap { $0.count <= Self.bytesMaximum ? $0 : nil } }
}

public struct EquityPoint: Hashable, Sendable {
  /// Capital plus realized and unrealized PnL of all bots, in quote asset.
  public var equity: Amount
  public var realized: Amount
  public var unrealized: Amount
  /// Market value of all open positions.
  public var exposure: Amount
  public init(equity: Amount, realized: Amount, unrealized: Amount, exposure: Amount) {
    self.equity = equity
    self.realized = realized
    self.unrealized = unrealized
    self.exposure = exposure
  }
}

public struct PeakRecord: Hashable, Sendable {
  public var botID: BotID
  public var price: Price
  public init(botID: BotID, price: Price) {
    self.botID = botID
    self.price = price
  }
}

public struct Alert: Hashable, Sendable {
  public enum Severity: UInt8, Hashable, Sendable, CaseIterable { case info = 1, warning, critical }

  /// What it is about; ``description`` is what clients see.
  public enum Code: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Anything without a code of its own, and every alert of the first format.
    case other = 0
    /// The venue refused an order.
    case orderRefused = 1
    /// No stop rests on the venue: the position is watched here.
    case stopWatchedHere = 2
    /// The answer to an order was lost.
    case answerLost = 3
    /// An order that was given up appeared on the venue.
    case orderAppeared = 4
    /// An order is not on the venue: it is released.
    case orderReleased = 5
    /// A trade belongs to two orders.
    case tradeBookedTwice = 6
    /// Somebody else sold what bots hold.
    case soldElsewhere = 7
    /// A limit was breached.
    case limitBreached = 8
    /// A bot was halted.
    case botHalted = 9
    /// The account has less than bots hold.
    case coinsMissing = 10
    /// What stood in a bot's way is gone.
    case holdEnded = 11
    /// Coins came to a bot, or left it, without an order of its own.
    case positionAdjusted = 12
    /// Closed candles came too late to be decided on.
    case decisionSkipped = 30
    /// A price of the feed that would have done something is not believed before another source confirms it.
    case priceDoubted = 20

    public var description: String {
      switch self {
      case .other: "ALERT"
      case .orderRefused: "ORDER_REFUSED"
      case .stopWatchedHere: "STOP_WATCHED_HERE"
      case .answerLost: "ANSWER_LOST"
      case .orderAppeared: "ORDER_APPEARED"
      case .orderReleased: "ORDER_RELEASED"
      case .tradeBookedTwice: "TRADE_BOOKED_TWICE"
      case .soldElsewhere: "SOLD_ELSEWHERE"
      case .limitBreached: "LIMIT_BREACHED"
      case .botHalted: "BOT_HALTED"
      case .coinsMissing: "COINS_MISSING"
      case .holdEnded: "HOLD_ENDED"
      case .positionAdjusted: "POSITION_ADJUSTED"
      case .decisionSkipped: "DECISION_SKIPPED"
      case .priceDoubted: "PRICE_DOUBTED"
      }
    }
  }

  public var severity: Severity
  public var code: Code
  public var botID: BotID?
  public var message: String
  /// Something that a person should know.
  public init(severity: Severity, code: Code = .other, botID: BotID?, message: String) {
    self.severity = severity
    self.code = code
    self.botID = botID
    self.message = message
  }
}
