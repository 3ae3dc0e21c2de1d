import BotAPI
import Journal
import Synchronization
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel
import Venue

@testable import ControlPlane

/// The brake asks which account is meant, says what it would do, and does it once.
@Suite struct PanicTests {
  /// Orders of a person: one may be canceled, one symbol refuses.
  private final class Others: AccountOrders {
    let cancels = Mutex(0)
    static let order = AccountOrder(
      symbol: "币安人生USDT", clientOrderID: "by hand", side: .buy, type: "LIMIT", quantity: .one, price: FixedDecimal(5))

    func list(_ completion: @escaping @Sendable (AccountOrdersOutcome) -> Void) {
      completion(AccountOrdersOutcome(orders: [Self.order, Self.order]))
    }

    func cancelAll(_ completion: @escaping @Sendable (AccountOrdersOutcome) -> Void) {
      cancels.withLock { $0 += 1 }
      completion(AccountOrdersOutcome(orders: [Self.order], problems: [.init(symbol: "ETHUSDT", message: "1 orders are still open")]))
    }
  }

  private func holding(_ others: Others? = nil) async throws -> ControlHarness {
    let harness = try await ControlHarness(accountOrders: others)
    try await harness.create("a")
    try await harness.create("b", ControlHarness.spec("ETHUSDT"))
    try await harness.driver.fall(try #require(Symbol("BTCUSDT")), from: 60_000)
    return harness
  }

  @Test func thePreviewNamesEverythingAndChangesNothing() async throws {
    let harness = try await holding()
    let last = harness.journal.lastSequence
    let preview = try await harness.risk.panic(V1.PanicRequest(validateOnly: true))
    #expect(preview.account == "paper" && preview.exchange == "" && preview.mode == .paper)
    #expect(preview.stoppedBotIDs == ["a", "b"] && preview.sellingBotIDs == ["a"])
    let sale = try #require(preview.sales.first)
    #expect(
      sale.botID == "a" && sale.symbol == "BTCUSDT" && sale.baseAsset == "BTC" && FixedDecimal(text: sale.quantity)?.isPositive == true)
    #expect(preview.orderCount == 1 && preview.orders.first?.botID == "a" && preview.orders.first?.side == .sell, "its stop")
    #expect(preview.problems.isEmpty)
    #expect(harness.journal.lastSequence == last)
    await harness.stop()
  }

  @Test func anotherAccountIsRefusedAndNothingIsDone() async throws {
    let harness = try await holding()
    let last = harness.journal.lastSequence
    for (account, reason) in [("100000001", "ACCOUNT_MISMATCH"), ("", "REQUIRED")] {
      let error = try await failure { () async throws(RPCError) in try await harness.risk.panic(V1.PanicRequest(account: account)) }
      #expect(error.info?.field == "account" || error.info?.violations.first?.field == "account")
      #expect(error.info?.reason == reason || error.info?.violations.first?.reason == reason, "\(error)")
    }
    let preview = try await failure { () async throws(RPCError) in
      try await harness.risk.panic(V1.PanicRequest(account: "7", validateOnly: true))
    }
    #expect(preview.info?.reason == "ACCOUNT_MISMATCH")
    #expect(harness.journal.lastSequence == last)
    #expect(try await harness.risk.getRiskLimits().tradingState == .active)
    await harness.stop()
  }

  @Test func itSellsAndHaltsAndARepeatGetsTheFirstAnswer() async throws {
    let others = Others()
    let harness = try await holding(others)
    let request = V1.PanicRequest(requestID: "p1", reason: "test", account: "paper", allOrders: true)
    let done = try await harness.risk.panic(request)
    #expect(done.sellingBotIDs == ["a"] && done.orderCount == 2)
    #expect(done.orders.last?.symbol == "币安人生USDT" && done.orders.last?.botID == "" && done.orders.last?.type == "LIMIT")
    #expect(done.problems.map(\.symbol) == ["ETHUSDT"])
    #expect(try await harness.risk.getRiskLimits().tradingState == .halted)
    #expect(try await harness.risk.panic(V1.PanicRequest(validateOnly: true)).sellingBotIDs.isEmpty, "sold")
    #expect(try await harness.risk.panic(request) == done)
    #expect(others.cancels.withLock { $0 } == 1)
    await harness.stop()
  }

  @Test func withoutAllOrdersThoseOfPeopleStay() async throws {
    let others = Others()
    let harness = try await holding(others)
    let preview = try await harness.risk.panic(V1.PanicRequest(allOrders: true, validateOnly: true))
    #expect(preview.orderCount == 3)
    let done = try await harness.risk.panic(V1.PanicRequest(account: "paper"))
    #expect(done.orderCount == 1 && others.cancels.withLock { $0 } == 0)
    await harness.stop()
  }

  /// A symbol that does not trade: said, for its bot.
  @Test func whatCannotBeSoldIsSaid() async throws {
    let harness = try await holding()
    let symbol = try #require(Symbol("BTCUSDT"))
    var rules = try #require(harness.board.rules(for: symbol))
    rules.status = .halt
    harness.board.setRules([rules])
    let preview = try await harness.risk.panic(V1.PanicRequest(validateOnly: true))
    let problem = try #require(preview.problems.first)
    #expect(problem.symbol == "BTCUSDT" && problem.botID == "a" && problem.reason == "SYMBOL_NOT_TRADING")
    #expect(problem.message.contains("HALT"))
    await harness.stop()
  }
}

/// What stands in the way of entries, and where levels act, as clients see it.
@Suite struct ExplanationTests {
  @Test func symbolsSayWhyNothingIsBought() async throws {
    let harness = try await ControlHarness()
    let symbol = try #require(Symbol("BTCUSDT"))
    var rules = try #require(harness.board.rules(for: symbol))
    #expect(try await harness.marketData.getTradingRules(V1.GetTradingRulesRequest(symbol: "BTCUSDT")).rules?.obstacles == [])
    rules.status = .cancelOnly
    rules.entryObstacles = ["the exchange delists it at 2026-12-24T00:00:00Z"]
    harness.board.setRules([rules])
    let answer = try await harness.marketData.getTradingRules(V1.GetTradingRulesRequest(symbol: "BTCUSDT"))
    let shown = try #require(answer.rules)
    #expect(shown.status == "CANCEL_ONLY" && shown.obstacles == rules.obstacles && shown.obstacles.count == 2)
    #expect(shown.obstacles[0].contains("CANCEL_ONLY") && shown.obstacles[1].contains("delists"))
    let listed = try await harness.marketData.listSymbols(V1.ListSymbolsRequest()).symbols
    #expect(listed.first { $0.symbol == "BTCUSDT" }?.obstacles == rules.obstacles)
    #expect(listed.filter { !$0.obstacles.isEmpty }.count == 1)
    await harness.stop()
  }

  @Test func levelsSayWhereTheyActBeforeAndAfterTheEntry() async throws {
    let harness = try await ControlHarness()
    var spec = ControlHarness.spec()
    spec.takeProfit = "0.1"
    spec.trailingStop = "0.2"
    let checked = try await harness.bots.createBot(V1.CreateBotRequest(botID: "a", spec: spec, validateOnly: true))
    let expected = try #require(checked.bot?.protection)
    #expect(expected.map(\.kind) == ["stop", "target", "trailing_stop"] && expected.map(\.rests) == [true, true, false])
    #expect(expected.allSatisfy { $0.isExpected && $0.clientOrderID.isEmpty })
    #expect(expected[1].explanation.contains("would rest") && expected[2].explanation.contains("follows the price"))
    #expect(try await harness.bots.listBots().bots.isEmpty, "nothing was created")
    try await harness.create("a", spec)
    try await harness.driver.fall(try #require(Symbol("BTCUSDT")), from: 60_000)
    let held = try await harness.bots.getBot(V1.GetBotRequest(botID: "a"))
    let bot = try #require(held.bot)
    #expect(bot.protection.map(\.rests) == [true, true, false] && bot.protection.allSatisfy { !$0.isExpected })
    #expect(bot.protection[0].price == bot.position?.stopPrice)
    #expect(!bot.protection[0].clientOrderID.isEmpty && bot.protection[0].clientOrderID == bot.position?.protectiveOrderID)
    #expect(bot.protection[0].explanation.contains("one pair with the target"))
    await harness.stop()
  }
}
