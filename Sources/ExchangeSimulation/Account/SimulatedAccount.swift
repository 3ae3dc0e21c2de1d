public import Time
public import TradingModel

/// The funds of one account, by asset: free and locked, exact, never negative.
public struct SimulatedAccount: Hashable, Sendable {
  struct Funds: Hashable, Sendable {
    var free: Amount = .zero
    var locked: Amount = .zero
  }

  private var funds: [String: Funds] = [:]
  /// Assets in the order of their first appearance.
  public private(set) var assets: [String] = []
  public var updateTime = Timestamp.zero
  /// Binance: `permissions` of an account.
  public var permissions = ["SPOT"]
  /// Whether commissions are paid in the discount asset where there is enough of it.
  public var paysWithDiscountAsset = false

  public init(balances: [(asset: String, amount: Amount)] = []) {
    for (asset, amount) in balances { credit(asset, amount) }
  }

  public func free(_ asset: String) -> Amount { funds[asset]?.free ?? .zero }
  public func locked(_ asset: String) -> Amount { funds[asset]?.locked ?? .zero }

  private mutating func change(_ asset: String, _ body: (inout Funds) -> Void) {
    if funds[asset] == nil { assets.append(asset) }
    body(&funds[asset, default: Funds()])
  }

  mutating func credit(_ asset: String, _ amount: Amount) { change(asset) { $0.free += amount } }

  /// Moves free funds to locked; the caller has checked that they suffice.
  mutating func lock(_ asset: String, _ amount: Amount) {
    change(asset) {
      $0.free -= amount
      $0.locked += amount
    }
  }

  mutating func unlock(_ asset: String, _ amount: Amount) { lock(asset, -amount) }

  /// Pays out of free funds; the caller has checked that they suffice.
  mutating func pay(_ asset: String, _ amount: Amount) { credit(asset, -amount) }

  /// Adds to what is locked.
  mutating func creditLocked(_ asset: String, _ amount: Amount) { change(asset) { $0.locked += amount } }

  /// Pays out of locked funds.
  mutating func spend(_ asset: String, _ amount: Amount) { change(asset) { $0.locked -= amount } }

  /// A deposit (positive) or withdrawal (negative, at most what is free). Returns whether it was possible.
  mutating func transfer(_ asset: String, _ amount: Amount) -> Bool {
    guard !(free(asset) + amount).isNegative else { return false }
    credit(asset, amount)
    return true
  }
}
