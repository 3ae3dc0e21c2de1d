import Time
import TradingModel
import Venue

/// What a person sells of a position while the bot keeps the rest.
///
/// First the rest has its own cover: the stop, the pair or the share of an umbrella is made as small as the rest, in the way in which those of
/// larger positions are moved. Then one order at the market sells the part. At no moment do orders rest for more than is held. A process that
/// dies in between goes on from what the journal says; whatever sells all of the position meanwhile ends the wish.
///
/// There is one order for one wish: where the exchange refuses it, or it is filled in part, the stop covers what is left, and a person decides.
extension TradingCore {
  mutating func sellPart(_ id: BotID, _ size: PartSize, _ reason: String, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let (index, exit) = try part(of: id, size, reason)
    append(.exitRequested(exit), &effects)
    advance(index, &effects)
    return id
  }

  /// What ``sellPart(_:_:_:_:)`` would send; changes nothing.
  mutating func plannedPart(_ id: BotID, _ size: PartSize, _ reason: String) -> CommandResult {
    do throws(CommandError) {
      guard journalIsHealthy else { throw CommandError(.unavailable, reason: "JOURNAL_UNAVAILABLE", "the journal cannot be written") }
      let (index, exit) = try part(of: id, size, reason)
      guard let name = nextClientOrderID(index, .manual), let part = exit.part else {
        throw CommandError(.unavailable, reason: "JOURNAL_UNAVAILABLE", "there is no journal yet")
      }
      let symbol = symbolNames[bots[index]?.symbolAt ?? 0]
      return .planned(
        OrderRequest(clientOrderID: name, symbol: symbol, side: .sell, type: .market, quantity: part), price: exit.decisionPrice)
    } catch {
      return .failed(error)
    }
  }

  // MARK: The decision

  private mutating func part(of id: BotID, _ size: PartSize, _ reason: String) throws(CommandError) -> (index: Int, exit: ExitRequest) {
    let bot = try find(id)
    guard let index = botAt(id), bot.position.isOpen else { throw refusedPart("NO_POSITION", "bot \(id) holds no position") }
    guard bot.exitRequest == nil else { throw refusedPart("POSITION_CLOSING", "all that bot \(id) holds is being sold already") }
    guard bot.partExit == nil else {
      throw refusedPart("ORDER_OUTSTANDING", "a part of what bot \(id) holds is being sold already; try again in a moment")
    }
    try settledBot(index, "sell")
    if bot.openOrders.contains(where: { orders[$0]?.intent.purpose == .entry }) {
      throw refusedPart(
        "ORDER_OUTSTANDING",
        "the entry of bot \(id) is not over; cancel what rests of it first (botctl orders --bot \(id)), or sell all: botctl sell \(id)")
    }
    let at = bot.symbolAt
    let price = symbols[at].lastPrice
    guard price.isPositive, let rules = symbols[at].rules else {
      throw CommandError(
        .unavailable, reason: "PRICE_UNKNOWN", "the price of \(symbolNames[at]) is not known yet; try again when the feed is live")
    }
    guard symbols[at].isTrading() else { throw refusedPart("SYMBOL_NOT_TRADING", "the exchange takes no orders on \(symbolNames[at]) now") }
    guard now >= bot.retryAt else {
      throw refusedPart("TOO_SOON", "the exchange refused its last order, the next try is at \(bot.retryAt); botctl show \(id) says why")
    }
    let part = try quantity(of: size, bot, rules, price)
    return (index, ExitRequest(botID: id, purpose: .manual, reason: reason, decisionPrice: price, part: part))
  }

  /// What is sold: by the rules of the symbol, and so that neither it nor the rest is too little to be sold.
  private mutating func quantity(of size: PartSize, _ bot: Bot, _ rules: TradingRules, _ price: Price) throws(CommandError) -> Quantity {
    let id = bot.configuration.id
    let held = bot.position.quantity
    let field = size.field
    func wrong(_ reason: String, _ message: String) -> CommandError {
      CommandError(.invalidArgument, reason: reason, field: field, "nothing was sold: \(message)")
    }
    let asked: Quantity
    switch size {
    case .quantity(let quantity): asked = quantity
    case .quote(let amount): asked = amount.divided(by: price, rounding: .towardZero)
    case .fraction(let fraction):
      guard fraction.isPositive, fraction < FixedDecimal(1) else {
        throw wrong("OUT_OF_RANGE", "fraction must be above 0 and below 1, not \(fraction); botctl sell \(id) sells all")
      }
      asked = held * fraction
    }
    guard asked.isPositive || !size.isExact else { throw wrong("OUT_OF_RANGE", "\(field) must be above 0, not \(asked)") }
    let part = rules.quantityRoundedDown(asked, isMarket: true)
    guard asked < held, part < rules.quantityRoundedDown(held, isMarket: true) else {
      throw wrong("PART_TOO_LARGE", "bot \(id) holds \(held) \(rules.baseAsset), no more than that; sell all: botctl sell \(id)")
    }
    if size.isExact, part != asked {
      throw wrong(
        "QUANTITY_STEP", "\(symbolNames[bot.symbolAt]) does not take \(asked) (LOT_SIZE); the next quantity below that it takes is \(part)")
    }
    if let broken = rules.violation(quantity: part, price: price, isMarket: true) {
      throw wrong(
        "QUANTITY_UNSELLABLE",
        "\(part.isPositive ? part : asked) \(rules.baseAsset) at \(price) is not what \(symbolNames[bot.symbolAt]) takes (\(broken.filter)): the least is \(rules.quantityMinimum) \(rules.baseAsset) and \(rules.notionalMinimum) \(rules.quoteAsset)"
      )
    }
    // What is left must be sellable where its stop would sell it.
    let stop = bot.stopPrice(tick: rules.tickSize)
    let left = held - part
    let lowest = stop.isPositive ? min(stop, price) : price
    guard rules.violation(quantity: rules.quantityRoundedDown(left, isMarket: true), price: lowest, isMarket: true) == nil else {
      throw wrong(
        "REST_UNSELLABLE",
        "\(left) \(rules.baseAsset) would be left, too little to be sold at \(lowest): the least is \(rules.quantityMinimum) \(rules.baseAsset) and \(rules.notionalMinimum) \(rules.quoteAsset); sell less, or all: botctl sell \(id)"
      )
    }
    return part
  }

  private func refusedPart(_ reason: String, _ message: String) -> CommandError {
    CommandError(.failedPrecondition, reason: reason, field: "bot_id", "nothing was sold: \(message)")
  }

  // MARK: Its steps

  /// Whether the rest is under its stop, no more and no less, or can be under none.
  mutating func isCovered(
    _ index: Int, _ bot: Bot.Standing, by umbrella: OrderKey?, orBy own: Quantity?, _ sellable: Quantity, there: Quantity
  ) -> Bool {
    if let umbrella {
      guard wantsStop(bot), let order = orders[umbrella], order.coversItsShares else { return false }
      let covered = order.covers(botIDs[index])
      return covered >= sellable && covered <= there
    }
    if let own { return own >= sellable && own <= there }
    return !wantsStop(bot) || bot.isProtectionImpossible
  }

  /// Sells it, now that the rest is covered.
  mutating func sellPart(_ index: Int, _ bot: Bot.Standing, _ effects: inout [Effect]) {
    guard symbols[bot.symbolAt].isTrading(), now >= bot.retryAt, let part = bots[index]?.waitingPart(), !isOverdue(part),
      let held = bots[index]?.heldQuantity(), mayRepeat(index), let id = nextClientOrderID(index, .manual)
    else { return }
    let request = OrderRequest(clientOrderID: id, symbol: symbolNames[bot.symbolAt], side: .sell, type: .market, quantity: part.quantity)
    guard let approved = RiskGate.approveReduction(request, held: held, decisionPrice: part.request.decisionPrice) else { return }
    send(approved, bot: botIDs[index], purpose: .manual, reason: part.request.reason, &effects)
  }

  /// The exchange refused it: it is not tried again, and the stop covers all of the position as before.
  mutating func partRefused(_ index: Int, _ refusal: Refusal, _ reason: String, _ effects: inout [Effect]) {
    if refusal == .balance { readAccount(&effects) }
    alert(
      .warning, .orderRefused, botIDs[index],
      "the exchange refused a sale of bot \(botIDs[index]) that was asked for by hand: \(reason.isEmpty ? "no reason given" : reason); it is not tried again",
      &effects)
  }

  /// Whether a wish is older than its order may leave. A replay follows the journal.
  private func isOverdue(_ part: PartExit) -> Bool { journaledStops == nil && now.nanoseconds(since: part.askedAt) > PartExit.patience }

  /// A wish whose order could not leave in time is over: nobody wants a sale of an hour ago. A replay takes that from the journal.
  mutating func endOverduePart(of index: Int, _ effects: inout [Effect]) {
    guard let part = bots[index]?.waitingPart(), isOverdue(part), journalIsHealthy else { return }
    let words = "\(part.quantity) was not sold within 60 s, and is not any more: the stop of the rest could not be placed"
    append(
      .exitRequested(
        ExitRequest(
          botID: botIDs[index], purpose: .manual, reason: words, decisionPrice: part.request.decisionPrice, part: .zero)), &effects)
    alert(.warning, .orderReleased, botIDs[index], "bot \(botIDs[index]): \(words)", &effects)
  }
}

extension PartSize {
  /// The request's field that it comes from.
  fileprivate var field: String {
    switch self {
    case .quantity: "quantity"
    case .quote: "quote_quantity"
    case .fraction: "fraction"
    }
  }

  /// Whether it is sold to the digit or not at all.
  fileprivate var isExact: Bool { if case .quantity = self { true } else { false } }
}
