import TradingModel

extension MatchingEngine {
  func opposite(of side: Side) -> BookSide { side == .buy ? asks : bids }

  /// Matches an order and lets the rest wait or expire.
  mutating func enter(_ order: BookOrder, _ events: inout [BookEvent]) {
    if order.timeInForce == .fillOrKill, order.type.hasLimitPrice, !canFill(order) {
      events.append(.expired(order, .unfilledFillOrKill))
      return
    }
    var taker = order
    let end = match(&taker, &events)
    if taker.isByQuote {
      taker.quantity = taker.executed
      let used = end == .spent && taker.executed.isPositive
      events.append(used ? .completed(taker) : .expired(taker, .insufficientLiquidity))
      return
    }
    switch end {
    case .expired:
      events.append(.expired(taker, .selfTradePrevention))
    case .spent:
      events.append(.expired(taker, .insufficientLiquidity))
    case .done:
      guard taker.remaining.isPositive else {
        // Prevention may have used up what was left.
        if taker.prevented.isPositive { events.append(.expired(taker, .selfTradePrevention)) }
        return
      }
      if !taker.type.hasLimitPrice {
        events.append(.expired(taker, .insufficientLiquidity))
      } else if taker.timeInForce != .goodTilCanceled {
        events.append(.expired(taker, .unfilledImmediateOrCancel))
      } else {
        rest(taker)
      }
    }
  }

  /// Prevented matches kept for ``takePreventions()``; one request makes far fewer.
  private static let preventionsKept = 100_000

  enum MatchEnd { case done, spent, expired }

  mutating func match(_ taker: inout BookOrder, _ events: inout [BookEvent]) -> MatchEnd {
    while taker.isByQuote || taker.remaining.isPositive {
      guard let level = opposite(of: taker.side).best, let makerID = level.orders.first, var maker = orders[makerID],
        taker.allows(level.price)
      else { return .done }
      if maker.account == taker.account, taker.selfTradePrevention != .none {
        if prevent(&taker, &maker, &events) { return .expired }
        continue
      }
      let quantity = min(affordable(taker, at: level.price), maker.displayed)
      guard quantity.isPositive else { return .spent }
      let quote = level.price.multiplied(by: quantity, rounding: .towardZero)
      taker.executed += quantity
      taker.cumulativeQuote += quote
      maker.executed += quantity
      maker.cumulativeQuote += quote
      let partner = maker.partner
      maker.partner = nil
      settle(&maker, reducedBy: quantity)
      events.append(
        .trade(
          BookTrade(id: TradeID(nextTradeID), price: level.price, quantity: quantity, quoteQuantity: quote, taker: taker, maker: maker)))
      nextTradeID &+= 1
      // Prevention had taken a part of it, so that it is not filled though nothing is left.
      if !maker.remaining.isPositive, maker.prevented.isPositive { events.append(.expired(maker, .selfTradePrevention)) }
      if let partner { expire(partner, .oneCancelsOther, &events) }
      if lastPriceFollowsTrades {
        lastPrice = level.price
        if !trailing.isEmpty { follow(level.price, &events) }
      }
    }
    return .done
  }

  /// The most the taker may trade at a price: its rest, or what its quote amount or budget pays for.
  func affordable(_ taker: BookOrder, at price: Price) -> Quantity {
    var quantity = taker.isByQuote ? (taker.baseBudget ?? FixedDecimal(raw: .max)) - taker.executed : taker.remaining
    let quotes = [taker.isByQuote ? taker.quoteQuantity : nil, taker.side == .buy ? taker.quoteBudget : nil]
    for case let limit? in quotes {
      let pays = (limit - taker.cumulativeQuote).divided(by: price, rounding: .towardZero).roundedDown(toMultipleOf: stepSize)
      quantity = min(quantity, pays)
    }
    return quantity
  }

  /// Keeps an account from trading with itself. Returns whether the taker must expire.
  private mutating func prevent(_ taker: inout BookOrder, _ maker: inout BookOrder, _ events: inout [BookEvent]) -> Bool {
    let partner = maker.partner
    maker.partner = nil
    let mode = taker.selfTradePrevention.effective
    var prevention = BookPrevention(
      id: nextPreventionID, takerOrderID: taker.id, makerOrderID: maker.id, mode: mode, price: maker.price)
    nextPreventionID &+= 1
    defer {
      if preventions.count < Self.preventionsKept { preventions.append(prevention) }
      if mode != .expireTaker, let partner { expire(partner, .oneCancelsOther, &events) }
    }
    switch mode {
    case .none, .expireMaker, .transfer:
      prevention.makerQuantity = maker.remaining
      expireWhole(&maker, &events)
      return false
    case .expireTaker:
      expireTaker(&taker, &prevention)
      return true
    case .expireBoth:
      prevention.makerQuantity = maker.remaining
      expireWhole(&maker, &events)
      expireTaker(&taker, &prevention)
      return true
    case .decrement:
      // An order by quote amount has no quantity to take from.
      guard !taker.isByQuote else { return true }
      let quantity = min(taker.remaining, maker.remaining)
      prevention.takerQuantity = quantity
      prevention.makerQuantity = quantity
      taker.prevented += quantity
      maker.prevented += quantity
      settle(&maker, reducedBy: quantity)
      events.append(maker.remaining.isPositive ? .prevented(maker, quantity: quantity) : .expired(maker, .selfTradePrevention))
      if taker.remaining.isPositive { events.append(.prevented(taker, quantity: quantity)) }
      return false
    }
  }

  private mutating func expireWhole(_ maker: inout BookOrder, _ events: inout [BookEvent]) {
    remove(maker)
    maker.prevented += maker.remaining
    events.append(.expired(maker, .selfTradePrevention))
  }

  private func expireTaker(_ taker: inout BookOrder, _ prevention: inout BookPrevention) {
    guard !taker.isByQuote else { return }
    prevention.takerQuantity = taker.remaining
    taker.prevented += taker.remaining
  }

  /// Whether a fill-or-kill order finds its whole quantity. Own orders count as absent unless self-trades are allowed.
  func canFill(_ order: BookOrder) -> Bool {
    var left = order.remaining
    for level in opposite(of: order.side).levels.reversed() {
      guard left.isPositive, order.allows(level.price) else { break }
      for id in level.orders {
        guard let maker = orders[id], maker.account != order.account || order.selfTradePrevention == .none else { continue }
        left -= maker.remaining
      }
    }
    return !left.isPositive
  }
}
