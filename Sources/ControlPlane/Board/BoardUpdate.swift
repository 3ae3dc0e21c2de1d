public import Time
public import TradingCore
import TradingModel
public import Venue

/// What one commit of the core changed, with the state as of then.
public struct BoardUpdate: Sendable {
  /// The last sequence it contains.
  public var sequence: UInt64
  /// Core time of the commit.
  public var time: Timestamp
  /// Bots that changed or were removed.
  public var bots: [BotChange]
  /// Orders that changed or are not open any more.
  public var orders: [OrderChange]
  /// `nil`: unchanged.
  public var risk: RiskView?
  /// All balances; `nil`: unchanged.
  public var balances: [AssetBalance]?
  /// Coins that are missing; `nil`: unchanged.
  public var missingCoins: [MissingCoins]?
  /// False after the journal failed: the entries are not durable, and ``sequence`` will be given again to others.
  public var isRecorded: Bool

  public init(
    sequence: UInt64, time: Timestamp, bots: [BotChange] = [], orders: [OrderChange] = [],
    risk: RiskView? = nil, balances: [AssetBalance]? = nil, missingCoins: [MissingCoins]? = nil, isRecorded: Bool = true
  ) {
    self.sequence = sequence
    self.time = time
    self.bots = bots
    self.orders = orders
    self.risk = risk
    self.balances = balances
    self.missingCoins = missingCoins
    self.isRecorded = isRecorded
  }
}

/// One of the venue's limits and how much of it is used.
public struct RateLimitUsage: Sendable, Hashable {
  /// The venue's word, for example `REQUEST_WEIGHT`.
  public var type: String
  public var intervalNanoseconds: Int64
  public var limit: Int64
  /// As the venue last said.
  public var used: Int64
  /// Requests are held back until then; `.zero`: they are not.
  public var blockedUntil: Timestamp
  public init(type: String, intervalNanoseconds: Int64, limit: Int64, used: Int64, blockedUntil: Timestamp = .zero) {
    self.type = type
    self.intervalNanoseconds = intervalNanoseconds
    self.limit = limit
    self.used = used
    self.blockedUntil = blockedUntil
  }
}
