import BotAPI
import Strategies
import StrategyMessages
import TTRPC
import TradingCore

/// `StrategyService`: the catalogue as clients see it.
struct StrategyHandlers: Sendable {
  let context: ControlContext

  func register(on server: RPCServer) {
    server.serve(V1.StrategyService.listStrategies) { (_, request: V1.ListStrategiesRequest) throws(RPCError) in try list(request) }
    server.serve(V1.StrategyService.getStrategy) { (_, request: V1.GetStrategyRequest) throws(RPCError) in try get(request) }
  }

  private func list(_ request: V1.ListStrategiesRequest) throws(RPCError) -> V1.ListStrategiesResponse {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    try check.finish()
    let all = strategies.sorted { $0.name < $1.name }.filter { request.pageToken.isEmpty || $0.name > request.pageToken }
    let page = all.prefix(size)
    return V1.ListStrategiesResponse(
      strategies: Array(page), nextPageToken: page.count < all.count ? page.last?.name ?? "" : "")
  }

  private func get(_ request: V1.GetStrategyRequest) throws(RPCError) -> V1.GetStrategyResponse {
    guard let strategy = strategies.first(where: { $0.name == request.name }) else {
      throw RPCError(
        code: .notFound, reason: "STRATEGY_UNKNOWN", field: "name",
        message:
          "there is no strategy \"\(RequestCheck.shown(request.name))\"; there are "
          + strategies.map(\.name).joined(separator: ", ")
      )
    }
    return V1.GetStrategyResponse(strategy: strategy)
  }

  /// Those built in, those that processes serve, and those that bots use while their process is away.
  private var strategies: [V1.Strategy] {
    let served = context.strategies.all
    var list = StrategyCatalogue.all.map { V1.Strategy($0) } + served.map { V1.Strategy($0, isAvailable: true) }
    for entry in context.board.view.bots.bots() {
      guard !entry.isRemoved, let strategy = entry.snapshot.configuration.served, !list.contains(where: { $0.name == strategy.name }) else {
        continue
      }
      list.append(V1.Strategy(strategy, isAvailable: false))
    }
    return list
  }
}
