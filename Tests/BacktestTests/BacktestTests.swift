import Accounting
import Time
import Backtest
import Statistics
import Strategies
import Testing
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Running over candles: ranges, coarser intervals, finer detail, several symbols, what is refused.
@Suite struct BacktestTests {
  private static func run(_ settings: BacktestSettings, _ markets: BacktestMarket...) throws -> BacktestOutcome {
    var backtest = try Backtest(settings, markets: markets)
    return try backtest.run()
  }

  private static func facts(_ trade: RoundTrip) -> String {
    "\(trade.symbol) \(trade.openedAt) \(trade.closedAt) \(trade.entryPrice) \(trade.exitPrice) \(trade.quantity) \(trade.profit) \(trade.exitKind)"
  }

  @Test func moneyAddsUp() throws {
    let outcome = try Self.run(
      BacktestSettings(bots: [BacktestSamples.bot()]), BacktestSamples.market(BacktestSamples.candles(2_000, seed: 5)))
    let bot = try #require(outcome.bots.first)
    #expect(outcome.trades.count > 20)
    let closed = outcome.trades.filter(\.isClosed).reduce(FixedDecimal.zero) { $0 + $1.profit }
    let open = outcome.trades.filter { !$0.isClosed }.reduce(FixedDecimal.zero) { $0 + $1.profit }
    #expect(outcome.finalEquity == outcome.capital + closed + open)
    #expect(closed == bot.results.realizedPnL || open != .zero)
    #expect(outcome.trades.filter(\.isClosed).count == bot.results.tradeCount)
    #expect(outcome.equity.months.last?.equity == outcome.finalEquity)
    // The figures are those of the trades and of the core.
    let figures = outcome.figures
    #expect(figures.netProfit == outcome.finalEquity - outcome.capital && figures.realized == bot.results.realizedPnL)
    #expect(figures.trades.count == bot.results.tradeCount)
    #expect(figures.activity.feesInQuote == outcome.trades.reduce(.zero) { $0 + $1.fees })
    #expect(figures.activity.turnover == outcome.fills.reduce(.zero) { $0 + $1.fill.quoteQuantity })
  }

  @Test func coarserIntervalTradesTheJoinedCandles() throws {
    let fine = BacktestSamples.candles(3_000, seed: 7)
    let bot = BacktestSamples.bot(interval: .fiveMinutes, stopLoss: "0", takeProfit: "0")
    let joined = stride(from: 0, to: 3_000, by: 5).map { at in fine[(at + 1)..<(at + 5)].reduce(fine[at]) { $0.joined(with: $1) } }
    let a = try Self.run(BacktestSettings(bots: [bot]), BacktestSamples.market(fine))
    let b = try Self.run(BacktestSettings(bots: [bot]), BacktestSamples.market(joined, interval: .fiveMinutes))
    // Without stops nothing depends on what happens inside a candle.
    #expect(a.trades.map(Self.facts) == b.trades.map(Self.facts))
    #expect(!a.trades.isEmpty && a.candleCount == 600 && b.candleCount == 600)
  }

  @Test func detailSaysWhatHappenedInside() throws {
    let fine = BacktestSamples.candles(3_000, seed: 9)
    let joined = stride(from: 0, to: 3_000, by: 5).map { at in fine[(at + 1)..<(at + 5)].reduce(fine[at]) { $0.joined(with: $1) } }
    let bot = BacktestSamples.bot(interval: .fiveMinutes)
    var detailed = BacktestSamples.market(joined, interval: .fiveMinutes)
    detailed.detail = fine
    detailed.detailInterval = .oneMinute
    let a = try Self.run(BacktestSettings(bots: [bot]), BacktestSamples.market(fine))
    let b = try Self.run(BacktestSettings(bots: [bot]), detailed)
    let c = try Self.run(BacktestSettings(bots: [bot]), BacktestSamples.market(joined, interval: .fiveMinutes))
    #expect(a.trades.map(Self.facts) == b.trades.map(Self.facts))
    #expect(a.trades.map(Self.facts) != c.trades.map(Self.facts))
  }

  @Test func earlierCandlesOnlyWarm() throws {
    let candles = BacktestSamples.candles(1_000, seed: 13)
    var settings = BacktestSettings(bots: [BacktestSamples.bot()])
    settings.from = candles[500].openTime
    settings.to = candles[900].openTime
    let outcome = try Self.run(settings, BacktestSamples.market(candles))
    #expect(outcome.candleCount == 400 && outcome.warmUpCount == 500)
    #expect(outcome.start == candles[500].openTime && outcome.end == candles[900].openTime)
    #expect(outcome.trades.allSatisfy { $0.openedAt > outcome.start && $0.closedAt <= outcome.end })
    #expect(outcome.markets.first?.firstPrice == candles[500].open)
  }

  @Test func daysAndMonthsEndAtMidnight() throws {
    // From noon on the last of December to midnight: one day, one month.
    var candles = BacktestSamples.candles(720, seed: 4)
    for index in candles.indices { candles[index].openTime = Timestamp(milliseconds: 1_767_182_400_000 + Int64(index) * 60_000) }
    let one = try Self.run(BacktestSettings(bots: [BacktestSamples.bot()]), BacktestSamples.market(candles))
    #expect(one.end == Timestamp(milliseconds: 1_767_225_600_000))
    #expect(one.figures.equity.returns.count == 1 && one.equity.months.count == 1)
    let report = BacktestReport(one)
    #expect(report.months.map(\.month) == [12] && report.months[0].profit == one.finalEquity - one.capital)
    #expect(report.months[0].tradeCount == one.trades.count { $0.isClosed })
    // One candle more opens the new year.
    let next = BacktestSamples.candles(721, seed: 4).last
    var more = candles
    if var candle = next {
      candle.openTime = Timestamp(milliseconds: 1_767_225_600_000)
      more.append(candle)
    }
    let two = try Self.run(BacktestSettings(bots: [BacktestSamples.bot()]), BacktestSamples.market(more))
    #expect(two.figures.equity.returns.count == 2 && BacktestReport(two).months.map(\.month) == [12, 1])
  }

  /// The whole run at once, from its candles: furthest prices between entry and exit.
  @Test func excursionsAreThoseOfTheCandles() throws {
    let candles = BacktestSamples.candles(3_000, seed: 5)
    let outcome = try Self.run(BacktestSettings(bots: [BacktestSamples.bot()]), BacktestSamples.market(candles))
    var modelled = 0
    for trade in outcome.trades where trade.isClosed {
      // Candles that were held from their open to their close.
      let whole = candles.filter { $0.openTime >= trade.openedAt && Interval.oneMinute.nextOpenTime(after: $0.openTime) <= trade.closedAt }
      let lowest = whole.map(\.low).min() ?? trade.entryPrice
      let highest = whole.map(\.high).max() ?? trade.entryPrice
      let adverse = try #require(trade.adverseExcursion)
      let favorable = try #require(trade.favorableExcursion)
      let entry = trade.entryPrice.statisticValue
      #expect(adverse >= (entry - lowest.statisticValue) / entry - 1e-12 && favorable >= (highest.statisticValue - entry) / entry - 1e-12)
      if trade.isExitTimeModelled {
        modelled += 1
        #expect(trade.exitKind == "stop_loss" || trade.exitKind == "take_profit")
      } else {
        // It ended at a close (or at a gap): no candle in part.
        let low = min(lowest, trade.exitPrice, trade.entryPrice)
        #expect(abs(adverse - max(entry - low.statisticValue, 0) / entry) < 1e-12)
      }
    }
    #expect(modelled > 5 && outcome.trades.count > modelled)
    #expect(BacktestReport(outcome).notes.contains { $0.contains("come from that model") })
  }

  /// The figures do not depend on whether a market is passed in one go or candle by candle.
  @Test func figuresAreTheSameAloneAndBesideAnother() throws {
    let market = BacktestSamples.market(BacktestSamples.candles(15_000, seed: 11))
    var fine = market
    fine.detail = market.candles
    let settings = BacktestSettings(bots: [BacktestSamples.bot()])
    let alone = try Self.run(settings, market)
    // With detail every candle is walked.
    let walked = try Self.run(settings, fine)
    #expect(alone.figures == walked.figures)
    #expect(alone.figures.equity.drawdown != nil && alone.figures.equity.sharpe != nil)
  }

  /// What a book makes of the journal and of the closes at which something was held is what the backtest says.
  @Test func theJournalGivesTheSameFigures() throws {
    let candles = BacktestSamples.candles(15_000, seed: 17)
    var backtest = try Backtest(
      BacktestSettings(bots: [BacktestSamples.bot()]), markets: [BacktestSamples.market(candles)], keepsJournal: true)
    let outcome = try backtest.run()
    var book = Book()
    var next = 0
    for entry in backtest.journal {
      // A candle that closes when something is decided was marked before.
      while next < candles.count, Interval.oneMinute.nextOpenTime(after: candles[next].openTime) <= entry.time {
        mark(&book, candles[next])
        next += 1
      }
      book.apply(entry)
    }
    while next < candles.count {
      mark(&book, candles[next])
      next += 1
    }
    var figures = book.figures(
      ofPortfolio: 0, at: outcome.end, pricedBy: { symbol in outcome.markets.first { $0.symbol == symbol }?.lastPrice })
    figures.meanTimeInMarket = nil
    figures.marketChange = outcome.figures.marketChange
    #expect(figures == outcome.figures)
  }

  private func mark(_ book: inout Book, _ candle: Candle) {
    guard book.portfolios.first?.openPositions ?? 0 > 0 else { return }
    book.mark(
      BacktestSamples.symbol("BTCUSDT"), interval: .oneMinute, price: candle.close,
      at: Interval.oneMinute.nextOpenTime(after: candle.openTime))
  }

  @Test func symbolsPaidWithDifferentAssetsAreRefused() throws {
    let markets = ["BTCUSDT", "ETHBTC"].map { BacktestSamples.market(BacktestSamples.candles(50, seed: 3), $0) }
    #expect {
      _ = try Backtest(BacktestSettings(bots: [BacktestSamples.bot(), BacktestSamples.bot("ETHBTC")]), markets: markets)
    } throws: {
      ($0 as? BacktestError)?.message.contains("paid with USDT and BTC") ?? false
    }
  }

  @Test(arguments: [
    ("1234567.895", "1,234,567.90"), ("0.125", "0.12"), ("-1000", "-1,000.00"), ("-0.001", "0.00"),
    ("999999999999999999.99", "999,999,999,999,999,999.99"),
  ])
  func moneyIsShownExactly(amount: String, shown: String) {
    #expect(FigureText.fixed(BacktestSamples.decimal(amount), 2) == shown)
  }

  @Test func theCheckCutsBetweenTheCoarsestCandles() throws {
    let settings = BacktestSettings(bots: [BacktestSamples.bot(interval: .oneHour)])
    let market = BacktestSamples.market(BacktestSamples.candles(700, seed: 8, interval: .oneHour, swing: 20_000), interval: .oneHour)
    let verdict = try LookAheadCheck.run(settings, markets: [market], whole: try Self.run(settings, market))
    #expect(verdict.firstChange == nil && verdict.comparisons > 50)
  }

  @Test func symbolsShareTheLimits() throws {
    let markets = ["BTCUSDT", "ETHUSDT", "SOLUSDT"].enumerated().map { index, text in
      BacktestSamples.market(BacktestSamples.candles(600, seed: UInt64(index) + 20, price: 300_000, swing: 400), text)
    }
    var settings = BacktestSettings(bots: ["BTCUSDT", "ETHUSDT", "SOLUSDT"].map { BacktestSamples.bot($0) })
    var free = try Backtest(settings, markets: markets)
    settings.limits.openPositionsMaximum = 1
    var limited = try Backtest(settings, markets: markets)
    let (a, b) = (try free.run(), try limited.run())
    func overlaps(_ trades: [RoundTrip]) -> Bool {
      trades.contains { x in trades.contains { y in x != y && y.openedAt > x.openedAt && y.openedAt < x.closedAt } }
    }
    #expect(overlaps(a.trades))
    #expect(!overlaps(b.trades) && b.denials.contains { $0.code == .openPositionLimit })
  }

  @Test func progressCanStopIt() throws {
    var backtest = try Backtest(
      BacktestSettings(bots: [BacktestSamples.bot()]), markets: [BacktestSamples.market(BacktestSamples.candles(70_000, seed: 3))])
    var seen: [Int] = []
    #expect(throws: BacktestError.self) {
      try backtest.run { progress in
        seen.append(progress.candlesDone)
        return false
      }
    }
    #expect(seen.count == 1)
  }

  @Test func whatCannotRunIsSaid() throws {
    let market = BacktestSamples.market(BacktestSamples.candles(10, seed: 1, interval: .fiveMinutes), interval: .fiveMinutes)
    func message(_ settings: BacktestSettings, _ markets: [BacktestMarket]) -> String {
      do throws(BacktestError) {
        _ = try Backtest(settings, markets: markets)
        return "nothing"
      } catch { return "\(error.field): \(error.message)" }
    }
    #expect(message(BacktestSettings(bots: []), [market]).contains("no bot"))
    #expect(
      message(BacktestSettings(bots: [BacktestSamples.bot(interval: .oneMinute)]), [market]).hasPrefix("spec.interval: the interval 1m"))
    #expect(
      message(BacktestSettings(bots: [BacktestSamples.bot("ETHUSDT", interval: .fiveMinutes)]), [market]).contains("no candles of ETHUSDT"))
    var late = BacktestSettings(bots: [BacktestSamples.bot(interval: .fiveMinutes)])
    late.from = .distantFuture
    #expect(message(late, [market]).contains("the data go from 2025-12-01"))
    var bad = BacktestSamples.bot(interval: .fiveMinutes)
    bad.parameters = ["period": "0"]
    #expect(message(BacktestSettings(bots: [bad]), [market]).contains("from 2 to"))
  }

  @Test func noDecisionDependsOnLaterCandles() throws {
    let settings = BacktestSettings(bots: [BacktestSamples.bot()])
    let market = BacktestSamples.market(BacktestSamples.candles(900, seed: 31))
    let verdict = try LookAheadCheck.run(settings, markets: [market], whole: try Self.run(settings, market))
    #expect(verdict.firstChange == nil && verdict.cuts == 8 && verdict.comparisons > 50)
  }

  @Test func aDecisionThatKnewTheFutureIsFound() throws {
    let settings = BacktestSettings(bots: [BacktestSamples.bot()])
    let market = BacktestSamples.market(BacktestSamples.candles(900, seed: 31))
    var outcome = try Self.run(settings, market)
    // As if the run had bought at another price early on.
    outcome.fills[0].fill.price = FixedDecimal(1)
    let verdict = try LookAheadCheck.run(settings, markets: [market], whole: outcome)
    #expect(try #require(verdict.firstChange).contains("became"))
  }
}
