public import TradingModel

/// What `GET exchangeInfo` says of symbols (FACTS §8).
public enum ExchangeInformation {
  /// The symbols of an answer: those whose rules were read, and the others with the reason.
  public struct Listing: Sendable {
    public var rules: [TradingRules] = []
    public var leftOut: [LeftOut] = []
    /// What must hold for entries beside the rules, of symbols that have something of the kind.
    public var terms: [Symbol: SymbolTerms] = [:]
    /// No symbol.
    public init() {}
  }

  /// A symbol whose rules could not be read; nothing is to be traded by guessed ones.
  public struct LeftOut: Hashable, Sendable, CustomStringConvertible {
    /// As the exchange spells it, without what a line of text can't show, 64 characters at most.
    public var name: String
    /// `nil` when the name itself breaks ``TradingModel/Symbol``'s grammar.
    public var symbol: Symbol?
    /// What is wrong, as half a sentence: `its LOT_SIZE has a 'stepSize' that cannot be read`.
    public var reason: String
    public var description: String { "\(name) (\(reason))" }
  }

  /// `exchangeInfo.symbols`. A symbol with an unreadable name, asset or filter is left out alone; unknown filters and statuses are no error
  /// (FACTS §8).
  ///
  /// - Throws: ``FrameRefusal`` when there is no list of symbols at all.
  public static func tradingRules(_ value: JSONValue) throws(FrameRefusal) -> Listing {
    guard let entries = value["symbols"]?.array else { throw FrameRefusal(.missingField, field: "symbols") }
    var listing = Listing()
    let ofAccount = value["exchangeFilters"]?.array ?? []
    for entry in entries {
      let name = entry["symbol"]?.string ?? ""
      guard let symbol = Symbol(name), Array(symbol.text.utf8) == Array(name.utf8) else {
        listing.leftOut.append(LeftOut(name: shown(name), reason: "its name is none that the exchange's grammar allows here"))
        continue
      }
      do throws(Unreadable) {
        var rules = try rules(of: symbol, entry)
        for filter in ofAccount { applyToAccount(filter, to: &rules) }
        listing.rules.append(rules)
        let terms = SymbolTerms(entry)
        if terms != SymbolTerms() { listing.terms[symbol] = terms }
      } catch {
        listing.leftOut.append(LeftOut(name: shown(name), symbol: symbol, reason: error.reason))
      }
    }
    return listing
  }

  private struct Unreadable: Error {
    var reason: String

    init(_ part: String, _ refusal: FrameRefusal) {
      let what = refusal.code == .missingField ? "has no '\(refusal.field)'" : "has a '\(refusal.field)' that cannot be read"
      reason = "its \(part) \(what)"
    }
  }

  private static func shown(_ name: String) -> String {
    let plain = name.unicodeScalars.prefix(64).map { scalar in
      scalar.properties.generalCategory == .control || scalar.properties.isDefaultIgnorableCodePoint ? "?" : String(Character(scalar))
    }
    return plain.isEmpty ? "one without a name" : plain.joined()
  }

  private static func rules(of symbol: Symbol, _ entry: JSONValue) throws(Unreadable) -> TradingRules {
    var rules: TradingRules
    do throws(FrameRefusal) {
      rules = TradingRules(
        symbol: symbol, status: status(entry["status"]?.string), baseAsset: try entry.requireString("baseAsset"),
        quoteAsset: try entry.requireString("quoteAsset"), baseAssetPrecision: precision(entry["baseAssetPrecision"]),
        quoteAssetPrecision: precision(entry["quoteAssetPrecision"]),
        takesQuoteAmounts: entry["quoteOrderQtyMarketAllowed"]?.bool ?? false, takesPairs: takesPairs(entry),
        takesProtectedEntries: takesProtectedEntries(entry))
    } catch {
      throw Unreadable("entry", error)
    }
    rules.trailingDeltas = trailingDeltas(entry)
    for filter in entry["filters"]?.array ?? [] {
      do throws(FrameRefusal) {
        try apply(filter, to: &rules)
      } catch {
        throw Unreadable(filter["filterType"]?.string ?? "filter", error)
      }
    }
    return rules
  }

  private static func takesPairs(_ entry: JSONValue) -> Bool {
    let types = (entry["orderTypes"]?.array ?? []).compactMap(\.string)
    return entry["ocoAllowed"]?.bool ?? false && types.contains("STOP_LOSS") && types.contains("LIMIT_MAKER")
  }

  /// Binance: faqs/opo.md names both.
  private static func takesProtectedEntries(_ entry: JSONValue) -> Bool {
    let isAllowed = entry["otoAllowed"]?.bool ?? false && entry["opoAllowed"]?.bool ?? false
    return isAllowed && (entry["orderTypes"]?.array ?? []).contains { $0.string == "STOP_LOSS" }
  }

  /// A stop that sells trails below the price (Binance: filters.md, TRAILING_DELTA).
  private static func trailingDeltas(_ entry: JSONValue) -> ClosedRange<Int>? {
    guard entry["allowTrailingStop"]?.bool ?? false, (entry["orderTypes"]?.array ?? []).contains(where: { $0.string == "STOP_LOSS" }),
      let filter = entry["filters"]?.array?.first(where: { $0["filterType"]?.string == "TRAILING_DELTA" }),
      let least = filter["minTrailingBelowDelta"]?.integer, let most = filter["maxTrailingBelowDelta"]?.integer, least > 0, least <= most,
      most < 10_000
    else { return nil }
    return Int(least)...Int(most)
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
    case "PERCENT_PRICE":
      rules.boundPrices(buys: try filter.requireDecimal("multiplierUp"), sales: try filter.requireDecimal("multiplierUp"))
    case "PERCENT_PRICE_BY_SIDE":
      rules.boundPrices(buys: try filter.requireDecimal("bidMultiplierUp"), sales: try filter.requireDecimal("askMultiplierUp"))
    case "MAX_NUM_ORDERS": rules.openOrdersMaximum = count(filter["maxNumOrders"] ?? filter["limit"])
    case "MAX_NUM_ALGO_ORDERS": rules.openAlgorithmicOrdersMaximum = count(filter["maxNumAlgoOrders"] ?? filter["limit"])
    case "MAX_NUM_ORDER_LISTS": rules.openOrderListsMaximum = count(filter["maxNumOrderLists"] ?? filter["limit"])
    default: break
    }
  }

  /// A filter of all symbols together (Binance: filters.md, "Exchange Filters").
  private static func applyToAccount(_ filter: JSONValue, to rules: inout TradingRules) {
    switch filter["filterType"]?.string {
    case "EXCHANGE_MAX_NUM_ORDERS": rules.accountOrdersMaximum = count(filter["maxNumOrders"] ?? filter["limit"])
    case "EXCHANGE_MAX_NUM_ALGO_ORDERS": rules.accountAlgorithmicOrdersMaximum = count(filter["maxNumAlgoOrders"] ?? filter["limit"])
    case "EXCHANGE_MAX_NUM_ORDER_LISTS": rules.accountOrderListsMaximum = count(filter["maxNumOrderLists"] ?? filter["limit"])
    default: break
    }
  }

  private static func count(_ value: JSONValue?) -> Int {
    guard let number = value?.integer, (0...1_000_000).contains(number) else { return 0 }
    return Int(number)
  }
}

extension TradingRules {
  /// Of several bounds the tightest counts.
  fileprivate mutating func boundPrices(buys: FixedDecimal, sales: FixedDecimal) {
    func tighter(_ known: FixedDecimal, _ other: FixedDecimal) -> FixedDecimal { known.isPositive ? min(known, other) : other }
    buyPriceMultiplierMaximum = tighter(buyPriceMultiplierMaximum, buys)
    sellPriceMultiplierMaximum = tighter(sellPriceMultiplierMaximum, sales)
  }
}
