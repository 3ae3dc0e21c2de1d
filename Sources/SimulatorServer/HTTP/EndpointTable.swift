/// Which call answers to which path and to which WebSocket API method. Each theme has a table in a file of its own; no call is in two.
enum EndpointTable {
  static let rest: [String: APIEndpoint] = merged([marketREST, tradingREST, SapiRoutes.table, FapiRoutes.table])
  static let webSocket: [String: APIEndpoint] = merged([marketWebSocket, tradingWebSocket, userStreamWebSocket])

  private static func merged(_ tables: [[String: APIEndpoint]]) -> [String: APIEndpoint] {
    tables.reduce(into: [:]) { all, table in all.merge(table) { first, _ in first } }
  }
}
