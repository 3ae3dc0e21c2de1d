public import Time
public import TradingModel
import Venue

/// The account is the truth about what is there: positions are held against free + locked whenever balances are heard.
extension TradingCore {
  /// A shortfall is believed once it lasted this long and the account, read meanwhile, says the same, in milliseconds.
  static let shortfallPatience: Int64 = 2_000
  /// The account is read at least this often, in milliseconds.
  static let accountEvery: Int64 = 60_000

  /// Coins of one asset that bots say they hold and the account does not.
  struct Shortfall: Hashable, Sendable {
    var asset: String
    /// What its bots hold, by their books.
    var claimed: Quantity
    /// Free and locked, by the account.
    var held: Quantity
    var since: Timestamp
    /// When the account was last asked because of it.
    var askedAt: Timestamp
    /// The exchange refused an order because of it: sales are sized by the account already.
    var isBelieved = false
    /// It was confirmed: bots are held.
    var isConfirmed = false
  }

  /// Asks for all balances, unless that was asked and not answered.
  mutating func readAccount(_ effects: inout [Effect]) {
    guard !configuration.mode.isPaper, accountAskedAt == nil || now.nanoseconds(since: accountAskedAt ?? now) > 10_000_000_000 else {
      return
    }
    accountAskedAt = now
    effects.append(.readAccount)
  }

  /// Balances came, by whatever way.
  mutating func balancesChanged(_ list: [AssetBalance], isComplete: Bool, _ effects: inout [Effect]) {
    if isComplete {
      balances = list.sorted { $0.asset < $1.asset }
      accountReadAt = accountAskedAt ?? accountReadAt
      accountAskedAt = nil
    } else {
      for balance in list {
        if let index = balances.firstIndex(where: { $0.asset == balance.asset }) {
          balances[index] = balance
        } else {
          balances.append(balance)
        }
      }
      balances.sort { $0.asset < $1.asset }
    }
    guard !configuration.mode.isPaper else { return }
    knowsAccount = knowsAccount || isComplete
    compareWithAccount(&effects)
    for balance in list { evidenceOfBalance(balance.asset) }
  }

  private mutating func evidenceOfBalance(_ asset: String) {
    for at in symbols.indices {
      guard let rules = symbols[at].rules, rules.baseAsset == asset || rules.quoteAsset == asset else { continue }
      for index in symbols[at].bots { evidence(index, against: [.balance]) }
    }
  }

  /// What the account has of an asset: free and locked; `nil` while it was never read.
  func account(_ asset: String) -> AssetBalance? {
    guard knowsAccount else { return nil }
    return balances.first { $0.asset == asset } ?? AssetBalance(asset: asset, free: .zero, locked: .zero)
  }

  /// Coins of an asset that bots hold by their books, and whether all of their orders are settled.
  mutating func claims(on asset: String) -> (quantity: Quantity, isQuiet: Bool) {
    var sum = Quantity.zero
    var isQuiet = true
    for at in symbols.indices where symbols[at].baseAsset == asset {
      for index in symbols[at].bots {
        guard let held = bots[index]?.heldQuantity() else { continue }
        sum += held
        if bots[index]?.openOrder(0) != nil, hasUnsettled(index) { isQuiet = false }
      }
    }
    return (sum, isQuiet)
  }

  private mutating func hasUnsettled(_ index: Int) -> Bool {
    var number = 0
    while let key = bots[index]?.openOrder(number) {
      number += 1
      if orders.standing(of: key)?.isUnsettled ?? false { return true }
    }
    return false
  }

  /// Holds every asset's positions against the account.
  mutating func compareWithAccount(_ effects: inout [Effect]) {
    guard knowsAccount, executionIsLive, isReconciled else { return }
    var seen: [String] = []
    for at in symbols.indices where !symbols[at].bots.isEmpty {
      let asset = symbols[at].baseAsset
      guard !asset.isEmpty, !seen.contains(asset) else { continue }
      seen.append(asset)
      compare(asset, &effects)
    }
  }

  private mutating func compare(_ asset: String, _ effects: inout [Effect]) {
    guard let balance = account(asset) else { return }
    let (claimed, isQuiet) = claims(on: asset)
    let held = balance.free + balance.locked
    let known = shortfalls.firstIndex { $0.asset == asset }
    guard claimed > held else {
      if let known { endShortfall(known, &effects) }
      return
    }
    guard let known else {
      shortfalls.append(Shortfall(asset: asset, claimed: claimed, held: held, since: now, askedAt: now))
      return look(into: asset, &effects)
    }
    let old = shortfalls[known]
    shortfalls[known].claimed = claimed
    shortfalls[known].held = held
    let isPatient = now.nanoseconds(since: old.since) >= Self.shortfallPatience * 1_000_000
    if !old.isConfirmed, isQuiet, isPatient, accountReadAt >= old.since {
      shortfalls[known].isConfirmed = true
    } else if !old.isConfirmed, now.nanoseconds(since: old.askedAt) >= Self.shortfallPatience * 1_000_000 {
      shortfalls[known].askedAt = now
      look(into: asset, &effects)
    }
    guard shortfalls[known].isConfirmed, !old.isConfirmed || old.claimed != claimed || old.held != held else { return }
    holdForMissing(asset, claimed: claimed, held: held, &effects)
  }

  /// Fills that were missed explain most differences: they are asked for first.
  private mutating func look(into asset: String, _ effects: inout [Effect]) {
    readAccount(&effects)
    for at in symbols.indices where symbols[at].baseAsset == asset && !symbols[at].bots.isEmpty {
      for index in symbols[at].bots {
        var number = 0
        while let key = bots[index]?.openOrder(number) {
          number += 1
          if let order = orders.standing(of: key), order.isResting, !order.isShared || orders.bot(of: key) == index { ask(key, &effects) }
        }
      }
      listTrades(at, &effects)
    }
  }

  private mutating func holdForMissing(_ asset: String, claimed: Quantity, held: Quantity, _ effects: inout [Effect]) {
    let words = "the account has \(held) of \(claimed) \(asset)"
    for at in symbols.indices where symbols[at].baseAsset == asset {
      symbols[at].areHoldersStale = true
      for index in symbols[at].bots where bots[index]?.heldQuantity() != nil {
        hold(index, .missingCoins, .exit, words, .coinsMissing, &effects)
        advance(index, &effects)
      }
    }
  }

  private mutating func endShortfall(_ known: Int, _ effects: inout [Effect]) {
    let shortfall = shortfalls.remove(at: known)
    guard shortfall.isConfirmed else { return }
    for at in symbols.indices where symbols[at].baseAsset == shortfall.asset {
      for index in symbols[at].bots {
        endHold(index, missingCoins: true, "the account has all \(shortfall.asset) that its bots hold", &effects)
        advance(index, &effects)
      }
    }
  }

  /// What a bot may sell of what it holds by its book: its share of what the account has, where coins are missing.
  ///
  /// - Parameter isRefused: an order of it was refused because of the balance, which makes a first look at the account certain enough.
  mutating func coinsThere(_ quantity: Quantity, symbol at: Int, isRefused: Bool) -> Quantity {
    guard !shortfalls.isEmpty, let known = shortfalls.firstIndex(where: { $0.asset == symbols[at].baseAsset }) else { return quantity }
    if isRefused { shortfalls[known].isBelieved = true }
    let missing = shortfalls[known]
    guard missing.isConfirmed || missing.isBelieved else { return quantity }
    guard missing.claimed.isPositive, missing.held < missing.claimed else { return quantity }
    return Position.share(of: quantity, missing.held, missing.claimed)
  }

  /// Bots whose coins are missing.
  public var missingCoins: [MissingCoins] {
    shortfalls.filter(\.isConfirmed).map { missing in
      let holders = bots.indices.filter { index in
        bots[index].map { symbols[$0.symbolAt].baseAsset == missing.asset && $0.position.isOpen } ?? false
      }
      return MissingCoins(
        asset: missing.asset, claimed: missing.claimed, held: missing.held, since: missing.since, bots: holders.map { botIDs[$0] })
    }
  }
}

/// Coins that bots hold by their books and the account does not have.
public struct MissingCoins: Hashable, Sendable {
  public var asset: String
  /// What its bots hold, by their books.
  public var claimed: Quantity
  /// Free and locked, by the account.
  public var held: Quantity
  public var since: Timestamp
  public var bots: [BotID]
}
