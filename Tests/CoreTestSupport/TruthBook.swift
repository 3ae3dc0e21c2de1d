public import TradingCore
public import TradingModel
public import Venue

/// What an exchange under test did for an account that several bots and its owner share, held apart for each of them. By what the exchange did
/// alone: whose an order is was told before it was sent, and is the only thing that the book takes from the core's journal.
public final class TruthBook {
  /// Which bot sent an order.
  public var owner: [ClientOrderID: BotID] = [:]
  /// The bots of an order that several share, and what each gives to it.
  public var shares: [ClientOrderID: [OrderShare]] = [:]
  /// The entry that an order came with and waited for. The exchange may take the entry's fee from free coins (faqs/opo.md): then such an order
  /// sells what was bought, which is the fee more than the bot has (decision 19).
  public var entries: [ClientOrderID: ClientOrderID] = [:]
  /// Coins that left a bot's book without a sale, in units of the base asset: too few to be sold.
  public var released: [BotID: Quantity] = [:]
  /// What the account's owner has beside, in units of the base asset.
  public var ownersCoins: Quantity
  /// What orders that came with an entry sold more than their bots had, its fee: see ``entries``.
  public private(set) var borrowed = Quantity.zero
  public private(set) var trades: [TruthTrade] = []
  /// How often a placement of each name arrived.
  public private(set) var arrivals: [ClientOrderID: Int] = [:]
  /// Where more was sold, or offered, than was there, in words.
  public private(set) var oversold: [String] = []
  /// What each bot bought, commission taken off, less what it sold, in units of the base asset.
  private var bought: [BotID: Quantity] = [:]
  /// What each bot sold of an order that it shares.
  private var sold: [ClientOrderID: [Quantity]] = [:]
  /// Fees of each order that were paid in the base asset.
  private var fees: [ClientOrderID: Quantity] = [:]
  private let baseAsset: String
  private let divide: (_ quantity: Quantity, _ shares: [Quantity], _ sold: [Quantity]) -> [Quantity]

  /// - Parameters:
  ///   - ownersCoins: what is there before the first trade.
  ///   - divide: how a fill of a shared order is divided among its bots.
  public init(
    baseAsset: String, ownersCoins: Quantity = .zero,
    divide: @escaping (_ quantity: Quantity, _ shares: [Quantity], _ sold: [Quantity]) -> [Quantity]
  ) {
    self.baseAsset = baseAsset
    self.ownersCoins = ownersCoins
    self.divide = divide
  }

  public func arrived(_ id: ClientOrderID) { arrivals[id, default: 0] += 1 }

  /// What a bot holds, by the exchange.
  public func inventory(_ bot: BotID) -> Quantity { bought[bot, default: .zero] - released[bot, default: .zero] }

  /// All that is on the account, in units of the base asset.
  public var coins: Quantity { bought.values.reduce(ownersCoins, +) }

  /// What is missing of the bots' coins, because of ``borrowed`` more than the owner has.
  public var missing: Quantity { max(.zero, .zero - released.values.reduce(ownersCoins, +)) }

  // MARK: Trades

  /// Books a trade, in the order in which they are made.
  public func book(_ trade: TruthTrade) {
    trades.append(trade)
    let fill = trade.fill
    let fee = fill.commissionAsset == baseAsset ? fill.commission : .zero
    fees[trade.clientOrderID, default: .zero] += fee
    let change = trade.side == .buy ? fill.quantity - fee : .zero - fill.quantity - fee
    if let shares = shares[trade.clientOrderID] {
      let before = sold[trade.clientOrderID] ?? shares.map { _ in .zero }
      let parts = divide(fill.quantity, shares.map(\.quantity), before)
      sold[trade.clientOrderID] = zip(before, parts).map(+)
      for (share, part) in zip(shares, parts) { move(share.botID, .zero - part, trade) }
    } else if let bot = owner[trade.clientOrderID] {
      move(bot, change, trade)
    } else {
      ownersCoins += change
    }
  }

  private func move(_ bot: BotID, _ change: Quantity, _ trade: TruthTrade) {
    bought[bot, default: .zero] += change
    let missing = .zero - inventory(bot)
    if missing.isPositive, missing <= extra(of: trade.clientOrderID) {
      bought[bot, default: .zero] += missing
      ownersCoins -= missing
      borrowed += missing
    }
    if inventory(bot).isNegative { oversold.append("\(trade.clientOrderID) sold more than \(bot) had") }
  }

  /// What an order may sell more than its bot has.
  private func extra(of id: ClientOrderID) -> Quantity { entries[id].flatMap { fees[$0] } ?? .zero }

  /// What trades of its own orders gave a bot, less what they took, in quote asset.
  public func cash(of bot: BotID) -> Amount {
    trades.reduce(.zero) { sum, trade in
      guard owner[trade.clientOrderID] == bot, shares[trade.clientOrderID] == nil else { return sum }
      let fill = trade.fill
      let fee = fill.commissionAsset == baseAsset ? .zero : fill.commission
      return trade.side == .buy ? sum - fill.quoteQuantity - fee : sum + fill.quoteQuantity - fee
    }
  }

  // MARK: Open orders

  /// Whose coins an order sells, and how many of each.
  private func parts(of request: OrderRequest) -> [OrderShare] {
    shares[request.clientOrderID] ?? owner[request.clientOrderID].map { [OrderShare(botID: $0, quantity: request.quantity)] } ?? []
  }

  /// The exchange locks what an order may sell; a bot that asks for more than it owns would sell another one's.
  ///
  /// - Parameters:
  ///   - open: all orders that are open beside it.
  public func noteOffer(_ request: OrderRequest, open: [TruthOrder]) {
    guard request.side == .sell else { return }
    for part in parts(of: request) {
      let locked = openSells(of: part.botID, open)
      if locked + part.quantity > inventory(part.botID) {
        oversold.append("\(request.clientOrderID): \(part.quantity) + \(locked) > \(inventory(part.botID))")
      }
    }
  }

  /// Where bots offer more than they have, all open orders seen together.
  public func noteOffers(_ open: [TruthOrder], bots: [BotID]) {
    for bot in bots {
      let offered = openSells(of: bot, open)
      guard offered.isPositive, offered > inventory(bot) else { continue }
      let own = open.filter { concerns($0, bot) }
      let extra = own.reduce(Quantity.zero) { max($0, self.extra(of: $1.request.clientOrderID)) }
      if offered > inventory(bot) + extra {
        oversold.append("\(bot) offers \(offered) of \(inventory(bot)): \(own.map(\.request.clientOrderID))")
      }
    }
  }

  /// What a bot's open sales may sell.
  public func openSells(of bot: BotID, _ open: [TruthOrder]) -> Quantity {
    open.reduce(.zero) { $1.request.side == .sell && locksCoins($1, open) ? $0 + left(of: $1, for: bot) : $0 }
  }

  /// Of a pair only the stop's quantity is counted, while it is open.
  public func locksCoins(_ order: TruthOrder, _ open: [TruthOrder]) -> Bool {
    if order.status == .waiting { return false }
    guard order.request.type == .limitMaker, let stop = order.request.linked else { return true }
    return !open.contains { $0.request.clientOrderID == stop }
  }

  /// What an open order may still sell of a bot's coins.
  public func left(of order: TruthOrder, for bot: BotID) -> Quantity {
    guard let shares = shares[order.request.clientOrderID] else {
      return owner[order.request.clientOrderID] == bot ? order.request.quantity - order.executed : .zero
    }
    guard let at = shares.firstIndex(where: { $0.botID == bot }) else { return .zero }
    return shares[at].quantity - (sold[order.request.clientOrderID]?[at] ?? .zero)
  }

  /// Whether an order is a bot's, or one that it shares.
  public func concerns(_ order: TruthOrder, _ bot: BotID) -> Bool {
    shares[order.request.clientOrderID].map { $0.contains { $0.botID == bot } } ?? (owner[order.request.clientOrderID] == bot)
  }

  /// How much of what a bot has no stop that rests covers, though one market order could sell it.
  public func uncovered(_ bot: BotID, _ open: [TruthOrder], _ rules: TradingRules) -> Quantity {
    let held = inventory(bot)
    guard held.isPositive else { return .zero }
    let covered = open.reduce(Quantity.zero) {
      $1.request.type == .stopLoss && $1.status != .waiting ? $0 + left(of: $1, for: bot) : $0
    }
    let there = held - missing
    // A stop is no larger than one market order.
    return min(rules.quantityRoundedDown(there - covered, isMarket: true), rules.quantityRoundedDown(there, isMarket: true) - covered)
  }
}
