import Synchronization
import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import Time
import TradingModel
import Venue
import VenueBinance

/// Lists of the account's trades over real HTTP; the loop's time is told, so that no pause is waited for.
@Suite struct ListTradesTests {
  /// A row of `myTrades`.
  static func row(_ id: Int64, time: Int64 = 1_499_865_549_590) -> String {
    """
    {"symbol":"BTCUSDT","id":\(id),"orderId":100,"orderListId":-1,"price":"4.0","qty":"12.0","quoteQty":"48.0","commission":"0.1",
    "commissionAsset":"BNB","time":\(time),"isBuyer":true,"isMaker":false,"isBestMatch":true}
    """
  }

  static func page(_ ids: some Sequence<Int64>) -> FakeExchange.Reply { .ok("[" + ids.map { row($0) }.joined(separator: ",") + "]") }

  /// The symbols and first ids that the exchange was asked for, in order.
  static func asked(_ setup: ExecutionSetup) -> [String] {
    setup.exchange.requests("/api/v3/myTrades").map { "\($0.parameter("symbol") ?? "") \($0.parameter("fromId") ?? "")" }
  }

  static func stop(_ setup: ExecutionSetup, _ loop: NIOAsyncTestingEventLoop) async {
    await setup.stop()
    await loop.shutdownGracefully()
  }

  @Test func tradesArePagedOverRepeatsToTheEnd() async throws {
    let loop = NIOAsyncTestingEventLoop()
    let setup = try ExecutionSetup(loop: loop)
    setup.script("GET /api/v3/myTrades") { request, _ in
      let from = Int64(request.parameter("fromId") ?? "") ?? 0
      // Each page repeats the trade before it.
      return Self.page((max(from - 1, 1)..<max(from - 1, 1) + 1_000).filter { $0 <= 2_345 })
    }
    try await setup.onLoop { $0.execution.listTrades(symbol: Samples.bitcoin, from: .trade(TradeID(5))) }
    try await Eventually.holds("trades") { setup.recorder.seen.withLock { !$0.listed.isEmpty } }
    let list = setup.recorder.seen.withLock { $0.listed[0] }
    #expect(list.symbol == Samples.bitcoin && list.trades.map(\.fill.tradeID.value) == Array(5...2_345))
    #expect(list.trades.allSatisfy { $0.side == .buy && $0.fill.commissionAsset == "BNB" })
    #expect(Self.asked(setup) == ["BTCUSDT 5", "BTCUSDT 1004", "BTCUSDT 2003"])
    #expect(setup.recorder.seen.withLock { $0.listed.count == 1 && $0.warnings.isEmpty })
    await Self.stop(setup, loop)
  }

  /// Where no trade is known; the newest page says all.
  @Test func tradesSinceATimeComeWithOneRequest() async throws {
    let loop = NIOAsyncTestingEventLoop()
    let setup = try ExecutionSetup(loop: loop)
    let start = Timestamp(milliseconds: 1_499_865_549_590)
    setup.script("GET /api/v3/myTrades") { _, _ in
      .ok("[" + [Self.row(8, time: start.milliseconds - 1), Self.row(9), Self.row(10)].joined(separator: ",") + "]")
    }
    try await setup.onLoop { $0.execution.listTrades(symbol: Samples.bitcoin, from: .time(start)) }
    try await Eventually.holds("trades") { setup.recorder.seen.withLock { !$0.listed.isEmpty } }
    #expect(setup.recorder.seen.withLock { $0.listed[0].trades.map(\.fill.tradeID.value) } == [9, 10], "not what is older")
    let requests = setup.exchange.requests("/api/v3/myTrades")
    #expect(requests.count == 1 && ["fromId", "startTime", "endTime"].allSatisfy { requests[0].parameter($0) == nil })
    await Self.stop(setup, loop)
  }

  /// More trades than a page since then: the first day that has some is looked for, then they are paged by ids. A failure does not begin anew.
  @Test func manyTradesSinceATimeAreFoundByDays() async throws {
    let loop = NIOAsyncTestingEventLoop()
    let setup = try ExecutionSetup(loop: loop)
    let day: Int64 = 86_400_000
    let start = Timestamp(milliseconds: 1_499_865_549_590 - 3 * day - 1_000)
    setup.script("GET /api/v3/myTrades") { request, number in
      if number == 3 { return .answer(status: 503, body: "", headers: []) }
      if let from = request.parameter("fromId").flatMap({ Int64($0) }) { return Self.page((from..<from + 1_000).filter { $0 <= 5_500 }) }
      guard let first = request.parameter("startTime").flatMap({ Int64($0) }),
        let last = request.parameter("endTime").flatMap({ Int64($0) })
      else { return Self.page(4_501...5_500) }
      #expect(last - first < day)
      return (first...last).contains(1_499_865_549_590) ? Self.page(4_000..<5_000) : .ok("[]")
    }
    try await setup.onLoop { $0.execution.listTrades(symbol: Samples.bitcoin, from: .time(start)) }
    try await Eventually.holds("the failure") { setup.recorder.seen.withLock { $0.warnings.count } == 1 }
    await loop.advanceTime(by: .seconds(1))
    try await Eventually.holds("trades") { setup.recorder.seen.withLock { !$0.listed.isEmpty } }
    #expect(setup.recorder.seen.withLock { $0.listed[0].trades.map(\.fill.tradeID.value) } == Array(4_000...5_500))
    let days = setup.exchange.requests("/api/v3/myTrades").compactMap { request in
      request.parameter("startTime").flatMap { Int64($0) }.map { ($0 - start.milliseconds) / day }
    }
    #expect(days == [0, 1, 1, 2, 3], "the second failed")
    await Self.stop(setup, loop)
  }

  @Test func oneListOfASymbolIsUnderWayAtATime() async throws {
    let loop = NIOAsyncTestingEventLoop()
    let setup = try ExecutionSetup(loop: loop)
    // How many lists of the symbol had been delivered when the exchange was asked.
    let delivered = Shared<[Int]>([])
    setup.script("GET /api/v3/myTrades") { [recorder = setup.recorder] request, _ in
      if request.parameter("symbol") == "BTCUSDT" {
        let count = recorder.seen.withLock { $0.listed.filter { $0.symbol == Samples.bitcoin }.count }
        delivered.withLock { $0.append(count) }
      }
      return Self.page([Int64(request.parameter("fromId") ?? "") ?? 0])
    }
    // All before the first answer can reach the loop.
    try await setup.onLoop { setup in
      for from in [50, 20, 9, 30] { setup.execution.listTrades(symbol: Samples.bitcoin, from: .trade(TradeID(Int64(from)))) }
      setup.execution.listTrades(symbol: Samples.ether, from: .trade(TradeID(3)))
    }
    try await Eventually.holds("three lists") { setup.recorder.seen.withLock { $0.listed.count } == 3 }
    try await setup.onLoop { $0.execution.listTrades(symbol: Samples.bitcoin, from: .trade(TradeID(70))) }
    try await Eventually.holds("the next list") { setup.recorder.seen.withLock { $0.listed.count } == 4 }
    // What was asked meanwhile came with one list, from the least id; another symbol did not wait.
    #expect(Self.asked(setup).filter { $0.hasPrefix("BTC") } == ["BTCUSDT 50", "BTCUSDT 9", "BTCUSDT 70"])
    #expect(Self.asked(setup).filter { $0.hasPrefix("ETH") } == ["ETHUSDT 3"])
    #expect(delivered.withLock { $0 } == [0, 1, 2])
    await Self.stop(setup, loop)
  }

  @Test func failingListIsTriedAgainUntilItComes() async throws {
    let loop = NIOAsyncTestingEventLoop()
    let setup = try ExecutionSetup(loop: loop)
    setup.script("GET /api/v3/myTrades") { request, number in
      switch number {
      case 1: .answer(status: 500, body: "", headers: [])
      case 2: .closed
      case 3: .ok("{\"half\":")
      default: Self.page([Int64(request.parameter("fromId") ?? "") ?? 0, 12])
      }
    }
    try await setup.onLoop { $0.execution.listTrades(symbol: Samples.bitcoin, from: .trade(TradeID(8))) }
    for (index, seconds) in [Int64(1), 2, 4].enumerated() {
      try await Eventually.holds("warning \(index + 1)") { setup.recorder.seen.withLock { $0.warnings.count } == index + 1 }
      // Asked while the failed one waits: it is tried again from the least id.
      if index == 1 {
        try await setup.onLoop { setup in
          for from in [9, 5, 7] { setup.execution.listTrades(symbol: Samples.bitcoin, from: .trade(TradeID(Int64(from)))) }
        }
      }
      await loop.advanceTime(by: .seconds(seconds))
    }
    try await Eventually.holds("the list") { setup.recorder.seen.withLock { !$0.listed.isEmpty } }
    #expect(Self.asked(setup) == ["BTCUSDT 8", "BTCUSDT 8", "BTCUSDT 5", "BTCUSDT 5"])
    #expect(setup.recorder.seen.withLock { $0.listed.map { $0.trades.map(\.fill.tradeID.value) } } == [[5, 12]])
    await Self.stop(setup, loop)
  }

  /// An exchange that asked for silence is not asked again: each further try fails within the loop's own turn, so its time is exact.
  @Test func pausesDoubleFromOneSecondToHalfAMinute() async throws {
    let loop = NIOAsyncTestingEventLoop()
    let setup = try ExecutionSetup(loop: loop)
    setup.script("GET /api/v3/myTrades") { _, _ in
      .answer(status: 429, body: "{\"code\":-1003,\"msg\":\"Too much request weight used\"}", headers: [("Retry-After", "86400")])
    }
    try await setup.onLoop { $0.execution.listTrades(symbol: Samples.bitcoin, from: .trade(TradeID(1))) }
    func warnings() -> [String] { setup.recorder.seen.withLock { $0.warnings } }
    try await Eventually.holds("first warning") { !warnings().isEmpty }
    #expect(
      warnings()[0]
        == "the account's trades of BTCUSDT could not be listed, trying again in 1 s: Too much request weight used (-1003)")
    for (index, seconds) in [Int64(1), 2, 4, 8, 16, 30, 30].enumerated() {
      #expect(warnings().last?.contains("trying again in \(seconds) s: ") == true)
      await loop.advanceTime(by: .seconds(seconds) - .nanoseconds(1))
      #expect(warnings().count == index + 1, "tried before \(seconds) s were over")
      await loop.advanceTime(by: .nanoseconds(1))
      #expect(warnings().count == index + 2, "not tried after \(seconds) s")
    }
    #expect(Self.asked(setup).count == 1)
    await Self.stop(setup, loop)
  }
}
