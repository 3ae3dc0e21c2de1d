import Time
import Foundation
import HTTPClient
import BinanceJSON
import Signing
import Testing
import TradingModel
import Venue
@testable import VenueBinance

/// The meaning of answers: what is definite and what is unknown (FACTS §14, §17).
@Suite struct OutcomeTests {
  func judged(_ status: Int, _ body: String) -> SubmitOutcome {
    BinanceRestClient.submitOutcome(.judge(HTTPResponse(status: status, headers: [], body: Array(body.utf8))))
  }

  @Test(arguments: [
    (500, "{}"), (502, "<html>"), (503, "{\"code\":-1008,\"msg\":\"overloaded\"}"), (504, ""), (400, "{\"code\":-1000,\"msg\":\"x\"}"),
    (400, "{\"code\":-1001,\"msg\":\"x\"}"), (400, "{\"code\":-1006,\"msg\":\"x\"}"), (400, "{\"code\":-1007,\"msg\":\"x\"}"),
    (400, "{\"code\":-1008,\"msg\":\"x\"}"), (403, "<html>firewall</html>"), (400, "not json"), (400, "{\"msg\":\"no code\"}"),
    (409, "{\"code\":-2021,\"msg\":\"half\"}"), (200, "not json"), (200, "{}"), (200, "{\"orderId\":1}"), (200, ""), (302, ""), (101, ""),
    (200, Samples.fullAnswer.replacingOccurrences(of: "\"FILLED\"", with: "\"SOMETHING_NEW\"")),
    (400, "{\"code\":-2010,\"msg\":\"Duplicate order sent.\"}"), (400, "{\"code\":-1021.5,\"msg\":\"x\"}"), (0, ""),
  ])
  func answersThatDoNotDecideAreUnknown(_ status: Int, _ body: String) {
    guard case .unknown = judged(status, body) else {
      Issue.record("\(status) \(body): \(judged(status, body))")
      return
    }
  }

  @Test(arguments: [
    (400, -1_013), (400, -1_021), (400, -2_010), (400, -1_100), (401, -2_015), (429, -1_003), (429, -1_015), (418, -1_003), (400, -1_111),
    (400, -1_022), (404, -1_121),
  ])
  func refusalsWithACodeAreDefinite(_ status: Int, _ code: Int) {
    #expect(judged(status, "{\"code\":\(code),\"msg\":\"why\"}") == .rejected(code: code, message: "why"))
  }

  @Test func requestThatNeverLeftIsRejectedWithCodeZero() {
    guard case .rejected(code: 0, _) = BinanceRestClient.submitOutcome(.notSent("no connection")) else {
      Issue.record("not rejected")
      return
    }
  }

  @Test func fullAnswerBecomesOneReportPerFill() throws {
    guard case .accepted(let reports) = judged(200, Samples.fullAnswer) else {
      Issue.record("not accepted")
      return
    }
    #expect(reports.map(\.status) == [.partiallyFilled, .filled])
    #expect(reports.map(\.executedQuantity) == [Samples.decimal("1"), Samples.decimal("10")])
    #expect(reports.map { $0.fill?.tradeID.value } == [56, 57])
    #expect(reports.map { $0.fill?.commission } == [Samples.decimal("4"), Samples.decimal("19.995")])
    #expect(reports.compactMap { $0.fill?.quoteQuantity }.reduce(.zero, +) == Samples.decimal("39999.00000001"), "the exchange's own sum")
    #expect(reports.last?.cumulativeQuote == Samples.decimal("39999.00000001"))
    #expect(reports.allSatisfy { $0.source == .answer && $0.clientOrderID == Samples.id("bot-1") && $0.side == .sell })
  }

  @Test func partlyFilledThenExpiredEndsWithTheExpiry() throws {
    let body = Samples.fullAnswer.replacingOccurrences(
      of: "\"status\":\"FILLED\"", with: "\"status\":\"EXPIRED\",\"expiryReason\":\"INSUFFICIENT_LIQUIDITY\""
    )
    .replacingOccurrences(of: "\"origQty\":\"10.00000000\"", with: "\"origQty\":\"12.00000000\"")
    guard case .accepted(let reports) = judged(200, body) else {
      Issue.record("not accepted")
      return
    }
    #expect(reports.map(\.status) == [.partiallyFilled, .partiallyFilled, .expired])
    #expect(reports.last?.fill == nil)
    #expect(reports.last?.executedQuantity == Samples.decimal("10"))
    #expect(reports.last?.reason == "INSUFFICIENT_LIQUIDITY")
  }

  // MARK: cancelReplace

  private static let canceled = """
    {"symbol":"LTCBTC","origClientOrderId":"old-1","orderId":9,"orderListId":-1,"clientOrderId":"x","transactTime":1684804350068,
    "price":"0.00000000","origQty":"10.00000000","executedQty":"0.00000000","cummulativeQuoteQty":"0.00000000","status":"CANCELED",
    "timeInForce":"GTC","type":"STOP_LOSS","side":"SELL","stopPrice":"1.00000000"}
    """

  private func replaced(_ status: Int, _ body: String) -> BinanceRestClient.Replacement {
    BinanceRestClient.replacement(.judge(HTTPResponse(status: status, headers: [], body: Array(body.utf8))), of: Samples.id("old-1"))
  }

  @Test func bothHalvesOfAReplacementAreRead() {
    let body = """
      {"cancelResult":"SUCCESS","newOrderResult":"SUCCESS","cancelResponse":\(Self.canceled),"newOrderResponse":\(Samples.fullAnswer)}
      """
    let both = replaced(200, body)
    guard case .canceled(let report) = both.cancel, case .accepted(let reports) = both.submit else {
      Issue.record("\(both)")
      return
    }
    #expect(report.clientOrderID == Samples.id("old-1") && report.status == .canceled)
    #expect(reports.last?.clientOrderID == Samples.id("bot-1") && reports.last?.status == .filled)
  }

  @Test func whatFailedIsToldOfEachHalf() {
    let notCanceled = replaced(
      400,
      """
      {"code":-2022,"msg":"Order cancel-replace failed.","data":{"cancelResult":"FAILURE","newOrderResult":"NOT_ATTEMPTED",
      "cancelResponse":{"code":-2011,"msg":"Unknown order sent."},"newOrderResponse":null}}
      """)
    #expect(notCanceled.cancel == .notOpen(message: "Unknown order sent."))
    #expect(notCanceled.submit == .notAttempted(message: "not sent: the order in its place was not cancelled: Unknown order sent."))
    let notPlaced = replaced(
      409,
      """
      {"code":-2021,"msg":"Order cancel-replace partially failed.","data":{"cancelResult":"SUCCESS","newOrderResult":"FAILURE",
      "cancelResponse":\(Self.canceled),"newOrderResponse":{"code":-2010,"msg":"Account has insufficient balance for requested action."}}}
      """)
    guard case .canceled = notPlaced.cancel else {
      Issue.record("\(notPlaced)")
      return
    }
    #expect(notPlaced.submit == .rejected(code: -2_010, message: "Account has insufficient balance for requested action."))
    // Judged before anything was done.
    let neither = replaced(400, "{\"code\":-1013,\"msg\":\"Filter failure: LOT_SIZE\"}")
    #expect(neither.cancel == .rejected(code: -1_013, message: "Filter failure: LOT_SIZE"))
    #expect(neither.submit == .rejected(code: -1_013, message: "Filter failure: LOT_SIZE"))
  }

  @Test(arguments: [
    (503, "{}"), (409, "{\"code\":-2021,\"msg\":\"half\"}"), (200, "{}"), (200, "{\"cancelResult\":\"SUCCESS\"}"), (504, ""),
  ])
  func aReplacementWithoutAWordIsUnknown(_ status: Int, _ body: String) {
    let outcome = replaced(status, body)
    guard case .unknown = outcome.cancel, case .unknown = outcome.submit else {
      Issue.record("\(outcome)")
      return
    }
  }

  /// rest-api.md, "New Order List - OCO": above is the profit leg of a sale.
  @Test func aPairIsOneListAndEachLegHasItsReport() throws {
    let stop = OrderRequest(
      clientOrderID: Samples.id("s1"), symbol: Samples.symbol("LTCBTC"), side: .sell, type: .stopLoss, quantity: Samples.decimal("5"),
      stopPrice: Samples.decimal("1"), linked: Samples.id("t1"))
    let target = OrderRequest(
      clientOrderID: Samples.id("t1"), symbol: Samples.symbol("LTCBTC"), side: .sell, type: .limitMaker, quantity: Samples.decimal("5"),
      price: Samples.decimal("3"), linked: Samples.id("s1"))
    let sent = BinanceRestClient.parameters(ofStop: stop, target: target).map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    #expect(
      sent
        == "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&aboveClientOrderId=t1&abovePrice=3&belowType=STOP_LOSS&belowClientOrderId=s1&belowStopPrice=1&newOrderRespType=FULL"
    )
    func leg(_ id: String, _ number: Int, _ type: String, _ status: String, _ more: String = "") -> String {
      "{\"symbol\":\"LTCBTC\",\"orderId\":\(number),\"orderListId\":9,\(more)\"clientOrderId\":\"\(id)\",\"transactTime\":1711062760648,\"price\":\"3.00\",\"origQty\":\"5.00\",\"executedQty\":\"0.00\",\"cummulativeQuoteQty\":\"0.00\",\"status\":\"\(status)\",\"timeInForce\":\"GTC\",\"type\":\"\(type)\",\"side\":\"SELL\",\"stopPrice\":\"1.00\"}"
    }
    func list(_ legs: [String]) -> RestResult {
      .judge(
        HTTPResponse(
          status: 200, headers: [],
          body: Array("{\"orderListId\":9,\"listStatusType\":\"EXEC_STARTED\",\"orderReports\":[\(legs.joined(separator: ","))]}".utf8)))
    }
    let placed = list([leg("s1", 7, "STOP_LOSS", "NEW"), leg("t1", 8, "LIMIT_MAKER", "NEW")])
    for (id, number) in [("s1", 7), ("t1", 8)] as [(String, Int64)] {
      guard case .accepted(let reports) = BinanceRestClient.submitOutcome(placed, of: Samples.id(id)) else {
        Issue.record("\(id) is not accepted")
        return
      }
      #expect(reports.map(\.venueOrderID.value) == [number] && reports.first?.status == .accepted)
    }
    guard case .unknown = BinanceRestClient.submitOutcome(placed, of: Samples.id("other")) else {
      Issue.record("an answer without the order decides nothing")
      return
    }
    let canceled = list([
      leg("c1", 7, "STOP_LOSS", "CANCELED", "\"origClientOrderId\":\"s1\","),
      leg("c2", 8, "LIMIT_MAKER", "CANCELED", "\"origClientOrderId\":\"t1\","),
    ])
    guard case .canceled(let report) = BinanceRestClient.cancelOutcome(canceled, of: Samples.id("s1")) else {
      Issue.record("not canceled")
      return
    }
    #expect(report.venueOrderID.value == 7)
    #expect(BinanceRestClient.others(of: Samples.id("s1"), canceled).map(\.clientOrderID) == [Samples.id("t1")])
  }

  @Test func cancelsAndQueriesAreJudgedByTheirCodes() {
    func result(_ status: Int, _ body: String) -> RestResult { .judge(HTTPResponse(status: status, headers: [], body: Array(body.utf8))) }
    guard case .canceled(let report) = BinanceRestClient.cancelOutcome(result(200, Samples.canceledAnswer), of: Samples.id("myOrder1"))
    else {
      Issue.record("not canceled")
      return
    }
    #expect(report.clientOrderID == Samples.id("myOrder1"), "the order's id, not the cancel's")
    #expect(report.status == .canceled)
    let unknownOrder = result(400, "{\"code\":-2011,\"msg\":\"Unknown order sent.\"}")
    #expect(BinanceRestClient.cancelOutcome(unknownOrder, of: Samples.id("myOrder1")) == .notOpen(message: "Unknown order sent."))
    guard case .unknown = BinanceRestClient.cancelOutcome(result(503, ""), of: Samples.id("myOrder1")) else {
      Issue.record("503 on a cancel must be unknown")
      return
    }
    #expect(BinanceRestClient.queryOutcome(result(400, "{\"code\":-2013,\"msg\":\"x\"}")) == .notFound)
    guard case .found(let found) = BinanceRestClient.queryOutcome(result(200, Samples.queriedOrder)) else {
      Issue.record("not found")
      return
    }
    #expect(found.status == .accepted && found.time.milliseconds == 1_499_827_319_560)
    for (status, body) in [(400, "{\"code\":-1021,\"msg\":\"x\"}"), (500, ""), (200, "[]"), (401, "{\"code\":-2015,\"msg\":\"x\"}")] {
      guard case .unknown = BinanceRestClient.queryOutcome(result(status, body)) else {
        Issue.record("\(status) \(body) proves nothing about the order")
        continue
      }
    }
  }

  @Test func ordersAreWrittenWithExactlyTheFieldsOfTheirType() {
    func names(_ type: OrderType) -> Set<String> {
      var order = Samples.order
      order.type = type
      order.stopPrice = Samples.decimal("60000")
      return Set(BinanceRestClient.parameters(of: order).map(\.name))
    }
    let common: Set<String> = ["symbol", "side", "type", "quantity", "newClientOrderId", "newOrderRespType"]
    #expect(names(.market) == common)
    #expect(names(.limit) == common.union(["price", "timeInForce"]))
    #expect(names(.limitMaker) == common.union(["price"]))
    #expect(names(.stopLoss) == common.union(["stopPrice"]))
    #expect(names(.takeProfit) == common.union(["stopPrice"]))
    #expect(names(.stopLossLimit) == common.union(["stopPrice", "price", "timeInForce"]))
    #expect(names(.takeProfitLimit) == common.union(["stopPrice", "price", "timeInForce"]))
    let values = Dictionary(uniqueKeysWithValues: BinanceRestClient.parameters(of: Samples.order).map { ($0.name, $0.value) })
    var byAmount = Samples.order
    (byAmount.type, byAmount.quantity, byAmount.quoteQuantity) = (.market, .zero, Samples.decimal("99.5"))
    let amount = BinanceRestClient.parameters(of: byAmount)
    #expect(Set(amount.map(\.name)) == common.subtracting(["quantity"]).union(["quoteOrderQty"]))
    #expect(amount.first { $0.name == "quoteOrderQty" }?.value == "99.5")
    #expect(values["quantity"] == "0.5" && values["price"] == "61000.1" && values["newOrderRespType"] == "FULL")
  }
}

/// Events of the user data stream, from the exchange's documents.
@Suite struct UserStreamMessageTests {
  func message(_ text: String) throws -> UserStreamMessage {
    try unsafe Array(text.utf8).withUnsafeBufferPointer { try unsafe UserStreamMessage(parsing: $0) }
  }

  static func report(_ changes: [(String, String)] = []) -> String {
    var text = """
      {"subscriptionId":0,"event":{"e":"executionReport","E":1719467634107,"s":"LTCBNB","c":"mine-1","S":"BUY","o":"MARKET","f":"GTC",
      "q":"6.00000000","p":"0.00000000","P":"0.00000000","F":"0.00000000","g":-1,"C":"","x":"TRADE","X":"PARTIALLY_FILLED","r":"NONE",
      "i":32,"l":"2.00000000","z":"2.00000000","L":"1.50000000","n":"0.00100000","N":"BNB","T":1719467634105,"t":7,"I":63,"w":false,
      "m":false,"M":true,"O":1719467634105,"Z":"3.00000000","Y":"3.00000000","Q":"0.00000000","W":1719467634105,"V":"NONE"}}
      """
    for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
    return text
  }

  @Test func tradeReportCarriesItsFill() throws {
    guard case .report(let report) = try message(Self.report()) else {
      Issue.record("no report")
      return
    }
    let fill = try #require(report.fill)
    #expect(fill.tradeID == TradeID(7) && fill.price == Samples.decimal("1.5") && fill.quantity == Samples.decimal("2"))
    #expect(fill.quoteQuantity == Samples.decimal("3") && fill.commission == Samples.decimal("0.001") && fill.commissionAsset == "BNB")
    #expect(report.status == .partiallyFilled && report.clientOrderID == Samples.id("mine-1") && report.source == .stream)
  }

  @Test func canceledReportNamesTheOrderNotTheCancel() throws {
    let text = Self.report([
      ("\"c\":\"mine-1\"", "\"c\":\"cancel-9\""), ("\"C\":\"\"", "\"C\":\"mine-1\""), ("\"x\":\"TRADE\"", "\"x\":\"CANCELED\""),
      ("PARTIALLY_FILLED", "CANCELED"), ("\"t\":7", "\"t\":-1"), ("\"N\":\"BNB\"", "\"N\":null"),
    ])
    guard case .report(let report) = try message(text) else {
      Issue.record("no report")
      return
    }
    #expect(report.clientOrderID == Samples.id("mine-1") && report.status == .canceled && report.fill == nil)
  }

  @Test func otherEventsAreTold() throws {
    guard
      case .balances(let balances) = try message(
        #"{"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":1,"u":1,"B":[{"a":"ETH","f":"10.5","l":"0.5"}]}}"#)
    else {
      Issue.record("no balances")
      return
    }
    #expect(balances == [AssetBalance(asset: "ETH", free: Samples.decimal("10.5"), locked: Samples.decimal("0.5"))])
    guard case .terminated = try message(#"{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":1}}"#) else {
      Issue.record("not terminated")
      return
    }
    guard case .serverShutdown = try message(#"{"event":{"e":"serverShutdown","E":1770123456789}}"#) else {
      Issue.record("no shutdown")
      return
    }
    guard case .answer(let subscribed) = try message(#"{"id":5,"status":200,"result":{"subscriptionId":0}}"#),
      case .answer(let listed) = try message(#"{"id":6,"status":200,"result":[{"subscriptionId":0},{"subscriptionId":3},{}]}"#),
      case .answer(let refused) = try message(#"{"id":null,"status":401,"error":{"code":-2015,"msg":"Invalid"}}"#)
    else {
      Issue.record("no answer")
      return
    }
    #expect(subscribed == UserStreamMessage.Answer(id: 5, error: nil, subscriptionID: 0, subscriptionIDs: nil))
    #expect(listed.id == 6 && listed.subscriptionIDs == [0, 3])
    #expect(refused.id == nil && refused.error?.code == -2_015)
  }

  @Test(arguments: [
    ("\"l\":\"2.00000000\"", "\"l\":\"NaN\""), ("\"t\":7", "\"t\":-7"), ("\"t\":7", "\"t\":\"7\""), ("\"S\":\"BUY\"", "\"S\":\"HOLD\""),
    ("PARTIALLY_FILLED", "HALF"), ("\"c\":\"mine-1\"", "\"c\":\"\""), ("\"m\":false,", ""), ("\"i\":32", "\"i\":3.2"),
    ("\"V\":\"NONE\"", "\"V\":\"NONE\","),
  ])
  func malformedReportsAreRefused(_ old: String, _ new: String) {
    #expect(throws: FrameRefusal.self) { try message(Self.report([(old, new)])) }
  }
}
