import Time
import BinanceJSON
import TradingModel
import Venue

/// Execution reports out of the exchange's answers and user-stream events. A word that is not known refuses the report; callers treat an
/// answer that cannot be read as "outcome unknown", never as a failure.
enum ReportDecoding {
  static func side(_ value: JSONValue, _ name: StaticString) throws(FrameRefusal) -> Side {
    switch try value.requireString(name) {
    case "BUY": return .buy
    case "SELL": return .sell
    default: throw FrameRefusal(.badField, field: name)
    }
  }

  static func type(_ value: JSONValue, _ name: StaticString) throws(FrameRefusal) -> OrderType {
    guard let type = types.first(where: { $0.word == (value[name.description]?.string ?? "") })?.type else {
      throw FrameRefusal(.badField, field: name)
    }
    return type
  }

  private static let types: [(word: String, type: OrderType)] = OrderType.allCases.map { (word($0), $0) }

  /// The exchange's word for an order type.
  static func word(_ type: OrderType) -> String {
    switch type {
    case .market: "MARKET"
    case .limit: "LIMIT"
    case .limitMaker: "LIMIT_MAKER"
    case .stopLoss: "STOP_LOSS"
    case .stopLossLimit: "STOP_LOSS_LIMIT"
    case .takeProfit: "TAKE_PROFIT"
    case .takeProfitLimit: "TAKE_PROFIT_LIMIT"
    }
  }

  static func word(_ timeInForce: TimeInForce) -> String {
    switch timeInForce {
    case .goodTilCanceled: "GTC"
    case .immediateOrCancel: "IOC"
    case .fillOrKill: "FOK"
    }
  }

  static func timeInForce(_ value: JSONValue, _ name: StaticString) throws(FrameRefusal) -> TimeInForce {
    switch try value.requireString(name) {
    case "GTC": return .goodTilCanceled
    case "IOC": return .immediateOrCancel
    case "FOK": return .fillOrKill
    default: throw FrameRefusal(.badField, field: name)
    }
  }

  static func status(_ value: JSONValue, _ name: StaticString) throws(FrameRefusal) -> OrderStatus {
    switch try value.requireString(name) {
    case "NEW": return .accepted
    case "PENDING_NEW": return .waiting
    case "PARTIALLY_FILLED": return .partiallyFilled
    case "FILLED": return .filled
    case "PENDING_CANCEL": return .pendingCancel
    case "CANCELED": return .canceled
    case "REJECTED": return .rejected
    case "EXPIRED", "EXPIRED_IN_MATCH": return .expired
    default: throw FrameRefusal(.badField, field: name)
    }
  }

  static func clientOrderID(_ value: JSONValue, _ name: StaticString) throws(FrameRefusal) -> ClientOrderID {
    guard let id = ClientOrderID(try value.requireString(name)) else { throw FrameRefusal(.badField, field: name) }
    return id
  }

  static func time(_ value: JSONValue, _ name: StaticString) throws(FrameRefusal) -> Timestamp {
    let milliseconds = try value.requireInteger(name)
    guard milliseconds >= 0 else { throw FrameRefusal(.badField, field: name) }
    return Timestamp(milliseconds: milliseconds)
  }

  /// What an order is for. One that sells what the entry of its list will have bought has no quantity before (Binance: rest-api.md, "New Order
  /// list - OPO"): zero.
  static func quantity(_ value: JSONValue, _ name: StaticString, list: StaticString) throws(FrameRefusal) -> Quantity {
    if value[name.description] == nil, let list = value[list.description]?.integer, list >= 0 { return .zero }
    return try value.requireDecimal(name)
  }

  private static func reason(_ value: JSONValue?) -> String {
    guard let text = value?.string, text != "NONE" else { return "" }
    return String(text.prefix(100))
  }

  // MARK: REST

  /// An order as `POST order`, `DELETE order`, `GET order` and `openOrders` state it, without its fills.
  static func order(
    _ value: JSONValue, source: ExecutionReport.Source, clientOrderIDName: StaticString = "clientOrderId"
  ) throws(FrameRefusal) -> ExecutionReport {
    let times: [StaticString] = ["transactTime", "updateTime", "time"]
    guard let timeName = times.first(where: { value[$0.description] != nil }) else {
      throw FrameRefusal(.missingField, field: "transactTime")
    }
    return ExecutionReport(
      clientOrderID: try clientOrderID(value, clientOrderIDName), venueOrderID: VenueOrderID(try value.requireInteger("orderId")),
      symbol: try value.requireSymbol("symbol"), side: try side(value, "side"), type: try type(value, "type"),
      timeInForce: try timeInForce(value, "timeInForce"), quantity: try quantity(value, "origQty", list: "orderListId"),
      price: try value.requireDecimal("price"), stopPrice: value["stopPrice"]?.decimal ?? .zero, status: try status(value, "status"),
      executedQuantity: try value.requireDecimal("executedQty"), cumulativeQuote: try value.requireDecimal("cummulativeQuoteQty"),
      reason: reason(value["expiryReason"]), time: try time(value, timeName), source: source)
  }

  /// One order's report in the answer about a list; the answer itself where it is about one order.
  static func member(
    _ id: ClientOrderID, of value: JSONValue, name: StaticString = "clientOrderId"
  ) throws(FrameRefusal) -> JSONValue {
    guard let members = value["orderReports"]?.array else { return value }
    guard let member = members.first(where: { $0[name.description]?.string == id.text }) else {
      throw FrameRefusal(.missingField, field: name)
    }
    return member
  }

  /// A `FULL` answer to `POST order` as reports: one for each fill with running sums, and a last one when the order ended otherwise.
  static func answer(_ value: JSONValue) throws(FrameRefusal) -> [ExecutionReport] {
    let final = try order(value, source: .answer)
    var reports: [ExecutionReport] = []
    var executed = Quantity.zero
    var quote = Amount.zero
    let fills = value["fills"]?.array ?? []
    for (index, entry) in fills.enumerated() {
      let price = try entry.requireDecimal("price")
      let quantity = try entry.requireDecimal("qty")
      let isLast = index == fills.count - 1
      executed += quantity
      // The answer states no quote amount per fill; the last one takes what is left, so that the sum is the exchange's own.
      let amount = isLast ? final.cumulativeQuote - quote : price * quantity
      quote += amount
      var report = final
      report.status = isLast && (final.status == .filled || final.status == .partiallyFilled) ? final.status : .partiallyFilled
      report.executedQuantity = executed
      report.cumulativeQuote = quote
      report.reason = ""
      report.fill = Fill(
        symbol: final.symbol, tradeID: TradeID(try entry.requireInteger("tradeId")), venueOrderID: final.venueOrderID, price: price,
        quantity: quantity, quoteQuantity: amount, commission: try entry.requireDecimal("commission"),
        commissionAsset: try entry.requireString("commissionAsset"), isMaker: false, time: final.time)
      reports.append(report)
    }
    if reports.last?.status != final.status { reports.append(final) }
    return reports
  }

  /// One row of `GET myTrades`.
  static func trade(_ value: JSONValue) throws(FrameRefusal) -> AccountTrade {
    AccountTrade(
      fill: Fill(
        symbol: try value.requireSymbol("symbol"), tradeID: TradeID(try value.requireInteger("id")),
        venueOrderID: VenueOrderID(try value.requireInteger("orderId")), price: try value.requireDecimal("price"),
        quantity: try value.requireDecimal("qty"), quoteQuantity: try value.requireDecimal("quoteQty"),
        commission: try value.requireDecimal("commission"), commissionAsset: try value.requireString("commissionAsset"),
        isMaker: try value.requireBool("isMaker"), time: try time(value, "time")),
      side: try value.requireBool("isBuyer") ? .buy : .sell)
  }

  // MARK: User data stream

  /// An `executionReport` event (FACTS §15).
  static func report(_ event: JSONValue) throws(FrameRefusal) -> ExecutionReport {
    // A cancel carries its own id in `c` and the order's in `C`.
    let original = event["C"]?.string ?? ""
    let id = try clientOrderID(event, original.isEmpty || original == "null" ? "c" : "C")
    let symbol = try event.requireSymbol("s")
    let orderID = VenueOrderID(try event.requireInteger("i"))
    let when = try time(event, "T")
    var fill: Fill?
    if try event.requireString("x") == "TRADE" {
      let tradeID = try event.requireInteger("t")
      guard tradeID >= 0 else { throw FrameRefusal(.badField, field: "t") }
      fill = Fill(
        symbol: symbol, tradeID: TradeID(tradeID), venueOrderID: orderID, price: try event.requireDecimal("L"),
        quantity: try event.requireDecimal("l"), quoteQuantity: try event.requireDecimal("Y"), commission: try event.requireDecimal("n"),
        commissionAsset: event["N"]?.string ?? "", isMaker: try event.requireBool("m"), time: when)
    }
    let rejection = reason(event["r"])
    return ExecutionReport(
      clientOrderID: id, venueOrderID: orderID, symbol: symbol, side: try side(event, "S"), type: try type(event, "o"),
      timeInForce: try timeInForce(event, "f"), quantity: try quantity(event, "q", list: "g"), price: try event.requireDecimal("p"),
      stopPrice: try event.requireDecimal("P"), status: try status(event, "X"), executedQuantity: try event.requireDecimal("z"),
      cumulativeQuote: try event.requireDecimal("Z"), fill: fill, reason: rejection.isEmpty ? reason(event["eR"]) : rejection,
      time: when, source: .stream)
  }
}
