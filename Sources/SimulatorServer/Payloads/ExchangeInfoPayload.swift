import Time
import TradingModel
import ExchangeSimulation

/// `exchangeInfo`, in the shape of 2026.
enum ExchangeInfoPayload {
  static func write(instruments: [SimulatedInstrument], configuration: SimulatorConfiguration, at time: Timestamp) -> [UInt8] {
    var json = JSONWriter(capacity: 4_096)
    let limits: [(String, String, Int, Int)] = [
      ("REQUEST_WEIGHT", "MINUTE", 1, configuration.requestWeightLimit), ("ORDERS", "SECOND", 10, configuration.orderLimitTenSeconds),
      ("ORDERS", "DAY", 1, configuration.orderLimitDay), ("RAW_REQUESTS", "MINUTE", 5, 300_000),
    ]
    json.object {
      $0.field("timezone", "UTC")
      $0.field("serverTime", time)
      $0.array("rateLimits") {
        for (type, interval, number, limit) in limits {
          $0.object {
            $0.field("rateLimitType", type)
            $0.field("interval", interval)
            $0.field("intervalNum", number)
            $0.field("limit", limit)
          }
        }
      }
      $0.array("exchangeFilters") { _ in }
      $0.array("symbols") { for instrument in instruments { symbol(instrument.rules, configuration, to: &$0) } }
    }
    return json.bytes
  }

  private static func symbol(_ rules: TradingRules, _ configuration: SimulatorConfiguration, to json: inout JSONWriter) {
    let yes = [
      "icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed", "allowTrailingStop",
      "cancelReplaceAllowed", "amendAllowed", "pegInstructionsAllowed", "isSpotTradingAllowed", "isMarginTradingAllowed",
    ]
    // What this simulator does not do is announced as not allowed.
    let done = ["quoteOrderQtyMarketAllowed", "isSpotTradingAllowed"]
    json.object {
      $0.field("symbol", rules.symbol.text)
      $0.field("status", rules.status == .trading ? "TRADING" : rules.status == .cancelOnly ? "CANCEL_ONLY" : "HALT")
      $0.field("baseAsset", rules.baseAsset)
      $0.field("baseAssetPrecision", rules.baseAssetPrecision)
      $0.field("quoteAsset", rules.quoteAsset)
      $0.field("quotePrecision", rules.quoteAssetPrecision)
      $0.field("quoteAssetPrecision", rules.quoteAssetPrecision)
      $0.field("baseCommissionPrecision", 8)
      $0.field("quoteCommissionPrecision", 8)
      $0.array("orderTypes") {
        for type in [OrderType.limit, .limitMaker, .market, .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit] {
          $0.string(type.wireName)
        }
      }
      for name in yes { $0.field(name, done.contains(name)) }
      $0.array("filters") { filters(rules, to: &$0) }
      $0.array("permissions") { _ in }
      $0.array("permissionSets") { $0.array { $0.string("SPOT") } }
      $0.field("defaultSelfTradePreventionMode", SelfTradePrevention.expireMaker.wireName)
      $0.array("allowedSelfTradePreventionModes") {
        for mode in [SelfTradePrevention.expireTaker, .expireMaker, .expireBoth, .decrement] { $0.string(mode.wireName) }
      }
    }
  }

  private static func filters(_ rules: TradingRules, to json: inout JSONWriter) {
    json.object {
      $0.field("filterType", "PRICE_FILTER")
      $0.field("minPrice", rules.priceMinimum)
      $0.field("maxPrice", rules.priceMaximum)
      $0.field("tickSize", rules.tickSize)
    }
    json.object {
      $0.field("filterType", "LOT_SIZE")
      $0.field("minQty", rules.quantityMinimum)
      $0.field("maxQty", rules.quantityMaximum)
      $0.field("stepSize", rules.stepSize)
    }
    json.object {
      $0.field("filterType", "MARKET_LOT_SIZE")
      $0.field("minQty", rules.marketQuantityMinimum)
      $0.field("maxQty", rules.marketQuantityMaximum)
      $0.field("stepSize", rules.marketStepSize)
    }
    json.object {
      $0.field("filterType", "PERCENT_PRICE_BY_SIDE")
      $0.field("askMultiplierDown", "0.2")
      $0.field("askMultiplierUp", "5")
      $0.field("avgPriceMins", 0)
      $0.field("bidMultiplierDown", "0.2")
      $0.field("bidMultiplierUp", "5")
    }
    json.object {
      $0.field("filterType", "NOTIONAL")
      $0.field("applyMaxToMarket", rules.notionalMaximumAppliesToMarket)
      $0.field("applyMinToMarket", rules.notionalMinimumAppliesToMarket)
      $0.field("avgPriceMins", 0)
      $0.field("maxNotional", rules.notionalMaximum)
      $0.field("minNotional", rules.notionalMinimum)
    }
    json.object {
      $0.field("filterType", "MAX_NUM_ORDERS")
      $0.field("maxNumOrders", rules.openOrdersMaximum)
    }
    json.object {
      $0.field("filterType", "MAX_NUM_ALGO_ORDERS")
      $0.field("maxNumAlgoOrders", rules.openAlgorithmicOrdersMaximum)
    }
  }
}
