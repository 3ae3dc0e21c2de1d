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
    }
  }
}

/// Orders, fills and user events, field for field in the exchange's order.
enum OrderPayloads {
  enum Detail { case acknowledgement, result, full }

  /// The answer to a new order.
  static func placed(_ order: ExchangeOrder, fills: [ExchangeFill], detail: Detail, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", order.symbol.text)
      $0.field("orderId", order.orderID)
      $0.field("orderListId", -1)
      $0.field("clientOrderId", order.clientOrderID)
      $0.field("transactTime", order.time)
      guard detail != .acknowledgement else { return }
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
      $0.field("workingTime", order.workingTime?.milliseconds ?? -1)
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
      }
      $0.field("selfTradePreventionMode", order.selfTradePrevention.wireName)
      expiry(order, to: &$0)
    }
  }

  private static func expiry(_ order: ExchangeOrder, to json: inout JSONWriter) {
    if order.prevented.isPositive { json.field("preventedQuantity", order.prevented) }
    if let reason = order.expiryReason, reason != .selfTradePrevention { json.field("expiryReason", reason.rawValue) }
  }

  /// An order as queries show it.
  static func queried(_ order: ExchangeOrder, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", order.symbol.text)
      $0.field("orderId", order.orderID)
      $0.field("orderListId", -1)
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
      $0.field("icebergQty", FixedDecimal.zero)
      $0.field("time", order.time)
      $0.field("updateTime", order.updateTime)
      $0.field("isWorking", order.workingTime != nil)
      $0.field("workingTime", order.workingTime?.milliseconds ?? -1)
      $0.field("origQuoteOrderQty", order.quoteQuantity)
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
      $0.field("orderListId", -1)
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
      $0.field("selfTradePreventionMode", order.selfTradePrevention.wireName)
    }
  }

  /// One row of myTrades.
  static func fill(_ fill: ExchangeFill, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", fill.symbol.text)
      $0.field("id", fill.tradeID)
      $0.field("orderId", fill.orderID)
      $0.field("orderListId", -1)
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

  /// An executionReport, without the envelope.
  static func executionReport(_ execution: ExchangeExecution) -> [UInt8] {
    let order = execution.order
    let fill = execution.fill
    let isCancel = execution.kind == .canceled
    var json = JSONWriter(capacity: 640)
    json.object {
      $0.field("e", "executionReport")
      $0.field("E", execution.time)
      $0.field("s", order.symbol.text)
      $0.field("c", isCancel ? execution.cancelClientOrderID ?? order.clientOrderID : order.clientOrderID)
      $0.field("S", order.side.wireName)
      $0.field("o", order.type.wireName)
      $0.field("f", order.timeInForce.wireName)
      $0.field("q", order.quantity)
      $0.field("p", order.price)
      $0.field("P", order.stopPrice)
      $0.field("F", FixedDecimal.zero)
      $0.field("g", -1)
      $0.field("C", isCancel ? order.clientOrderID : "")
      $0.field("x", execution.kind.rawValue)
      $0.field("X", order.status.rawValue)
      $0.field("r", "NONE")
      $0.field("i", order.orderID)
      $0.field("l", fill?.quantity ?? .zero)
      $0.field("z", order.executed)
      $0.field("L", fill?.price ?? .zero)
      if let fill { $0.field("n", fill.commission) } else { $0.field("n", "0") }
      if let fill { $0.field("N", fill.commissionAsset) } else { $0.nullField("N") }
      $0.field("T", execution.time)
      $0.field("t", fill?.tradeID ?? -1)
      $0.field("I", execution.executionID)
      $0.field("w", order.workingTime != nil && (execution.kind == .new || (order.status.isOpen && order.type.hasLimitPrice)))
      $0.field("m", fill?.isMaker ?? false)
      $0.field("M", fill != nil)
      $0.field("O", order.time)
      $0.field("Z", order.cumulativeQuote)
      $0.field("Y", fill?.quoteQuantity ?? .zero)
      $0.field("Q", order.quoteQuantity)
      if let working = order.workingTime { $0.field("W", working) }
      $0.field("V", order.selfTradePrevention.wireName)
      if let reason = order.expiryReason, reason != .selfTradePrevention { $0.field("eR", reason.rawValue) }
    }
    return json.bytes
  }

  /// An outboundAccountPosition, without the envelope.
  static func accountPosition(_ balances: [AssetBalance], at time: Timestamp) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("e", "outboundAccountPosition")
      $0.field("E", time)
      $0.field("u", time)
      $0.array("B") {
        for balance in balances {
          $0.object {
            $0.field("a", balance.asset)
            $0.field("f", balance.free)
            $0.field("l", balance.locked)
          }
        }
      }
    }
    return json.bytes
  }
}
