public import Time
public import TradingModel

/// What the exchange's keeper does: rules, status, delisting, accounts, prices by command, other participants.
extension SimulatedExchange {
  /// A symbol's trading rules now; `nil`: no such symbol, or delisted.
  public func rules(_ symbol: Symbol) -> TradingRules? { instrument(symbol)?.rules }

  /// A symbol's terms now; `nil`: no such symbol, or delisted.
  public func terms(_ symbol: Symbol) -> SymbolTerms? {
    guard let index = marketIndex[symbol], !markets[index].isDelisted else { return nil }
    return markets[index].terms
  }

  /// Changes a symbol's trading rules (tick, lot, notional, counts, status); open orders stay as they are. The symbol and its assets cannot
  /// change. Orders by quote amount go on trading in the steps that the symbol began with.
  /// - Returns: whether there is such a symbol.
  @discardableResult
  public mutating func changeRules(of symbol: Symbol, _ body: (inout TradingRules) -> Void) -> Bool {
    guard let index = marketIndex[symbol], !markets[index].isDelisted else { return false }
    var rules = markets[index].rules
    let (base, quote) = (rules.baseAsset, rules.quoteAsset)
    body(&rules)
    rules.symbol = symbol
    rules.baseAsset = base
    rules.quoteAsset = quote
    markets[index].instrument.rules = rules
    return true
  }

  /// Changes a symbol's terms: filters, features, permission sets, reference price. Open orders stay as they are.
  /// - Returns: whether there is such a symbol.
  @discardableResult
  public mutating func changeTerms(of symbol: Symbol, _ body: (inout SymbolTerms) -> Void) -> Bool {
    guard let index = marketIndex[symbol], !markets[index].isDelisted else { return false }
    body(&markets[index].terms)
    return true
  }

  /// Sets a symbol's status. Orders are only taken while it trades; cancels always, amendments also while it is cancel-only.
  /// - Returns: whether there is such a symbol.
  @discardableResult
  public mutating func setStatus(_ status: TradingRules.Status, of symbol: Symbol) -> Bool {
    changeRules(of: symbol) { $0.status = status }
  }

  /// Takes a symbol off the exchange: its open orders expire (`EXCHANGE_CANCELED`), and from then on it is an unknown symbol (-1121).
  /// - Returns: whether there was such a symbol.
  @discardableResult
  public mutating func delist(_ symbol: Symbol, at time: Timestamp, events: inout [ExchangeEvent]) -> Bool {
    guard let index = marketIndex[symbol], !markets[index].isDelisted else { return false }
    markets[index].isDelisted = true
    for id in markets[index].orderIDs where markets[index].orders[id]?.status.isOpen == true {
      expireByExchange(id, market: index, at: time, &events)
    }
    return true
  }

  private mutating func expireByExchange(_ id: Int64, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    guard let order = markets[index].orders[id] else { return }
    if order.status == .pendingNew {
      endPending(order.listID, .expired, .expired, .exchangeCanceled, market: index, at: time, &events)
      progressLists(at: time, &events)
      return
    }
    var book: [BookEvent] = []
    markets[index].engine.cancel(id, events: &book)
    book = book.map { if case .canceled(let order) = $0 { .expired(order, .exchangeCanceled) } else { $0 } }
    apply(book, market: index, at: time, &events)
  }

  /// Wipes an account, as a test network is wiped: every order, list, fill and prevented match of it is gone without an event (-2013 from
  /// then on), and its funds are those given. Order and trade numbers go on.
  /// - Returns: whether there is such an account.
  @discardableResult
  public mutating func wipe(account: Int, balances: [(asset: String, amount: Amount)], at time: Timestamp) -> Bool {
    guard accounts.indices.contains(account) else { return false }
    for index in markets.indices {
      let mine = Set(markets[index].orderIDs.filter { markets[index].orders[$0]?.account == account })
      var ignored: [BookEvent] = []
      for id in mine {
        if markets[index].orders[id]?.status.isOpen == true { markets[index].openTotal -= 1 }
        markets[index].engine.cancel(id, events: &ignored)
        markets[index].orders[id] = nil
        markets[index].amendments[id] = nil
      }
      orderCount -= mine.count
      markets[index].orderIDs.removeAll { mine.contains($0) }
      markets[index].fills.removeAll { $0.account == account }
      markets[index].prevented.removeAll { $0.account == account }
      markets[index].openCount[account] = nil
      markets[index].openLists[account] = nil
    }
    listIDs.removeAll { lists[$0]?.account == account }
    lists = lists.filter { $0.value.account != account }
    openIDs[account] = nil
    openListIDs[account] = nil
    let before = accounts[account]
    var fresh = SimulatedAccount(balances: balances)
    fresh.permissions = before.permissions
    fresh.paysWithDiscountAsset = before.paysWithDiscountAsset
    fresh.updateTime = time
    for asset in before.assets { transferred[asset, default: .zero] -= before.free(asset) + before.locked(asset) }
    for (asset, amount) in balances { transferred[asset, default: .zero] += amount }
    accounts[account] = fresh
    return true
  }

  /// Sets what an account may trade; see ``SymbolTerms/permissionSets``.
  public mutating func setPermissions(_ permissions: [String], account: Int) {
    guard accounts.indices.contains(account) else { return }
    accounts[account].permissions = permissions
  }

  /// Somebody else buys or sells at the market: takes from the book, best price first, and what finds nothing to take is gone.
  /// - Parameter limit: no worse price than this; `nil`: any.
  /// - Returns: the quantity traded; `nil`: no such symbol, or a quantity or price that is not positive.
  @discardableResult
  public mutating func othersTake(
    _ symbol: Symbol, side: Side, quantity: Quantity, limit: Price? = nil, at time: Timestamp, events: inout [ExchangeEvent]
  ) -> Quantity? {
    guard let index = marketIndex[symbol], !markets[index].isDelisted, quantity.isPositive, limit?.isPositive ?? true else { return nil }
    prepareBook(of: symbol)
    let order = BookOrder(
      id: markets[index].houseID(), account: Self.houseTaker, side: side, type: limit == nil ? .market : .limit,
      timeInForce: .immediateOrCancel, price: limit ?? .zero, quantity: quantity)
    var book: [BookEvent] = []
    markets[index].engine.submit(order, events: &book)
    apply(book, market: index, at: time, &events)
    return book.reduce(Quantity.zero) { sum, event in
      if case .trade(let trade) = event, trade.taker.id == order.id { sum + trade.quantity } else { sum }
    }
  }

  /// Somebody else places a limit order that stays on the book; what crosses trades at once. It stays until it has traded or
  /// ``cancelOthers(_:id:)`` takes it.
  /// - Returns: its number, negative; `nil`: no such symbol, or a quantity or price that is not positive.
  @discardableResult
  public mutating func othersMake(
    _ symbol: Symbol, side: Side, price: Price, quantity: Quantity, at time: Timestamp, events: inout [ExchangeEvent]
  ) -> Int64? {
    guard let index = marketIndex[symbol], !markets[index].isDelisted, quantity.isPositive, price.isPositive else { return nil }
    prepareBook(of: symbol)
    let id = markets[index].houseID()
    var book: [BookEvent] = []
    markets[index].engine.submit(
      BookOrder(id: id, account: Self.otherMaker, side: side, type: .limit, price: price, quantity: quantity), events: &book)
    apply(book, market: index, at: time, &events)
    return id
  }

  /// Takes an order of somebody else off the book. Returns whether it was there.
  @discardableResult
  public mutating func cancelOthers(_ symbol: Symbol, id: Int64) -> Bool {
    guard let index = marketIndex[symbol], id < 0 else { return false }
    var ignored: [BookEvent] = []
    return markets[index].engine.cancel(id, events: &ignored) != nil
  }

  /// Takes the price somewhere by command: orders that it goes through fill at their own prices, the house's ladder moves around it, and a
  /// trade of one lot there sets the last price and triggers stops. The trade is public; in a recorded market the caller publishes it.
  /// - Returns: the trade; `nil`: no such symbol, or a price that is not positive.
  @discardableResult
  public mutating func movePrice(
    of symbol: Symbol, to price: Price, at time: Timestamp, events: inout [ExchangeEvent]
  ) -> MarketTradeRecord? {
    guard let index = marketIndex[symbol], !markets[index].isDelisted, price.isPositive else { return nil }
    let rules = markets[index].rules
    let isBuyerMaker = price <= markets[index].engine.lastPrice ?? price
    sweep(through: price, market: index, at: time, &events)
    markets[index].quote = nil
    let best = HouseLadder.best(around: price, rules: rules, configuration: configuration.house)
    placeLadder(bid: best.bid, ask: best.ask, market: index, at: time, &events)
    let quantity = rules.stepSize.isPositive ? max(rules.stepSize, rules.quantityMinimum) : .one
    let trade = MarketTradeRecord(
      symbol: symbol, id: markets[index].engine.takeTradeID(), price: price, quantity: quantity, quoteQuantity: price * quantity,
      time: time, isBuyerMaker: isBuyerMaker)
    if configuration.house.mode == .generated { events.append(.trade(trade)) }
    noteForAverage(price: price, quantity: quantity, market: index, at: time)
    var book: [BookEvent] = []
    markets[index].engine.moveLastPrice(to: price, events: &book)
    apply(book, market: index, at: time, &events)
    return trade
  }
}
