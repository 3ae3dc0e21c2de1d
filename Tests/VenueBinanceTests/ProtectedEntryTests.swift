import Foundation
import Synchronization
import Testing
import TradingModel
import Venue
import VenueBinance

/// Entries that take their protection along, as requests and answers.
@Suite struct ProtectedEntryTests {
  private static let entry = OrderRequest(
    clientOrderID: Samples.id("list-e1"), symbol: Samples.bitcoin, side: .buy, type: .limit, quantity: Samples.decimal("0.0017"),
    price: Samples.decimal("102496"))
  private static let stop = OrderRequest(
    clientOrderID: Samples.id("list-s2"), symbol: Samples.bitcoin, side: .sell, type: .stopLoss, quantity: Samples.decimal("0.0017"),
    stopPrice: Samples.decimal("101000"), linked: Samples.id("list-t3"), waitsFor: Samples.id("list-e1"))
  private static let target = OrderRequest(
    clientOrderID: Samples.id("list-t3"), symbol: Samples.bitcoin, side: .sell, type: .limitMaker, quantity: Samples.decimal("0.0017"),
    price: Samples.decimal("104261"), linked: Samples.id("list-s2"), waitsFor: Samples.id("list-e1"))

  /// As the exchange answers: orders that wait have no quantity.
  private static func report(_ id: String, _ number: Int, _ type: String, _ side: String, _ status: String, _ more: String) -> String {
    """
    {"symbol":"BTCUSDT","orderId":\(number),"orderListId":2,"clientOrderId":"\(id)","transactTime":1763000506354,\(more),
    "executedQty":"0.00000000","origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"0.00000000","status":"\(status)",
    "timeInForce":"GTC","type":"\(type)","side":"\(side)","workingTime":-1,"selfTradePreventionMode":"NONE"}
    """
  }

  private static let answer =
    #"{"orderListId":2,"contingencyType":"OTO","listStatusType":"EXEC_STARTED","listOrderStatus":"EXECUTING","orders":[],"orderReports":["#
    + [
      report("list-e1", 9, "LIMIT", "BUY", "NEW", #""price":"102496.00","origQty":"0.00170000""#),
      report("list-s2", 10, "STOP_LOSS", "SELL", "PENDING_NEW", #""price":"0.00","stopPrice":"101000.00""#),
      report("list-t3", 11, "LIMIT_MAKER", "SELL", "PENDING_NEW", #""price":"104261.00""#),
    ].joined(separator: ",") + "]}"

  private func submit(_ setup: ExecutionSetup, _ path: String, target: OrderRequest?) async throws -> (
    outcomes: [SubmitOutcome], body: String
  ) {
    try await setup.onLoop { $0.execution.submit(entry: Self.entry, stop: Self.stop, target: target) }
    let count = target == nil ? 2 : 3
    try await Eventually.holds("outcomes") { setup.recorder.seen.withLock { $0.submitted.count } == count }
    let seen = setup.recorder.seen.withLock { $0.submitted }
    #expect(seen.map(\.0) == [Self.entry, Self.stop, Self.target].prefix(count).map(\.clientOrderID))
    let request = try #require(setup.exchange.requests("/api/v3/orderList/\(path)").first)
    return (seen.map(\.1), request.body)
  }

  @Test func stopAndTargetGoAlong() async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/orderList/opoco") { _, _ in .ok(Self.answer) }
    let (outcomes, body) = try await submit(setup, "opoco", target: Self.target)
    let expected =
      "symbol=BTCUSDT&workingType=LIMIT&workingSide=BUY&workingClientOrderId=list-e1&workingPrice=102496&workingQuantity=0.0017&workingTimeInForce=GTC&pendingSide=SELL&pendingAboveType=LIMIT_MAKER&pendingAboveClientOrderId=list-t3&pendingAbovePrice=104261&pendingBelowType=STOP_LOSS&pendingBelowClientOrderId=list-s2&pendingBelowStopPrice=101000&newOrderRespType=FULL&"
    #expect(body.hasPrefix(expected), "\(body)")
    let reports = outcomes.compactMap { if case .accepted(let reports) = $0 { reports.last } else { nil } }
    #expect(reports.map(\.status) == [.accepted, .waiting, .waiting])
    #expect(reports.map(\.quantity) == [Samples.decimal("0.0017"), .zero, .zero])
    await setup.stop()
  }

  @Test func aStopGoesAlongAlone() async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/orderList/opo") { _, _ in .ok(Self.answer) }
    let (_, body) = try await submit(setup, "opo", target: nil)
    #expect(body.contains("&pendingSide=SELL&pendingType=STOP_LOSS&pendingClientOrderId=list-s2&pendingStopPrice=101000&"), "\(body)")
    await setup.stop()
  }

  @Test func aRefusalIsOfAll() async throws {
    let setup = try ExecutionSetup()
    setup.script("POST /api/v3/orderList/opoco") { _, _ in .error(400, -2_010) }
    let (outcomes, _) = try await submit(setup, "opoco", target: Self.target)
    #expect(outcomes.count == 3 && outcomes.allSatisfy { if case .rejected = $0 { true } else { false } })
    await setup.stop()
  }
}
