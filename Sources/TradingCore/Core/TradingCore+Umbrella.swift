import Time
import TradingModel
import Venue

/// How many stops of ours may rest on a symbol.
struct StopPlaces: Hashable, Sendable {
  /// That we use.
  var usable: Int
  /// That the exchange takes.
  var hard: Int
}

extension TradingRules {
  /// How many stops may rest, as far as the filters say; `nil`: no bound.
  ///
  /// - Parameter others: our stops that rest on other symbols.
  func stopPlaces(others: Int) -> StopPlaces? {
    var hard = Int.max
    // A stop with its target is two orders.
    let each = takesPairs ? 2 : 1
    if openAlgorithmicOrdersMaximum > 0 { hard = min(hard, openAlgorithmicOrdersMaximum) }
    if openOrdersMaximum > 0 { hard = min(hard, max(openOrdersMaximum / each, 1)) }
    if accountAlgorithmicOrdersMaximum > 0 { hard = min(hard, accountAlgorithmicOrdersMaximum - others) }
    if accountOrdersMaximum > 0 { hard = min(hard, max(accountOrdersMaximum / each, 1) - others) }
    guard hard < .max else { return nil }
    hard = max(hard, 0)
    // One is kept free, where there are several.
    return StopPlaces(usable: max(hard - 1, min(hard, 1)), hard: hard)
  }
}

/// What a refusal said of the places for stops: other people's orders take some.
struct LearnedPlaces: Hashable, Sendable {
  var count: Int
  var until: Timestamp
}

/// Which stops of a symbol rest on their own, and which bots share one.
struct UmbrellaPlan {
  /// A position that wants a stop.
  struct Claim {
    var index: Int
    var quantity: Quantity
    var stop: Price
    /// A stop of its own rests, or is on its way.
    var hasOwn: Bool
    /// A shared stop covers it, or is on its way.
    var isCovered: Bool
  }

  /// All of them; those with the highest stops first.
  var claims: [Claim] = []
  /// Stops of single bots that rest or are on their way, and shared ones.
  var ownCount = 0
  var umbrellas: [OrderKey] = []
  /// The bots outnumber the places: so many stops are of single bots. `nil`: all are.
  var ownPlaces: Int?
  /// Whose they are.
  var owners: [Int] = []
  /// Stops that rest where others should: their bots can come under the shared one. Those that lie too far from it stay.
  var displaced: [Claim] = []
  /// The price of the shared stop, and the bots that it covers.
  var price: Price = .zero
  var members: [Claim] = []

  /// Bots that are to have a stop of their own and have none.
  var waiting: [Claim] { ownPlaces == nil ? [] : claims.filter { !$0.hasOwn && owners.contains($0.index) } }

  func hasOwnPlace(_ index: Int) -> Bool { ownPlaces == nil || owners.contains(index) }

  /// Chooses whose stops rest on their own, and what the shared one covers.
  ///
  /// - Parameters:
  ///   - places: for stops of single bots.
  ///   - distance: how far the shared one may lie below a bot's own, as a fraction of it.
  ///   - fits: whether the exchange takes an order of that quantity.
  mutating func choose(_ places: Int, distance: FixedDecimal, fits: (Quantity) -> Bool) {
    ownPlaces = places
    owners = claims.prefix(places).map(\.index)
    var chosen = group(distance, fits)
    var staying: [Int] = []
    while true {
      // What rests and cannot come under the shared one keeps its place; that may cost another one its own.
      let more = claims.filter { claim in claim.hasOwn && !owners.contains(claim.index) && !chosen.contains { $0.index == claim.index } }
      guard !more.isEmpty else { break }
      staying += more.map(\.index)
      let others = claims.lazy.map(\.index).filter { !staying.contains($0) }
      owners = others.prefix(max(places - staying.count, 0)) + staying
      chosen = group(distance, fits)
    }
    displaced = chosen.filter(\.hasOwn)
    members = chosen.filter { !$0.hasOwn }
    price = chosen.last?.stop ?? .zero
  }

  /// The bots without a place of their own that can share a stop at the lowest of theirs: of those that lie further apart than the bound the
  /// group that holds most.
  private func group(_ distance: FixedDecimal, _ fits: (Quantity) -> Bool) -> [Claim] {
    let candidates = claims.filter { !owners.contains($0.index) }.sorted { ($1.stop, $0.index) < ($0.stop, $1.index) }
    var most = Quantity.zero
    var best = 0..<0
    var from = 0
    var sum = Quantity.zero
    for to in candidates.indices {
      sum += candidates[to].quantity
      while candidates[to].stop < candidates[from].stop - candidates[from].stop * distance || !fits(sum), from < to {
        sum -= candidates[from].quantity
        from += 1
      }
      if sum > most, fits(sum) { (most, best) = (sum, from..<to + 1) }
    }
    return Array(candidates[best])
  }
}

/// Umbrella stops: where bots outnumber the stops that may rest on a symbol, those with the highest stops have their own, and the others share
/// one that rests at the lowest of theirs. Each of these is still watched at its own level, and sold there while this program lives: first the
/// umbrella is exchanged for one of the others, then they are sold. Nothing is sold before the old one is known to be gone, so no coin is sold twice.
///
/// Level-triggered like ``advance(_:_:)``: what is decided follows from the orders and positions that are there. Against an exchange only:
/// on paper a stop that is watched fills as one that rests.
extension TradingCore {
  /// How much better a stop must be to take the place of one that rests, so that they do not take turns: 0.1 % of its price.
  private static let placeBonus = FixedDecimal(raw: 100_000)
  /// A shared stop takes in another bot at most so often, in milliseconds.
  private static let growsEveryMilliseconds: Int64 = 200
  /// How long a refusal for want of a place counts, in milliseconds.
  private static let learnedMilliseconds: Int64 = 3_600_000

  /// Where a stop may go.
  enum StopPlace {
    /// It may rest on its own.
    case own
    /// It waits for a place, or the shared stop was placed with it.
    case taken
    case watched(WatchReason)
  }

  // MARK: Places

  /// The stops that may rest on a symbol; `nil`: there is no bound, or a simulated venue.
  mutating func places(on at: Int) -> StopPlaces? {
    guard !configuration.mode.isPaper, let rules = symbols[at].rules else { return nil }
    var others = 0
    if rules.accountOrdersMaximum > 0 || rules.accountAlgorithmicOrdersMaximum > 0 {
      for other in symbols.indices where other != at && !symbols[other].holders.isEmpty { others += contingentOrders(on: other) }
    }
    let places = rules.stopPlaces(others: others)
    guard let learned = symbols[at].learnedPlaces else { return places }
    if now >= learned.until {
      symbols[at].learnedPlaces = nil
      return places
    }
    guard let places else { return StopPlaces(usable: learned.count, hard: learned.count) }
    return StopPlaces(usable: min(places.usable, learned.count), hard: min(places.hard, learned.count))
  }

  /// Whether the exchange takes another stop now: it still counts the one whose place another takes (Binance: rest-api.md, cancelReplace).
  mutating func hasSpareStop(on at: Int) -> Bool {
    guard journaledStops == nil, let places = places(on: at) else { return true }
    return contingentOrders(on: at) < places.hard
  }

  /// Whether the exchange takes another pair (MAX_NUM_ORDER_LISTS, EXCHANGE_MAX_NUM_ORDER_LISTS); without it a stop rests alone.
  mutating func takesAnotherPair(on at: Int) -> Bool {
    guard !configuration.mode.isPaper, let rules = symbols[at].rules else { return true }
    if rules.openOrderListsMaximum > 0, pairs(on: at) + 1 >= rules.openOrderListsMaximum { return false }
    guard rules.accountOrderListsMaximum > 0 else { return true }
    var all = 0
    for at in symbols.indices where !symbols[at].holders.isEmpty { all += pairs(on: at) }
    return all + 1 < rules.accountOrderListsMaximum
  }

  /// Order lists of ours.
  private mutating func pairs(on at: Int) -> Int {
    var count = 0
    for index in symbols[at].bots {
      var number = 0
      while let key = bots[index]?.openOrder(number) {
        number += 1
        // An entry with its protection is one too, from its first moment on.
        if let order = orders.standing(of: key), order.isContingent, order.linked != nil || order.waitsFor != nil { count += 1 }
      }
    }
    return count
  }

  /// The exchange takes no more stops than rest now.
  mutating func learnPlaces(_ symbol: Symbol) {
    guard !configuration.mode.isPaper, let at = symbolAt(symbol) else { return }
    symbols[at].learnedPlaces = LearnedPlaces(
      count: contingentOrders(on: at), until: now.advanced(byMilliseconds: Self.learnedMilliseconds))
  }

  /// Our stops that rest on the exchange for a symbol, or are on their way there.
  mutating func contingentOrders(on at: Int) -> Int {
    var count = 0
    var shared: [OrderKey] = []
    for index in symbols[at].bots {
      var number = 0
      while let key = bots[index]?.openOrder(number) {
        number += 1
        guard let order = orders.standing(of: key), order.isContingent, !order.status.isTerminal, !order.isNotPlaced else { continue }
        if order.isShared {
          guard !shared.contains(key) else { continue }
          shared.append(key)
        }
        count += 1
      }
    }
    return count
  }

  // MARK: The plan

  private mutating func plan(on at: Int, _ places: StopPlaces) -> UmbrellaPlan {
    var plan = UmbrellaPlan()
    let tick = symbols[at].rules?.tickSize ?? .zero
    for index in symbols[at].bots {
      guard let bot = bots[index]?.standing() else { continue }
      var (hasOwn, isCovered, hasOther) = (false, false, false)
      var number = 0
      while let key = bots[index]?.openOrder(number) {
        number += 1
        guard let order = orders.standing(of: key), !order.isParked else { continue }
        if order.isNotPlaced {
          // It has its own stop as soon as its entry is over, and nothing to protect before.
          hasOther = true
        } else if order.isShared {
          isCovered = true
          if !plan.umbrellas.contains(key) { plan.umbrellas.append(key) }
        } else if order.isContingent {
          hasOwn = true
          if !order.status.isTerminal { plan.ownCount += 1 }
        } else if !order.isTarget {
          hasOther = true
        }
      }
      guard bot.isOpen, !bot.isExiting, wantsStop(bot), !hasOther, hasOwn || isCovered || !bot.isProtectionImpossible,
        let sellable = symbols[at].sellable(coinsThere(bot.quantity, symbol: at, isRefused: bot.isBalanceRefused)), sellable.isPositive,
        let stop = bots[index]?.firstStop(tick: tick), stop.isPositive
      else { continue }
      plan.claims.append(UmbrellaPlan.Claim(index: index, quantity: sellable, stop: stop, hasOwn: hasOwn, isCovered: isCovered))
    }
    func rank(_ claim: UmbrellaPlan.Claim) -> Price { claim.hasOwn ? claim.stop + claim.stop * Self.placeBonus : claim.stop }
    plan.claims.sort { (rank($1), $0.index) < (rank($0), $1.index) }
    guard plan.claims.count > places.usable else { return plan }
    guard let rules = symbols[at].rules, places.usable > 0 else {
      plan.ownPlaces = 0
      return plan
    }
    plan.choose(places.usable - 1, distance: configuration.umbrellaDistance) { rules.quantityRoundedDown($0, isMarket: true) == $0 }
    return plan
  }

  /// Where the stop of a bot without one goes.
  mutating func stopPlace(of index: Int, on at: Int, _ effects: inout [Effect]) -> StopPlace {
    guard let places = places(on: at), symbols[at].mayShareStops || symbols[at].bots.count > places.usable else { return .own }
    let plan = plan(on: at, places)
    if plan.hasOwnPlace(index) {
      let isFree = plan.ownPlaces.map { plan.ownCount < $0 } ?? (plan.ownCount + plan.umbrellas.count < places.usable)
      if isFree { return .own }
      // The shared one stands in the way, or lower stops do.
      if plan.ownPlaces == nil, let umbrella = plan.umbrellas.first { give(umbrella, up: "each stop has a place of its own", &effects) }
      displace(plan, &effects)
      return .taken
    }
    guard plan.members.contains(where: { $0.index == index }) else {
      return .watched(places.usable > 0 && plan.price.isPositive ? .beyondUmbrella(plan.price) : .stopsUsedUp(contingentOrders(on: at)))
    }
    if let umbrella = plan.umbrellas.first {
      guard isPlaceable(umbrella, on: at) else {
        return .watched(.beyondUmbrella(orders[umbrella]?.intent.request.stopPrice ?? plan.price))
      }
      guard now >= symbols[at].umbrellaGrowsAt else { return .taken }
      symbols[at].umbrellaGrowsAt = now.advanced(byMilliseconds: Self.growsEveryMilliseconds)
      let reason = "the umbrella stop must cover bot \(botIDs[index]) too"
      if !reshape(umbrella, plan, on: at, reason: reason, &effects) { give(umbrella, up: reason, &effects) }
    } else if plan.ownCount < places.hard {
      return rest(plan, on: at, for: index, &effects)
    } else if plan.displaced.isEmpty {
      return .watched(.stopsUsedUp(plan.ownCount))
    } else {
      displace(plan, &effects)
    }
    return .taken
  }

  /// Cancels a shared stop that rests; one that is on its way is waited for.
  private mutating func give(_ umbrella: OrderKey, up reason: String, _ effects: inout [Effect]) {
    if orders.standing(of: umbrella)?.isResting == true { cancel(umbrella, reason: reason, &effects) }
  }

  /// Whether the exchange would take a shared stop that rests as it is. MARKET_LOT_SIZE may have shrunk below it: then it stays, since any other
  /// one would cover less.
  private func isPlaceable(_ umbrella: OrderKey, on at: Int) -> Bool {
    guard let covers = orders[umbrella]?.remainingQuantity, let rules = symbols[at].rules else { return true }
    return rules.quantityRoundedDown(covers, isMarket: true) == covers
  }

  /// What a bot sells leaves the shared stop, or what it covers has changed: another one takes its place by one request, so that the others are
  /// under a stop all the time. Returns whether it went; otherwise it has to go first.
  mutating func reshape(_ umbrella: OrderKey, on at: Int, reason: String, _ effects: inout [Effect]) -> Bool {
    guard let places = places(on: at) else { return false }
    return reshape(umbrella, plan(on: at, places), on: at, reason: reason, &effects)
  }

  private mutating func reshape(
    _ umbrella: OrderKey, _ plan: UmbrellaPlan, on at: Int, reason: String, _ effects: inout [Effect]
  ) -> Bool {
    guard replacesStops, journalIsHealthy, hasSpareStop(on: at), plan.ownPlaces != nil, plan.umbrellas == [umbrella],
      let old = orders[umbrella], old.isResting,
      isUntouched(umbrella), journaledStops.map({ $0.moves.contains(nextSequence) }) ?? true, let rules = symbols[at].rules
    else { return false }
    let last = symbols[at].lastPrice
    let members = plan.members.filter { claim in
      guard !last.isPositive || last > claim.stop else { return false }
      guard let first = bots[claim.index]?.openOrder(0) else { return true }
      return first == umbrella && bots[claim.index]?.openOrder(1) == nil
    }
    let sum = members.reduce(Quantity.zero) { $0 + $1.quantity }
    guard let price = members.map(\.stop).min(), let first = members.first?.index,
      rules.stopObstacle(sum, at: price, resting: 0) == nil, nextClientOrderID(first, .stopLoss, isShared: true) != nil, mayRepeat(first)
    else { return false }
    requestCancel(umbrella, reason: reason, &effects)
    return send(members, of: at, quantity: sum, price: price, replacing: old.venueName ?? old.clientOrderID, &effects)
  }

  /// Sends a shared stop. Returns whether it went.
  private mutating func send(
    _ members: [UmbrellaPlan.Claim], of at: Int, quantity: Quantity, price: Price, replacing old: ClientOrderID?, _ effects: inout [Effect]
  ) -> Bool {
    guard let first = members.first?.index, let id = nextClientOrderID(first, .stopLoss, isShared: true) else { return false }
    let shares = members.map { OrderShare(botID: botIDs[$0.index], quantity: $0.quantity) }
    let request = OrderRequest(
      clientOrderID: id, symbol: symbolNames[at], side: .sell, type: .stopLoss, quantity: quantity, stopPrice: price)
    let held = members.map { bots[$0.index]?.heldQuantity() ?? .zero }
    guard let approved = RiskGate.approveShared(request, Array(zip(shares, held)), replacing: old) else { return false }
    send(
      approved, bot: botIDs[first], purpose: .stopLoss, reason: "umbrella stop of \(shares.count) bots, at the lowest of their stops",
      shares: shares, &effects)
    return true
  }

  /// Rests a shared stop for all members that have no order.
  private mutating func rest(_ plan: UmbrellaPlan, on at: Int, for index: Int, _ effects: inout [Effect]) -> StopPlace {
    guard journalIsHealthy, let rules = symbols[at].rules else { return .taken }
    let last = symbols[at].lastPrice
    // What the price has reached is sold by its own bot.
    let members = plan.members.filter { bots[$0.index]?.openOrder(0) == nil && (!last.isPositive || last > $0.stop) }
    let sum = members.reduce(Quantity.zero) { $0 + $1.quantity }
    guard let price = members.map(\.stop).min(), members.contains(where: { $0.index == index }) else { return .taken }
    if let obstacle = rules.stopObstacle(sum, at: price, resting: 0) { return .watched(obstacle) }
    guard let first = members.first?.index, mayRepeat(first) else { return .taken }
    _ = send(members, of: at, quantity: sum, price: price, replacing: nil, &effects)
    return .taken
  }

  // MARK: Time passes

  /// Looks whether the stops of a symbol rest as they should: a place became free, or a higher stop deserves one. Cost: the symbol's bots, where
  /// they outnumber the places or share a stop.
  mutating func reviewUmbrella(_ at: Int, _ effects: inout [Effect]) {
    guard !symbols[at].awaitsTrades, !symbols[at].holders.isEmpty, let places = places(on: at),
      symbols[at].mayShareStops || symbols[at].holders.count > places.usable
    else { return }
    let plan = plan(on: at, places)
    let umbrella = plan.umbrellas.first
    symbols[at].mayShareStops = umbrella != nil
    guard let own = plan.ownPlaces else {
      if let umbrella { give(umbrella, up: "each stop has a place of its own", &effects) }
      return
    }
    if plan.ownCount < own, plan.waiting.contains(where: \.isCovered), let umbrella {
      guard isPlaceable(umbrella, on: at) else { return }
      let reason = "a place became free for a stop of its own"
      if !reshape(umbrella, plan, on: at, reason: reason, &effects) { give(umbrella, up: reason, &effects) }
      return
    }
    displace(plan, &effects)
  }

  /// Cancels as many of the lowest stops as higher ones need places: their bots come under the umbrella.
  private mutating func displace(_ plan: UmbrellaPlan, _ effects: inout [Effect]) {
    guard let own = plan.ownPlaces else { return }
    let count = plan.ownCount + plan.waiting.count - own
    guard count > 0 else { return }
    for claim in plan.displaced.suffix(count) {
      guard let key = restingStop(of: claim.index) else { continue }
      cancel(key, reason: "higher stops take the places: it comes under the umbrella stop", &effects)
    }
  }

  private mutating func restingStop(of index: Int) -> OrderKey? {
    var number = 0
    while let key = bots[index]?.openOrder(number) {
      number += 1
      if let order = orders.standing(of: key), order.isContingent, !order.isShared, order.isResting { return key }
    }
    return nil
  }
}
