import TradingModel
import ExchangeSimulation

/// Reference prices and the rules of execution that hang on them.
extension MarketEndpoints {
  private static func reference(_ call: APICall, _ simulation: Simulation) throws(ExchangeError) -> SymbolBoard {
    let board = try board(call, simulation)
    try MarketSelection.check(status: call.parameters, of: board.symbol, simulation)
    guard simulation.configuration.hasReferencePrices || simulation.exchange.terms(board.symbol)?.referencePrice != nil else {
      throw ExchangeError(-2043, "This symbol doesn't have a reference price.")
    }
    return board
  }

  static let referencePrice = APIEndpoint(weight: 2) { simulation, call throws(ExchangeError) in
    let board = try reference(call, simulation)
    var json = JSONWriter()
    json.object {
      $0.field("symbol", board.symbol.text)
      if let price = simulation.referencePrice(of: board) { $0.field("referencePrice", price) } else { $0.nullField("referencePrice") }
      $0.field("timestamp", simulation.marketTime)
    }
    return json.bytes
  }

  static let referenceCalculation = APIEndpoint(weight: 2) { simulation, call throws(ExchangeError) in
    let board = try reference(call, simulation)
    var json = JSONWriter()
    json.object {
      $0.field("symbol", board.symbol.text)
      $0.field("calculationType", "ARITHMETIC_MEAN")
      $0.field("bucketCount", SymbolBoard.referenceBuckets)
      $0.field("bucketWidthMs", 1_000)
    }
    return json.bytes
  }

  /// No symbol has a rule here: `PRICE_RANGE` is not enforced where it is missing (price_range_execution_rules.md).
  static let executionRules = APIEndpoint(weight: { min(2 * (MarketSelection.count($0) ?? 20), 40) }) {
    simulation, call throws(ExchangeError) in
    let named = ["symbol", "symbols", "symbolStatus"].filter { call.parameters[$0] != nil }
    guard named.count <= 1 else { throw ExchangeError(-1128, "Combination of optional parameters invalid.") }
    let selection = try MarketSelection(call.parameters, simulation)
    var json = JSONWriter(capacity: 1_024)
    json.object {
      $0.array("symbolRules") {
        for symbol in selection.symbols {
          $0.object {
            $0.field("symbol", symbol.text)
            $0.array("rules") { _ in }
          }
        }
      }
    }
    return json.bytes
  }
}

extension SymbolBoard {
  /// The reference price is the mean of the last prices of so many whole seconds, as in the documents' example.
  static let referenceBuckets = 10
}
