import Time
import TradingModel
import ExchangeSimulation

/// `exchangeInfo`, in the shape of 2026.
enum ExchangeInfoPayload {
  /// What a request asks to see.
  struct Form {
    var showsPermissionSets = true
    /// The WebSocket API lists the limit of connections in place of that of raw requests.
    var isWebSocket = false
  }

  static func write(
    _ symbols: [Symbol], of exchange: SimulatedExchange, configuration: SimulatorConfiguration, form: Form, at time: Timestamp
  ) -> [UInt8] {
    var json = JSONWriter(capacity: 4_096)
    json.object {
      $0.field("timezone", "UTC")
      $0.field("serverTime", time)
      $0.array("rateLimits") { limits(configuration, form, to: &$0) }
      $0.array("exchangeFilters") { FilterPayloads.exchange(exchange.filters, to: &$0) }
      $0.array("symbols") {
        for symbol in symbols {
          guard let rules = exchange.rules(symbol), let terms = exchange.terms(symbol) else { continue }
          self.symbol(rules, terms, form, to: &$0)
        }
      }
    }
    return json.bytes
  }

  private static func limits(_ configuration: SimulatorConfiguration, _ form: Form, to json: inout JSONWriter) {
    let limits: [(String, String, Int, Int)] = [
      ("REQUEST_WEIGHT", "MINUTE", 1, configuration.requestWeightLimit), ("ORDERS", "SECOND", 10, configuration.orderLimitTenSeconds),
      ("ORDERS", "DAY", 1, configuration.orderLimitDay),
      form.isWebSocket
        ? ("CONNECTIONS", "MINUTE", 5, RateLimits.connectionLimit) : ("RAW_REQUESTS", "MINUTE", 5, configuration.rawRequestLimit),
    ]
    for (type, interval, number, limit) in limits {
      json.object {
        $0.field("rateLimitType", type)
        $0.field("interval", interval)
        $0.field("intervalNum", number)
        $0.field("limit", limit)
      }
    }
  }

  private static func symbol(_ rules: TradingRules, _ terms: SymbolTerms, _ form: Form, to json: inout JSONWriter) {
    let features = terms.features
    json.object {
      $0.field("symbol", rules.symbol.text)
      $0.field("status", rules.status.wireName)
      $0.field("baseAsset", rules.baseAsset)
      $0.field("baseAssetPrecision", rules.baseAssetPrecision)
      $0.field("quoteAsset", rules.quoteAsset)
      $0.field("quotePrecision", rules.quoteAssetPrecision)
      $0.field("quoteAssetPrecision", rules.quoteAssetPrecision)
      $0.field("baseCommissionPrecision", 8)
      $0.field("quoteCommissionPrecision", 8)
      $0.array("orderTypes") {
        for type in [OrderType.limit, .limitMaker, .market, .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit]
        where features.orderTypes.contains(type) {
          $0.string(type.wireName)
        }
      }
      for (name, isAllowed) in [
        ("icebergAllowed", features.iceberg), ("ocoAllowed", features.oneCancelsOther), ("otoAllowed", features.oneTriggersOther),
        ("opoAllowed", features.onePaysOther), ("quoteOrderQtyMarketAllowed", features.quoteOrderQuantityMarket),
        ("allowTrailingStop", features.trailingStop), ("cancelReplaceAllowed", features.cancelReplace), ("amendAllowed", features.amend),
        // What this simulator does not do is announced as not allowed.
        ("pegInstructionsAllowed", false), ("isSpotTradingAllowed", true), ("isMarginTradingAllowed", false),
      ] {
        $0.field(name, isAllowed)
      }
      $0.array("filters") { FilterPayloads.symbol(rules, terms.filters, to: &$0) }
      $0.array("permissions") { _ in }
      $0.array("permissionSets") {
        for set in form.showsPermissionSets ? terms.permissionSets : [] { $0.array { for permission in set { $0.string(permission) } } }
      }
      $0.field("defaultSelfTradePreventionMode", features.defaultSelfTradePrevention.wireName)
      $0.array("allowedSelfTradePreventionModes") {
        for mode in SelfTradePrevention.allCases where features.allowedSelfTradePrevention.contains(mode) { $0.string(mode.wireName) }
      }
    }
  }
}
