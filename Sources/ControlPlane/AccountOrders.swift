public import Venue

/// The account's open orders at the exchange that no bot placed: how the brake reaches those of people and of other programs.
public protocol AccountOrders: Sendable {
  /// Lists them. `completion` comes once, from any thread.
  func list(_ completion: @escaping @Sendable (AccountOrdersOutcome) -> Void)
  /// Cancels them, of every symbol, and looks again whether any are left. `completion` comes once, from any thread.
  func cancelAll(_ completion: @escaping @Sendable (AccountOrdersOutcome) -> Void)
}

/// What became of the account's orders.
public struct AccountOrdersOutcome: Sendable, Hashable {
  /// What could not be done.
  public struct Problem: Sendable, Hashable {
    /// As the exchange writes it; empty: it is about all.
    public var symbol: String
    /// A sentence.
    public var message: String
    public init(symbol: String = "", message: String) {
      self.symbol = symbol
      self.message = message
    }
  }
  /// Those that are open, or that were canceled.
  public var orders: [AccountOrder]
  public var problems: [Problem]
  public init(orders: [AccountOrder] = [], problems: [Problem] = []) {
    self.orders = orders
    self.problems = problems
  }
}
