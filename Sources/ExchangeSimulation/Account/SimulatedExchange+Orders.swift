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
    try place(request, as: .place, account: account, arrival: arrival, at: time, events: &events)
  }

  /// Places an order as if its owner had done it elsewhere: in the exchange's own app, or with another program. The client order id is the
  /// request's, or one as the exchange makes them up. It is in the truth log as ``TruthRecord/Kind/hand``.
  @discardableResult
  public mutating func placeByHand(
    _ request: ExchangeOrderRequest, account: Int, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    try place(request, as: .hand, account: account, arrival: time, at: time, events: &events)
  }

  private mutating func place(
    _ request: ExchangeOrderRequest, as kind: TruthRecord.Kind, account: Int, arrival: Timestamp, at time: Timestamp,
    events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    do throws(ExchangeError) {
      let result = try execute(request, account: account, at: time, events: &events)
      record(
        kind, symbol: request.symbol.text, clientOrderID: result.order.clientOrderID, order: Self.describe(request), arrival: arrival,
        at: time, error: nil, orderID: result.order.orderID, outcome: result.order.status.rawValue)
      return result
    } catch {
      record(
        kind, symbol: request.symbol.text, clientOrderID: request.clientOrderID ?? "", order: Self.describe(request), arrival: arrival,
        at: time, error: error)
      throw error
    }
  }

  /// Checks an order as ``place(_:account:arrival:at:events:)`` does, but for funds, and takes nothing.
  public mutating func test(_ request: ExchangeOrderRequest, account: Int, arrival: Timestamp, at time: Timestamp) throws(ExchangeError) {
    do throws(ExchangeError) {
      _ = try checked(request, account: account, at: time)
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
    transferred[asset, default: .zero] += amount
    accounts[account].updateTime = time
    events.append(.balances(account: account, assets: [asset], time: time))
    return true
  }
}

extension SimulatedExchange {
  mutating func record(
    _ kind: TruthRecord.Kind, symbol: String, clientOrderID: String, order: String, arrival: Timestamp, at time: Timestamp,
    error: ExchangeError?, orderID: Int64 = 0, outcome: String = "", members: [String] = []
  ) {
    truthCount &+= 1
    guard truth.count < configuration.truthMaximum else { return }
    truth.append(
      TruthRecord(
        sequence: truthCount, kind: kind, symbol: symbol, clientOrderID: clientOrderID, memberClientOrderIDs: members, order: order,
        arrival: arrival, marketTime: time, code: error?.code ?? 0, orderID: orderID, outcome: error?.message ?? outcome))
  }

  static func describe(_ request: ExchangeOrderRequest) -> String {
    var text = "\(request.side) \(request.type)"
    if let quantity = request.quantity { text += " \(quantity)" }
    if let quote = request.quoteQuantity { text += " for \(quote)" }
    if let price = request.price { text += " at \(price)" }
    if let stop = request.stopPrice { text += " stop \(stop)" }
    if let delta = request.trailingDelta { text += " trailing \(delta)" }
    if let visible = request.icebergQuantity { text += " showing \(visible)" }
    return text
  }

  mutating func generatedClientID() -> String {
    defer { nextGeneratedClientID &+= 1 }
    let digits = String(nextGeneratedClientID, radix: 36)
    return "sim" + String(repeating: "0", count: max(0, 19 - digits.count)) + digits
  }

  private mutating func execute(
    _ request: ExchangeOrderRequest, account: Int, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    prepareBook(of: request.symbol)
    let index = try checked(request, account: account, at: time)
    let reserve = try reserve(for: request, account: account, market: index)
    let asset = lockedAsset(request.side, market: index)
    guard accounts[account].free(asset) >= reserve else { throw Self.insufficientBalance }
    let order = bookOrder(request, id: markets[index].nextOrderID, account: account, reserve: reserve, market: index)
    if let reason = markets[index].engine.rejection(of: order) { throw Self.rejection(reason) }
    accounts[account].lock(asset, reserve)
    accounts[account].updateTime = time
    let entry = register(order, request, reserve: reserve, locked: reserve, market: index, at: time)
    let firstFill = markets[index].fills.count
    let firstEvent = events.count
    var book: [BookEvent] = []
    markets[index].engine.submit(order, events: &book)
    apply(book, market: index, at: time, &events)
    addBalances(of: account, [asset], since: firstEvent, at: time, &events)
    return (markets[index].orders[order.id] ?? entry, fills(of: order.id, account: account, since: firstFill, market: index))
  }

  /// Enters an order into the account's lists, as open.
  @discardableResult
  mutating func register(
    _ order: BookOrder, _ request: ExchangeOrderRequest, reserve: Amount, locked: Amount, listID: Int64 = -1,
    status: ExchangeOrderStatus = .new, market index: Int, at time: Timestamp
  ) -> ExchangeOrder {
    let clientID = request.clientOrderID ?? generatedClientID()
    var entry = ExchangeOrder(
      symbol: request.symbol, orderID: order.id, account: order.account, clientOrderID: clientID, side: order.side, type: order.type,
      timeInForce: order.timeInForce, price: order.price, stopPrice: order.stopPrice, quantity: order.quantity,
      quoteQuantity: order.quoteQuantity, status: status, selfTradePrevention: order.selfTradePrevention, time: time, updateTime: time,
      locked: locked, listID: listID, icebergQuantity: order.icebergQuantity,
      trailingDelta: order.trailingDelta > 0 ? order.trailingDelta : nil, strategyID: request.strategyID,
      strategyType: request.strategyType)
    entry.reserve = reserve
    markets[index].nextOrderID = max(markets[index].nextOrderID, order.id + 1)
    orderCount += 1
    markets[index].orders[order.id] = entry
    markets[index].orderIDs.append(order.id)
    markets[index].openCount[order.account, default: 0] += 1
    markets[index].openTotal += 1
    openIDs[order.account, default: [:]][clientID] = OpenOrderKey(market: index, orderID: order.id)
    return entry
  }

  /// Tells an account's balances, unless an event since `first` does.
  mutating func addBalances(
    of account: Int, _ assets: [String], since first: Int, at time: Timestamp, _ events: inout [ExchangeEvent]
  ) {
    let isTold = events[first...].contains { if case .balances(account, _, _) = $0 { true } else { false } }
    if !isTold { events.append(.balances(account: account, assets: assets, time: time)) }
  }

  func fills(of order: Int64, account: Int, since first: Int, market index: Int) -> [ExchangeFill] {
    markets[index].fills[first...].filter { $0.fill.orderID == order && $0.account == account }.map(\.fill)
  }
}
