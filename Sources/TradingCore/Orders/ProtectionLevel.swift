public import TradingModel
import Venue

/// Where a level of a position acts: as an order on the venue, also while this program is dead, or by a price that is watched here.
public struct ProtectionLevel: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case stop, target
    case trailingStop = "trailing_stop"
  }

  public enum Place: Hashable, Sendable {
    /// Rests on the venue; its order, `nil` while there is none. `isPaired`: stop and target are one pair (OCO).
    case resting(ClientOrderID?, isPaired: Bool)
    /// Watched here; while this program is dead it acts at the price of the stop that the bot shares with others. Its order, `nil` while there is
    /// none; zero: the price is not known yet.
    case umbrella(ClientOrderID?, price: Price)
    /// A stop that follows the price rests on the exchange; its order, `nil` while there is none, and where it is: zero: not known yet, `nil`: the
    /// exchange itself moves it. At the exact level it is watched here.
    case following(ClientOrderID?, at: Price?)
    /// The trailing stop rests above it; its order, `nil` while there is none.
    case behindTrailing(ClientOrderID?)
    case watched(WatchReason)
  }

  public var kind: Kind
  /// Where it sells; zero: not known yet.
  public var price: Price
  public var place: Place
  /// It goes to the exchange with an entry that rests there, and rests from that one's full fill on.
  public var goesAlong = false

  /// Whether it rests on the venue.
  public var rests: Bool {
    switch place {
    case .resting, .following, .behindTrailing: true
    case .umbrella, .watched: false
    }
  }

  /// Its order; `nil` while it has none.
  public var order: ClientOrderID? {
    switch place {
    case .resting(let order, _), .umbrella(let order, _), .following(let order, _), .behindTrailing(let order): return order
    case .watched: return nil
    }
  }

  /// Where and why, in words.
  ///
  /// - Parameters:
  ///   - isPaper: the venue is simulated.
  ///   - isExpected: there is no position yet.
  public func explanation(of symbol: Symbol, isPaper: Bool, isExpected: Bool) -> String {
    switch place {
    case .resting(let order, let isPaired):
      let venue = isPaper ? "at the simulated venue" : "on the exchange"
      let verb = isExpected ? "would rest" : "rests"
      let name = order.map { " (order \($0))" } ?? ""
      if goesAlong, isExpected, !isPaper {
        return "would go to the exchange with the entry and rest from its full fill on\(isPaired ? ", one pair (OCO)" : "")"
      }
      guard isPaired else { return "\(verb) \(venue)\(name)" }
      return kind == .target
        ? "\(verb) \(venue) beside the stop, one pair with it (OCO)\(name)" : "\(verb) \(venue), one pair with the target (OCO)\(name)"
    case .umbrella(let order, let price):
      let at = price.isPositive ? " at \(price)" : ""
      let below = price.isPositive && self.price > price ? ", \(Self.percent(self.price, below: price)) below" : ""
      let name = order.map { " (order \($0))" } ?? ""
      return isExpected
        ? "would be watched here, and under the umbrella stop that it shares with other bots\(at)"
        : "watched here, and under the umbrella stop\(at)\(below), which it shares with other bots\(name)"
    case .following(let order, let level): return Self.following(order, at: level, isExpected: isExpected)
    case .behindTrailing(let order):
      let name = order.map { " (order \($0))" } ?? ""
      return isExpected ? "the trailing stop would rest above it" : "the trailing stop rests above it\(name)"
    case .watched(.sold): return "the position is being sold"
    case .watched(.tooLittle): return "too little is held to be sold"
    case .watched(let reason): return "\(isExpected ? "would be watched" : "watched") here, because \(reason.words(symbol))"
    }
  }
}

extension ProtectionLevel.Place {
  /// It follows the price on the exchange.
  fileprivate var isOfExchange: Bool {
    if case .following = self { return true }
    return false
  }
}

extension ProtectionLevel {
  private static func following(_ order: ClientOrderID?, at level: Price?, isExpected: Bool) -> String {
    let name = order.map { " (order \($0))" } ?? ""
    guard let level else {
      return isExpected
        ? "would rest on the exchange, which moves it with the price"
        : "rests on the exchange, which moves it with the price\(name); it is watched here too"
    }
    return isExpected
      ? "a stop would rest on the exchange at its level, and be moved up from here as the price rises"
      : "a stop rests on the exchange at \(level)\(name), and is moved up from here as the price rises; at its exact level it is watched here"
  }

  /// How far a price lies below a level, for people.
  static func percent(_ level: Price, below price: Price) -> String {
    let fraction = (level - price).divided(by: level, rounding: .nearest)
    return "\((fraction * FixedDecimal(100)).rounded(toFractionDigits: 2)) %"
  }
}

/// Why a level does not rest on the venue.
public enum WatchReason: Hashable, Sendable {
  /// It moves with the price.
  case follows
  /// A target rests only beside a stop.
  case noStop
  /// The symbol takes no pairs.
  case noPairs
  /// The order would break one of the exchange's filters.
  case filter(String, Quantity, Price)
  /// A limit sale may be at most this multiple of the exchange's average price.
  case outsideBand(FixedDecimal)
  /// So many stops rest on the symbol, the most that the exchange takes.
  case stopsUsedUp(Int)
  /// All places are used up, and the stop that others share lies too far below, or the exchange takes no larger one.
  case beyondUmbrella(Price)
  case refused
  /// Its order is on the way to the exchange, is being canceled, or its fate is asked for.
  case onTheWay
  /// The stop rests without it.
  case placedAlone
  /// Its stop is watched, too.
  case besideWatchedStop
  case rulesUnknown
  /// The position is being sold: nothing is watched.
  case sold
  /// What is held cannot be sold.
  case tooLittle

  /// A clause for people.
  func words(_ symbol: Symbol) -> String {
    switch self {
    case .follows: "it follows the price"
    case .noStop: "a target rests only beside a stop, and the bot has none"
    case .noPairs: "\(symbol) takes no order lists (OCO)"
    case .filter(let name, let quantity, let price): "an order for \(quantity) at \(price) breaks the exchange's filters (\(name))"
    case .outsideBand(let multiple): "it lies beyond \(multiple) times the price, the most that the exchange takes (PERCENT_PRICE)"
    case .stopsUsedUp(let count): "\(count) stops rest on \(symbol) already, the most that the exchange takes"
    case .beyondUmbrella(let price):
      "all places for stops on \(symbol) are used up, and it lies too far from the umbrella stop at \(price) (BOTD_UMBRELLA_DISTANCE), or the exchange takes no larger one"
    case .refused: "the exchange refused its order"
    case .onTheWay: "its order is on the way"
    case .placedAlone: "the stop was placed without it, and is not moved for it"
    case .besideWatchedStop: "its stop is watched here too"
    case .rulesUnknown: "the exchange's rules for \(symbol) are not known yet"
    case .sold: "the position is being sold"
    case .tooLittle: "too little is held to be sold"
    }
  }
}

extension WatchReason {
  /// Whether it is because of other stops: the next change of theirs may help.
  var isForWantOfPlaces: Bool {
    switch self {
    case .stopsUsedUp, .beyondUmbrella: true
    default: false
    }
  }
}

/// What decides where a level rests: for orders that are sent, and for people who ask.
extension TradingRules {
  /// Why a stop cannot rest; `nil`: it can.
  ///
  /// - Parameter resting: how many stops rest on the symbol already.
  func stopObstacle(_ quantity: Quantity, at stop: Price, resting: Int) -> WatchReason? {
    if openAlgorithmicOrdersMaximum > 0, resting >= openAlgorithmicOrdersMaximum { return .stopsUsedUp(resting) }
    if let broken = violation(quantity: quantity, price: stop, isMarket: true) ?? priceViolation(stop) {
      return .filter(broken.filter, quantity, stop)
    }
    return nil
  }

  /// Why a target cannot rest beside a stop; `nil`: it can. `last` stands for the average price that the exchange compares with.
  func targetObstacle(_ quantity: Quantity, at price: Price, last: Price) -> WatchReason? {
    if !takesPairs { return .noPairs }
    if let broken = violation(quantity: quantity, price: price, isMarket: false) { return .filter(broken.filter, quantity, price) }
    if sellPriceMultiplierMaximum.isPositive, last.isPositive, price > last * sellPriceMultiplierMaximum {
      return .outsideBand(sellPriceMultiplierMaximum)
    }
    return nil
  }
}

extension BotConfiguration {
  /// Where the levels of an entry would act.
  ///
  /// - Parameters:
  ///   - price: of the entry; zero: not known.
  ///   - restingStops: how many stops rest on the symbol already.
  ///   - isPaper: the venue is simulated: bots share no stops there.
  public func expectedProtection(
    _ rules: TradingRules, price: Price, restingStops: Int, isPaper: Bool = false
  ) -> [ProtectionLevel] {
    let quantity = rules.quantityRoundedDown(rules.quantity(boughtFor: largestEntry(capital: capital), at: price), isMarket: true)
    var levels: [ProtectionLevel] = []
    let goesAlong = entry.rests && rules.takesProtectedEntries
    var obstacle: WatchReason? = .noStop
    if stopLoss.isPositive {
      let stop = (price - price * stopLoss).roundedDown(toMultipleOf: rules.tickSize)
      let isUsedUp = isPaper && rules.openAlgorithmicOrdersMaximum > 0 && restingStops >= rules.openAlgorithmicOrdersMaximum
      obstacle =
        price.isPositive
        ? rules.stopObstacle(quantity, at: stop, resting: isPaper ? restingStops : 0) : isUsedUp ? .stopsUsedUp(restingStops) : nil
      var place = obstacle.map { ProtectionLevel.Place.watched($0) } ?? .resting(nil, isPaired: false)
      if obstacle == nil, !isPaper, let places = rules.stopPlaces(others: 0), restingStops >= places.usable {
        place = .umbrella(nil, price: .zero)
        obstacle = .besideWatchedStop
      }
      levels.append(ProtectionLevel(kind: .stop, price: stop, place: place, goesAlong: goesAlong))
    }
    if takeProfit.isPositive {
      let target = (price + price * takeProfit).roundedUp(toMultipleOf: rules.tickSize)
      if obstacle != nil, obstacle != .noStop { obstacle = .besideWatchedStop }
      obstacle =
        obstacle ?? (price.isPositive ? rules.targetObstacle(quantity, at: target, last: price) : rules.takesPairs ? nil : .noPairs)
      if obstacle == nil { levels[0].place = .resting(nil, isPaired: true) }
      let place = obstacle.map { ProtectionLevel.Place.watched($0) } ?? .resting(nil, isPaired: true)
      levels.append(ProtectionLevel(kind: .target, price: target, place: place, goesAlong: goesAlong))
    }
    if hasTrailingStop {
      let level = trailingStop.isPositive && !trailingStopRanges.isPositive ? price - price * trailingStop : .zero
      let isMoved = trailingPoints.map { rules.trailingDeltas?.contains($0) ?? false } ?? false
      var place = ProtectionLevel.Place.following(nil, at: isMoved ? nil : level)
      if isPaper || goesAlong || levels.contains(where: { $0.kind == .stop && !$0.rests }) { place = .watched(.follows) }
      if place.isOfExchange, let at = levels.firstIndex(where: { $0.kind == .stop && $0.price < level }) {
        levels[at].place = .behindTrailing(nil)
      }
      levels.append(ProtectionLevel(kind: .trailingStop, price: level, place: place))
    }
    return levels
  }
}

extension TradingCore {
  /// Where the levels of a bot's position act now; empty for one that holds nothing.
  func protection(of bot: Bot) -> [ProtectionLevel] {
    guard bot.position.isOpen else { return [] }
    let rules = symbols[bot.symbolAt].rules
    var stop: ClientOrderID?
    var target: ClientOrderID?
    var umbrella: ProtectionLevel.Place?
    var following: ProtectionLevel.Place?
    // What came with an entry hangs from its limit, not from the average fill.
    var resting: (stop: Price, target: Price) = (.zero, .zero)
    for key in bot.openOrders {
      guard let order = orders[key], order.isResting else { continue }
      if order.isShared {
        umbrella = .umbrella(order.clientOrderID, price: order.intent.request.stopPrice)
      } else if order.intent.isTarget {
        target = order.clientOrderID
        resting.target = order.intent.request.price
      } else if order.intent.isStop {
        stop = order.clientOrderID
        resting.stop = order.intent.request.stopPrice
        if order.intent.purpose == .trailingStop {
          following = .following(stop, at: order.intent.request.trailingDelta > 0 ? nil : resting.stop)
        }
      }
    }
    var levels: [ProtectionLevel] = []
    let tick = rules?.tickSize ?? .zero
    let quantity = rules?.quantityRoundedDown(bot.position.quantity, isMarket: true)
    var watched: WatchReason = .noStop
    if bot.configuration.stopLoss.isPositive {
      let level = bot.stopPrice(tick: tick)
      watched = stopWatch(bot, rules, quantity, at: level)
      var place = stop.map { ProtectionLevel.Place.resting($0, isPaired: target != nil) } ?? umbrella ?? .watched(watched)
      if following != nil { place = .behindTrailing(stop) }
      levels.append(ProtectionLevel(kind: .stop, price: stop == nil || following != nil ? level : resting.stop, place: place))
    }
    if bot.configuration.takeProfit.isPositive {
      let level = bot.takeProfitPrice.roundedUp(toMultipleOf: tick)
      let reason: WatchReason =
        bot.exitRequest != nil
        ? .sold
        : stop == nil
          ? (watched == .noStop || watched == .tooLittle ? watched : .besideWatchedStop)
          : bot.isTargetWatched
            ? .refused
            : rules?.targetObstacle(quantity ?? .zero, at: level, last: symbols[bot.symbolAt].lastPrice) ?? .placedAlone
      let place = target.map { ProtectionLevel.Place.resting($0, isPaired: stop != nil) } ?? .watched(reason)
      levels.append(ProtectionLevel(kind: .target, price: target == nil ? level : resting.target, place: place))
    }
    if bot.configuration.hasTrailingStop {
      var place = following ?? .watched(bot.exitRequest == nil ? .follows : .sold)
      if following == nil, stop == nil, !configuration.mode.isPaper, !bot.configuration.stopLoss.isPositive {
        place = umbrella ?? .watched(stopWatch(bot, rules, quantity, at: bot.trailingPrice.roundedDown(toMultipleOf: tick)))
      }
      levels.append(ProtectionLevel(kind: .trailingStop, price: bot.trailingPrice, place: place))
    }
    return levels
  }

  /// Why no stop of a bot rests.
  private func stopWatch(_ bot: Bot, _ rules: TradingRules?, _ quantity: Quantity?, at level: Price) -> WatchReason {
    if bot.exitRequest != nil { return .sold }
    guard let rules, let quantity else { return .rulesUnknown }
    if quantity.isZero { return .tooLittle }
    guard bot.isProtectionImpossible else { return .onTheWay }
    if let reason = bot.watchReason { return reason }
    return rules.stopObstacle(quantity, at: level, resting: restingStops(bot.symbolAt)) ?? .refused
  }

  /// Stops that rest on a symbol, or are on their way there. Cost: the symbol's bots.
  private func restingStops(_ at: Int) -> Int {
    symbols[at].bots.reduce(0) { count, index in
      let open = (bots[index]?.openOrders ?? []).lazy.compactMap { orders[$0] }
      return count + open.count { $0.intent.request.type.isContingent && $0.status != .waiting }
    }
  }
}
