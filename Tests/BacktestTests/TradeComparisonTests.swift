import MarketModel
import PaperTrading
import Strategies
import Testing
import Time
import TradingCore
import TradingModel
import Venue

@testable import Backtest

/// The bots of a journal beside the same bots backtested on its tape.
@Suite struct TradeComparisonTests {
  private struct Recorded {
    var entries: [JournalEntry]
    var market: BacktestMarket
    var outcome: BacktestOutcome
  }

  /// What bots made of a market, as a daemon's journal has it.
  private static func recorded(
    _ candles: [Candle], venue: PaperConfiguration = PaperConfiguration(), limits: RiskLimits = RiskLimits()
  ) throws -> Recorded {
    var bot = BacktestSamples.bot("BTCUSDT", ["period": "3", "oversold": "40", "overbought": "65"])
    bot.trailingStop = BacktestSamples.decimal("0.003")
    let market = BacktestSamples.market(candles)
    var backtest = try Backtest(BacktestSettings(bots: [bot], venue: venue, limits: limits), markets: [market], keepsJournal: true)
    let outcome = try backtest.run()
    return Recorded(entries: backtest.journal, market: market, outcome: outcome)
  }

  private static func compared(
    _ entries: [JournalEntry], _ candles: [Candle], heard: (Candle) -> Bool = { _ in true }, arrivals: [ClientOrderID: OrderArrival] = [:],
    in range: Range<Timestamp> = .zero..<Timestamp.distantFuture
  ) throws -> TradeComparison {
    let tape = JournalReplay.Tape(
      key: SeriesKey(symbol: BacktestSamples.symbol("BTCUSDT"), interval: .oneMinute),
      candles: candles.map { ($0, heard($0) ? Interval.oneMinute.nextOpenTime(after: $0.openTime) : nil) })
    var comparison = TradeComparison(rules: [BacktestSamples.rules()], tapes: [tape], arrivals: arrivals)
    for entry in entries { comparison.add(entry) }
    let isWhole = comparison.run(in: range)
    #expect(isWhole)
    for bot in comparison.bots {
      #expect(bot.parts.total == bot.actualProfit - bot.modelProfit, "the parts of \(bot.bot) do not add up")
      for pair in bot.pairs { #expect(pair.parts.total == pair.difference, "\(pair)") }
    }
    return comparison
  }

  private static func onlyParts(_ parts: DifferenceParts) -> Set<DifferencePart> {
    Set(DifferencePart.allCases.filter { !parts[$0].isZero })
  }

  // MARK: The split

  @Test func partsOfRandomPairsAddUpExactly() {
    var random = SplitMix(state: 20)
    func amount(_ bound: Int64) -> FixedDecimal { FixedDecimal(raw: Int128(random.next() % UInt64(bound))) }
    for _ in 0..<5_000 {
      var trades: [ComparedTrade] = []
      for _ in 0..<2 {
        guard let bot = BotID("bot") else { return }
        var trade = ComparedTrade(
          bot: ComparedBot(id: bot, number: 1), symbol: BacktestSamples.symbol("BTCUSDT"), interval: .oneMinute, decidedAt: .zero,
          isByHand: false, entryReason: "")
        for path in [\ComparedTrade.entry, \ComparedTrade.exit] {
          trade[keyPath: path].quantity = random.next() % 50 == 0 ? .zero : amount(3_000_000_000_000)
          trade[keyPath: path].amount = amount(9_000_000_000_000_000)
          trade[keyPath: path].decided = amount(9_000_000_000_000_000)
          trade[keyPath: path].drift = amount(1_000_000_000) - amount(1_000_000_000)
          trade[keyPath: path].intended = random.next() % 2 == 0 ? FixedDecimal(100) : amount(9_000_000_000_000)
          trade[keyPath: path].refusal = random.next() % 4 == 0 ? "-2010" : ""
        }
        trade.profit = amount(5_000_000_000_000) - amount(5_000_000_000_000)
        trades.append(trade)
      }
      for exit in DifferencePart.allCases {
        let parts = DifferenceParts(from: trades[0], to: trades[1], exit: exit)
        #expect(parts.total == trades[1].profit - trades[0].profit)
        #expect(Self.onlyParts(DifferenceParts(from: trades[0], to: trades[0], exit: exit)).isSubset(of: [.latency, .fillPrice, .refused]))
      }
    }
  }

  /// Amounts times coins beyond 10³⁸, as of a coin that costs a millionth.
  @Test func proportionsAreExactForLargeNumbers() {
    let amount = FixedDecimal(900_000_000_000_000)
    let coins = FixedDecimal(300_000_000_000_000)
    #expect(ComparedTrade.scaled(amount, coins, FixedDecimal(600_000_000_000_000)) == FixedDecimal(450_000_000_000_000))
    #expect(ComparedTrade.scaled(-amount, coins, coins) == -amount)
    #expect(ComparedTrade.scaled(amount, coins, .zero) == .zero)
  }

  // MARK: The same again

  @Test func aBacktestBesideItselfDiffersInNothing() throws {
    let candles = BacktestSamples.candles(3_000, seed: 5)
    let run = try Self.recorded(candles)
    let bot = try #require(try Self.compared(run.entries, candles).bots.first)
    #expect(bot.pairedCount > 40 && bot.modelOnlyCount == 0 && bot.actualOnlyCount == 0)
    #expect(bot.pairs.allSatisfy { Self.onlyParts($0.parts).isEmpty && $0.difference.isZero && $0.model == $0.actual })
    let closed = run.outcome.trades.filter { $0.isClosed && $0.closedAt < run.outcome.end }
    #expect(bot.pairs.compactMap(\.actual).filter { $0.closedAt != nil }.map(\.profit) == closed.map(\.profit))
  }

  @Test func aRangeChoosesByTheDecisionOfTheEntry() throws {
    let candles = BacktestSamples.candles(2_000, seed: 5)
    let run = try Self.recorded(candles)
    let all = try #require(try Self.compared(run.entries, candles).bots.first)
    let middle = try #require(all.pairs[all.pairs.count / 2].trade?.decidedAt)
    let late = try #require(try Self.compared(run.entries, candles, in: middle..<Timestamp.distantFuture).bots.first)
    let early = try #require(try Self.compared(run.entries, candles, in: .zero..<middle).bots.first)
    #expect(late.pairs.first?.trade?.decidedAt == middle)
    #expect(early.pairs + late.pairs == all.pairs)
  }

  // MARK: One ingredient

  @Test func otherFeesAndSlippageAreFeeAndFillPrice() throws {
    let candles = BacktestSamples.candles(3_000, seed: 6)
    var venue = PaperConfiguration()
    venue.takerFee = BacktestSamples.decimal("0.002")
    venue.makerFee = BacktestSamples.decimal("0.002")
    let dear = try #require(try Self.compared(try Self.recorded(candles, venue: venue).entries, candles).bots.first)
    #expect(dear.pairedCount > 40)
    #expect(dear.parts[.fee].isNegative && dear.parts[.latency].isZero && dear.parts[.feed].isZero && dear.parts[.refused].isZero)
    // Dearer coins move stops, which hang from their cost.
    #expect(dear.parts[.fee].magnitude > dear.parts[.fillPrice].magnitude)

    venue = PaperConfiguration()
    venue.slippage = BacktestSamples.decimal("0.001")
    let slipped = try #require(try Self.compared(try Self.recorded(candles, venue: venue).entries, candles).bots.first)
    #expect(slipped.parts[.fillPrice].isNegative && slipped.parts[.latency].isZero)
    #expect(slipped.parts[.fillPrice].magnitude > slipped.parts[.fee].magnitude)
  }

  @Test func whatTheMarketMovedMeanwhileIsLatency() throws {
    let candles = BacktestSamples.candles(1_500, seed: 7)
    let run = try Self.recorded(candles)
    var arrivals: [ClientOrderID: OrderArrival] = [:]
    for entry in run.entries {
      guard case .orderIntent(let intent) = entry.record, intent.request.side == .buy else { continue }
      arrivals[intent.request.clientOrderID] = OrderArrival(
        decided: intent.decisionPrice, arrived: intent.decisionPrice + BacktestSamples.decimal("1.5"))
    }
    let bot = try #require(try Self.compared(run.entries, candles, arrivals: arrivals).bots.first)
    // Bought for the same after all: what was lost to latency was won back in the fill.
    #expect(bot.parts[.latency].isNegative && bot.parts[.fillPrice] == -bot.parts[.latency])
    #expect(Self.onlyParts(bot.parts) == [.latency, .fillPrice])
  }

  @Test func whatWasNotHeardIsFeed() throws {
    let candles = BacktestSamples.candles(2_000, seed: 8)
    // The daemon was deaf for an hour; the candles came as history afterwards.
    let deaf = candles[900].openTime..<candles[960].openTime
    let run = try Self.recorded(candles.filter { !deaf.contains($0.openTime) })
    let bot = try #require(try Self.compared(run.entries, candles, heard: { !deaf.contains($0.openTime) }).bots.first)
    let missed = bot.pairs.filter { $0.actual == nil && $0.model.map { deaf.contains($0.decidedAt.advanced(byMilliseconds: -1)) } == true }
    #expect(!missed.isEmpty, "it would not have traded: the test says nothing")
    let deafened = missed.filter { $0.parts[.feed] == $0.difference && $0.cause.contains("history only") }
    #expect(!deafened.isEmpty, "\(missed.map(\.cause))")
    #expect(!bot.parts[.feed].isZero)
  }

  @Test func refusalsAndDenialsAreTheirOwnPart() throws {
    let candles = BacktestSamples.candles(2_000, seed: 9)
    var entries = try Self.recorded(candles).entries
    // The exchange refuses every third entry: nothing was bought, and nothing sold.
    var position = 0
    var refused: Set<ClientOrderID> = []
    var isOut = false
    entries = entries.compactMap { entry in
      var entry = entry
      switch entry.record {
      case .orderIntent(let intent) where intent.purpose == .entry:
        position += 1
        isOut = position % 3 == 0
        if isOut { refused.insert(intent.request.clientOrderID) }
        return entry
      case .orderUpdated(var update) where refused.contains(update.clientOrderID):
        guard update.status.isTerminal else { return nil }
        update.status = .rejected
        update.executedQuantity = .zero
        update.reason = "-2010 Account has insufficient balance"
        entry.record = .orderUpdated(update)
        return entry
      case .fill, .orderIntent, .exitRequested, .orderUpdated, .cancelRequested: return isOut ? nil : entry
      default: return entry
      }
    }
    let bot = try #require(try Self.compared(entries, candles).bots.first)
    #expect(bot.modelOnlyCount > 5)
    let alone = bot.pairs.filter { $0.actual == nil }
    #expect(alone.allSatisfy { $0.cause.contains("-2010") && $0.parts[.refused] == $0.difference }, "\(alone.map(\.cause))")

    var limits = RiskLimits()
    limits.orderNotionalMaximum = FixedDecimal(1)
    let denied = try Self.recorded(candles, limits: limits).entries.filter {
      if case .riskLimitsChanged = $0.record { false } else { true }
    }
    let other = try #require(try Self.compared(denied, candles).bots.first)
    #expect(other.actualProfit.isZero && other.modelOnlyCount > 40 && Self.onlyParts(other.parts) == [.refused])
    #expect(other.pairs.first?.cause.hasPrefix("denied (") == true, "\(other.pairs.first?.cause ?? "")")
  }

  /// What follows from an earlier difference has its cause.
  @Test func tradesThatWereInTheWayPassTheirCauseOn() throws {
    let candles = BacktestSamples.candles(2_000, seed: 10)
    // The same market, but for an hour the bot heard other prices: its stops stood, and acted, elsewhere.
    var other = candles
    for index in 700..<760 { other[index].low = other[index].low - FixedDecimal(400) }
    let run = try Self.recorded(other)
    let bot = try #require(try Self.compared(run.entries, candles).bots.first)
    #expect(!bot.parts[.protection].isZero)
    #expect(bot.pairs.allSatisfy { Self.onlyParts($0.parts).isEmpty || !$0.cause.isEmpty || ($0.model != nil && $0.actual != nil) })
  }

  // MARK: Nothing to compare

  @Test func withoutATapeThereAreNoFigures() throws {
    let candles = BacktestSamples.candles(300, seed: 5)
    let run = try Self.recorded(candles)
    let bot = try #require(try Self.compared(run.entries, []).bots.first)
    #expect(bot.problem.contains("no candle of BTCUSDT") && bot.pairs.isEmpty)
  }

  @Test func tradesFromBeforeTheTapeAreCountedAndLeftOut() throws {
    let candles = BacktestSamples.candles(2_000, seed: 5)
    let run = try Self.recorded(candles)
    let bot = try #require(try Self.compared(run.entries, Array(candles[800...])).bots.first)
    #expect(bot.beforeTape > 5 && bot.pairedCount > 5)
  }

  /// A person's stop and start are done again, a trade by hand is not.
  @Test func whatPeopleDoIsRepeatedButTheirTrades() throws {
    let candles = BacktestSamples.candles(2_000, seed: 11)
    var entries = try Self.recorded(candles).entries
    let stop = candles[500].openTime
    let at = try #require(entries.firstIndex { $0.time > stop && $0.record.bot != nil })
    guard let id = entries.compactMap(\.record.bot).first else { return }
    let change = BotStateChange(botID: id, state: .stopped, cause: .request, reason: "", referencePrice: .zero)
    let open = try #require(try Self.compared(Array(entries[..<at]), Array(candles[..<500])).bots.first)
    entries = entries[..<at] + [JournalEntry(sequence: 0, time: stop, record: .botStateChanged(change))]
    let bot = try #require(try Self.compared(entries, candles).bots.first)
    // Nothing new is bought after the stop, on either side.
    #expect(bot.modelOnlyCount == 0 && bot.pairs.count <= open.pairs.count + 1, "\(bot.pairs.count) and \(open.pairs.count)")
  }
}
