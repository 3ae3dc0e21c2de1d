import Time
import BotAPI
import Journal
import MarketData
import TTRPC
import TradingCore
import TradingModel
import Venue

/// `PortfolioService`: the account as a whole.
struct PortfolioHandlers: Sendable {
  let context: ControlContext
  var values: BotValues { BotValues(context: context) }

  func register(on server: RPCServer) {
    server.serveFromJournal(V1.PortfolioService.getPortfolioSummary, context) {
      (_: V1.GetPortfolioSummaryRequest) throws(RPCError) -> JournalQuery<V1.GetPortfolioSummaryResponse> in
      JournalQuery { journal, limit in summary(try context.equity.caughtUp(journal, limit: limit)) }
    }
    server.serve(V1.PortfolioService.getBalances) { (_, request: V1.GetBalancesRequest) throws(RPCError) in balances(request) }
    server.serve(V1.PortfolioService.listPositions) { (_, request: V1.ListPositionsRequest) throws(RPCError) in try positions(request) }
    server.serve(V1.PortfolioService.getRateLimits) { (_, _: V1.GetRateLimitsRequest) throws(RPCError) in rateLimits() }
    server.serveFromJournal(V1.PortfolioService.getEquityCurve, context) {
      (request: V1.GetEquityCurveRequest) throws(RPCError) -> JournalQuery<V1.GetEquityCurveResponse> in
      try EquityCurve(context: context).query(request)
    }
  }

  private func summary(_ equity: EquitySummary) -> V1.GetPortfolioSummaryResponse {
    let view = context.board.view
    let values = values
    var marks: [Symbol: Price] = [:]
    let totals = PortfolioTotals(Array(view.bots.bots())) { configuration in
      if let known = marks[configuration.symbol] { return known }
      let mark = values.mark(of: configuration)
      marks[configuration.symbol] = mark
      return mark
    }
    return V1.GetPortfolioSummaryResponse(
      stats: totals.stats(mode: context.configuration.mode, equity: equity),
      bots: totals.states.map { V1.Counter(name: $0.state.name, value: Int64($0.count)) }, openPositions: Int64(totals.openPositions),
      openOrders: Int64(view.openOrders.count), tradingState: V1.TradingState(view.tradingState),
      mode: V1.TradingMode(context.configuration.mode), allocatedCapital: totals.capital.description,
      sequence: Int64(sequence: view.sequence), timeNs: view.time.nanoseconds)
  }

  private func balances(_ request: V1.GetBalancesRequest) -> V1.GetBalancesResponse {
    let view = context.board.view
    let wanted = view.balances.filter { request.includeZero || !$0.free.isZero || !$0.locked.isZero }.sorted { $0.asset < $1.asset }
    return V1.GetBalancesResponse(
      balances: wanted.map {
        V1.Balance(
          asset: $0.asset, free: $0.free.description, locked: $0.locked.description, total: ($0.free + $0.locked).description)
      }, updatedTimeNs: view.balancesAt.nanoseconds)
  }

  private func positions(_ request: V1.ListPositionsRequest) throws(RPCError) -> V1.ListPositionsResponse {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    let symbols = check.symbols(request.symbols)
    let after = request.pageToken.isEmpty ? nil : BotID(request.pageToken)
    if after == nil, !request.pageToken.isEmpty { check.malformedToken() }
    try check.finish()
    var response = V1.ListPositionsResponse()
    for entry in context.board.view.bots.bots(after: after) where !entry.isRemoved {
      guard symbols.isEmpty || symbols.contains(entry.snapshot.configuration.symbol) else { continue }
      guard request.includeFlat || entry.snapshot.position.isOpen else { continue }
      if response.positions.count == size {
        response.nextPageToken = response.positions.last?.botID ?? ""
        break
      }
      response.positions.append(values.position(entry))
    }
    return response
  }

  private func rateLimits() -> V1.GetRateLimitsResponse {
    V1.GetRateLimitsResponse(
      limits: context.board.view.rateLimits.map {
        V1.RateLimit(
          type: $0.type, intervalNs: $0.intervalNanoseconds, limit: $0.limit, used: $0.used,
          blockedUntilTimeNs: $0.blockedUntil.nanoseconds)
      })
  }
}
