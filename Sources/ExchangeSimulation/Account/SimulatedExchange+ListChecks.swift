import Time
import TradingModel

extension SimulatedExchange {
  /// Checks all of a list that does not depend on funds. Returns the market.
  func checkedList(_ request: ExchangeListRequest, account: Int, at time: Timestamp) throws(ExchangeError) -> Int {
    let kind = request.kind
    guard request.orders.count == kind.orderCount, request.orders.allSatisfy({ $0.symbol == request.symbol }) else {
      throw ExchangeError(-1014, "Unsupported order combination.")
    }
    let index = try admitted(request.symbol, account: account, count: kind.orderCount)
    try checkFeatures(kind, markets[index].terms.features)
    if let id = request.listClientOrderID {
      try checkClientIDs([id], account: account, name: "listClientOrderId", ignoringDuplicates: true)
      guard openListIDs[account]?[id] == nil else { throw Self.duplicate }
    }
    try checkClientIDs(request.orders.map(\.clientOrderID), account: account)
    if kind.hasPair { try checkPair(request.orders.suffix(2)) }
    if kind.hasWorkingOrder { try checkWorking(request) }
    let isPaid = kind.isPaidByWorkingOrder
    for (offset, order) in request.orders.enumerated() {
      let isPending = kind.hasWorkingOrder && offset > 0
      try checkParameters(order, market: index, isPaid: isPaid && isPending)
      // What a pending order will carry is not known yet where the working order pays it: those filters come when it is placed.
      if !(isPaid && isPending) { try checkFilters(order, account: account, market: index, at: time) }
    }
    try checkCounts(request.orders, account: account, market: index, isList: true)
    if kind == .oneCancelsOther { try checkPriceRelation(request.orders, last: markets[index].engine.lastPrice) }
    return index
  }

  private func checkFeatures(_ kind: ExchangeListKind, _ features: SymbolFeatures) throws(ExchangeError) {
    func demand(_ isAllowed: Bool, _ name: String) throws(ExchangeError) {
      guard isAllowed else { throw ExchangeError(-2010, "\(name) orders are not supported for this symbol") }
    }
    if kind.hasPair { try demand(features.oneCancelsOther, "OCO") }
    if kind.hasWorkingOrder { try demand(features.oneTriggersOther, "OTO") }
    if kind.isPaidByWorkingOrder { try demand(features.onePaysOther, "OPO") }
  }

  private func checkWorking(_ request: ExchangeListRequest) throws(ExchangeError) {
    guard let working = request.orders.first else { return }
    guard working.type == .limit || working.type == .limitMaker else { throw ExchangeError(-1014, "Unsupported order combination.") }
    let pending = request.orders.dropFirst()
    guard pending.allSatisfy({ $0.quoteQuantity == nil }) else { throw ExchangeError(-1014, "Unsupported order combination.") }
    guard request.kind.isPaidByWorkingOrder else { return }
    guard working.side == .buy else { throw ExchangeError(-1222, "Working order in an OPO list must be a bid.") }
    guard pending.allSatisfy({ $0.side == .sell }) else { throw ExchangeError(-1223, "Pending orders in an OPO list must be asks.") }
  }

  /// Which types the legs above and below the market may have.
  private func checkPair(_ legs: ArraySlice<ExchangeOrderRequest>) throws(ExchangeError) {
    guard let above = legs.first, let below = legs.last, above.side == below.side, above.quantity == below.quantity else {
      throw ExchangeError(-1014, "Unsupported order combination.")
    }
    for leg in legs where leg.type == .market || leg.type == .limit {
      throw ExchangeError(-1158, "Order type not supported in OCO.")
    }
    if above.type == .limitMaker, below.type == .limitMaker { throw ExchangeError(-1168, "At least one OCO order must be contingent.") }
    let isBuy = above.side == .buy
    // The profit leg of a buy is below, of a sell above.
    let (profit, stop) = isBuy ? (below, above) : (above, below)
    if stop.type == .limitMaker {
      throw isBuy
        ? ExchangeError(-1165, "A limit order in a buy OCO must be below.")
        : ExchangeError(-1166, "A limit order in a sell OCO must be above.")
    }
    if profit.type.isStopLoss {
      throw isBuy
        ? ExchangeError(-1196, "A stop loss order in a buy OCO must be above.")
        : ExchangeError(-1197, "A stop loss order in a sell OCO must be below.")
    }
    if !stop.type.isStopLoss {
      throw isBuy
        ? ExchangeError(-1198, "A take profit order in a buy OCO must be below.")
        : ExchangeError(-1199, "A take profit order in a sell OCO must be above.")
    }
    for (leg, name) in [(above, "above"), (below, "below")] {
      guard leg.icebergQuantity?.isPositive ?? false, leg.timeInForce ?? .goodTilCanceled != .goodTilCanceled else { continue }
      throw ExchangeError(-1160, "Parameter '\(name)IcebergQty' is not supported if `\(name)TimeInForce` is not GTC.")
    }
  }

  /// A sell's profit leg above the last price and its stop below; a buy's the other way round. A trailing leg without a stop price is
  /// not compared.
  private func checkPriceRelation(_ legs: [ExchangeOrderRequest], last: Price?) throws(ExchangeError) {
    guard let last else { return }
    for leg in legs {
      let isAbove = leg.type.isStopLoss == (leg.side == .buy)
      var compared: [Price] = []
      if leg.type.isContingent, let stop = leg.stopPrice { compared.append(stop) }
      if leg.type == .limitMaker || leg.type == .takeProfitLimit, let price = leg.price { compared.append(price) }
      for price in compared where isAbove ? price <= last : price >= last {
        throw ExchangeError(-2010, "The relationship of the prices for the orders is not correct.")
      }
    }
  }
}
