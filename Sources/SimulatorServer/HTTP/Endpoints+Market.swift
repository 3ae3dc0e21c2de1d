import Time
import TradingModel
import ExchangeSimulation

/// The public endpoints: time, rules, candles, book.
enum MarketEndpoints {
  static let ping = APIEndpoint(weight: 1) { _, _ in Array("{}".utf8) }

  static let time = APIEndpoint(weight: 1) { simulation, call in
    let served = simulation.requestClock.serve(market: simulation.marketTime, wall: call.arrival)
    return Array("{\"serverTime\":\(served.milliseconds)}".utf8)
  }

  static let exchangeInfo = APIEndpoint(weight: 20) { simulation, call throws(ExchangeError) in
    let selection = try MarketSelection(exchangeInfo: call.parameters, simulation)
    let time = simulation.requestClock.serve(market: simulation.marketTime, wall: call.arrival)
    return ExchangeInfoPayload.write(
      selection.symbols, of: simulation.exchange, configuration: simulation.configuration,
      form: ExchangeInfoPayload.Form(
        showsPermissionSets: call.parameters["showPermissionSets"]?.lowercased() != "false", isWebSocket: call.session != nil), at: time)
  }

  static func board(_ call: APICall, _ simulation: Simulation) throws(ExchangeError) -> SymbolBoard {
    let symbol = try call.parameters.symbol()
    guard simulation.exchange.rules(symbol) != nil, let board = simulation.board(symbol) else {
      throw ExchangeError(-1121, "Invalid symbol.")
    }
    return board
  }

  static let klines = APIEndpoint(weight: 2) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    guard let interval = Interval(rawValue: try call.parameters.required("interval")) else {
      throw ExchangeError(-1120, "Invalid interval.")
    }
    let zone = try zone(call.parameters)
    let start = try call.parameters.time("startTime")
    let end = try call.parameters.time("endTime")
    let limit = try call.parameters.limit(default: 500, maximum: 1_000)
    var json = JSONWriter(capacity: 4_096)
    json.array {
      for kline in board.klines(interval, zone, from: start, to: end, limit: limit) { MarketRows.kline(kline, interval, zone, to: &$0) }
    }
    return json.bytes
  }

  static func zone(_ parameters: RequestParameters) throws(ExchangeError) -> TimeZoneOffset {
    guard let text = parameters["timeZone"] else { return .utc }
    guard let zone = TimeZoneOffset(text) else { throw ExchangeError(-1130, "Data sent for parameter 'timeZone' is not valid.") }
    return zone
  }

  static let depth = APIEndpoint(weight: { parameters in
    let limit = (try? parameters.limit(default: 100, maximum: 5_000)) ?? 100
    return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250
  }) { simulation, call throws(ExchangeError) in
    let limit = try call.parameters.limit(default: 100, maximum: 5_000)
    let board = try board(call, simulation)
    try MarketSelection.check(status: call.parameters, of: board.symbol, simulation)
    guard let depth = simulation.depthSnapshot(board.symbol, limit: limit) else { throw ExchangeError(-1121, "Invalid symbol.") }
    return StreamPayloads.depth(updateID: depth.updateID, bids: depth.bids, asks: depth.asks)
  }

  static let averagePrice = APIEndpoint(weight: 2) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    var json = JSONWriter()
    json.object {
      $0.field("mins", 5)
      $0.field("price", board.averagePrice)
      $0.field("closeTime", board.last?.facts.time ?? simulation.marketTime)
    }
    return json.bytes
  }
}
