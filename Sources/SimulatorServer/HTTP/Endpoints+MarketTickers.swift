import TradingModel
import Venue
import ExchangeSimulation

/// Prices and statistics of one symbol, several or all.
extension MarketEndpoints {
  /// One object for one symbol, else a list.
  private static func answer(_ selection: MarketSelection, _ simulation: Simulation, _ write: (SymbolBoard, inout JSONWriter) -> Void)
    -> [UInt8]
  {
    var json = JSONWriter(capacity: 4_096)
    let boards = selection.symbols.compactMap { simulation.board($0) }
    if selection.isSingle {
      for board in boards.prefix(1) { write(board, &json) }
    } else {
      json.array { for board in boards { write(board, &$0) } }
    }
    return json.bytes
  }

  static let tickerPrice = APIEndpoint(weight: { $0["symbol"] != nil ? 2 : 4 }) { simulation, call throws(ExchangeError) in
    answer(try MarketSelection(call.parameters, simulation), simulation) { board, json in
      json.object {
        $0.field("symbol", board.symbol.text)
        $0.field("price", board.last?.facts.price ?? .zero)
      }
    }
  }

  static let bookTicker = APIEndpoint(weight: { $0["symbol"] != nil ? 2 : 4 }) { simulation, call throws(ExchangeError) in
    answer(try MarketSelection(call.parameters, simulation), simulation) { board, json in
      json.object {
        $0.field("symbol", board.symbol.text)
        $0.field("bidPrice", board.quote?.bidPrice ?? .zero)
        $0.field("bidQty", board.quote?.bidQuantity ?? .zero)
        $0.field("askPrice", board.quote?.askPrice ?? .zero)
        $0.field("askQty", board.quote?.askQuantity ?? .zero)
      }
    }
  }

  /// Whether a ticker is the short one.
  private static func isMini(_ parameters: RequestParameters) throws(ExchangeError) -> Bool {
    switch parameters["type"] {
    case nil, "FULL": return false
    case "MINI": return true
    default: throw ExchangeError(-1139, "Invalid ticker type.")
    }
  }

  static let ticker24 = APIEndpoint(weight: { parameters in
    guard let count = MarketSelection.count(parameters) else { return 80 }
    return count <= 20 ? 2 : count <= 100 ? 40 : 80
  }) { simulation, call throws(ExchangeError) in
    let isMini = try isMini(call.parameters)
    return answer(try MarketSelection(call.parameters, simulation), simulation) { board, json in
      MarketRows.day(board.day(endingAt: simulation.marketTime), board, isMini: isMini, to: &json)
    }
  }

  /// Four per symbol, at most 200 beyond fifty.
  private static func weightPerSymbol(_ parameters: RequestParameters) -> Int {
    min(4 * (MarketSelection.count(parameters) ?? 1), 200)
  }

  private static let symbolsMaximum = 100

  static let ticker = APIEndpoint(weight: weightPerSymbol) { simulation, call throws(ExchangeError) in
    let isMini = try isMini(call.parameters)
    let selection = try MarketSelection(call.parameters, simulation, isRequired: true, maximum: symbolsMaximum)
    guard let window = RollingWindow(call.parameters["windowSize"] ?? "1d") else {
      throw ExchangeError(-1130, "Data sent for parameter 'windowSize' is not valid.")
    }
    return answer(selection, simulation) { board, json in
      MarketRows.window(board.rolling(window, endingAt: simulation.marketTime), board.symbol, isMini: isMini, to: &json)
    }
  }

  static let tradingDay = APIEndpoint(weight: weightPerSymbol) { simulation, call throws(ExchangeError) in
    let isMini = try isMini(call.parameters)
    let selection = try MarketSelection(call.parameters, simulation, isRequired: true, maximum: symbolsMaximum)
    let zone = try zone(call.parameters)
    return answer(selection, simulation) { board, json in
      MarketRows.window(board.tradingDay(containing: simulation.marketTime, zone), board.symbol, isMini: isMini, to: &json)
    }
  }
}
