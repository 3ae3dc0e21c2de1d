import MarketFrames
import TradingModel
import Venue

/// Values out of REST answers; a field that is needed and missing or malformed refuses the whole answer.
enum RestDecoding {
  /// `GET klines` (FACTS §7): rows of twelve.
  static func candles(_ value: JSONValue) throws(FrameRefusal) -> [Candle] {
    guard let rows = value.array else { throw FrameRefusal(.badField, field: "klines") }
    var candles: [Candle] = []
    candles.reserveCapacity(rows.count)
    for row in rows {
      guard let cells = row.array, cells.count >= 9, let openTime = cells[0].integer, openTime >= 0, let open = cells[1].decimal,
        let high = cells[2].decimal, let low = cells[3].decimal, let close = cells[4].decimal, let volume = cells[5].decimal,
        let quoteVolume = cells[7].decimal, let tradeCount = cells[8].integer
      else { throw FrameRefusal(.badField, field: "klines") }
      let candle = Candle(
        openTime: Timestamp(milliseconds: openTime), open: open, high: high, low: low, close: close, volume: volume,
        quoteVolume: quoteVolume, tradeCount: tradeCount)
      guard candle.isConsistent else { throw FrameRefusal(.badField, field: "klines") }
      candles.append(candle)
    }
    return candles
  }

  /// `exchangeInfo.rateLimits`: REQUEST_WEIGHT and ORDERS.
  static func rateLimits(_ value: JSONValue) -> (weights: [RateGovernor.Window], orders: [RateGovernor.Window]) {
    var weights: [RateGovernor.Window] = []
    var orders: [RateGovernor.Window] = []
    for entry in value["rateLimits"]?.array ?? [] {
      guard let limit = entry["limit"]?.integer, (1...10_000_000).contains(limit), let count = entry["intervalNum"]?.integer,
        (1...100_000).contains(count), let unit = entry["interval"]?.string?.first,
        let length = RateGovernor.milliseconds(ofHeaderInterval: "\(count)\(unit)")
      else { continue }
      let window = RateGovernor.Window(limit: Int(limit), lengthMilliseconds: length)
      switch entry["rateLimitType"]?.string {
      case "REQUEST_WEIGHT": weights.append(window)
      case "ORDERS": orders.append(window)
      default: break
      }
    }
    return (weights, orders)
  }

  /// `exchangeInfo.symbols`. Symbols whose names we cannot carry are left out; unknown filters and statuses are no error (FACTS §8).
  static func tradingRules(_ value: JSONValue) throws(FrameRefusal) -> [TradingRules] {
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

  /// `GET account` balances, or the `B` array of `outboundAccountPosition`.
  static func balances(_ entries: [JSONValue], _ asset: StaticString, _ free: StaticString, _ locked: StaticString)
    throws(FrameRefusal) -> [AssetBalance]
  {
    var balances: [AssetBalance] = []
    for entry in entries {
      balances.append(
        AssetBalance(
          asset: try entry.requireString(asset), free: try entry.requireDecimal(free), locked: try entry.requireDecimal(locked)))
    }
    return balances
  }
}
