import TradingCore
import TradingModel
import Venue

/// What holds of a core on an exchange whatever happened between them, judged by the exchange's own truth (RELIABILITY I1 to I20). Each broken
/// promise is one sentence.
public enum Promises {
  /// How long a stop that is gone may be believed in, in nanoseconds: the longest silence of the report stream, and what is asked after it.
  public static let beliefMaximum: Int64 = 30_000_000_000

  /// Whether a position is declared to have no stop that rests, because there is no place for one.
  static func isDeclaredWatched(_ snapshot: BotSnapshot, _ rules: TradingRules) -> Bool {
    guard rules.openAlgorithmicOrdersMaximum > 0, let stop = snapshot.protection.first(where: { $0.kind != .target })
    else { return false }
    switch stop.place {
    case .watched(.beyondUmbrella), .watched(.stopsUsedUp): return true
    default: return false
    }
  }

  /// All of them, of a run that came to rest.
  public static func broken<Exchange>(by driver: CoreDriver<Exchange>) -> [String] {
    onTheWay(driver) + ledger(driver) + shared(driver) + driver.bots.flatMap { end(driver, $0) }
  }

  /// A stop that is gone is not believed in for long.
  public static func belief<Exchange>(of driver: CoreDriver<Exchange>) -> [String] {
    guard driver.longestError > beliefMaximum else { return [] }
    return ["a stop that was gone was believed in for \(driver.longestError / 1_000_000) ms"]
  }

  /// Those that hold at every moment.
  private static func onTheWay<Exchange>(_ driver: CoreDriver<Exchange>) -> [String] {
    var broken: [String] = []
    let exchange = driver.exchange
    // I1: a name is sent once and arrives at most once.
    if Set(driver.sent).count != driver.sent.count { broken.append("a client order id was used twice") }
    let twice = exchange.book.arrivals.filter { $0.value > 1 }.map(\.key.text).sorted()
    if !twice.isEmpty { broken.append("requests arrived twice: \(twice)") }
    // I8
    if !exchange.book.oversold.isEmpty { broken.append("oversold: \(exchange.book.oversold.prefix(5))") }
    if (exchange.book.ownersCoins + exchange.book.borrowed).isNegative {
      broken.append("\(exchange.book.ownersCoins) are left of the owner's coins")
    }
    // I3: what was given up never lived.
    for id in driver.givenUp.sorted(by: { $0.text < $1.text }) where exchange.everLived(id) {
      broken.append("\(id) was given up but lived")
    }
    if driver.core.openOrders.contains(where: \.isUnsettled) {
      broken.append("orders in doubt: \(driver.core.openOrders.filter(\.isUnsettled).map { "\($0.clientOrderID) \($0.status)" })")
    }
    return broken
  }

  private static func isShared<Exchange>(_ record: FillRecord, _ driver: CoreDriver<Exchange>) -> Bool {
    record.clientOrderID.flatMap { driver.exchange.book.shares[$0] } != nil
  }

  /// I4, I5: the ledger equals the truth, each fill once.
  private static func ledger<Exchange>(_ driver: CoreDriver<Exchange>) -> [String] {
    var broken: [String] = []
    let book = driver.exchange.book
    let fills = driver.fills
    let mine = fills.filter { !isShared($0, driver) }
    let made = Set(book.trades.map(\.fill.tradeID))
    for record in fills where !made.contains(record.fill.tradeID) { broken.append("\(record) never was") }
    var records: [TradeID: FillRecord] = [:]
    for record in mine where records.updateValue(record, forKey: record.fill.tradeID) != nil {
      broken.append("trade \(record.fill.tradeID) is booked twice")
    }
    for trade in book.trades where book.shares[trade.clientOrderID] == nil {
      let owner = book.owner[trade.clientOrderID]
      guard let record = records[trade.fill.tradeID] else {
        // Of the owner's own trades those are not looked for that were made before anything was known.
        guard owner != nil else { continue }
        broken.append("trade \(trade.fill.tradeID) of \(trade.clientOrderID) is not booked")
        continue
      }
      // Of a stranger's trade the name of its order may be unknown.
      let isNamed =
        owner == nil ? record.clientOrderID ?? trade.clientOrderID == trade.clientOrderID : record.clientOrderID == trade.clientOrderID
      if record.fill != trade.fill || record.side != trade.side || !isNamed || record.botID != owner {
        broken.append("trade \(trade.fill.tradeID) is booked as \(record), and is \(trade)")
      }
    }
    return broken
  }

  /// Each trade of a shared order was divided exactly, among its own bots, none of which sold more than its share.
  private static func shared<Exchange>(_ driver: CoreDriver<Exchange>) -> [String] {
    var broken: [String] = []
    let book = driver.exchange.book
    let parts = driver.fills.filter { isShared($0, driver) }
    for trade in book.trades {
      guard let shares = book.shares[trade.clientOrderID] else { continue }
      let own = parts.filter { $0.fill.tradeID == trade.fill.tradeID }
      let bots = own.compactMap(\.botID)
      let isExact =
        own.reduce(.zero) { $0 + $1.fill.quantity } == trade.fill.quantity
        && own.reduce(.zero) { $0 + $1.fill.quoteQuantity } == trade.fill.quoteQuantity
        && own.reduce(.zero) { $0 + $1.fill.commission } == trade.fill.commission
      if !isExact || !own.allSatisfy({ $0.clientOrderID == trade.clientOrderID && $0.side == .sell }) {
        broken.append("the parts of trade \(trade.fill.tradeID) are \(own), and it is \(trade)")
      }
      if Set(bots).count != own.count || !Set(bots).isSubset(of: shares.map(\.botID)) {
        broken.append("trade \(trade.fill.tradeID) is divided among \(bots)")
      }
    }
    for (id, shares) in book.shares.sorted(by: { $0.key.text < $1.key.text }) {
      for share in shares {
        let sold = parts.filter { $0.clientOrderID == id && $0.botID == share.botID }.reduce(Quantity.zero) { $0 + $1.fill.quantity }
        if sold > share.quantity { broken.append("\(share.botID) sold \(sold) of \(share.quantity) by \(id)") }
      }
    }
    return broken
  }

  /// I7, I20: in the end a bot's book is the truth, it is protected or flat, and nothing is left over.
  private static func end<Exchange>(_ driver: CoreDriver<Exchange>, _ bot: BotConfiguration) -> [String] {
    guard let snapshot = driver.core.snapshot(of: bot.id) else { return ["bot \(bot.id) is gone"] }
    var broken: [String] = []
    let (book, rules) = (driver.exchange.book, driver.exchange.rules)
    let inventory = book.inventory(bot.id)
    if snapshot.position.quantity != inventory {
      broken.append("\(bot.id) holds \(inventory), its book says \(snapshot.position.quantity)")
    }
    let brought = driver.fills.filter { $0.botID == bot.id && isShared($0, driver) }
      .reduce(Amount.zero) { $0 + $1.fill.quoteQuantity - $1.fill.commission }
    let flows = driver.journal.reduce(Amount.zero) { sum, entry in
      guard case .positionAdjusted(let adjustment) = entry.record, adjustment.botID == bot.id else { return sum }
      return sum - adjustment.flow
    }
    let money = snapshot.results.realizedPnL - snapshot.position.cost
    let cash = book.cash(of: bot.id) + brought + flows
    if money != cash { broken.append("the money of \(bot.id) is \(cash), its book says \(money)") }
    let open = driver.exchange.openOrders
    let own = open.filter { book.concerns($0, bot.id) }
    if Set(own.map(\.request.clientOrderID)) != Set(snapshot.openOrders) {
      broken.append("open orders of \(bot.id): \(own.map(\.request.clientOrderID)), its book says \(snapshot.openOrders)")
    }
    let sellable = rules.quantityRoundedDown(snapshot.position.quantity, isMarket: true)
    let resting = own.lazy.compactMap { $0.request.type == .stopLoss ? $0.trigger : nil }.first
    let level = resting ?? (bot.stopLoss.isPositive ? snapshot.stopPrice : snapshot.position.averageEntryPrice)
    let canRest = rules.violation(quantity: sellable, price: level, isMarket: true) == nil
    if snapshot.position.isOpen, canRest {
      let stop = own.first { $0.request.type == .stopLoss }
      let others = own.filter { $0.request.type != .stopLoss }
      // A stop that rested before a filter shrank covers more than one that is placed now.
      let covered = stop.map { book.left(of: $0, for: bot.id) } ?? .zero
      let isProtected =
        covered >= rules.quantityRoundedDown(sellable - book.missing, isMarket: true)
        && (covered <= sellable || covered <= snapshot.position.quantity) && own.count <= 2
        && others.allSatisfy { $0.request.type == .limitMaker && $0.request.linked == stop?.request.clientOrderID }
      if !isProtected, !own.isEmpty || !isDeclaredWatched(snapshot, rules) {
        broken.append(
          "\(bot.id) is not protected: \(own), sellable \(sellable), exit \(snapshot.exitReason), hold \(snapshot.hold?.reason ?? "none"), \(snapshot.protection)"
        )
      }
    } else if !own.isEmpty {
      broken.append("\(bot.id) is flat, orders are left: \(own)")
    }
    return broken
  }
}
