import Accounting
import Statistics
import Time
import BotAPI
import FigureMessages
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

  /// A session of several bots, told to the daemon's readers in pieces: what each of them shows.
  private func told() async throws -> (harness: ControlHarness, book: Book, points: [BookPoint], entries: [JournalEntry]) {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 400)
    try harness.commit(Array(entries[..<150]))
    _ = try await harness.portfolio.getPortfolioSummary()
    try harness.commit(Array(entries[150...]))
    var book = Book()
    var points: [BookPoint] = []
    for entry in entries { book.apply(entry) { points.append($0) } }
    for account in book.accounts where account.removedAt == nil {
      var snapshot = BotSnapshotSample.make(Samples.configuration(2))
      snapshot.configuration.id = account.id
      snapshot.createdSequence = account.key.createdSequence
      harness.board.publish(BoardUpdate(sequence: 400, time: Samples.start, bots: [BotChange(snapshot: snapshot)]))
    }
    return (harness, book, points, entries)
  }

  private func curve(_ harness: ControlHarness, bot: String = "", pageSize: Int32) async throws -> [V1.EquityPoint] {
    var points: [V1.EquityPoint] = []
    var token = ""
    repeat {
      let request = V1.GetEquityCurveRequest(botID: bot, pageSize: pageSize, pageToken: token)
      let page = try await harness.portfolio.getEquityCurve(request)
      points += page.points
      token = page.nextPageToken
    } while !token.isEmpty
    return points
  }

  @Test func curvesAreTheSeriesOfTheBook() async throws {
    let (harness, book, points, _) = try await told()
    #expect(book.accounts.contains { $0.activity.fills > 3 })
    for size in [3, 7, 500] as [Int32] {
      let main = try #require(book.mainPortfolio)
      let portfolio = points.filter { $0.owner == .portfolio(main) }
      let shown = try await curve(harness, pageSize: size)
      #expect(shown.map(\.equity) == portfolio.map(\.equity.description))
      #expect(shown.map(\.netProfit) == portfolio.map(\.netProfit.description))
      #expect(shown.map(\.flow) == portfolio.map { $0.flow.isZero ? "" : $0.flow.description })
      for account in book.accounts where account.removedAt == nil {
        let own = points.filter { $0.owner == .bot(account.number) }
        #expect(try await curve(harness, bot: account.id.text, pageSize: size).map(\.equity) == own.map(\.equity.description))
      }
    }
    await harness.stop()
  }

  @Test func aPartOfACurveCountsItsFallsFromItsOwnBeginning() async throws {
    let (harness, book, points, _) = try await told()
    let main = try #require(book.mainPortfolio)
    let all = points.filter { $0.owner == .portfolio(main) }
    let from = all[all.count / 3].time
    let to = all[2 * all.count / 3].time
    let part = all.filter { $0.time >= from && $0.time < to }
    #expect(part.count > 3)
    let shown = try await harness.portfolio.getEquityCurve(
      V1.GetEquityCurveRequest(fromTimeNs: from.nanoseconds, toTimeNs: to.nanoseconds, pageSize: 500)
    ).points
    #expect(shown.map(\.netProfit) == part.map(\.netProfit.description))
    var highest = part[0].netProfit
    for (point, given) in zip(part, shown) {
      highest = max(highest, point.netProfit)
      #expect(given.drawdown == (highest - point.netProfit).description)
    }
    await harness.stop()
  }

  /// The same fills through both doors of the RPC and the fold itself, digit for digit.
  @Test func statisticsAreTheFiguresOfTheBook() async throws {
    let (harness, book, _, _) = try await told()
    let summary = try await harness.portfolio.getPortfolioSummary()
    let now = Timestamp(nanoseconds: summary.timeNs)
    let main = try #require(book.mainPortfolio)
    var portfolio = V1.Stats(book.figures(ofPortfolio: main, at: now))
    portfolio.mode = .paper
    #expect(summary.stats == portfolio)
    for account in book.accounts where account.removedAt == nil {
      var wanted = V1.Stats(book.figures(ofBot: account.number, at: now))
      wanted.mode = .paper
      wanted.botID = account.id.text
      wanted.positionQuantity = account.position.quantity.description
      var given = try #require(try await harness.bots.getBotStats(V1.GetBotStatsRequest(botID: account.id.text)).stats)
      given.state = .unspecified
      #expect(given == wanted)
    }
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
