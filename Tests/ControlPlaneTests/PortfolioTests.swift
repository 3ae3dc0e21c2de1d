import Time
import BotAPI
import Journal
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel
import Venue

@testable import ControlPlane

@Suite struct PortfolioTests {
  @Test func theSummaryIsTheSumOfTheBots() async throws {
    let harness = try await ControlHarness()
    for (id, symbol) in [("a", "BTCUSDT"), ("b", "ETHUSDT"), ("c", "SOLUSDT")] {
      try await harness.create(id, ControlHarness.spec(symbol))
    }
    _ = try await harness.bots.stopBot(V1.StopBotRequest(botID: "c"))
    for (text, price) in [("BTCUSDT", 60_000), ("ETHUSDT", 3_000)] {
      try await harness.driver.fall(try #require(Symbol(text)), from: price)
    }
    _ = try await harness.bots.closePosition(V1.ClosePositionRequest(botID: "a"))
    var net = FixedDecimal.zero
    var fills: Int64 = 0
    for id in ["a", "b", "c"] {
      let stats = try #require(try await harness.bots.getBotStats(V1.GetBotStatsRequest(botID: id)).stats)
      net += try #require(FixedDecimal(text: stats.netPnL))
      fills += stats.fills
    }
    let summary = try await harness.portfolio.getPortfolioSummary()
    let stats = try #require(summary.stats)
    #expect(fills >= 3)
    #expect(stats.fills == fills)
    #expect(stats.netPnL == net.description)
    #expect(stats.equity == (FixedDecimal(30_000) + net).description)
    #expect(summary.allocatedCapital == "30000")
    #expect(summary.openPositions == 1)
    #expect(summary.openOrders == Int64(harness.board.openOrders.count))
    #expect(summary.tradingState == .active)
    #expect(Dictionary(summary.bots.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })["running"] == 2)
    #expect(summary.sequence == Int64(harness.journal.lastSequence))
    await harness.stop()
  }

  @Test func drawdownOfTheRecordedEquityIsFoundWherever() async throws {
    let harness = try await ControlHarness(opensCore: false)
    var entries = [Samples.opened()]
    let profits = [0, 50, 80, 20, 90, 10, 60, 95]
    for (index, profit) in profits.enumerated() {
      let point = EquityPoint(equity: FixedDecimal(1_000 + profit), realized: FixedDecimal(profit), unrealized: .zero, exposure: .zero)
      entries.append(
        JournalEntry(
          sequence: UInt64(index + 2), time: Samples.start.advanced(byMilliseconds: Int64(index) * 60_000), record: .equity(point)))
    }
    try harness.commit(Array(entries[..<5]))
    let first = try #require(try await harness.portfolio.getPortfolioSummary().stats)
    #expect(first.maxDrawdown == "60")
    try harness.commit(Array(entries[5...]))
    let second = try #require(try await harness.portfolio.getPortfolioSummary().stats)
    #expect(second.maxDrawdown == "80")
    #expect(second.maxDrawdownTimeNs == Samples.start.advanced(byMilliseconds: 5 * 60_000).nanoseconds)
    #expect(second.maxDrawdownDurationNs == 3 * 60_000_000_000)
    var points: [V1.EquityPoint] = []
    var token = ""
    repeat {
      let page = try await harness.portfolio.getEquityCurve(V1.GetEquityCurveRequest(pageSize: 3, pageToken: token))
      points += page.points
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(points.map(\.equity) == profits.map { "\(1_000 + $0)" })
    #expect(points.map(\.drawdown) == ["0", "0", "0", "60", "0", "80", "30", "0"])
    let range = try await harness.portfolio.getEquityCurve(
      V1.GetEquityCurveRequest(
        fromTimeNs: Samples.start.advanced(byMilliseconds: 120_000).nanoseconds,
        toTimeNs: Samples.start.advanced(byMilliseconds: 240_000).nanoseconds))
    #expect(range.points.map(\.equity) == ["1080", "1020"])
    await harness.stop()
  }

  @Test func aBotsCurveFollowsItsSales() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 400)
    try harness.commit(entries)
    let alpha = BotSnapshotSample.make(Samples.configuration(2))
    harness.board.publish(BoardUpdate(sequence: 400, time: Samples.start, bots: [BotChange(snapshot: alpha)]))
    var wanted: [String] = []
    var total = alpha.configuration.capital
    for entry in entries {
      guard case .fill(let record) = entry.record, record.botID == Samples.bot(2), record.side == .sell else { continue }
      total += record.realizedPnL
      wanted.append(total.description)
    }
    var points: [V1.EquityPoint] = []
    var token = ""
    repeat {
      let page = try await harness.portfolio.getEquityCurve(V1.GetEquityCurveRequest(botID: "bot2", pageSize: 4, pageToken: token))
      points += page.points
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(!wanted.isEmpty)
    #expect(points.map(\.equity) == wanted)
    await harness.stop()
  }

  @Test func balancesAndRateLimitsAreThoseOfTheBoard() async throws {
    let harness = try await ControlHarness()
    let balances = [
      AssetBalance(asset: "USDT", free: FixedDecimal(5), locked: FixedDecimal(2)), AssetBalance(asset: "BNB", free: .zero, locked: .zero),
    ]
    harness.board.publish(BoardUpdate(sequence: 0, time: Samples.start, balances: balances))
    let some = try await harness.portfolio.getBalances()
    #expect(some.balances == [V1.Balance(asset: "USDT", free: "5", locked: "2", total: "7")])
    #expect(some.updatedTimeNs == Samples.start.nanoseconds)
    #expect(try await harness.portfolio.getBalances(V1.GetBalancesRequest(includeZero: true)).balances.map(\.asset) == ["BNB", "USDT"])
    harness.board.setRateLimits([RateLimitUsage(type: "ORDERS", intervalNanoseconds: 10_000_000_000, limit: 100, used: 7)])
    #expect(try await harness.portfolio.getRateLimits().limits.first?.used == 7)
    await harness.stop()
  }

  @Test func theTradingStateIsSetAndShown() async throws {
    let harness = try await ControlHarness()
    let set = try await harness.risk.setTradingState(
      V1.SetTradingStateRequest(requestID: "halt", tradingState: .halted, reason: "maintenance"))
    #expect(set.tradingState == .halted)
    #expect(set.changedTimeNs > 0)
    #expect(try await harness.portfolio.getPortfolioSummary().tradingState == .halted)
    #expect(try await harness.system.getHealth().tradingState == .halted)
    let error = try await failure { () async throws(RPCError) in try await harness.risk.setTradingState() }
    #expect(error.info?.violations.first?.field == "trading_state")
    await harness.stop()
  }
}

/// A snapshot of a bot that did nothing yet.
enum BotSnapshotSample {
  static func make(_ configuration: BotConfiguration) -> BotSnapshot {
    var core = TradingCore(configuration: CoreConfiguration(mode: .paper))
    try? core.recover(Samples.opened())
    try? core.recover(JournalEntry(sequence: 2, time: Samples.start, record: .botCreated(configuration)))
    guard let snapshot = core.snapshot(of: configuration.id) else { preconditionFailure("the sample bot was not made") }
    return snapshot
  }
}
