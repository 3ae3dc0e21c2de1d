public import Time
public import TradingModel

extension SimulatedExchange {
  /// Places an order for an account. Every call is written to the truth log, whatever comes of it.
  /// - Returns: the order right after matching, and its fills so far.
  /// - Throws: ``ExchangeError`` with the exchange's code; then there is no order.
  @discardableResult
  public mutating func place(
    _ request: ExchangeOrderRequest, account: Int, arrival: Timestamp, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    do throws(ExchangeError) {
      let result = try execute(request, account: account, at: time, events: &events)
      record(
        .place, symbol: request.symbol.text, clientOrderID: result.order.clientOrderID, order: Self.describe(request), arrival: arrival,
        at: time, error: nil, orderID: result.order.orderID, outcome: result.order.status.rawValue)
      return result
    } catch {
      record(
        .place, symbol: request.symbol.text, clientOrderID: request.clientOrderID ?? "", order: Self.describe(request), arrival: arrival,
        at: time, error: error)
      throw error
    }
  }

  /// Checks an order as ``place(_:account:arrival:at:events:)`` does, but for funds, and takes nothing.
  public mutating func test(_ request: ExchangeOrderRequest, account: Int, arrival: Timestamp, at time: Timestamp) throws(ExchangeError) {
    do throws(ExchangeError) {
      _ = try checked(request, account: account)
      record(
        .test, symbol: request.symbol.text, clientOrderID: request.clientOrderID ?? "", order: Self.describe(request), arrival: arrival,
        at: time, error: nil, outcome: "TESTED")
    } catch {
      record(
        .test, symbol: request.symbol.text, clientOrderID: request.clientOrderID ?? "", order: Self.describe(request), arrival: arrival,
        at: time, error: error)
      throw error
    }
  }

  /// Cancels an open order by number or by client order id; where both are given they must belong together.
  public mutating func cancel(
    symbol: Symbol, orderID: Int64?, clientOrderID: String?, cancelClientOrderID: String?, account: Int, arrival: Timestamp,
    at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, cancelClientOrderID: String) {
    let name = clientOrderID ?? orderID.map { "#\($0)" } ?? ""
    do throws(ExchangeError) {
      guard let index = marketIndex[symbol] else { throw ExchangeError(-1121, "Invalid symbol.") }
      guard orderID != nil || clientOrderID != nil else {
        throw ExchangeError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
      }
      let key = clientOrderID.flatMap { openIDs[account]?[$0] }
      let wanted = orderID ?? (key?.market == index ? key?.orderID : nil)
      guard let wanted, let order = markets[index].orders[wanted], order.account == account, order.status.isOpen,
        clientOrderID == nil || order.clientOrderID == clientOrderID
      else { throw ExchangeError(-2011, "Unknown order sent.") }
      let cancelID = cancelClientOrderID ?? generatedClientID()
      var book: [BookEvent] = []
      markets[index].engine.cancel(wanted, events: &book)
      let before = events.count
      apply(book, market: index, at: time, &events)
      for position in before..<events.count {
        if case .execution(var execution) = events[position], execution.kind == .canceled {
          execution.cancelClientOrderID = cancelID
          events[position] = .execution(execution)
        }
      }
      let canceled = markets[index].orders[wanted] ?? order
      record(
        .cancel, symbol: symbol.text, clientOrderID: order.clientOrderID, order: "", arrival: arrival, at: time, error: nil,
        orderID: wanted, outcome: canceled.status.rawValue)
      return (canceled, cancelID)
    } catch {
      record(.cancel, symbol: symbol.text, clientOrderID: name, order: "", arrival: arrival, at: time, error: error)
      throw error
    }
  }

  /// Writes a request that was refused before it reached the exchange (a bad signature, a missing parameter) to the truth log.
  public mutating func recordRefusal(
    _ kind: TruthRecord.Kind, symbol: String, clientOrderID: String, order: String, arrival: Timestamp, at time: Timestamp,
    error: ExchangeError
  ) {
    record(kind, symbol: symbol, clientOrderID: clientOrderID, order: order, arrival: arrival, at: time, error: error)
  }

  /// A deposit or withdrawal outside of trading. Returns whether the free funds allowed it.
  public mutating func transfer(
    account: Int, asset: String, amount: Amount, at time: Timestamp, events: inout [ExchangeEvent]
  ) -> Bool {
    guard accounts.indices.contains(account), accounts[account].transfer(asset, amount) else { return false }
    accounts[account].updateTime = time
    events.append(.balances(account: account, assets: [asset], time: time))
    return true
  }
}

extension SimulatedExchange {
  private mutating func record(
    _ kind: TruthRecord.Kind, symbol: String, clientOrderID: String, order: String, arrival: Timestamp, at time: Timestamp,
    error: ExchangeError?, orderID: Int64 = 0, outcome: String = ""
  ) {
    truthCount &+= 1
    guard truth.count < configuration.truthMaximum else { return }
    truth.append(
      TruthRecord(
        sequence: truthCount, kind: kind, symbol: symbol, clientOrderID: clientOrderID, order: order, arrival: arrival,
        marketTime: time, code: error?.code ?? 0, orderID: orderID, outcome: error?.message ?? outcome))
  }

  private static func describe(_ request: ExchangeOrderRequest) -> String {
    var text = "\(request.side) \(request.type)"
    if let quantity = request.quantity { text += " \(quantity)" }
    if let quote = request.quoteQuantity { text += " for \(quote)" }
    if let price = request.price { text += " at \(price)" }
    if let stop = request.stopPrice { text += " stop \(stop)" }
    return text
  }

  private mutating func generatedClientID() -> String {
    defer { nextGeneratedClientID &+= 1 }
    let digits = String(nextGeneratedClientID, radix: 36)
    return "sim" + String(repeating: "0", count: max(0, 19 - digits.count)) + digits
  }

  private mutating func execute(
    _ request: ExchangeOrderRequest, account: Int, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    prepareBook(of: request.symbol)
    let index = try checked(request, account: account)
    let locking = try funds(for: request, account: account, market: index)
    let rules = markets[index].rules
    let id = markets[index].nextOrderID
    let order = BookOrder(
      id: id, account: account, side: request.side, type: request.type, timeInForce: request.timeInForce ?? .goodTilCanceled,
      price: request.type.hasLimitPrice ? request.price ?? .zero : .zero,
      stopPrice: request.type.isContingent ? request.stopPrice ?? .zero : .zero,
      quantity: request.quantity ?? .zero, quoteQuantity: request.quoteQuantity ?? .zero,
      quoteBudget: request.side == .buy ? locking : nil,
      baseBudget: request.side == .sell ? locking : nil, selfTradePrevention: request.selfTradePrevention ?? .expireMaker)
    let clientID = request.clientOrderID ?? generatedClientID()
    var entry = ExchangeOrder(
      symbol: request.symbol, orderID: id, account: account, clientOrderID: clientID, side: order.side, type: order.type,
      timeInForce: order.timeInForce, price: order.price, stopPrice: order.stopPrice, quantity: order.quantity,
      quoteQuantity: order.quoteQuantity, selfTradePrevention: order.selfTradePrevention, time: time, updateTime: time)
    var book: [BookEvent] = []
    markets[index].engine.submit(order, events: &book)
    if case .rejected(_, let reason)? = book.first {
      throw ExchangeError(
        -2010,
        reason == .wouldMatchImmediately ? "Order would immediately match and take." : "Order would trigger immediately.")
    }
    markets[index].nextOrderID += 1
    orderCount += 1
    let asset = request.side == .buy ? rules.quoteAsset : rules.baseAsset
    accounts[account].lock(asset, locking)
    accounts[account].updateTime = time
    entry.locked = locking
    markets[index].orders[id] = entry
    markets[index].orderIDs.append(id)
    markets[index].openCount[account, default: 0] += 1
    markets[index].openTotal += 1
    openIDs[account, default: [:]][clientID] = OpenOrderKey(market: index, orderID: id)
    let firstFill = markets[index].fills.count
    let firstEvent = events.count
    apply(book, market: index, at: time, &events)
    let hadBalances = events[firstEvent...].contains {
      if case .balances(account, _, _) = $0 { true } else { false }
    }
    if !hadBalances { events.append(.balances(account: account, assets: [asset], time: time)) }
    let fills = markets[index].fills[firstFill...].filter { $0.fill.orderID == id && $0.account == account }.map(\.fill)
    return (markets[index].orders[id] ?? entry, fills)
  }

  /// Checks all that does not depend on funds. Returns the market.
  private func checked(_ request: ExchangeOrderRequest, account: Int) throws(ExchangeError) -> Int {
    guard let index = marketIndex[request.symbol] else { throw ExchangeError(-1121, "Invalid symbol.") }
    guard accounts.indices.contains(account) else { throw ExchangeError(-2015, "Invalid API-key, IP, or permissions for action.") }
    let rules = markets[index].rules
    guard rules.status == .trading else { throw ExchangeError(-1013, "Market is closed.") }
    guard orderCount < configuration.ordersMaximum else {
      throw ExchangeError(-1008, "Server is currently overloaded with other requests. Please try again in a few minutes.")
    }
    try checkParameters(request)
    if let id = request.clientOrderID {
      guard ClientOrderID(id) != nil else {
        throw ExchangeError(-1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.")
      }
      guard openIDs[account]?[id] == nil else { throw ExchangeError(-2010, "Duplicate order sent.") }
    }
    try checkFilters(request, account: account, market: index)
    return index
  }

  private func checkParameters(_ request: ExchangeOrderRequest) throws(ExchangeError) {
    func demand(_ present: Bool, _ name: String) throws(ExchangeError) {
      guard present else {
        throw ExchangeError(-1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
      }
    }
    func refuse(_ present: Bool, _ name: String) throws(ExchangeError) {
      guard !present else { throw ExchangeError(-1106, "Parameter '\(name)' sent when not required.") }
    }
    if request.type == .market {
      guard (request.quantity == nil) != (request.quoteQuantity == nil) else {
        throw ExchangeError(-1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null, or both were sent!")
      }
    } else {
      try demand(request.quantity != nil, "quantity")
      try refuse(request.quoteQuantity != nil, "quoteOrderQty")
    }
    if request.type.hasLimitPrice {
      try demand(request.price != nil, "price")
    } else {
      try refuse(request.price != nil, "price")
    }
    switch request.type {
    case .limit, .stopLossLimit, .takeProfitLimit: try demand(request.timeInForce != nil, "timeInForce")
    case .limitMaker, .market, .stopLoss, .takeProfit: try refuse(request.timeInForce != nil, "timeInForce")
    }
    if request.type.isContingent {
      try demand(request.stopPrice != nil, "stopPrice")
    } else {
      try refuse(request.stopPrice != nil, "stopPrice")
    }
  }

  private func checkFilters(_ request: ExchangeOrderRequest, account: Int, market index: Int) throws(ExchangeError) {
    func fail(_ filter: String) throws(ExchangeError) { throw ExchangeError(-1013, "Filter failure: \(filter)") }
    let rules = markets[index].rules
    let last = markets[index].engine.lastPrice
    if let stop = request.stopPrice, let violation = rules.priceViolation(stop) { try fail(violation.filter) }
    if let quantity = request.quantity {
      let isMarket = !request.type.hasLimitPrice
      let reference = request.price ?? request.stopPrice ?? last ?? markets[index].instrument.referencePrice
      if let violation = rules.violation(quantity: quantity, price: reference, isMarket: isMarket) { try fail(violation.filter) }
    } else if let quote = request.quoteQuantity {
      guard quote.isPositive else { throw ExchangeError(-1013, "Invalid quantity.") }
      if rules.notionalMinimumAppliesToMarket, quote < rules.notionalMinimum { try fail("NOTIONAL") }
    }
    if let price = request.price, let last, configuration.percentPriceMultiplier > 0 {
      let factor = FixedDecimal(configuration.percentPriceMultiplier)
      if price > last * factor || price < last / factor { try fail("PERCENT_PRICE_BY_SIDE") }
    }
    guard request.type != .market else { return }
    let open = markets[index].openCount[account] ?? 0
    if rules.openOrdersMaximum > 0, open >= rules.openOrdersMaximum { try fail("MAX_NUM_ORDERS") }
    if request.type.isContingent, rules.openAlgorithmicOrdersMaximum > 0 {
      let waiting = openOrders(account: account, symbol: request.symbol).count { $0.type.isContingent }
      if waiting >= rules.openAlgorithmicOrdersMaximum { try fail("MAX_NUM_ALGO_ORDERS") }
    }
  }

  /// What must be locked for an order; see the type's description.
  private func funds(for request: ExchangeOrderRequest, account: Int, market index: Int) throws(ExchangeError) -> Amount {
    let rules = markets[index].rules
    let engine = markets[index].engine
    let free = accounts[account].free(request.side == .buy ? rules.quoteAsset : rules.baseAsset)
    let needed: Amount
    switch request.side {
    case .sell:
      if let quote = request.quoteQuantity {
        needed = engine.quantity(toReceive: quote)
        guard needed.isPositive else { throw ExchangeError(-2010, "Market orders by quote quantity found too little liquidity.") }
      } else {
        needed = request.quantity ?? .zero
      }
    case .buy:
      let quantity = request.quantity ?? .zero
      if let quote = request.quoteQuantity {
        needed = quote
      } else if let price = request.price {
        needed = price.multiplied(by: quantity, rounding: .awayFromZero)
      } else if let stop = request.stopPrice {
        let atStop = stop.multiplied(by: quantity, rounding: .awayFromZero)
        let generous = atStop.multiplied(by: FixedDecimal(raw: 105_000_000), rounding: .awayFromZero)
        needed = free >= generous ? generous : max(atStop, min(free, generous))
      } else {
        needed = engine.quote(forTaking: quantity, side: .buy).quote
      }
    }
    guard free >= needed else { throw ExchangeError(-2010, "Account has insufficient balance for requested action.") }
    return needed
  }
}
