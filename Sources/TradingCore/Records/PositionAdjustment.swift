public import TradingModel

/// Coins that come to a bot, or leave it, without an order of its own: at their market value, which is a flow of money and never profit.
public struct PositionAdjustment: Hashable, Sendable {
  public enum Cause: UInt8, Hashable, Sendable, CaseIterable {
    /// A person gave the bot coins of the account.
    case adopted = 1
    /// A person took coins out of the bot, or they are too few to be sold; they stay on the account.
    case released = 2
    /// The account does not have them, and a person accepted that.
    case missing = 3

    public var description: String {
      switch self {
      case .adopted: "adopted"
      case .released: "released"
      case .missing: "missing"
      }
    }
  }

  public var botID: BotID
  public var cause: Cause
  /// Base asset that comes, or leaves; above zero.
  public var quantity: Quantity
  /// The market's price of one unit then.
  public var price: Price
  /// What the bot's stop hangs from, for coins that come; zero: the price.
  public var entryPrice: Price
  /// What leaving coins realize: their value less what they cost; zero for those that come.
  public var realizedPnL: Amount
  /// Nothing that could be sold is left.
  public var closesPosition: Bool

  public init(
    botID: BotID, cause: Cause, quantity: Quantity, price: Price, entryPrice: Price = .zero, realizedPnL: Amount = .zero,
    closesPosition: Bool = false
  ) {
    self.botID = botID
    self.cause = cause
    self.quantity = quantity
    self.price = price
    self.entryPrice = entryPrice
    self.realizedPnL = realizedPnL
    self.closesPosition = closesPosition
  }

  public var isIncoming: Bool { cause == .adopted }
  /// Money that comes with the coins, or leaves with them, in quote asset.
  public var flow: Amount { isIncoming ? price * quantity : .zero - price * quantity }
}
