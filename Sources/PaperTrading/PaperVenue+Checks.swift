import Time
import TradingModel
import Venue

/// What the venue refuses, and what a market order would pay.
extension PaperVenue {
  /// Why the order cannot be taken, in the exchange's words.
  func refusal(of request: OrderRequest, rules: TradingRules, market index: Int, taker: Price?) -> String? {
    guard rules.status == .trading else { return "Market is closed." }
    guard marketHolding(request.clientOrderID) == nil else { return "Duplicate order sent." }
    let isMarket = !request.type.hasLimitPrice
    if request.type == .market, taker == nil { return "No market price is known yet." }
    let reference = request.type.hasLimitPrice ? request.price : (request.type == .market ? taker ?? .zero : request.stopPrice)
    if request.isByAmount {
      guard request.type == .market, request.side == .buy else { return "Unsupported order combination." }
      guard rules.takesQuoteAmounts else { return "Quote order qty market orders are not support for this symbol." }
    }
    let violation =
      request.isByAmount
      ? rules.violation(amount: request.quoteQuantity, price: reference)
      : rules.violation(quantity: request.quantity, price: reference, isMarket: isMarket)
    if let violation {
      return "Filter failure: \(violation.filter) (\(violation.message))"
    }
    if request.type.isContingent {
      if let violation = rules.priceViolation(request.stopPrice) {
        return "Filter failure: \(violation.filter) (\(violation.message))"
      }
      if let last = markets[index].last, request.isReached(at: last) { return "Order would trigger immediately." }
      if rules.openAlgorithmicOrdersMaximum > 0, markets[index].contingentCount >= rules.openAlgorithmicOrdersMaximum {
        return "Filter failure: MAX_NUM_ALGO_ORDERS"
      }
    }
    if request.type == .limitMaker, let taker, isWithinLimit(taker, of: request) { return "Order would immediately match and take." }
    if request.type != .market, rules.openOrdersMaximum > 0, markets[index].orders.count >= rules.openOrdersMaximum {
      return "Filter failure: MAX_NUM_ORDERS"
    }
    return nil
  }

  func isWithinLimit(_ price: Price, of request: OrderRequest) -> Bool {
    guard request.type.hasLimitPrice else { return true }
    return request.side == .buy ? price <= request.price : price >= request.price
  }

  /// What a market order would pay or get now.
  func takerPrice(side: Side, rules: TradingRules, market index: Int, at time: Timestamp) -> Price? {
    if let quote = markets[index].quote, time.nanoseconds(since: quote.time) <= configuration.quoteLifetimeNanoseconds {
      return side == .buy ? quote.askPrice : quote.bidPrice
    }
    guard let last = markets[index].last else { return nil }
    return worsened(last, side: side, by: configuration.slippage + FixedDecimal(raw: configuration.spread.raw / 2), tick: rules.tickSize)
  }

  /// `price` moved by `fraction` against the side and rounded to the tick against it; never below one tick.
  func worsened(_ price: Price, side: Side, by fraction: FixedDecimal, tick: Price) -> Price {
    let shift = price.multiplied(by: fraction, rounding: .awayFromZero)
    switch side {
    case .buy: return (price + shift).roundedUp(toMultipleOf: tick)
    case .sell:
      let lower = (price - shift).roundedDown(toMultipleOf: tick)
      return lower.isPositive ? lower : min(price, max(tick, FixedDecimal(raw: 1)))
    }
  }
}
