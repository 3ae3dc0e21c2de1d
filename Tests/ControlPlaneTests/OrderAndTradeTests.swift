import BotAPI
import Journal
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel
import Venue

@testable import ControlPlane

@Suite struct OrderAndTradeTests {
  @Test func everyOrderOfTheHistoryIsListedOnceNewestFirst() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 500)
    try harness.commit(entries)
    let intents = entries.filter { $0.record.kind == .orderIntent }
    var listed: [V1.Order] = []
    var token = ""
    repeat {
      let page = try await harness.orders.listOrders(V1.ListOrdersRequest(pageSize: 7, pageToken: token))
      listed += page.orders
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(listed.map(\.intentSequence) == intents.reversed().map { Int64($0.sequence) })
    let filled = listed.filter { $0.status == .filled }
    #expect(filled.allSatisfy { $0.executedQuantity == $0.quantity && $0.averagePrice != "" })
    let one = try await harness.orders.listOrders(V1.ListOrdersRequest(botIDs: ["bot2"]))
    #expect(one.orders.map(\.intentSequence) == listed.filter { $0.botID == "bot2" }.map(\.intentSequence).prefix(100).map { $0 })
    await harness.stop()
  }

  @Test func theFoldedOrderEqualsTheCoresOwn() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    let open = harness.board.openOrders
    #expect(!open.isEmpty, "a stop rests")
    for order in open {
      let entries = try harness.journal.orderHistory(order.clientOrderID)
      let folded = try #require(Order.folded(entries))
      #expect(folded.status == order.status)
      #expect(folded.executedQuantity == order.executedQuantity)
      #expect(folded.filledQuantity == order.filledQuantity)
      #expect(folded.filledQuote == order.filledQuote)
      #expect(folded.venueOrderID == order.venueOrderID)
      let id = order.clientOrderID.text
      #expect(try await harness.orders.getOrder(V1.GetOrderRequest(clientOrderID: id)).order == V1.Order(order))
    }
    let listed = try await harness.orders.listOrders(V1.ListOrdersRequest(openOnly: true)).orders
    #expect(listed == open.reversed().map { V1.Order($0) })
    await harness.stop()
  }

  @Test func anOrderIsExplainedFromSignalToFill() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    let trades = try await harness.trades.listTrades().trades
    let entry = try #require(trades.first)
    let story = try await harness.orders.explainOrder(V1.ExplainOrderRequest(clientOrderID: entry.clientOrderID))
    #expect(story.signal?.side == .buy)
    #expect(story.signal?.reason == entry.reason)
    #expect(story.steps.first?.kind == "signal")
    #expect(story.steps.map(\.kind).contains("intent"))
    #expect(story.steps.map(\.kind).contains("fill"))
    #expect(story.trades == [entry])
    #expect(story.order?.status == .filled)
    await harness.stop()
  }

  @Test func theStopOfAPositionCannotBeCanceledAndAnUnknownOrderIsNotFound() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    let stop = try #require(harness.board.openOrders.first { $0.intent.purpose == .stopLoss })
    let error = try await failure { () async throws(RPCError) in
      try await harness.orders.cancelOrder(V1.CancelOrderRequest(clientOrderID: stop.clientOrderID.text))
    }
    #expect(error.code == .failedPrecondition)
    #expect(error.info?.reason == "ORDER_PROTECTS_POSITION")
    for id in ["none-1", "bad id", ""] {
      let missing = try await failure { () async throws(RPCError) in
        try await harness.orders.getOrder(V1.GetOrderRequest(clientOrderID: id))
      }
      #expect(missing.code == (id == "none-1" ? .notFound : .invalidArgument))
    }
    await harness.stop()
  }

  @Test(arguments: [false, true]) func tradesArePagedByTheirSequenceEitherWay(_ newestFirst: Bool) async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 900)
    try harness.commit(entries)
    var wanted = SubscriptionTests.fills(entries, after: 40)
    if newestFirst { wanted.reverse() }
    var listed: [Int64] = []
    var token = ""
    repeat {
      let page = try await harness.trades.listTrades(
        V1.ListTradesRequest(pageSize: 13, pageToken: token, afterSequence: 40, newestFirst: newestFirst))
      listed += page.trades.map(\.sequence)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(listed == wanted)
    let filtered = try await harness.trades.listTrades(
      V1.ListTradesRequest(pageSize: 1_000, botIDs: ["bot1", "bot4"], newestFirst: newestFirst))
    #expect(filtered.trades.allSatisfy { $0.botID == "bot1" || $0.botID == "bot4" })
    let count = entries.filter { entry in
      guard case .fill(let record) = entry.record else { return false }
      return record.botID == Samples.bot(1) || record.botID == Samples.bot(4)
    }.count
    #expect(filtered.trades.count == count)
    await harness.stop()
  }

  @Test func aForeignPageTokenIsRefused() async throws {
    let harness = try await ControlHarness()
    for token in ["x", "-1", "99999999999999999999999"] {
      let orders = try await failure { () async throws(RPCError) in
        try await harness.orders.listOrders(V1.ListOrdersRequest(pageToken: token))
      }
      #expect(orders.info?.reason == "PAGE_TOKEN_MALFORMED")
      let trades = try await failure { () async throws(RPCError) in
        try await harness.trades.listTrades(V1.ListTradesRequest(pageToken: token))
      }
      #expect(trades.info?.reason == "PAGE_TOKEN_MALFORMED")
      let curve = try await failure { () async throws(RPCError) in
        try await harness.portfolio.getEquityCurve(V1.GetEquityCurveRequest(pageToken: token))
      }
      #expect(curve.info?.reason == "PAGE_TOKEN_MALFORMED")
    }
    await harness.stop()
  }
}
