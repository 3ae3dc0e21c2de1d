import Time
import TradingModel

extension SimulatedExchange {
  private static func failure(_ filter: String) -> ExchangeError { ExchangeError(-1013, "Filter failure: \(filter)") }

  /// What filters compare prices with and value market orders at: the reference price where there is one, else the average over the
  /// symbol's minutes, else the last price.
  func filterPrice(market index: Int, at time: Timestamp) -> Price? {
    if let reference = markets[index].terms.referencePrice { return reference }
    let minutes = markets[index].terms.filters.averagePriceMinutes
    if minutes > 0, let average = markets[index].average.price(over: minutes, at: time) { return average }
    return markets[index].engine.lastPrice
  }

  /// Filters of one order by itself: prices, quantities, values.
  func checkFilters(_ request: ExchangeOrderRequest, account: Int, market index: Int, at time: Timestamp) throws(ExchangeError) {
    let rules = markets[index].rules
    let filters = markets[index].terms.filters
    let average = filterPrice(market: index, at: time)
    if let stop = request.stopPrice, rules.priceViolation(stop) != nil { throw Self.failure("PRICE_FILTER") }
    let isMarket = !request.type.hasLimitPrice
    let reference = request.price ?? request.stopPrice ?? average ?? markets[index].instrument.referencePrice
    var notional = Amount.zero
    if let quantity = request.quantity {
      if let violation = rules.violation(quantity: quantity, price: reference, isMarket: isMarket) { throw Self.failure(violation.filter) }
      notional = quantity * reference
      if notional < filters.minimumNotional, !isMarket || filters.minimumNotionalAppliesToMarket { throw Self.failure("MIN_NOTIONAL") }
    } else if let quote = request.quoteQuantity {
      guard quote.isPositive else { throw ExchangeError(-1013, "Invalid quantity.") }
      notional = quote
      if rules.notionalMinimumAppliesToMarket, quote < rules.notionalMinimum { throw Self.failure("NOTIONAL") }
      if rules.notionalMaximumAppliesToMarket, rules.notionalMaximum.isPositive, quote > rules.notionalMaximum {
        throw Self.failure("NOTIONAL")
      }
      if filters.minimumNotionalAppliesToMarket, quote < filters.minimumNotional { throw Self.failure("MIN_NOTIONAL") }
    }
    if let price = request.price, let average { try checkBands(price, average, request.side, filters) }
    try checkIceberg(request, rules, filters)
    try checkTrailing(request, filters)
    if request.side == .sell, let from = filters.sellingFrom, time < from { throw Self.failure("T_PLUS_SELL") }
    try checkPosition(request, account: account, market: index)
    let maximums = self.filters.assetMaximums
    if let maximum = maximums[rules.baseAsset], request.quantity ?? .zero > maximum { throw Self.failure("MAX_ASSET") }
    if let maximum = maximums[rules.quoteAsset], notional > maximum { throw Self.failure("MAX_ASSET") }
  }

  private func checkBands(_ price: Price, _ average: Price, _ side: Side, _ filters: SymbolFilters) throws(ExchangeError) {
    func isOutside(_ band: SymbolFilters.PriceBand?) -> Bool {
      guard let band else { return false }
      return price > average * band.multiplierUp || price < average * band.multiplierDown
    }
    if isOutside(filters.percentPrice) { throw Self.failure("PERCENT_PRICE") }
    if isOutside(side == .buy ? filters.percentPriceBid : filters.percentPriceAsk) { throw Self.failure("PERCENT_PRICE_BY_SIDE") }
  }

  private func checkIceberg(_ request: ExchangeOrderRequest, _ rules: TradingRules, _ filters: SymbolFilters) throws(ExchangeError) {
    guard let visible = request.icebergQuantity, visible.isPositive, let quantity = request.quantity else { return }
    guard visible >= rules.quantityMinimum, !rules.quantityMaximum.isPositive || visible <= rules.quantityMaximum,
      visible.isMultiple(of: rules.stepSize)
    else { throw Self.failure("LOT_SIZE") }
    let parts = (quantity.raw + visible.raw - 1) / visible.raw
    if filters.icebergPartsMaximum > 0, parts > Int128(filters.icebergPartsMaximum) { throw Self.failure("ICEBERG_PARTS") }
  }

  private func checkTrailing(_ request: ExchangeOrderRequest, _ filters: SymbolFilters) throws(ExchangeError) {
    guard let delta = request.trailingDelta else { return }
    guard (1..<10_000).contains(delta) else { throw Self.failure("TRAILING_DELTA") }
    guard let bounds = filters.trailingDelta else { return }
    let isAbove = request.side == .buy ? request.type.isStopLoss : !request.type.isStopLoss
    let range = isAbove ? (bounds.minimumAbove, bounds.maximumAbove) : (bounds.minimumBelow, bounds.maximumBelow)
    guard delta >= range.0, delta <= range.1 else { throw Self.failure("TRAILING_DELTA") }
  }

  /// The order itself is counted among the open buys: filters.md refuses what "can cause the position to overflow".
  private func checkPosition(_ request: ExchangeOrderRequest, account: Int, market index: Int) throws(ExchangeError) {
    guard request.side == .buy, let maximum = markets[index].terms.filters.positionMaximum else { return }
    let rules = markets[index].rules
    let held = accounts[account].free(rules.baseAsset) + accounts[account].locked(rules.baseAsset)
    let open = openOrders(account: account, symbol: rules.symbol).filter { $0.side == .buy }
    let buying = open.reduce(Quantity.zero) { $0 + $1.remaining } + (request.quantity ?? .zero)
    if held + buying > maximum { throw Self.failure("MAX_POSITION") }
  }

  /// Filters that count open orders. A list's orders count one by one, the list as one; market orders do not stay open and do not count.
  func checkCounts(
    _ requests: [ExchangeOrderRequest], account: Int, market index: Int, isList: Bool
  ) throws(ExchangeError) {
    let new = isList ? requests : requests.filter { $0.type != .market }
    guard !new.isEmpty else { return }
    let rules = markets[index].rules
    let terms = markets[index].terms.filters
    let algorithmic = new.count { $0.type.isContingent }
    let iceberg = new.count { $0.icebergQuantity?.isPositive ?? false }
    func isOver(_ maximum: Int, _ adding: Int, _ open: @autoclosure () -> Int) -> Bool {
      maximum > 0 && adding > 0 && open() + adding > maximum
    }
    let here = rules.symbol
    func algorithmicOpen(_ symbol: Symbol?) -> Int { openOrders(account: account, symbol: symbol).count { $0.type.isContingent } }
    func icebergOpen(_ symbol: Symbol?) -> Int { openOrders(account: account, symbol: symbol).count { $0.icebergQuantity.isPositive } }
    let lists = isList ? 1 : 0
    if isOver(rules.openOrdersMaximum, new.count, markets[index].openCount[account] ?? 0) { throw Self.failure("MAX_NUM_ORDERS") }
    if isOver(rules.openAlgorithmicOrdersMaximum, algorithmic, algorithmicOpen(here)) { throw Self.failure("MAX_NUM_ALGO_ORDERS") }
    if isOver(terms.icebergOrdersMaximum, iceberg, icebergOpen(here)) { throw Self.failure("MAX_NUM_ICEBERG_ORDERS") }
    if isOver(terms.orderListsMaximum, lists, markets[index].openLists[account] ?? 0) { throw Self.failure("MAX_NUM_ORDER_LISTS") }
    if isOver(filters.ordersMaximum, new.count, openIDs[account]?.count ?? 0) { throw Self.failure("EXCHANGE_MAX_NUM_ORDERS") }
    if isOver(filters.algorithmicOrdersMaximum, algorithmic, algorithmicOpen(nil)) {
      throw Self.failure("EXCHANGE_MAX_NUM_ALGO_ORDERS")
    }
    if isOver(filters.icebergOrdersMaximum, iceberg, icebergOpen(nil)) { throw Self.failure("EXCHANGE_MAX_NUM_ICEBERG_ORDERS") }
    if isOver(filters.orderListsMaximum, lists, openListIDs[account]?.count ?? 0) {
      throw Self.failure("EXCHANGE_MAX_NUM_ORDER_LISTS")
    }
  }
}

extension OrderType {
  var isStopLoss: Bool { self == .stopLoss || self == .stopLossLimit }
}
