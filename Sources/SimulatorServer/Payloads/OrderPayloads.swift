import Time
import TradingModel
import Venue
import ExchangeSimulation

extension OrderType {
  /// The exchange's spelling.
  var wireName: String {
    switch self {
    case .market: "MARKET"
    case .limit: "LIMIT"
    case .limitMaker: "LIMIT_MAKER"
    case .stopLoss: "STOP_LOSS"
    case .stopLossLimit: "STOP_LOSS_LIMIT"
    case .takeProfit: "TAKE_PROFIT"
    case .takeProfitLimit: "TAKE_PROFIT_LIMIT"
    }
  }

  init?(wireName: String) {
    guard let type = Self.allCases.first(where: { $0.wireName == wireName }) else { return nil }
    self = type
  }
}

extension Side {
  var wireName: String { self == .buy ? "BUY" : "SELL" }
}

extension TimeInForce {
  var wireName: String {
    switch self {
    case .goodTilCanceled: "GTC"
    case .immediateOrCancel: "IOC"
    case .fillOrKill: "FOK"
    }
  }
}

extension SelfTradePrevention {
  var wireName: String {
    switch self {
    case .none: "NONE"
    case .expireTaker: "EXPIRE_TAKER"
    case .expireMaker: "EXPIRE_MAKER"
    case .expireBoth: "EXPIRE_BOTH"
    case .decrement: "DECREMENT"
    case .transfer: "TRANSFER"
    }
  }
}

/// Orders, fills and user events, field for field in the exchange's order.
enum OrderPayloads {
  enum Detail { case acknowledgement, result, full }

  /// The answer to a new order.
  /// - Parameter prevented: matches of this request that self-trade prevention kept from happening.
  static func placed(
    _ order: ExchangeOrder, fills: [ExchangeFill], prevented: [ExchangePreventedMatch] = [], detail: Detail, to json: inout JSONWriter
  ) {
    json.object {
      $0.field("symbol", order.symbol.text)
      $0.field("orderId", order.orderID)
      $0.field("orderListId", order.listID)
      $0.field("clientOrderId", order.clientOrderID)
      $0.field("transactTime", order.time)
      guard detail != .acknowledgement else { return }
      $0.field("price", order.price)
      // Not known before the working order of its list has filled.
      if !(order.status == .pendingNew && order.quantity.isZero) { $0.field("origQty", order.quantity) }
      $0.field("executedQty", order.executed)
      $0.field("origQuoteOrderQty", order.quoteQuantity)
      $0.field("cummulativeQuoteQty", order.cumulativeQuote)
      $0.field("status", order.status.rawValue)
      $0.field("timeInForce", order.timeInForce.wireName)
      $0.field("type", order.type.wireName)
      $0.field("side", order.side.wireName)
      if order.type.isContingent { $0.field("stopPrice", order.stopPrice) }
      $0.field("workingTime", order.workingTime?.milliseconds ?? -1)
      conditions(order, to: &$0)
      if detail == .full {
        $0.array("fills") {
          for fill in fills {
            $0.object {
              $0.field("price", fill.price)
              $0.field("qty", fill.quantity)
              $0.field("commission", fill.commission)
              $0.field("commissionAsset", fill.commissionAsset)
              $0.field("tradeId", fill.tradeID)
            }
          }
        }
        if !prevented.isEmpty { $0.array("preventedMatches") { for entry in prevented { preventedInAnswer(entry.match, to: &$0) } } }
      }
      $0.field("selfTradePreventionMode", order.selfTradePrevention.wireName)
      expiry(order, to: &$0)
    }
  }

  /// What only some orders have, in answers to placing and canceling.
  private static func conditions(_ order: ExchangeOrder, to json: inout JSONWriter) {
    if order.icebergQuantity.isPositive { json.field("icebergQty", order.icebergQuantity) }
    labels(order, to: &json)
  }

  private static func labels(_ order: ExchangeOrder, to json: inout JSONWriter) {
    if let delta = order.trailingDelta {
      json.field("trailingDelta", delta)
      json.field("trailingTime", order.trailingTime?.milliseconds ?? -1)
    }
    if let id = order.strategyID { json.field("strategyId", id) }
    if let type = order.strategyType { json.field("strategyType", type) }
  }

  private static func preventedInAnswer(_ match: BookPrevention, to json: inout JSONWriter) {
    json.object {
      $0.field("preventedMatchId", match.id)
      $0.field("makerOrderId", match.makerOrderID)
      $0.field("price", match.price)
      if let quantity = match.takerQuantity { $0.field("takerPreventedQuantity", quantity) }
      if let quantity = match.makerQuantity { $0.field("makerPreventedQuantity", quantity) }
    }
  }

  private static func expiry(_ order: ExchangeOrder, to json: inout JSONWriter) {
    if let id = order.preventedMatchID { json.field("preventedMatchId", id) }
    if order.prevented.isPositive { json.field("preventedQuantity", order.prevented) }
    if let reason = order.expiryReason, reason != .selfTradePrevention { json.field("expiryReason", reason.rawValue) }
  }

  /// An order as queries show it.
  static func queried(_ order: ExchangeOrder, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", order.symbol.text)
      $0.field("orderId", order.orderID)
      $0.field("orderListId", order.listID)
      $0.field("clientOrderId", order.clientOrderID)
      $0.field("price", order.price)
      $0.field("origQty", order.quantity)
      $0.field("executedQty", order.executed)
      $0.field("cummulativeQuoteQty", order.cumulativeQuote)
      $0.field("status", order.status.rawValue)
      $0.field("timeInForce", order.timeInForce.wireName)
      $0.field("type", order.type.wireName)
      $0.field("side", order.side.wireName)
      $0.field("stopPrice", order.stopPrice)
      $0.field("icebergQty", order.icebergQuantity)
      $0.field("time", order.time)
      $0.field("updateTime", order.updateTime)
      $0.field("isWorking", order.workingTime != nil)
      $0.field("workingTime", order.workingTime?.milliseconds ?? -1)
      $0.field("origQuoteOrderQty", order.quoteQuantity)
      labels(order, to: &$0)
      $0.field("selfTradePreventionMode", order.selfTradePrevention.wireName)
      expiry(order, to: &$0)
    }
  }

  /// The answer to a cancel.
  static func canceled(_ order: ExchangeOrder, cancelClientOrderID: String, at time: Timestamp, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", order.symbol.text)
      $0.field("origClientOrderId", order.clientOrderID)
      $0.field("orderId", order.orderID)
      $0.field("orderListId", order.listID)
      $0.field("clientOrderId", cancelClientOrderID)
      $0.field("transactTime", time)
      $0.field("price", order.price)
      $0.field("origQty", order.quantity)
      $0.field("executedQty", order.executed)
      $0.field("origQuoteOrderQty", order.quoteQuantity)
      $0.field("cummulativeQuoteQty", order.cumulativeQuote)
      $0.field("status", order.status.rawValue)
      $0.field("timeInForce", order.timeInForce.wireName)
      $0.field("type", order.type.wireName)
      $0.field("side", order.side.wireName)
      if order.type.isContingent { $0.field("stopPrice", order.stopPrice) }
      conditions(order, to: &$0)
      $0.field("selfTradePreventionMode", order.selfTradePrevention.wireName)
    }
  }

  /// One row of myTrades.
  static func fill(_ fill: ExchangeFill, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", fill.symbol.text)
      $0.field("id", fill.tradeID)
      $0.field("orderId", fill.orderID)
      $0.field("orderListId", fill.orderListID)
      $0.field("price", fill.price)
      $0.field("qty", fill.quantity)
      $0.field("quoteQty", fill.quoteQuantity)
      $0.field("commission", fill.commission)
      $0.field("commissionAsset", fill.commissionAsset)
      $0.field("time", fill.time)
      $0.field("isBuyer", fill.isBuyer)
      $0.field("isMaker", fill.isMaker)
      $0.field("isBestMatch", true)
    }
  }
}
