import Time
import TradingModel
import Venue

/// Coins that a person moves between bots and the rest of the account, and the brake that sells everything.
extension TradingCore {
  mutating func adopt(
    _ id: BotID, _ quantity: Quantity, entryPrice: Price, _ effects: inout [Effect]
  ) throws(CommandError) -> BotID {
    let bot = try find(id)
    let at = bot.symbolAt
    let price = symbols[at].lastPrice
    guard price.isPositive, let rules = symbols[at].rules else {
      throw CommandError(
        .unavailable, reason: "PRICE_UNKNOWN", "the price of \(symbolNames[at]) is not known yet; try again when the feed is live")
    }
    guard quantity.isPositive else {
      throw CommandError(.invalidArgument, reason: "OUT_OF_RANGE", field: "quantity", "quantity must be above 0")
    }
    guard let sellable = symbols[at].sellable(quantity), sellable.isPositive,
      rules.violation(quantity: sellable, price: price, isMarket: true) == nil
    else {
      throw CommandError(
        .invalidArgument, reason: "QUANTITY_UNSELLABLE", field: "quantity",
        "\(quantity) \(rules.baseAsset) is too little to be sold: the least that \(symbolNames[at]) takes is \(rules.quantityMinimum) and \(rules.notionalMinimum) \(rules.quoteAsset)"
      )
    }
    guard entryPrice.isZero || entryPrice.isPositive else {
      throw CommandError(.invalidArgument, reason: "OUT_OF_RANGE", field: "entry_price", "entry_price must be above 0")
    }
    try settledBot(index(of: id), "adopt")
    if !configuration.mode.isPaper {
      guard let balance = account(rules.baseAsset) else {
        throw CommandError(
          .unavailable, reason: "ACCOUNT_UNKNOWN", "the account's balances are not read yet; try again when `botctl health` is well")
      }
      // What other orders than ours lock is promised to somebody: no stop could rest on it.
      let free = balance.free + min(balance.locked, restingSales(of: rules.baseAsset)) - claimed(rules.baseAsset)
      guard free >= quantity else {
        throw CommandError(
          .failedPrecondition, reason: "COINS_NOT_THERE", field: "quantity",
          "the account has \(max(free, .zero)) free \(rules.baseAsset) that no bot holds, less than \(quantity)")
      }
    }
    append(
      .positionAdjusted(PositionAdjustment(botID: id, cause: .adopted, quantity: quantity, price: price, entryPrice: entryPrice)), &effects)
    advance(id, &effects)
    return id
  }

  mutating func release(_ id: BotID, _ quantity: Quantity?, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let bot = try find(id)
    guard bot.position.isOpen else {
      throw CommandError(.failedPrecondition, reason: "NO_POSITION", field: "bot_id", "bot \(id) holds no position")
    }
    guard quantity ?? bot.position.quantity <= bot.position.quantity, quantity?.isPositive ?? true else {
      throw CommandError(
        .invalidArgument, reason: "OUT_OF_RANGE", field: "quantity",
        "quantity must be above 0 and at most \(bot.position.quantity), what bot \(id) holds")
    }
    try settledBot(index(of: id), "release")
    takeOut(index(of: id), quantity ?? bot.position.quantity, .released, &effects)
    return id
  }

  mutating func acceptMissing(_ asset: String, _ effects: inout [Effect]) throws(CommandError) -> [BotID] {
    guard let missing = missingCoins.first(where: { $0.asset == asset }) else {
      throw CommandError(
        .failedPrecondition, reason: "NO_DISCREPANCY", field: "asset",
        "no \(asset) is missing; `botctl discrepancies` shows what is")
    }
    for id in missing.bots { try settledBot(index(of: id), "resolve") }
    for id in missing.bots {
      guard let bot = botAt(id), let held = bots[bot]?.position.quantity else { continue }
      let there = Position.share(of: held, missing.held, missing.claimed)
      if held > there { takeOut(bot, held - there, .missing, &effects) }
    }
    compareWithAccount(&effects)
    return missing.bots
  }

  mutating func panic(_ reason: String, _ effects: inout [Effect]) -> [BotID] {
    var touched: [BotID] = []
    for index in bots.indices where bots[index] != nil {
      let id = botIDs[index]
      _ = try? change(id, to: .stopped, &effects)
      touched.append(id)
      for key in bots[index]?.openOrders ?? [] where orders[key]?.intent.purpose == .entry && orders[key]?.isResting == true {
        cancel(key, reason: "panic: \(reason)", &effects)
      }
      guard let position = bots[index]?.position, position.isOpen else { continue }
      let price = lastPrice(of: symbolNames[bots[index]?.symbolAt ?? 0])
      let words = "panic: \(reason)"
      if let exit = bots[index]?.exitRequest {
        // Also what was refused, and waits because trading is halted: now a person wants it.
        if exit.purpose != .manual {
          append(.exitRequested(ExitRequest(botID: id, purpose: .manual, reason: words, decisionPrice: price)), &effects)
        }
        bots[index]?.tryAgain()
        advance(index, &effects)
      } else {
        requestExit(index, .manual, reason: words, price: price, &effects)
      }
    }
    if tradingState != .halted {
      append(.tradingStateChanged(TradingStateChange(state: .halted, reason: "panic: \(reason)")), &effects)
    }
    return touched
  }

  // MARK: Parts

  private func index(of id: BotID) -> Int { botAt(id) ?? 0 }

  /// What bots hold of an asset by their books.
  private func claimed(_ asset: String) -> Quantity {
    var sum = Quantity.zero
    for bot in bots { if let bot, symbols[bot.symbolAt].baseAsset == asset, bot.position.isOpen { sum += bot.position.quantity } }
    return sum
  }

  /// Moving coins while an order is on its way would make two truths.
  func settledBot(_ index: Int, _ verb: String) throws(CommandError) {
    for key in bots[index]?.openOrders ?? [] {
      guard let order = orders[key], order.isUnsettled, !order.isParked else { continue }
      throw CommandError(
        .failedPrecondition, reason: "ORDER_OUTSTANDING", field: "bot_id",
        "order \(order.clientOrderID) of bot \(botIDs[index]) is not settled; try `botctl \(verb)` again in a moment")
    }
  }

  /// An entry ended that was filled in part, so little that no market order could sell it at what it cost: it leaves the bot, which would hold it
  /// for ever. At cost, so that nothing of it depends on the price of the moment.
  mutating func releaseRest(of key: OrderKey, _ index: Int, _ effects: inout [Effect]) {
    guard let order = orders[key], order.intent.purpose == .entry, order.status.isTerminal, order.status != .filled,
      order.filledQuantity.isPositive, !order.isAwaitingFills, let bot = bots[index], bot.position.isOpen,
      bot.openOrders.allSatisfy({ $0 == key }), symbols[bot.symbolAt].rules != nil
    else { return }
    let (quantity, cost, symbol) = (bot.position.quantity, bot.position.averageEntryPrice, symbolNames[bot.symbolAt])
    guard !isSellable(quantity, at: cost, symbol: symbol) else { return }
    alert(
      .warning, .positionAdjusted, botIDs[index],
      "\(quantity) \(symbols[bot.symbolAt].baseAsset), all that order \(order.clientOrderID) was filled, is too little to be sold; it stays on the account, and bot \(botIDs[index]) goes on without it",
      &effects)
    takeOut(index, quantity, .released, at: cost, &effects)
  }

  private mutating func takeOut(
    _ index: Int, _ quantity: Quantity, _ cause: PositionAdjustment.Cause, at value: Price? = nil, _ effects: inout [Effect]
  ) {
    guard let bot = bots[index] else { return }
    let last = symbols[bot.symbolAt].lastPrice
    let price = value ?? (last.isPositive ? last : bot.position.averageEntryPrice)
    var adjustment = PositionAdjustment(botID: botIDs[index], cause: cause, quantity: quantity, price: price)
    var after = bot.position
    adjustment.realizedPnL = after.apply(adjustment, at: now)
    adjustment.closesPosition = !isSellable(after.quantity, at: price, symbol: symbolNames[bot.symbolAt])
    append(.positionAdjusted(adjustment), &effects)
    advance(index, &effects)
  }
}
