import Backtest
import PaperTrading
import Strategies
import Testing
import TradingCore
import TradingModel
import Venue

/// A journal decided again: the same, or the first difference named.
@Suite struct JournalReplayTests {
  /// A run's journal with the market it traded. Three bots: with a target, with a trailing stop, with everything.
  private static func recorded(
    _ kind: Int = 2, venue: PaperConfiguration = PaperConfiguration()
  ) throws -> (entries: [JournalEntry], market: BacktestMarket, outcome: BacktestOutcome) {
    var bot = BacktestSamples.bot(
      "BTCUSDT", ["period": "3", "oversold": "40", "overbought": "95"], stopLoss: "0.003", takeProfit: kind == 0 ? "0.001" : "0")
    bot.trailingStop = kind == 1 ? BacktestSamples.decimal("0.001") : .zero
    bot.timeStopCandles = kind == 2 ? 25 : 0
    bot.cooldownCandles = kind == 2 ? 2 : 0
    let market = BacktestSamples.market(BacktestSamples.candles(1_200, seed: 77))
    var backtest = try Backtest(BacktestSettings(bots: [bot], venue: venue), markets: [market], keepsJournal: true)
    let outcome = try backtest.run()
    return (backtest.journal, market, outcome)
  }

  private static func replay(_ entries: [JournalEntry], _ market: BacktestMarket, rules: TradingRules? = nil) -> JournalReplay.Outcome {
    var replay = JournalReplay(
      mode: .simulated, entries: entries, rules: [rules ?? market.rules],
      tapes: [
        JournalReplay.Tape(
          key: SeriesKey(symbol: market.symbol, interval: .oneMinute),
          candles: market.candles.map { ($0, Interval.oneMinute.nextOpenTime(after: $0.openTime)) })
      ])
    return replay.run()
  }

  @Test func everyDecisionIsMadeAgain() throws {
    var kinds: Set<String> = []
    for kind in 0...2 {
      let (entries, market, outcome) = try Self.recorded(kind)
      let replay = Self.replay(entries, market)
      #expect(replay.firstDivergence == nil, "\(replay.firstDivergence ?? "") at \(replay.divergenceSequence)")
      // But for what needs the prices inside the candles.
      var closed = outcome.trades.filter(\.isClosed)
      for index in closed.indices {
        closed[index].adverseExcursion = nil
        closed[index].favorableExcursion = nil
        closed[index].isExitTimeModelled = false
      }
      #expect(replay.fills == outcome.fills && replay.trades == closed)
      #expect(replay.equity == outcome.finalEquity)
      #expect(replay.comparisons > outcome.fills.count)
      kinds.formUnion(outcome.trades.map(\.exitKind))
    }
    #expect(kinds.isSuperset(of: ["trailing_stop", "stop_loss", "take_profit", "time_stop"]), "\(kinds)")
  }

  @Test func aTamperedQuantityIsFound() throws {
    var (entries, market, _) = try Self.recorded()
    let index = try #require(entries.lastIndex { if case .orderIntent(let intent) = $0.record { intent.purpose == .entry } else { false } })
    guard case .orderIntent(var intent) = entries[index].record else { return }
    intent.request.quantity += FixedDecimal(raw: 1_000)
    entries[index].record = .orderIntent(intent)
    let replay = Self.replay(entries, market)
    #expect(replay.divergenceSequence == entries[index].sequence)
    #expect(try #require(replay.firstDivergence).contains("the replay decides an order"))
  }

  @Test func aFigureThatDoesNotFollowFromItsFillIsFound() throws {
    var (entries, market, _) = try Self.recorded()
    let index = try #require(entries.firstIndex { if case .fill(let fill) = $0.record { fill.side == .sell } else { false } })
    guard case .fill(var fill) = entries[index].record else { return }
    fill.realizedPnL += .one
    entries[index].record = .fill(fill)
    #expect(Self.replay(entries, market).divergenceSequence == entries[index].sequence)
  }

  @Test func aMissingDecisionIsFound() throws {
    let (entries, market, _) = try Self.recorded()
    let index = try #require(entries.firstIndex { if case .orderIntent = $0.record { true } else { false } })
    let replay = Self.replay(Array(entries[..<index]) + [], market)
    // The journal ends before the first order: what the candles after it lead to is not asked.
    #expect(replay.firstDivergence == nil)
    var without = entries
    without.remove(at: index)
    for at in index..<without.count { without[at].sequence -= 1 }
    #expect(Self.replay(without, market).firstDivergence != nil)
  }

  @Test func otherCandlesDecideOtherwise() throws {
    let (entries, market, _) = try Self.recorded()
    let other = BacktestSamples.market(BacktestSamples.candles(1_200, seed: 78))
    let replay = Self.replay(entries, other)
    #expect(replay.firstDivergence != nil)
    // The fold of the journal goes on: its trades are the journal's.
    #expect(replay.fills.count == Self.replay(entries, market).fills.count)
  }

  /// What removed bots made is realized still, also when one came back under the old name; their money has left.
  @Test func removedBotsCountInTheFigures() throws {
    // Without fees nothing is left in a position that was closed.
    var venue = PaperConfiguration()
    venue.takerFee = .zero
    venue.makerFee = .zero
    let (entries, market, _) = try Self.recorded(0, venue: venue)
    let end = try #require(
      entries.lastIndex { if case .fill(let fill) = $0.record { fill.closesPosition && fill.side == .sell } else { false } })
    // With what the venue said of the order next, and before anything else is decided.
    let rest = entries[(end + 1)...].prefix { if case .orderUpdated = $0.record { true } else { false } }
    var journal = Array(entries[...end] + rest)
    guard
      case .botCreated(var configuration)? = journal.lazy.map(\.record).first(where: { if case .botCreated = $0 { true } else { false } })
    else { return }
    let realized = journal.reduce(FixedDecimal.zero) { sum, entry in
      if case .fill(let fill) = entry.record { sum + fill.realizedPnL } else { sum }
    }
    #expect(!realized.isZero)
    func add(_ record: Record) {
      guard var entry = journal.last else { return }
      entry.sequence += 1
      entry.record = record
      journal.append(entry)
    }
    add(.botStateChanged(BotStateChange(botID: configuration.id, state: .stopped, reason: "", referencePrice: .zero)))
    let before = Self.replay(journal, market)
    #expect(before.realized == realized && before.equity == configuration.capital + realized)
    add(.botRemoved(configuration.id))
    let after = Self.replay(journal, market)
    #expect(after.firstDivergence == nil, "\(after.firstDivergence ?? "")")
    #expect(after.realized == realized && after.equity == .zero)
    configuration.capital = FixedDecimal(500)
    add(.botCreated(configuration))
    let again = Self.replay(journal, market)
    #expect(again.firstDivergence == nil, "\(again.firstDivergence ?? "")")
    #expect(again.realized == realized && again.equity == FixedDecimal(500))
  }
}
