import Accounting
import Backtest
import MarketModel
import PaperTrading
import ReportPage
import Statistics
import Strategies
import Testing
import Time
import TradingCore
import TradingModel
import Venue

/// The backtest decides what paper trading decides on what the simulator's replay sends: candle updates and trades along the walk through
/// each candle, then the closed candle.
@Suite struct ParityTests {
  /// Paper trading, fed message by message as the replay sends them.
  private struct Paper {
    var core = TradingCore(configuration: CoreConfiguration(mode: .paper))
    var venue: PaperVenue
    var fills: [FillRecord] = []
    var denials: [OrderDenial] = []
    var locks: [EntryLock] = []
    /// Everything journaled.
    var journal: [JournalEntry] = []
    /// What the daemon's doors show.
    var book = Book()
    private var effects: [Effect] = []

    init(_ settings: BacktestSettings, _ rules: [TradingRules]) {
      venue = PaperVenue(configuration: settings.venue)
      core.open(JournalIdentity(id: "paper123", mode: .paper), at: BacktestSamples.start, effects: &effects)
      for case .append(let entry) in effects {
        book.apply(entry)
        journal.append(entry)
      }
      effects.removeAll()
      step(.rules(rules), .zero)
      step(.feed(nil, .live), .zero)
      if settings.limits != RiskLimits() { command(.setRiskLimits(settings.limits, only: nil)) }
      for bot in settings.bots { command(.createBot(bot, start: true)) }
    }

    private mutating func command(_ command: Command) {
      step(.command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: command)), BacktestSamples.start)
    }

    private mutating func step(_ event: CoreEvent, _ time: Timestamp) {
      core.step(event, at: max(time, core.time), effects: &effects)
      var at = 0
      while at < effects.count {
        let effect = effects[at]
        at += 1
        var reports: [ExecutionReport] = []
        switch effect {
        case .append(let entry):
          book.apply(entry)
          journal.append(entry)
          if case .entriesLocked(let lock) = entry.record { locks.append(lock) }
          if case .fill(let fill) = entry.record { fills.append(fill) }
          if case .orderDenied(let denial) = entry.record { denials.append(denial) }
        case .submit(let order, _):
          guard let rules = core.rules(for: order.request.symbol) else { continue }
          if let target = order.target {
            venue.submit(stop: order.request, target: target, rules: rules, at: core.time, reports: &reports)
          } else {
            venue.submit(order.request, rules: rules, at: core.time, reports: &reports)
          }
        case .cancel(let id, let symbol, _): venue.cancel(clientOrderID: id, symbol: symbol, at: core.time, reports: &reports)
        default: break
        }
        for report in reports { core.step(.report(report), at: core.time, effects: &effects) }
      }
      effects.removeAll(keepingCapacity: true)
    }

    mutating func hear(_ event: MarketEvent, at time: Timestamp) {
      var reports: [ExecutionReport] = []
      if var walk = venue.walk(for: event, reports: &reports) {
        while true {
          var stop: Price?
          if let (from, to) = venue.leg(of: walk) { stop = core.trigger(on: walk.symbol, from: from, to: to) }
          guard let price = venue.advance(&walk, stoppingAt: stop, reports: &reports) else { break }
          let batch = reports
          reports.removeAll()
          for report in batch { step(.report(report), time) }
          step(.price(walk.symbol, price), time)
        }
      }
      step(.market(event), time)
      // The daemon's clock ticks in between.
      step(.clock, time)
    }

    /// One recorded candle as the replay publishes it.
    mutating func replay(_ candle: Candle, _ symbol: Symbol, _ interval: Interval) {
      var partial = candle
      partial.high = candle.open
      partial.low = candle.open
      for (index, point) in IntrabarPath.points(of: candle, interval: interval, rule: venue.configuration.intrabarRule).enumerated() {
        partial.high = max(partial.high, point.price)
        partial.low = min(partial.low, point.price)
        partial.close = point.price
        hear(
          .candle(CandleUpdate(symbol: symbol, interval: interval, candle: partial, isClosed: false, eventTime: point.time)), at: point.time
        )
        hear(
          .trade(
            MarketTrade(
              symbol: symbol, id: TradeID(Int64(index)), price: point.price, quantity: point.quantity, time: point.time, isBuyerMaker: false
            )),
          at: point.time)
      }
      let end = interval.nextOpenTime(after: candle.openTime)
      hear(.candle(CandleUpdate(symbol: symbol, interval: interval, candle: candle, isClosed: true, eventTime: end)), at: end)
    }
  }

  /// A fill as a person compares it: everything but the numbers that the venue and the journal give.
  private static func facts(_ fill: FillRecord) -> String {
    "\(fill.fill.time) \(fill.side) \(fill.fill.quantity) @ \(fill.fill.price) fee \(fill.fill.commission) \(fill.purpose) (\(fill.reason)) \(fill.realizedPnL)"
  }

  private static let strategies: [(String, StrategyParameters)] = [
    ("rsi", ["period": "3", "oversold": "40", "overbought": "65"]), ("sma_cross", ["fast": "3", "slow": "8"]),
    ("ema_cross", ["fast": "3", "slow": "8"]), ("macd", ["fast": "4", "slow": "9", "signal": "3"]), ("bollinger", ["period": "8"]),
    ("donchian", [:]), ("supertrend", [:]),
  ]

  /// Each strategy once with its stop and target alone, and once with everything a bot can have.
  private static func settings(_ index: Int, rich: Bool) -> BacktestSettings {
    var bot = BacktestSamples.bot(strategy: strategies[index].0, strategies[index].1)
    var settings = BacktestSettings(bots: [bot])
    guard rich else { return settings }
    bot.trailingStop = index % 2 == 0 ? BacktestSamples.decimal("0.003") : .zero
    bot.timeStopCandles = index % 3 == 0 ? 9 : 0
    bot.cooldownCandles = index % 3 == 1 ? 5 : 0
    if index % 3 == 2 { bot.trailingStopRanges = FixedDecimal(3) }
    settings.bots = [bot]
    settings.limits = RiskLimits(dailyLossMaximum: FixedDecimal(300), drawdownMaximum: BacktestSamples.decimal("0.025"))
    return settings
  }

  @Test(arguments: strategies.indices, [false, true]) func backtestEqualsPaper(_ index: Int, rich: Bool) throws {
    let settings = Self.settings(index, rich: rich)
    let candles = BacktestSamples.candles(1_500, seed: UInt64(index) + 11)
    let market = BacktestSamples.market(candles)
    var backtest = try Backtest(settings, markets: [market])
    let outcome = try backtest.run()
    var paper = Paper(settings, [market.rules])
    for candle in candles { paper.replay(candle, market.symbol, .oneMinute) }
    #expect(outcome.fills.count > 10, "it hardly trades: the comparison says nothing")
    let (ours, theirs) = (outcome.fills.map(Self.facts), paper.fills.map(Self.facts))
    #expect(ours == theirs, "the first that differs: \(zip(ours, theirs).first { $0 != $1 }.map { "\($0) / \($1)" } ?? "a missing one")")
    #expect(outcome.denials == paper.denials)
    #expect(outcome.stateChanges.map(\.state) == (paper.core.tradingState == .active ? [] : [paper.core.tradingState]))
    // Every figure to the last digit, from the daemon's journal and from the run.
    var figures = paper.book.figures(ofPortfolio: 0, at: outcome.end, pricedBy: { paper.core.lastPrice(of: $0) })
    figures.meanTimeInMarket = nil
    figures.marketChange = outcome.figures.marketChange
    #expect(figures == outcome.figures)
    #expect(outcome.finalEquity == figures.equity.equity && outcome.finalEquity != outcome.capital)
    // At the end nothing but the price of what was bought at the last close is open between the book and the core.
    #expect((paper.core.equity().equity - outcome.finalEquity).magnitude < FixedDecimal(10))
  }

  /// Entries that rest: filled, dropped, replaced, or bought at the market in the end.
  private static let plans: [EntryPlan] = [
    EntryPlan(kind: .limit, offset: BacktestSamples.decimal("0.0005"), lifetime: 3),
    EntryPlan(kind: .maker, offset: BacktestSamples.decimal("0.0003"), lifetime: 2, sequel: .market),
    EntryPlan(kind: .limit, lifetime: 1, sequel: .market), EntryPlan(kind: .maker, offset: BacktestSamples.decimal("0.002"), lifetime: 20),
  ]

  /// Entries that rest: backtest, paper and the replay of both journals are one to the last digit.
  @Test(arguments: plans.indices, [0, 1, 3]) func entriesRestAlikeEverywhere(_ plan: Int, strategy: Int) throws {
    var bot = BacktestSamples.bot(strategy: Self.strategies[strategy].0, Self.strategies[strategy].1)
    bot.entry = Self.plans[plan]
    let settings = BacktestSettings(bots: [bot])
    let candles = BacktestSamples.candles(1_500, seed: UInt64(plan * 7 + strategy) + 51)
    let market = BacktestSamples.market(candles)
    var backtest = try Backtest(settings, markets: [market], keepsJournal: true)
    let outcome = try backtest.run()
    var paper = Paper(settings, [market.rules])
    for candle in candles { paper.replay(candle, market.symbol, .oneMinute) }
    let (ours, theirs) = (outcome.fills.map(Self.facts), paper.fills.map(Self.facts))
    #expect(ours == theirs, "the first that differs: \(zip(ours, theirs).first { $0 != $1 }.map { "\($0) / \($1)" } ?? "a missing one")")
    #expect(outcome.denials == paper.denials)
    let entries = outcome.fills.filter { $0.purpose == .entry }
    #expect(entries.count > 5 && entries.contains { $0.fill.isMaker })
    #expect(
      bot.entry.sequel == .market
        ? entries.contains { !$0.fill.isMaker } : bot.entry.kind == .limit || entries.allSatisfy { $0.fill.isMaker })
    var figures = paper.book.figures(ofPortfolio: 0, at: outcome.end, pricedBy: { paper.core.lastPrice(of: $0) })
    figures.meanTimeInMarket = nil
    figures.marketChange = outcome.figures.marketChange
    #expect(figures == outcome.figures)
    for (mode, journal) in [(TradingMode.simulated, backtest.journal), (.paper, paper.journal)] {
      let canceled = journal.count {
        if case .cancelRequested(let cancel) = $0.record { cancel.reason.contains("not filled within") } else { false }
      }
      #expect(canceled > 0)
      var replay = JournalReplay(
        mode: mode, entries: journal, rules: [market.rules],
        tapes: [
          JournalReplay.Tape(
            key: bot.series, candles: candles.map { ($0, Interval.oneMinute.nextOpenTime(after: $0.openTime)) })
        ])
      let again = replay.run()
      #expect(again.firstDivergence == nil, "\(mode): \(again.firstDivergence ?? "") at \(again.divergenceSequence)")
      #expect(again.fills.map(Self.facts) == ours)
    }
  }

  /// Settings whose guards of every scope trip now and then.
  private static func guarded(_ index: Int) throws -> BacktestSettings {
    func guards(_ text: String, allowsCandles: Bool) throws -> [TradeGuard] {
      let (guards, problems) = TradeGuardText.read(text, allowsCandles: allowsCandles)
      try #require(problems.isEmpty)
      return guards
    }
    var bot = BacktestSamples.bot(strategy: strategies[index].0, strategies[index].1)
    bot.guards = try guards(
      index % 2 == 0
        ? "cooldown stop=3c; stoploss trades=\(1 + index / 2 % 2) lookback=300c stop=15c"
        : "low-profit profit=-0.002 trades=2 lookback=1h stop=20c",
      allowsCandles: true)
    bot.cooldownCandles = index % 3 == 1 ? 5 : 0
    return BacktestSettings(
      bots: [bot],
      limits: RiskLimits(
        symbolGuards: try guards("low-profit profit=-0.004 trades=2 lookback=45m stop=11m", allowsCandles: false),
        accountGuards: try guards("drawdown max=0.0008 lookback=3h stop=25m; stoploss trades=2 lookback=8h stop=33m", allowsCandles: false))
    )
  }

  /// With guards: backtest, paper and the replay of both journals are one to the last digit.
  @Test(arguments: strategies.indices) func guardsLockAlikeEverywhere(_ index: Int) throws {
    let settings = try Self.guarded(index)
    let candles = BacktestSamples.candles(1_500, seed: UInt64(index) + 31)
    let market = BacktestSamples.market(candles)
    var backtest = try Backtest(settings, markets: [market], keepsJournal: true)
    let outcome = try backtest.run()
    var paper = Paper(settings, [market.rules])
    for candle in candles { paper.replay(candle, market.symbol, .oneMinute) }
    let ours = backtest.journal.compactMap { if case .entriesLocked(let lock) = $0.record { lock } else { nil } }
    #expect(ours.count > 2 && ours == paper.locks)
    #expect(outcome.fills.count > 4 && outcome.fills.map(Self.facts) == paper.fills.map(Self.facts))
    #expect(outcome.denials == paper.denials)
    #expect(outcome.guards.reduce(0) { $0 + $1.lockCount } == ours.count)
    #expect(outcome.guards.reduce(0) { $0 + $1.suppressedCount } == outcome.denialCounts[.entriesLocked] ?? 0)
    var figures = paper.book.figures(ofPortfolio: 0, at: outcome.end, pricedBy: { paper.core.lastPrice(of: $0) })
    figures.meanTimeInMarket = nil
    figures.marketChange = outcome.figures.marketChange
    #expect(figures == outcome.figures)
    for (mode, journal) in [(TradingMode.simulated, backtest.journal), (.paper, paper.journal)] {
      var replay = JournalReplay(
        mode: mode, entries: journal, rules: [market.rules],
        tapes: [
          JournalReplay.Tape(
            key: SeriesKey(symbol: market.symbol, interval: .oneMinute),
            candles: candles.map { ($0, Interval.oneMinute.nextOpenTime(after: $0.openTime)) })
        ])
      let again = replay.run()
      #expect(again.firstDivergence == nil, "\(mode): \(again.firstDivergence ?? "") at \(again.divergenceSequence)")
      #expect(again.equity == outcome.finalEquity)
    }
  }

  @Test func everyGuardOfEveryScopeIsAmongTheCompared() throws {
    var kinds: Set<String> = []
    var suppressed: Set<String> = []
    for index in Self.strategies.indices {
      var backtest = try Backtest(
        try Self.guarded(index), markets: [BacktestSamples.market(BacktestSamples.candles(1_500, seed: UInt64(index) + 31))])
      let outcome = try backtest.run()
      for use in outcome.guards {
        kinds.insert("\(use.scope) \(use.cause)")
        if use.suppressedCount > 0 { suppressed.insert(use.scope) }
      }
      let report = BacktestReport(outcome)
      let locks = report.sections.first { $0.title == "Guards" }?.figures.filter { $0.key.hasSuffix("_locks") } ?? []
      #expect(locks.reduce(0) { $0 + (Int($1.number) ?? 0) } == outcome.guards.reduce(0) { $0 + $1.lockCount })
    }
    let all: Set = [
      "bot cooldown", "bot stoploss", "bot low-profit", "symbol low-profit", "account drawdown", "account stoploss",
    ]
    #expect(kinds == all && suppressed.isSuperset(of: ["bot", "account"]), "\(kinds), \(suppressed)")
  }

  @Test func everyKindOfExitAndABreachAreAmongTheCompared() throws {
    var kinds: Set<String> = []
    for index in Self.strategies.indices {
      for rich in [false, true] {
        let candles = BacktestSamples.candles(1_500, seed: UInt64(index) + 11)
        var backtest = try Backtest(Self.settings(index, rich: rich), markets: [BacktestSamples.market(candles)])
        let outcome = try backtest.run()
        kinds.formUnion(outcome.trades.map(\.exitKind))
        if !outcome.stateChanges.isEmpty { kinds.insert("breach") }
      }
    }
    #expect(kinds.isSuperset(of: ["exit", "stop_loss", "take_profit", "trailing_stop", "time_stop", "breach"]), "\(kinds)")
  }

  @Test func aRunTwiceIsTheSame() throws {
    let settings = BacktestSettings(bots: [BacktestSamples.bot(), BacktestSamples.bot("ETHUSDT")])
    let markets = [
      BacktestSamples.market(BacktestSamples.candles(800, seed: 1)),
      BacktestSamples.market(BacktestSamples.candles(800, seed: 2, price: 300_000, swing: 300), "ETHUSDT"),
    ]
    func page() throws -> String {
      var backtest = try Backtest(settings, markets: markets)
      let report = BacktestReport(try backtest.run(), charts: ChartCandles.make(markets, settings: settings))
      return HTMLReport.page(report) + TradesCSV.text(report)
    }
    #expect(try page() == page())
  }
}
