public import TradingModel

/// What happens when an account's order meets another of its own. The taker's mode decides.
/// Source: Binance: stp_faq.md.
public enum SelfTradePrevention: UInt8, Hashable, Sendable, CaseIterable {
  case none = 1
  /// The incoming order expires.
  case expireTaker = 2
  /// The resting order expires; the exchange's default for major pairs.
  case expireMaker = 3
  case expireBoth = 4
  /// Both lose the smaller of their quantities; what reaches zero expires.
  case decrement = 5
  /// Between two accounts of one trade group the prevented quantity changes hands. There are no trade groups here, and within one account
  /// it is ``decrement``; so it is that always.
  case transfer = 6

  /// The mode that works when a taker of this mode meets an order of its own account.
  public var effective: SelfTradePrevention { self == .transfer ? .decrement : self }
}

/// A match that self-trade prevention kept from happening.
public struct BookPrevention: Hashable, Sendable {
  /// Dense, from 0.
  public var id: Int64
  public var takerOrderID: Int64
  public var makerOrderID: Int64
  public var mode: SelfTradePrevention
  public var price: Price
  /// What the taker lost; `nil` where its mode leaves the taker alone.
  public var takerQuantity: Quantity?
  public var makerQuantity: Quantity?
}
