import TradingModel
import ExchangeSimulation

/// Filters as `exchangeInfo` and `myFilters` show them. Binance: filters.md.
enum FilterPayloads {
  private static func filter(_ type: String, _ json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
    json.object {
      $0.field("filterType", type)
      body(&$0)
    }
  }

  /// The filters of a symbol, those that are off left out.
  static func symbol(_ rules: TradingRules, _ filters: SymbolFilters, to json: inout JSONWriter) {
    filter("PRICE_FILTER", &json) {
      $0.field("minPrice", rules.priceMinimum)
      $0.field("maxPrice", rules.priceMaximum)
      $0.field("tickSize", rules.tickSize)
    }
    filter("LOT_SIZE", &json) {
      $0.field("minQty", rules.quantityMinimum)
      $0.field("maxQty", rules.quantityMaximum)
      $0.field("stepSize", rules.stepSize)
    }
    if filters.icebergPartsMaximum > 0 { filter("ICEBERG_PARTS", &json) { $0.field("limit", filters.icebergPartsMaximum) } }
    filter("MARKET_LOT_SIZE", &json) {
      $0.field("minQty", rules.marketQuantityMinimum)
      $0.field("maxQty", rules.marketQuantityMaximum)
      $0.field("stepSize", rules.marketStepSize)
    }
    if let bounds = filters.trailingDelta {
      filter("TRAILING_DELTA", &json) {
        $0.field("minTrailingAboveDelta", bounds.minimumAbove)
        $0.field("maxTrailingAboveDelta", bounds.maximumAbove)
        $0.field("minTrailingBelowDelta", bounds.minimumBelow)
        $0.field("maxTrailingBelowDelta", bounds.maximumBelow)
      }
    }
    prices(filters, to: &json)
    notionals(rules, filters, to: &json)
    counts(rules, filters, to: &json)
    if let maximum = filters.positionMaximum { filter("MAX_POSITION", &json) { $0.field("maxPosition", maximum) } }
    if let time = filters.sellingFrom { filter("T_PLUS_SELL", &json) { $0.field("endTime", time) } }
  }

  private static func prices(_ filters: SymbolFilters, to json: inout JSONWriter) {
    func plain(_ value: FixedDecimal) -> String { value.description }
    if let bid = filters.percentPriceBid, let ask = filters.percentPriceAsk {
      filter("PERCENT_PRICE_BY_SIDE", &json) {
        $0.field("bidMultiplierUp", plain(bid.multiplierUp))
        $0.field("bidMultiplierDown", plain(bid.multiplierDown))
        $0.field("askMultiplierUp", plain(ask.multiplierUp))
        $0.field("askMultiplierDown", plain(ask.multiplierDown))
        $0.field("avgPriceMins", filters.averagePriceMinutes)
      }
    }
    if let band = filters.percentPrice {
      filter("PERCENT_PRICE", &json) {
        $0.field("multiplierUp", plain(band.multiplierUp))
        $0.field("multiplierDown", plain(band.multiplierDown))
        $0.field("avgPriceMins", filters.averagePriceMinutes)
      }
    }
  }

  private static func notionals(_ rules: TradingRules, _ filters: SymbolFilters, to json: inout JSONWriter) {
    filter("NOTIONAL", &json) {
      $0.field("minNotional", rules.notionalMinimum)
      $0.field("applyMinToMarket", rules.notionalMinimumAppliesToMarket)
      $0.field("maxNotional", rules.notionalMaximum)
      $0.field("applyMaxToMarket", rules.notionalMaximumAppliesToMarket)
      $0.field("avgPriceMins", filters.averagePriceMinutes)
    }
    guard filters.minimumNotional.isPositive else { return }
    filter("MIN_NOTIONAL", &json) {
      $0.field("minNotional", filters.minimumNotional)
      $0.field("applyToMarket", filters.minimumNotionalAppliesToMarket)
      $0.field("avgPriceMins", filters.averagePriceMinutes)
    }
  }

  private static func counts(_ rules: TradingRules, _ filters: SymbolFilters, to json: inout JSONWriter) {
    for (type, name, value) in [
      ("MAX_NUM_ORDERS", "maxNumOrders", rules.openOrdersMaximum),
      ("MAX_NUM_ORDER_LISTS", "maxNumOrderLists", filters.orderListsMaximum),
      ("MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders", rules.openAlgorithmicOrdersMaximum),
      ("MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders", filters.icebergOrdersMaximum),
      ("MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends", filters.amendsMaximum),
    ] where value > 0 {
      filter(type, &json) { $0.field(name, value) }
    }
  }

  /// The filters over all symbols, but for those of assets.
  static func exchange(_ filters: ExchangeFilters, to json: inout JSONWriter) {
    for (type, name, value) in [
      ("EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders", filters.ordersMaximum),
      ("EXCHANGE_MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders", filters.algorithmicOrdersMaximum),
      ("EXCHANGE_MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders", filters.icebergOrdersMaximum),
      ("EXCHANGE_MAX_NUM_ORDER_LISTS", "maxNumOrderLists", filters.orderListsMaximum),
    ] where value > 0 {
      filter(type, &json) { $0.field(name, value) }
    }
  }

  /// MAX_ASSET of the two assets of a symbol.
  static func assets(_ filters: ExchangeFilters, of rules: TradingRules, to json: inout JSONWriter) {
    for asset in [rules.baseAsset, rules.quoteAsset] {
      guard let limit = filters.assetMaximums[asset] else { continue }
      filter("MAX_ASSET", &json) {
        $0.field("asset", asset)
        $0.field("limit", limit)
      }
    }
  }
}
