import Presentation
public import TradingModel

/// An exchange's `exchangeInfo` as rules for the simulator, read with its own reader.
public struct ExchangeInfoFile: Sendable {
  public private(set) var rules: [Symbol: TradingRules] = [:]
  /// Symbols whose rules cannot be read, each with the reason; they are left out alone.
  public private(set) var leftOut: [(name: String, reason: String)] = []

  /// - Throws: ``SimulatorError`` when the bytes hold no list of symbols.
  public init(_ bytes: [UInt8]) throws(SimulatorError) {
    guard let entries = JSONTree(bytes)?["symbols"]?.elements else {
      throw SimulatorError(.configuration, "it is no answer of GET /api/v3/exchangeInfo")
    }
    for entry in entries {
      let name = entry["symbol"]?.text ?? ""
      do throws(Unreadable) {
        let made = try Self.rules(entry)
        rules[made.symbol] = made
      } catch {
        leftOut.append((name.isEmpty ? "one without a name" : name, error.reason))
      }
    }
  }

  private struct Unreadable: Error { var reason: String }

  private static func rules(_ entry: JSONTree) throws(Unreadable) -> TradingRules {
    guard let name = entry["symbol"]?.text, let symbol = Symbol(name), symbol.text == name else {
      throw Unreadable(reason: "its name is no symbol")
    }
    guard let base = entry["baseAsset"]?.text, let quote = entry["quoteAsset"]?.text, !base.isEmpty, !quote.isEmpty else {
      throw Unreadable(reason: "it names no base or quote asset")
    }
    var rules = TradingRules(symbol: symbol, baseAsset: base, quoteAsset: quote)
    for filter in entry["filters"]?.elements ?? [] { try apply(filter, to: &rules) }
    return rules
  }

  private static func apply(_ filter: JSONTree, to rules: inout TradingRules) throws(Unreadable) {
    let type = filter["filterType"]?.text ?? ""
    func decimal(_ field: String) throws(Unreadable) -> FixedDecimal {
      guard case .string(let text)? = filter[field], let value = FixedDecimal(text: text), !value.isNegative else {
        throw Unreadable(reason: "its \(type) has no readable \(field)")
      }
      return value
    }
    func flag(_ field: String, _ standard: Bool) -> Bool {
      if case .bool(let value)? = filter[field] { value } else { standard }
    }
    switch type {
    case "PRICE_FILTER":
      rules.priceMinimum = try decimal("minPrice")
      rules.priceMaximum = try decimal("maxPrice")
      rules.tickSize = try decimal("tickSize")
    case "LOT_SIZE":
      rules.quantityMinimum = try decimal("minQty")
      rules.quantityMaximum = try decimal("maxQty")
      rules.stepSize = try decimal("stepSize")
    case "MARKET_LOT_SIZE":
      rules.marketQuantityMinimum = try decimal("minQty")
      rules.marketQuantityMaximum = try decimal("maxQty")
      rules.marketStepSize = try decimal("stepSize")
    case "NOTIONAL":
      rules.notionalMinimum = try decimal("minNotional")
      rules.notionalMaximum = try decimal("maxNotional")
      rules.notionalMinimumAppliesToMarket = flag("applyMinToMarket", true)
      rules.notionalMaximumAppliesToMarket = flag("applyMaxToMarket", false)
    case "MIN_NOTIONAL":
      rules.notionalMinimum = try decimal("minNotional")
      rules.notionalMinimumAppliesToMarket = flag("applyToMarket", true)
    case "MAX_NUM_ORDERS": rules.openOrdersMaximum = count(filter["maxNumOrders"] ?? filter["limit"])
    case "MAX_NUM_ALGO_ORDERS": rules.openAlgorithmicOrdersMaximum = count(filter["maxNumAlgoOrders"] ?? filter["limit"])
    default: break
    }
  }

  private static func count(_ value: JSONTree?) -> Int {
    guard let number = value?.integer, (0...1_000_000).contains(number) else { return 0 }
    return Int(number)
  }
}
