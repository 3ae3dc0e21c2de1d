import Time
import TradingModel
import Venue

extension SimulatedExchange {
  /// What is refused for want of funds.
  static let insufficientBalance = ExchangeError(-2010, "Account has insufficient balance for requested action.")
  static let duplicate = ExchangeError(-2010, "Duplicate order sent.")

  static func rejection(_ reason: BookRejection) -> ExchangeError {
    ExchangeError(
      -2010, reason == .wouldMatchImmediately ? "Order would immediately match and take." : "Order would trigger immediately.")
  }

  /// The market of a symbol that can be traded in general.
  func market(of symbol: Symbol) throws(ExchangeError) -> Int {
    guard let index = marketIndex[symbol], !markets[index].isDelisted else { throw ExchangeError(-1121, "Invalid symbol.") }
    return index
  }

  /// Whether an account may place orders on a symbol now, and `count` more fit in.
  func admitted(_ symbol: Symbol, account: Int, count: Int) throws(ExchangeError) -> Int {
    let index = try market(of: symbol)
    guard accounts.indices.contains(account) else { throw ExchangeError(-2015, "Invalid API-key, IP, or permissions for action.") }
    guard markets[index].rules.status == .trading else { throw ExchangeError(-2010, "Market is closed.") }
    guard markets[index].terms.permits(accounts[account].permissions) else {
      throw ExchangeError(-2010, "This symbol is not permitted for this account.")
    }
    guard orderCount <= configuration.ordersMaximum - count else {
      throw ExchangeError(-1008, "Server is currently overloaded with other requests. Please try again in a few minutes.")
    }
    return index
  }

  /// Checks all of one order that does not depend on funds. Returns the market.
  func checked(
    _ request: ExchangeOrderRequest, account: Int, at time: Timestamp, ignoringDuplicates: Bool = false
  ) throws(ExchangeError) -> Int {
    let index = try admitted(request.symbol, account: account, count: 1)
    try checkParameters(request, market: index)
    try checkClientIDs([request.clientOrderID], account: account, ignoringDuplicates: ignoringDuplicates)
    try checkFilters(request, account: account, market: index, at: time)
    try checkCounts([request], account: account, market: index, isList: false)
    return index
  }

  func checkClientIDs(
    _ ids: [String?], account: Int, name: String = "newClientOrderId", ignoringDuplicates: Bool = false
  ) throws(ExchangeError) {
    var seen: Set<String> = []
    for case let id? in ids {
      guard ClientOrderID(id) != nil else {
        throw ExchangeError(-1100, "Illegal characters found in parameter '\(name)'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.")
      }
      guard ignoringDuplicates || (openIDs[account]?[id] == nil && seen.insert(id).inserted) else { throw Self.duplicate }
    }
  }

  /// - Parameter isPaid: the quantity comes later, from what the working order buys.
  func checkParameters(_ request: ExchangeOrderRequest, market index: Int, isPaid: Bool = false) throws(ExchangeError) {
    func demand(_ present: Bool, _ name: String) throws(ExchangeError) {
      guard present else {
        throw ExchangeError(-1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
      }
    }
    func refuse(_ present: Bool, _ name: String) throws(ExchangeError) {
      guard !present else { throw ExchangeError(-1106, "Parameter '\(name)' sent when not required.") }
    }
    let features = markets[index].terms.features
    guard features.orderTypes.contains(request.type) else {
      throw ExchangeError(-2010, "\(Self.spoken(request.type)) orders are not supported for this symbol.")
    }
    if isPaid {
      guard request.quantity == nil, request.quoteQuantity == nil else {
        throw ExchangeError(-1225, "Pending orders should not include the 'pendingQuantity' tag.")
      }
    } else if request.type == .market {
      guard (request.quantity == nil) != (request.quoteQuantity == nil) else {
        throw ExchangeError(-1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null, or both were sent!")
      }
      guard request.quoteQuantity == nil || features.quoteOrderQuantityMarket else {
        throw ExchangeError(-2010, "Quote order qty market orders are not support for this symbol.")
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
      try demand(request.stopPrice != nil || request.trailingDelta != nil, "stopPrice")
    } else {
      try refuse(request.stopPrice != nil, "stopPrice")
      try refuse(request.trailingDelta != nil, "trailingDelta")
    }
    if request.trailingDelta != nil, !features.trailingStop {
      throw ExchangeError(-2010, "Trailing stop orders are not supported for this symbol.")
    }
    if let mode = request.selfTradePrevention, !features.allowedSelfTradePrevention.contains(mode) {
      throw ExchangeError(-1013, "This symbol does not allow the specified self-trade prevention mode.")
    }
    if let type = request.strategyType, type < 1_000_000 { throw ExchangeError(-1134, "strategyType was less than 1000000.") }
    try checkIceberg(request, features)
  }

  private func checkIceberg(_ request: ExchangeOrderRequest, _ features: SymbolFeatures) throws(ExchangeError) {
    guard let visible = request.icebergQuantity, !visible.isZero else { return }
    guard request.type.hasLimitPrice else { throw ExchangeError(-1106, "Parameter 'icebergQty' sent when not required.") }
    guard features.iceberg else { throw ExchangeError(-2010, "Iceberg orders are not supported for this symbol.") }
    guard request.timeInForce ?? .goodTilCanceled == .goodTilCanceled else { throw ExchangeError(-1014, "Unsupported order combination.") }
    if let quantity = request.quantity, visible > quantity { throw ExchangeError(-2010, "IcebergQty exceeds QTY.") }
  }

  /// An order type as the exchange's messages name it.
  private static func spoken(_ type: OrderType) -> String {
    switch type {
    case .market: "Market"
    case .limit: "Limit"
    case .limitMaker: "Limit maker"
    case .stopLoss: "Stop loss"
    case .stopLossLimit: "Stop loss limit"
    case .takeProfit: "Take profit"
    case .takeProfitLimit: "Take profit limit"
    }
  }
}
