public import Statistics
public import Time
public import TradingModel

/// The money of all bots of one quote asset, removed ones included.
public struct PortfolioAccount: Hashable, Sendable, Codable {
  public let quoteAsset: String
  /// Realized by every bot ever.
  public internal(set) var realized: Amount = .zero
  public internal(set) var unrealized: Amount = .zero
  /// Open positions at the last price.
  public internal(set) var positionValue: Amount = .zero
  public internal(set) var openPositions = 0
  /// Equity over time; begins at the first start of any bot. A bot that is created, resized or removed is a flow.
  public internal(set) var record = EquityStatistics()
  /// Round trips of all bots in order of closing.
  public internal(set) var trades = TradeStatistics()
  public internal(set) var activity = ActivityStatistics()
  /// Any position open.
  public internal(set) var presence = PresenceStatistics()

  init(quoteAsset: String) { self.quoteAsset = quoteAsset }

  /// Realized and unrealized of everything ever.
  public var netProfit: Amount { realized + unrealized }
  /// Of the bots that are there.
  public var equity: Amount { record.equity }
  /// Sum of the bots' capital.
  public var capital: Amount { record.capital }

  @inline(__always) mutating func observe(at time: Timestamp) { record.observe(netProfit: realized + unrealized, at: time) }
}

/// What all quote assets come to in one currency.
public struct AccountTotal: Hashable, Sendable {
  public var currency: String
  public var equity: Amount = .zero
  public var capital: Amount = .zero
  public var netProfit: Amount = .zero
  public var realized: Amount = .zero
  public var unrealized: Amount = .zero
  public var positionValue: Amount = .zero
  /// Rates that were used, in order of the quote assets; none for the currency itself.
  public var rates: [Rate] = []
  /// Quote assets without a rate: what they hold is not in the sums.
  public var withoutRate: [String] = []

  /// What one unit of an asset is worth in the currency, and since when.
  public struct Rate: Hashable, Sendable {
    public var asset: String
    public var price: Price
    public var time: Timestamp

    public init(asset: String, price: Price, time: Timestamp) {
      self.asset = asset
      self.price = price
      self.time = time
    }
  }
}
