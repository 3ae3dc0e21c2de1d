import Time
import TradingModel
import Venue

/// What the account's locked coins prove about a sale in doubt. Whose order locks what is the exchange's word alone: our book, and what we
/// once knew of other people's orders, may be old.
extension TradingCore {
  /// What was read may be judged by for so long, and is not asked for again before that, in milliseconds.
  static let locksPatience: Int64 = 5_000

  mutating func locksRead(_ read: AccountLocks) {
    guard read.askedAt > locksReadAt else { return }
    accountLocks = read
    locksReadAt = read.askedAt
    // Whoever waited for it is asked about now, before it is old.
    for key in orders.unsettled.prefix(Self.locksWaiters) {
      guard let order = orders[key], order.isInDoubt, order.intent.request.side == .sell, order.nextQuery > now else { continue }
      orders[key]?.nextQuery = now
    }
  }

  private static let locksWaiters = 20

  private mutating func readLocks(_ effects: inout [Effect]) {
    if let askedAt = locksAskedAt, now.nanoseconds(since: askedAt) < Self.locksPatience * 1_000_000 { return }
    locksAskedAt = now
    effects.append(.readLocks(askedAt: now))
  }

  /// Whether the account, read after this moment, shows that a doubtful sale neither sold nor rests. False may mean that the account is
  /// being read.
  mutating func accountDenies(_ order: Order, since moment: Timestamp, _ effects: inout [Effect]) -> Bool {
    guard let at = symbolAt(order.intent.request.symbol) else { return false }
    guard locksReadAt >= moment, now.nanoseconds(since: locksReadAt) <= Self.locksPatience * 1_000_000, let read = accountLocks else {
      readLocks(&effects)
      return false
    }
    let asset = symbols[at].baseAsset
    let balance = read.balances.first { $0.asset == asset } ?? AssetBalance(asset: asset, free: .zero, locked: .zero)
    guard balance.free + balance.locked >= claims(on: asset).quantity, !read.names.contains(order.clientOrderID.text) else { return false }
    var known = Quantity.zero
    for sell in read.sells {
      guard let symbol = Symbol(sell.symbol), let at = symbolAt(symbol), symbols[at].baseAsset == asset else { continue }
      // The list may lag behind what the exchange has told us already.
      if let ours = ClientOrderID(sell.clientOrderID).flatMap({ orders[$0] }) {
        if !ours.status.isTerminal { known += min(sell.quantity, ours.remainingQuantity) }
      } else {
        known += sell.quantity
      }
    }
    // Less than is listed: the parts of the reading contradict each other, and prove nothing.
    let unexplained = balance.locked - known
    return !unexplained.isNegative && unexplained < order.intent.request.quantity
  }

  /// What our known resting sells lock of an asset.
  mutating func restingSales(of asset: String) -> Quantity {
    var sum = Quantity.zero
    for at in symbols.indices where symbols[at].baseAsset == asset {
      for index in symbols[at].bots {
        var number = 0
        while let key = bots[index]?.openOrder(number) {
          number += 1
          guard let order = orders.standing(of: key), order.isSale, order.isResting || order.status == .pendingCancel else { continue }
          // One that several bots share is counted for its first.
          if order.isShared, orders.bot(of: key) != index { continue }
          // A pair locks its coins once.
          if order.isTarget, let stop = order.linked.flatMap({ orders.key(of: $0) }), orders.standing(of: stop)?.status.isTerminal == false
          {
            continue
          }
          sum += order.remainingQuantity
        }
      }
    }
    return sum
  }
}
