public import Time
import TradingCore
public import TradingModel

/// A bot as the comparison knows it: of several that had the same name, one after the other, each is one.
public struct ComparedBot: Hashable, Sendable {
  public var id: BotID
  /// From 1, in the order in which they were created.
  public var number: Int
  /// The bot that was created under that name as the `number`th.
  public init(id: BotID, number: Int) {
    self.id = id
    self.number = number
  }
}

/// The best price on the other side of the book around an order that was to fill at once: the ask for a buy, the bid for a sale.
public struct OrderArrival: Hashable, Sendable {
  /// When it was decided: at the close of its candle, or when the price that triggered it was heard.
  public var decided: Price
  /// When it was executed.
  public var arrived: Price
  /// Two prices of one order.
  public init(decided: Price, arrived: Price) {
    self.decided = decided
    self.arrived = arrived
  }
}

/// A trade of a bot from flat to flat, with what the comparison asks about each of its two ends. Amounts are in quote asset and exact.
public struct ComparedTrade: Hashable, Sendable {
  /// The orders of one direction, together.
  public struct Leg: Hashable, Sendable {
    /// Coins.
    public var quantity = Quantity.zero
    /// What they were traded for, fees aside.
    public var amount = Amount.zero
    /// What they would have been traded for at the prices of the decisions.
    public var decided = Amount.zero
    /// What they would have been traded for at the best price when the orders were executed, less the same when they were decided; only of
    /// orders with an ``OrderArrival``.
    public var drift = Amount.zero
    /// Coins of orders that were to fill at once and have no ``OrderArrival``.
    public var withoutArrival = Quantity.zero
    /// What the first order of it was to spend or to sell for at its decision.
    public var intended = Amount.zero
    /// Why the exchange refused an order of it before others were filled; empty where it refused none.
    public var refusal = ""
  }

  public var bot: ComparedBot
  public var symbol: Symbol
  public var interval: Interval
  /// Close of the candle that the entry was decided at.
  public var decidedAt: Timestamp
  /// A person bought, or gave or took coins.
  public var isByHand: Bool
  public var entryReason: String
  public var entry = Leg()
  public var exit = Leg()
  /// Of the last sale; `nil`: nothing was sold yet.
  public var exitPurpose: OrderPurpose?
  public var exitReason = ""
  /// Close of the candle at or before which the exit was decided.
  public var exitDecidedAt: Timestamp?
  /// When it was flat again; `nil`: it is open at the end, and what is held counts as sold at the last price.
  public var closedAt: Timestamp?
  /// What it earned after all fees; what is held at the end of the tape counts at the last price.
  public var profit = Amount.zero

  /// What was bought, fees aside, in the proportion in which coins left again.
  var cost: Amount { Self.scaled(entry.amount, exit.quantity, entry.quantity) }
  /// Everything between the prices and the profit: commissions, and the cost of remains that were too few to be sold before.
  var fees: Amount { exit.amount - cost - profit }

  /// `amount × part ÷ whole`, in full width, rounded to the nearest; `amount` itself where part and whole are equal, zero for no whole.
  static func scaled(_ amount: Amount, _ part: Quantity, _ whole: Quantity) -> Amount {
    guard part != whole else { return amount }
    guard whole.isPositive, !part.isNegative else { return .zero }
    let product = amount.raw.magnitude.multipliedFullWidth(by: part.raw.magnitude)
    guard product.high < whole.raw.magnitude else { return amount }
    let (quotient, remainder) = whole.raw.magnitude.dividingFullWidth(product)
    let rounded = Int128(clamping: remainder >= whole.raw.magnitude - remainder ? quotient + 1 : quotient)
    return FixedDecimal(raw: amount.isNegative ? -rounded : rounded)
  }
}
