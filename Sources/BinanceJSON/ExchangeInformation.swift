public import TradingModel

/// What `GET exchangeInfo` says of symbols (FACTS §8).
public enum ExchangeInformation {
  /// `exchangeInfo.symbols`. Symbols whose names we cannot carry are left out; unknown filters and statuses are no error (FACTS §8).
  public static func tradingRules(_ value: JSONValue) throws(FrameRefusal) -> [TradingRules] {
    guard let entries = value["symbols"]?.array else { throw FrameRefusal(.missingField, field: "symbols") }
    var all: [TradingRules] = []
    for entry in entries {
      guard let symbol = Symbol(try entry.requireString("symbol")) else { continue }
      var rules = TradingRules(
        symbol: symbol, status: status(entry["status"]?.string), baseAsset: try entry.requireString("baseAsset"),
        quoteAsset: try entry.requireString("quoteAsset"), baseAssetPrecision: precision(entry["baseAssetPrecision"]),
        quoteAssetPrecision: precision(entry["quoteAssetPrecision"]))
      for filter in entry["filters"]?.array ?? [] { try apply(filter, to: &rules) }
      all.append(rules)
    }
    return all
  }

  private static func precision(_ value: JSONValue?) -> Int {
    guard let digits = value?.integer, (0...18).contains(digits) else { return 8 }
    return Int(digits)
  }

  private static func status(_ text: String?) -> TradingRules.Status {
    switch text {
    case "TRADING": .trading
    case "END_OF_DAY": .endOfDay
    case "HALT": .halt
    case "BREAK": .break
    case "CANCEL_ONLY": .cancelOnly
    default: .unknown
    }
  }

  private static func apply(_ filter: JSONValue, to rules: inout TradingRules) throws(FrameRefusal) {
    switch filter["filterType"]?.string {
    case "PRICE_FILTER":
      rules.priceMinimum = try filter.requireDecimal("minPrice")
      rules.priceMaximum = try filter.requireDecimal("maxPrice")
      rules.tickSize = try filter.requireDecimal("tickSize")
    case "LOT_SIZE":
      rules.quantityMinimum = try filter.requireDecimal("minQty")
      rules.quantityMaximum = try filter.requireDecimal("maxQty")
      rules.stepSize = try filter.requireDecimal("stepSize")
    case "MARKET_LOT_SIZE":
      rules.marketQuantityMinimum = try filter.requireDecimal("minQty")
      rules.marketQuantityMaximum = try filter.requireDecimal("maxQty")
      rules.marketStepSize = try filter.requireDecimal("stepSize")
    case "NOTIONAL":
      rules.notionalMinimum = try filter.requireDecimal("minNotional")
      rules.notionalMaximum = try filter.requireDecimal("maxNotional")
      rules.notionalMinimumAppliesToMarket = filter["applyMinToMarket"]?.bool ?? true
      rules.notionalMaximumAppliesToMarket = filter["applyMaxToMarket"]?.bool ?? false
    case "MIN_NOTIONAL":
      rules.notionalMinimum = try filter.requireDecimal("minNotional")
      rules.notionalMinimumAppliesToMarket = filter["applyToMarket"]?.bool ?? true
    case "MAX_NUM_ORDERS": rules.openOrdersMaximum = count(filter["maxNumOrders"] ?? filter["limit"])
    case "MAX_NUM_ALGO_ORDERS": rules.openAlgorithmicOrdersMaximum = count(filter["maxNumAlgoOrders"] ?? filter["limit"])
    default: break
    }
  }

  private static func count(_ value: JSONValue?) -> Int {
    guard let number = value?.integer, (0...1_000_000).contains(number) else { return 0 }
    return Int(number)
  }
}
