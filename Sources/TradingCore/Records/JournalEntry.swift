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
}

public struct JournalIdentity: Hashable, Sendable {
  /// Random lower-case text of 8 characters [a-z0-9], made once per state directory; the prefix of its client order ids.
  public var id: String
  public var mode: TradingMode
  /// The journal's format version.
  public var formatVersion: UInt32
  public init(id: String, mode: TradingMode, formatVersion: UInt32 = 1) {
    self.id = id
    self.mode = mode
    self.formatVersion = formatVersion
  }
}

/// Where orders go. Never confused: a journal belongs to one mode for ever.
public enum TradingMode: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
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
public enum TradingState: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
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

public struct TradingStateChange: Hashable, Sendable {
  public var state: TradingState
  public var reason: String
  public init(state: TradingState, reason: String) {
    self.state = state
    self.reason = reason
  }
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
  public enum Severity: UInt8, Hashable, Sendable { case info = 1, warning, critical }
  public var severity: Severity
  public var botID: BotID?
  public var message: String
  public init(severity: Severity, botID: BotID?, message: String) {
    self.severity = severity
    self.botID = botID
    self.message = message
  }
}
