import BotAPI
import Strategies
import TTRPC

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
    let all = StrategyCatalogue.all.sorted { $0.name < $1.name }.filter { request.pageToken.isEmpty || $0.name > request.pageToken }
    let page = all.prefix(size)
    return V1.ListStrategiesResponse(
      strategies: page.map(Self.value), nextPageToken: page.count < all.count ? page.last?.name ?? "" : "")
  }

  private func get(_ request: V1.GetStrategyRequest) throws(RPCError) -> V1.GetStrategyResponse {
    guard let descriptor = StrategyCatalogue.descriptor(named: request.name) else {
      throw RPCError(
        code: .notFound, reason: "STRATEGY_UNKNOWN", field: "name",
        message:
          "there is no strategy \"\(RequestCheck.shown(request.name))\"; there are "
          + StrategyCatalogue.all.map(\.name).joined(separator: ", ")
      )
    }
    return V1.GetStrategyResponse(strategy: Self.value(descriptor))
  }

  private static func value(_ descriptor: StrategyDescriptor) -> V1.Strategy {
    let warmUp = (try? descriptor.make())?.warmUp ?? 0
    return V1.Strategy(
      name: descriptor.name, summary: descriptor.summary, description: descriptor.summary,
      parameters: descriptor.parameters.map(Self.schema), warmUpCandles: Int64(warmUp))
  }

  private static func schema(_ parameter: ParameterDescriptor) -> V1.ParameterSchema {
    let type: V1.ParameterType =
      switch parameter.type {
      case .integer: .integer
      case .number: .decimal
      case .boolean: .boolean
      }
    return V1.ParameterSchema(
      name: parameter.name, type: type, defaultValue: parameter.defaultValue, minimum: parameter.minimum, maximum: parameter.maximum,
      description: parameter.meaning, choices: parameter.type == .boolean ? ["true", "false"] : [])
  }
}
