import ExchangeSimulation

/// Public trades.
extension MarketEndpoints {
  static let trades = APIEndpoint(weight: 25) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    let limit = try call.parameters.limit(default: 500, maximum: 1_000)
    return rows(board.tape.trades(from: nil, limit: limit))
  }

  static let historicalTrades = APIEndpoint(weight: 25) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    let limit = try call.parameters.limit(default: 500, maximum: 1_000)
    return rows(board.tape.trades(from: try call.parameters.integer("fromId"), limit: limit))
  }

  private static func rows(_ trades: ArraySlice<SymbolBoard.PublicTrade>) -> [UInt8] {
    var json = JSONWriter(capacity: 4_096)
    json.array { for trade in trades { MarketRows.trade(trade, to: &$0) } }
    return json.bytes
  }

  static let aggregateTrades = APIEndpoint(weight: 4) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    let from = try call.parameters.integer("fromId")
    let start = try call.parameters.time("startTime")
    let end = try call.parameters.time("endTime")
    guard from == nil || start == nil && end == nil else { throw ExchangeError(-1128, "Combination of optional parameters invalid.") }
    let limit = try call.parameters.limit(default: 500, maximum: 1_000)
    var json = JSONWriter(capacity: 4_096)
    json.array {
      for trade in board.tape.aggregates(from: from, start: start, end: end, limit: limit) { MarketRows.aggregate(trade, to: &$0) }
    }
    return json.bytes
  }

  /// Nobody trades blocks here: the list is empty.
  static let blockTrades = APIEndpoint(weight: 25) { simulation, call throws(ExchangeError) in
    _ = try board(call, simulation)
    _ = try call.parameters.integer("fromId")
    _ = try call.parameters.limit(default: 500, maximum: 1_000)
    return Array("[]".utf8)
  }
}
