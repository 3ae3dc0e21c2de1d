import Time
import TradingModel

extension SimulatedExchange {
  /// Takes every list further whose orders changed: places pending orders when the working order has filled, ends them when it has ended
  /// otherwise, ends the list when no order of it is open.
  mutating func progressLists(at time: Timestamp, _ events: inout [ExchangeEvent]) {
    guard !isHoldingLists, !isProgressingLists, !listsToProgress.isEmpty else { return }
    isProgressingLists = true
    var next = 0
    while next < listsToProgress.count {
      progress(listsToProgress[next], at: time, &events)
      next += 1
    }
    listsToProgress.removeAll(keepingCapacity: true)
    isProgressingLists = false
  }

  private mutating func progress(_ id: Int64, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    guard let list = lists[id], !list.isDone, let index = marketIndex[list.symbol] else { return }
    if let workingID = list.workingID, !list.isArmed, let working = markets[index].orders[workingID] {
      if working.status == .filled {
        arm(id, market: index, at: time, &events)
      } else if !working.status.isOpen {
        let isCanceled = working.status == .canceled
        endPending(
          id, isCanceled ? .canceled : .expired, isCanceled ? .canceled : .expired, isCanceled ? nil : .workingOrderExpired, market: index,
          at: time, &events)
      }
    }
    guard let current = lists[id], current.orderIDs.allSatisfy({ markets[index].orders[$0]?.status.isOpen != true }) else { return }
    end(id, market: index, at: time, &events)
  }

  /// Places the pending orders of a list.
  private mutating func arm(_ id: Int64, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    guard var list = lists[id] else { return }
    list.isArmed = true
    if list.kind.isPaidByWorkingOrder { shareOut(&list, market: index, at: time) }
    lists[id] = list
    var orders: [BookOrder] = []
    var isPossible = markets[index].rules.status == .trading && !markets[index].isDelisted
    for (memberID, request) in zip(list.memberIDs, list.pending) {
      guard let entry = markets[index].orders[memberID], entry.status == .pendingNew else { return }
      let order = bookOrder(request, id: memberID, account: list.account, reserve: entry.reserve, market: index)
      if list.kind.isPaidByWorkingOrder, (try? checkFilters(request, account: list.account, market: index, at: time)) == nil {
        isPossible = false
      }
      if markets[index].engine.rejection(of: order) != nil { isPossible = false }
      orders.append(order)
    }
    guard isPossible, let first = orders.first else {
      endPending(id, .expired, .expired, .rejected, market: index, at: time, &events)
      return
    }
    var book: [BookEvent] = []
    if orders.count > 1 {
      markets[index].engine.submitPair(first, orders[1], events: &book)
    } else {
      var touched: TouchedFunds = []
      claim(first.id, market: index, &touched)
      publishBalances(touched, at: time, &events)
      markets[index].engine.submit(first, events: &book)
    }
    apply(book, market: index, at: time, &events)
  }

  /// Gives the pending orders what the working order bought, in whole lots; the rest becomes free. Binance: opo.md.
  private mutating func shareOut(_ list: inout ExchangeOrderList, market index: Int, at time: Timestamp) {
    let rules = markets[index].rules
    var shared = list.locked
    for request in list.pending {
      shared = min(shared, rules.quantityRoundedDown(list.locked, isMarket: !request.type.hasLimitPrice))
    }
    accounts[list.account].unlock(rules.baseAsset, list.locked - shared)
    list.locked = shared
    for (offset, memberID) in list.memberIDs.enumerated() {
      list.pending[offset].quantity = shared
      change(memberID, of: list.account, market: index, at: time) {
        $0.quantity = shared
        $0.reserve = shared
      }
    }
  }

  /// Ends orders that were never placed.
  mutating func endPending(
    _ id: Int64, _ status: ExchangeOrderStatus, _ kind: ExchangeExecution.Kind, _ reason: BookExpiry?, market index: Int,
    at time: Timestamp, _ events: inout [ExchangeEvent]
  ) {
    guard let list = lists[id] else { return }
    for memberID in list.memberIDs where markets[index].orders[memberID]?.status == .pendingNew {
      report(memberID, of: list.account, kind, market: index, at: time, &events) {
        $0.status = status
        $0.expiryReason = reason
      }
      release(memberID, market: index, at: time)
    }
  }

  /// Ends a list whose orders have ended.
  private mutating func end(_ id: Int64, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    guard var list = lists[id] else { return }
    let asset = lockedAsset(list.lockSide, market: index)
    if !list.locked.isZero {
      accounts[list.account].unlock(asset, list.locked)
      accounts[list.account].updateTime = time
      events.append(.balances(account: list.account, assets: [asset], time: time))
    }
    list.locked = .zero
    list.isDone = true
    list.updateTime = time
    list.pending = []
    lists[id] = list
    openListIDs[list.account]?[list.clientID] = nil
    markets[index].openLists[list.account, default: 0] -= 1
    events.append(.list(listed(id) ?? list, .allDone))
  }

  /// A leg that triggers or trades, or a pending order that is placed alone, takes over what its list has locked; what it does not need
  /// becomes free.
  mutating func claim(_ id: Int64, market index: Int, _ touched: inout TouchedFunds) {
    guard let record = markets[index].orders[id], record.listID >= 0, let list = lists[record.listID], list.isArmed, !list.locked.isZero,
      list.memberIDs.contains(id)
    else { return }
    let taken = min(list.locked, record.reserve)
    markets[index].orders[id]?.locked += taken
    let asset = lockedAsset(list.lockSide, market: index)
    if taken < list.locked {
      accounts[list.account].unlock(asset, list.locked - taken)
      touched.append((list.account, asset))
    }
    lists[record.listID]?.locked = .zero
  }

  /// Takes an order's lock down as its remaining quantity goes down: sells and limit buys to what they still need, other buys in proportion.
  mutating func reduceLock(of id: Int64, from old: Quantity, to new: Quantity, market index: Int, _ touched: inout TouchedFunds) {
    guard let record = markets[index].orders[id], old.isPositive, record.quoteQuantity.isZero else { return }
    let asset = lockedAsset(record.side, market: index)
    func needed(_ amount: Amount) -> Amount {
      if record.side == .sell { return min(amount, new) }
      if record.type.hasLimitPrice { return min(amount, record.price.multiplied(by: new, rounding: .awayFromZero)) }
      return min(amount, amount.multiplied(by: new, rounding: .awayFromZero).divided(by: old, rounding: .awayFromZero))
    }
    let kept = needed(record.locked)
    accounts[record.account].unlock(asset, record.locked - kept)
    markets[index].orders[id]?.locked = kept
    markets[index].orders[id]?.reserve = needed(record.reserve)
    touched.append((record.account, asset))
  }
}
