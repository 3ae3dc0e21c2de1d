import Time
import TradingModel
import ExchangeSimulation

/// Order lists, amendments, replacements, prevented matches.
extension OrderPayloads {
  /// A list as queries show it.
  static func list(_ list: ExchangeOrderList, to json: inout JSONWriter) {
    json.object { facts(list, at: list.updateTime, to: &$0) }
  }

  private static func facts(_ list: ExchangeOrderList, at time: Timestamp, to json: inout JSONWriter) {
    json.field("orderListId", list.id)
    json.field("contingencyType", list.kind.contingencyType)
    json.field("listStatusType", list.statusType.rawValue)
    json.field("listOrderStatus", list.orderStatus)
    json.field("listClientOrderId", list.clientID)
    json.field("transactionTime", time)
    json.field("symbol", list.symbol.text)
    orders(list, to: &json)
  }

  private static func orders(_ list: ExchangeOrderList, to json: inout JSONWriter) {
    json.array("orders") {
      for (id, name) in zip(list.orderIDs, list.clientOrderIDs) {
        $0.object {
          $0.field("symbol", list.symbol.text)
          $0.field("orderId", id)
          $0.field("clientOrderId", name)
        }
      }
    }
  }

  /// The answer to a new list.
  static func placedList(
    _ list: ExchangeOrderList, orders: [ExchangeOrder], fills: [ExchangeFill], detail: Detail, to json: inout JSONWriter
  ) {
    json.object {
      facts(list, at: list.updateTime, to: &$0)
      $0.array("orderReports") {
        for order in orders {
          placed(order, fills: fills.filter { $0.orderID == order.orderID }, detail: detail, to: &$0)
        }
      }
    }
  }

  /// The answer to a list's cancel.
  static func canceledList(
    _ list: ExchangeOrderList, orders: [ExchangeOrder], cancelClientOrderID: String, at time: Timestamp, to json: inout JSONWriter
  ) {
    json.object {
      facts(list, at: time, to: &$0)
      $0.array("orderReports") {
        for order in orders { canceled(order, cancelClientOrderID: cancelClientOrderID, at: time, to: &$0) }
      }
    }
  }

  /// The answer to an amendment.
  static func amended(
    _ order: ExchangeOrder, _ amendment: ExchangeAmendment, list: ExchangeOrderList?, to json: inout JSONWriter
  ) {
    json.object {
      $0.field("transactTime", amendment.time)
      $0.field("executionId", amendment.executionID)
      $0.object("amendedOrder") {
        $0.field("symbol", order.symbol.text)
        $0.field("orderId", order.orderID)
        $0.field("orderListId", order.listID)
        $0.field("origClientOrderId", amendment.originalClientOrderID)
        $0.field("clientOrderId", order.clientOrderID)
        $0.field("price", order.price)
        $0.field("qty", order.quantity)
        $0.field("executedQty", order.executed)
        $0.field("preventedQty", order.prevented)
        $0.field("quoteOrderQty", order.quoteQuantity)
        $0.field("cumulativeQuoteQty", order.cumulativeQuote)
        $0.field("status", order.status.rawValue)
        $0.field("timeInForce", order.timeInForce.wireName)
        $0.field("type", order.type.wireName)
        $0.field("side", order.side.wireName)
        if order.type.isContingent { $0.field("stopPrice", order.stopPrice) }
        if let time = order.workingTime { $0.field("workingTime", time) }
        $0.field("selfTradePreventionMode", order.selfTradePrevention.wireName)
      }
      guard let list else { return }
      $0.object("listStatus") {
        $0.field("orderListId", list.id)
        $0.field("contingencyType", list.kind.contingencyType)
        $0.field("listOrderStatus", list.orderStatus)
        $0.field("listClientOrderId", list.clientID)
        $0.field("symbol", list.symbol.text)
        orders(list, to: &$0)
      }
    }
  }

  /// One row of an order's amendments.
  static func amendment(_ amendment: ExchangeAmendment, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", amendment.symbol.text)
      $0.field("orderId", amendment.orderID)
      $0.field("executionId", amendment.executionID)
      $0.field("origClientOrderId", amendment.originalClientOrderID)
      $0.field("newClientOrderId", amendment.newClientOrderID)
      $0.field("origQty", amendment.originalQuantity)
      $0.field("newQty", amendment.newQuantity)
      $0.field("time", amendment.time)
    }
  }

  /// One row of myPreventedMatches.
  static func preventedMatch(_ entry: ExchangePreventedMatch, to json: inout JSONWriter) {
    let match = entry.match
    json.object {
      $0.field("symbol", entry.symbol.text)
      $0.field("preventedMatchId", match.id)
      $0.field("takerOrderId", match.takerOrderID)
      $0.field("makerSymbol", entry.symbol.text)
      $0.field("makerOrderId", match.makerOrderID)
      $0.field("tradeGroupId", tradeGroupID)
      $0.field("selfTradePreventionMode", match.mode.wireName)
      $0.field("price", match.price)
      if let quantity = match.takerQuantity { $0.field("takerPreventedQuantity", quantity) }
      if let quantity = match.makerQuantity { $0.field("makerPreventedQuantity", quantity) }
      $0.field("transactTime", entry.time)
    }
  }

  /// Both halves of a replacement. `null` stands for a new order that was not tried.
  static func replacement(
    _ outcome: SimulatedExchange.Replacement, detail: Detail, prevented: [ExchangePreventedMatch], at time: Timestamp,
    to json: inout JSONWriter
  ) {
    json.object {
      switch outcome.cancel {
      case .success: $0.field("cancelResult", "SUCCESS")
      case .failure: $0.field("cancelResult", "FAILURE")
      }
      switch outcome.placed {
      case .success?: $0.field("newOrderResult", "SUCCESS")
      case .failure?: $0.field("newOrderResult", "FAILURE")
      case nil: $0.field("newOrderResult", "NOT_ATTEMPTED")
      }
      $0.key("cancelResponse")
      switch outcome.cancel {
      case .success(let canceled): self.canceled(canceled.order, cancelClientOrderID: canceled.cancelClientOrderID, at: time, to: &$0)
      case .failure(let error): failure(error, to: &$0)
      }
      $0.key("newOrderResponse")
      switch outcome.placed {
      case .success(let placed)?: self.placed(placed.order, fills: placed.fills, prevented: prevented, detail: detail, to: &$0)
      case .failure(let error)?: failure(error, to: &$0)
      case nil: $0.null()
      }
    }
  }

  private static func failure(_ error: ExchangeError, to json: inout JSONWriter) {
    json.object {
      $0.field("code", error.code)
      $0.field("msg", error.message)
    }
  }
}
