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
    server.serve(V1.PortfolioService.getPortfolioSummary) { (_, _: V1.GetPortfolioSummaryRequest) throws(RPCError) in summary() }
    server.serve(V1.PortfolioService.getBalances) { (_, request: V1.GetBalancesRequest) throws(RPCError) in balances(request) }
    server.serve(V1.PortfolioService.getDiscrepancies) { (_, _: V1.GetDiscrepanciesRequest) throws(RPCError) in discrepancies() }
    server.serveMutation(V1.PortfolioService.resolveDiscrepancy, context) {
      (mutation: Mutation<V1.ResolveDiscrepancyResponse>, request: V1.ResolveDiscrepancyRequest) throws(RPCError) in
      try resolve(mutation, request)
    }
    server.serve(V1.PortfolioService.listPositions) { (_, request: V1.ListPositionsRequest) throws(RPCError) in try positions(request) }
    server.serve(V1.PortfolioService.getRateLimits) { (_, _: V1.GetRateLimitsRequest) throws(RPCError) in rateLimits() }
    server.serveFromJournal(V1.PortfolioService.getEquityCurve, context) {
      (request: V1.GetEquityCurveRequest) throws(RPCError) -> JournalQuery<V1.GetEquityCurveResponse> in
      try EquityCurve(context: context).query(request)
    }
    server.serveFromJournal(V1.PortfolioService.listLedger, context) {
      (request: V1.ListLedgerRequest) throws(RPCError) -> JournalQuery<V1.ListLedgerResponse> in try Ledger(context: context).query(request)
    }
  }

  private func summary() -> V1.GetPortfolioSummaryResponse {
    let view = context.board.view
    var states = V1.BotState.allCases.dropFirst().map { (state: $0, count: 0) }
    var openPositions = 0
    for bot in view.bots.bots() {
      let state = BotValues.state(of: bot)
      if let index = states.firstIndex(where: { $0.state == state }) { states[index].count += 1 }
      if !bot.isRemoved, bot.snapshot.position.isOpen { openPositions += 1 }
    }
    let stats = PortfolioValues(context: context).stats(at: context.now)
    return V1.GetPortfolioSummaryResponse(
      stats: stats, bots: states.map { V1.Counter(name: $0.state.name, value: Int64($0.count)) }, openPositions: Int64(openPositions),
      openOrders: Int64(view.openOrders.count), tradingState: V1.TradingState(view.tradingState),
      mode: V1.TradingMode(context.configuration.mode), allocatedCapital: stats.capital, sequence: Int64(sequence: view.sequence),
      timeNs: view.time.nanoseconds, tradingStateReason: view.tradingStateReason,
      tradingStateCause: view.tradingStateChangedAt == .zero ? .unspecified : V1.TradingStateCause(view.tradingStateCause))
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

  private func discrepancies() -> V1.GetDiscrepanciesResponse {
    V1.GetDiscrepanciesResponse(
      discrepancies: context.board.view.missingCoins.sorted { $0.asset < $1.asset }.map {
        V1.Discrepancy(
          asset: $0.asset, claimed: $0.claimed.description, held: $0.held.description, missing: ($0.claimed - $0.held).description,
          sinceTimeNs: $0.since.nanoseconds, botIDs: $0.bots.map(\.text))
      })
  }

  private func resolve(
    _ mutation: Mutation<V1.ResolveDiscrepancyResponse>, _ request: V1.ResolveDiscrepancyRequest
  ) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    if request.asset.isEmpty { check.wrong("asset", "REQUIRED", "asset is required; `botctl discrepancies` shows what is missing") }
    try check.finish()
    let bots = context.board.view.missingCoins.first { $0.asset == request.asset }?.bots ?? []
    mutation.require(.acceptMissing(asset: request.asset)) { _ in
      mutation.succeed(V1.ResolveDiscrepancyResponse(botIDs: bots.map(\.text)))
    }
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
