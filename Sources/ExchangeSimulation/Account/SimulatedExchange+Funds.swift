import TradingModel

extension SimulatedExchange {
  /// What must be locked for an order; see the type's description. It does not check that it is there.
  /// - Parameter isPending: the order is placed later, so that what the book asks now says little.
  func reserve(
    for request: ExchangeOrderRequest, account: Int, market index: Int, isPending: Bool = false
  ) throws(ExchangeError) -> Amount {
    let engine = markets[index].engine
    guard request.side == .buy else {
      guard let quote = request.quoteQuantity else { return request.quantity ?? .zero }
      let needed = engine.quantity(toReceive: quote)
      try checkLiquidity(needed, engine.bestBid, market: index)
      return needed
    }
    if let quote = request.quoteQuantity {
      try checkLiquidity(engine.bestAsk.map { quote.divided(by: $0.price, rounding: .towardZero) } ?? .zero, engine.bestAsk, market: index)
      return quote
    }
    let quantity = request.quantity ?? .zero
    if let price = request.price { return price.multiplied(by: quantity, rounding: .awayFromZero) }
    let delta = FixedDecimal(raw: FixedDecimal.one.raw + Int128(request.trailingDelta ?? 0) * 10_000)
    let last = engine.lastPrice ?? markets[index].instrument.referencePrice
    let stop = request.type.isContingent ? request.stopPrice ?? last : isPending ? last : nil
    guard let stop else { return engine.quote(forTaking: quantity, side: .buy).quote }
    let atStop = stop.multiplied(by: delta, rounding: .awayFromZero).multiplied(by: quantity, rounding: .awayFromZero)
    let generous = atStop.multiplied(by: Self.marketBuyMargin, rounding: .awayFromZero)
    let free = accounts[account].free(markets[index].rules.quoteAsset)
    return free >= generous ? generous : max(atStop, min(free, generous))
  }

  /// Orders by quote amount need a book that can serve the least quantity. Binance: errors.md, messages of -2010.
  private func checkLiquidity(_ quantity: Quantity, _ best: DepthLevel?, market index: Int) throws(ExchangeError) {
    guard best != nil else { throw ExchangeError(-2010, "Order book liquidity is less than symbol minimum quantity.") }
    let rules = markets[index].rules
    guard quantity.isPositive, quantity >= rules.quantityMinimum else {
      throw ExchangeError(-2010, "Order book liquidity is less than `LOT_SIZE` filter minimum quantity.")
    }
    guard quantity >= rules.marketQuantityMinimum else {
      throw ExchangeError(-2010, "Order book liquidity is less than `MARKET_LOT_SIZE` filter minimum quantity.")
    }
  }

  /// Buys that become market orders later lock this multiple of what they cost at their stop price: the documents do not say what the
  /// exchange locks, and a price rises while it triggers.
  private static let marketBuyMargin = FixedDecimal(raw: 105_000_000)

  /// The asset an order locks.
  func lockedAsset(_ side: Side, market index: Int) -> String {
    side == .buy ? markets[index].rules.quoteAsset : markets[index].rules.baseAsset
  }

  /// The order as the matching engine takes it.
  func bookOrder(_ request: ExchangeOrderRequest, id: Int64, account: Int, reserve: Amount, market index: Int) -> BookOrder {
    BookOrder(
      id: id, account: account, side: request.side, type: request.type, timeInForce: request.timeInForce ?? .goodTilCanceled,
      price: request.type.hasLimitPrice ? request.price ?? .zero : .zero,
      stopPrice: request.type.isContingent ? request.stopPrice ?? .zero : .zero,
      quantity: request.quantity ?? .zero, quoteQuantity: request.quoteQuantity ?? .zero,
      quoteBudget: request.side == .buy ? reserve : nil,
      baseBudget: request.side == .sell ? reserve : nil,
      selfTradePrevention: request.selfTradePrevention ?? markets[index].terms.features.defaultSelfTradePrevention,
      icebergQuantity: request.icebergQuantity ?? .zero, trailingDelta: request.trailingDelta ?? 0)
  }
}
