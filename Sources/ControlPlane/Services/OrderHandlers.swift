import BotAPI
import Journal
import TTRPC
import Time
import TradingCore
import TradingModel
import Venue

/// `OrderService`: open orders from the board, history from the journal.
struct OrderHandlers: Sendable {
  let context: ControlContext

  func register(on server: RPCServer) {
    server.register(V1.OrderService.listOrders) {
      (call, request: V1.ListOrdersRequest, responder: TypedResponder<V1.ListOrdersResponse>) in list(call, request, responder)
    }
    server.serveFromJournal(V1.OrderService.getOrder, context) {
      (request: V1.GetOrderRequest) throws(RPCError) -> JournalQuery<V1.GetOrderResponse> in
      let id = try orderID(request.clientOrderID)
      return JournalQuery { journal, _ in V1.GetOrderResponse(order: V1.Order(try Self.fold(id, journal).order)) }
    }
    server.serveFromJournal(V1.OrderService.explainOrder, context) {
      (request: V1.ExplainOrderRequest) throws(RPCError) -> JournalQuery<V1.ExplainOrderResponse> in
      let id = try orderID(request.clientOrderID)
      return JournalQuery { journal, _ in try OrderExplanation.explain(id, journal) }
    }
    server.serveMutation(V1.OrderService.cancelOrder, context) {
      (mutation: Mutation<V1.CancelOrderResponse>, request: V1.CancelOrderRequest) throws(RPCError) in try cancel(mutation, request)
    }
  }

  private func orderID(_ text: String) throws(RPCError) -> ClientOrderID {
    var check = RequestCheck()
    let id = check.clientOrderID(text)
    try check.finish()
    guard let id else { throw ErrorMapping.orderNotFound(text) }
    return id
  }

  /// - Throws: `NOT_FOUND`.
  static func fold(_ id: ClientOrderID, _ journal: Journal) throws -> (order: Order, entries: [JournalEntry]) {
    let entries = try journal.orderHistory(id)
    guard let order = Order.folded(entries) else { throw ErrorMapping.orderNotFound(id.text) }
    return (order, entries)
  }

  private func cancel(_ mutation: Mutation<V1.CancelOrderResponse>, _ request: V1.CancelOrderRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    let id = check.clientOrderID(request.clientOrderID)
    try check.finish()
    guard let id else { return }
    mutation.require(.cancelOrder(id)) { _ in
      if let order = context.board.openOrdersByID[id] {
        return mutation.succeed(V1.CancelOrderResponse(order: V1.Order(order)))
      }
      // It is finished already: the journal has it.
      let isQueued = context.reader.submit { journal in
        let order = (try? Self.fold(id, journal).order).map { V1.Order($0) }
        mutation.succeed(V1.CancelOrderResponse(order: order ?? V1.Order(clientOrderID: id.text)))
      }
      if !isQueued { mutation.succeed(V1.CancelOrderResponse(order: V1.Order(clientOrderID: id.text, status: .pendingCancel))) }
    }
  }

  // MARK: Lists

  private struct Filter: Sendable {
    var bots: Set<BotID>
    var symbols: Set<Symbol>
    var range: TimeRange
    func matches(_ intent: OrderIntent, decidedAt time: Timestamp) -> Bool {
      range.contains(time) && (bots.isEmpty || bots.contains(intent.botID)) && (symbols.isEmpty || symbols.contains(intent.request.symbol))
    }
  }

  private func list(_ call: RPCContext, _ request: V1.ListOrdersRequest, _ responder: TypedResponder<V1.ListOrdersResponse>) {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    let filter = Filter(
      bots: check.botIDs(request.botIDs), symbols: check.symbols(request.symbols),
      range: check.range(request.fromTimeNs, request.toTimeNs))
    let before = check.numericToken(request.pageToken) ?? .max
    do throws(RPCError) { try check.finish() } catch { return responder.fail(error) }
    guard request.openOnly else {
      return context.reader.answer(call, responder) { journal, limit in
        try Self.history(before: before, size: size, filter, journal, limit)
      }
    }
    var response = V1.ListOrdersResponse()
    for order in context.board.openOrders.reversed()
    where order.sequence < before && filter.matches(order.intent, decidedAt: order.createdAt) {
      if response.orders.count == size {
        response.nextPageToken = response.orders.last.map { String($0.intentSequence) } ?? ""
        break
      }
      response.orders.append(V1.Order(order))
    }
    responder.succeed(response)
  }

  private static func history(
    before: UInt64, size: Int, _ filter: Filter, _ journal: Journal, _ limit: ReadLimit
  ) throws -> V1.ListOrdersResponse {
    var response = V1.ListOrdersResponse()
    var before = before
    let first = try journal.sequence(before: filter.range.from)
    let bot = filter.bots.count == 1 ? filter.bots.first : nil
    while true {
      let intents = try journal.orderIntents(before: before, limit: 1_000, botID: bot)
      for entry in intents {
        guard case .orderIntent(let intent) = entry.record, filter.matches(intent, decidedAt: entry.time) else {
          before = entry.sequence
          continue
        }
        if response.orders.count == size {
          response.nextPageToken = String(before)
          return response
        }
        try limit.check()
        response.orders.append(V1.Order(try fold(intent.request.clientOrderID, journal).order))
        before = entry.sequence
      }
      if intents.count < 1_000 || before <= first { return response }
      try limit.check()
    }
  }
}
