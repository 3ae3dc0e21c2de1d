public import Time
import TradingModel
import Venue

extension SimulatedExchange {
  /// Funds of pending orders are locked when their list is placed: opo.md says of lists that their working order pays that only for those
  /// "the only balance requirement on order placement is that of the working order".
  private static let locksPendingFundsAtPlacement = true

  /// Places a list of orders. Either all of them are accepted or none. Written to the truth log as ``TruthRecord/Kind/placeList``.
  /// - Returns: the list and its orders right after the working order or the pair went in, pending orders not yet placed; and the fills so
  ///   far. Even where the working order filled at once, pending orders still are `PENDING_NEW` here, as in the exchange's answer.
  /// - Throws: ``ExchangeError`` with the exchange's code; then there is no list.
  @discardableResult
  public mutating func placeList(
    _ request: ExchangeListRequest, account: Int, arrival: Timestamp, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (list: ExchangeOrderList, orders: [ExchangeOrder], fills: [ExchangeFill]) {
    let text = "\(request.kind.contingencyType): " + request.orders.map(Self.describe).joined(separator: "; ")
    let members = request.orders.compactMap(\.clientOrderID)
    do throws(ExchangeError) {
      let result = try executeList(request, account: account, at: time, events: &events)
      record(
        .placeList, symbol: request.symbol.text, clientOrderID: result.list.clientID, order: text, arrival: arrival, at: time, error: nil,
        orderID: result.list.id, outcome: result.list.orderStatus, members: members)
      return result
    } catch {
      record(
        .placeList, symbol: request.symbol.text, clientOrderID: request.listClientOrderID ?? "", order: text, arrival: arrival, at: time,
        error: error, members: members)
      throw error
    }
  }

  private mutating func executeList(
    _ request: ExchangeListRequest, account: Int, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> (list: ExchangeOrderList, orders: [ExchangeOrder], fills: [ExchangeFill]) {
    prepareBook(of: request.symbol)
    let index = try checkedList(request, account: account, at: time)
    var requests = request.orders
    // Of a pair the answers show the stop leg first.
    if request.kind.hasPair, let last = requests.indices.last, !requests[last - 1].type.isStopLoss { requests.swapAt(last - 1, last) }
    let members = request.kind.hasWorkingOrder ? Array(requests.dropFirst()) : requests
    let isPaid = request.kind.isPaidByWorkingOrder
    var reserves: [Amount] = []
    for member in members {
      reserves.append(isPaid ? .zero : try reserve(for: member, account: account, market: index, isPending: request.kind.hasWorkingOrder))
    }
    let working = request.kind.hasWorkingOrder ? requests.first : nil
    var workingReserve = Amount.zero
    if let working { workingReserve = try reserve(for: working, account: account, market: index) }
    let listLock = isPaid || !(Self.locksPendingFundsAtPlacement || working == nil) ? .zero : reserves.max() ?? .zero
    let lockSide = members[0].side
    let asset = lockedAsset(lockSide, market: index)
    let workingAsset = lockedAsset(working?.side ?? lockSide, market: index)
    let isEnough =
      asset == workingAsset
      ? accounts[account].free(asset) >= listLock + workingReserve
      : accounts[account].free(asset) >= listLock && accounts[account].free(workingAsset) >= workingReserve
    guard isEnough else { throw Self.insufficientBalance }

    let firstID = markets[index].nextOrderID
    var bookOrders: [BookOrder] = []
    for (offset, member) in requests.enumerated() {
      let position = offset - (requests.count - members.count)
      bookOrders.append(
        bookOrder(
          member, id: firstID + Int64(offset), account: account, reserve: position < 0 ? workingReserve : reserves[position], market: index)
      )
    }
    for order in working == nil ? bookOrders : [bookOrders[0]] {
      if let reason = markets[index].engine.rejection(of: order) { throw Self.rejection(reason) }
    }
    accounts[account].lock(workingAsset, workingReserve)
    accounts[account].lock(asset, listLock)
    accounts[account].updateTime = time
    let list = register(request, bookOrders, requests, reserves, workingReserve, listLock, market: index, account: account, at: time)
    let firstFill = markets[index].fills.count
    let firstEvent = events.count
    var book: [BookEvent] = []
    if working == nil {
      markets[index].engine.submitPair(bookOrders[0], bookOrders[1], events: &book)
    } else {
      markets[index].engine.submit(bookOrders[0], events: &book)
    }
    isHoldingLists = true
    apply(book, market: index, at: time, &events)
    if working != nil { announcePending(list.id, market: index, at: time, &events) }
    events.append(.list(listed(list.id) ?? list, .execStarted))
    let answer = listed(list.id) ?? list
    let orders = list.orderIDs.compactMap { markets[index].orders[$0] }
    addBalances(of: account, asset == workingAsset ? [asset] : [workingAsset, asset], since: firstEvent, at: time, &events)
    isHoldingLists = false
    progressLists(at: time, &events)
    let fills = markets[index].fills[firstFill...].filter { $0.account == account && list.orderIDs.contains($0.fill.orderID) }.map(\.fill)
    return (answer, orders, fills)
  }

  private mutating func register(
    _ request: ExchangeListRequest, _ bookOrders: [BookOrder], _ requests: [ExchangeOrderRequest], _ reserves: [Amount],
    _ workingReserve: Amount, _ lock: Amount, market index: Int, account: Int, at time: Timestamp
  ) -> ExchangeOrderList {
    let hasWorking = request.kind.hasWorkingOrder
    var list = ExchangeOrderList(
      id: nextListID, kind: request.kind, symbol: request.symbol, account: account,
      clientID: request.listClientOrderID ?? generatedClientID(), orderIDs: bookOrders.map(\.id), time: time, updateTime: time,
      locked: lock, lockSide: (hasWorking ? bookOrders[1] : bookOrders[0]).side,
      pending: hasWorking ? Array(requests.dropFirst()) : [], isArmed: !hasWorking)
    nextListID += 1
    for (offset, order) in bookOrders.enumerated() {
      let isWorking = hasWorking && offset == 0
      let entry = register(
        order, requests[offset], reserve: isWorking ? workingReserve : reserves[offset - (hasWorking ? 1 : 0)],
        locked: isWorking ? workingReserve : .zero, listID: list.id, status: isWorking || !hasWorking ? .new : .pendingNew, market: index,
        at: time)
      list.clientOrderIDs.append(entry.clientOrderID)
      // Placed later under the id it has now.
      if hasWorking, offset > 0 { list.pending[offset - 1].clientOrderID = entry.clientOrderID }
    }
    lists[list.id] = list
    listIDs.append(list.id)
    openListIDs[account, default: [:]][list.clientID] = list.id
    markets[index].openLists[account, default: 0] += 1
    return list
  }

  private mutating func announcePending(_ id: Int64, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    guard let list = lists[id] else { return }
    for member in list.memberIDs { report(member, of: list.account, .new, market: index, at: time, &events) { _ in } }
  }

  /// A list with its orders' client order ids as they are now.
  func listed(_ id: Int64) -> ExchangeOrderList? {
    guard var list = lists[id], let index = marketIndex[list.symbol] else { return nil }
    list.clientOrderIDs = list.orderIDs.map { markets[index].orders[$0]?.clientOrderID ?? "" }
    return list
  }
}
