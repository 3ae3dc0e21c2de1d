import Time

/// The derivative exchanges' lists of contracts, which clients load together with the spot symbols: there are none here.
enum FapiRoutes {
  static let table: [String: APIEndpoint] = [
    "GET /fapi/v1/exchangeInfo": exchangeInfo(["assets", "symbols"]),
    "GET /dapi/v1/exchangeInfo": exchangeInfo(["symbols"]),
    "GET /eapi/v1/exchangeInfo": exchangeInfo(["optionContracts", "optionAssets", "optionSymbols"]),
    "GET /fapi/v1/ping": MarketEndpoints.ping,
    "GET /fapi/v1/time": MarketEndpoints.time,
    "GET /dapi/v1/ping": MarketEndpoints.ping,
    "GET /dapi/v1/time": MarketEndpoints.time,
    "GET /eapi/v1/ping": MarketEndpoints.ping,
    "GET /eapi/v1/time": MarketEndpoints.time,
  ]

  private static func exchangeInfo(_ lists: [String]) -> APIEndpoint {
    APIEndpoint(weight: 0) { simulation, call in
      let time = simulation.requestClock.serve(market: simulation.marketTime, wall: call.arrival)
      var json = JSONWriter()
      json.object {
        $0.field("timezone", "UTC")
        $0.field("serverTime", time)
        for name in ["rateLimits", "exchangeFilters"] + lists { $0.array(name) { _ in } }
      }
      return json.bytes
    }
  }
}
