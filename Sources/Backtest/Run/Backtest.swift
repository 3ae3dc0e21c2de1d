import Accounting
import Time
public import Strategies
import Statistics
public import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Trades the past: drives the same ``TradingCore`` and simulated venue as paper trading, without a clock, a disk or a socket.
///
/// Each candle is walked as the simulator's replay walks it (``CandleTape``); one in which nothing waits for a price jumps straight to its
/// close. Where times are equal, markets act in the order given. Cost: some tens of nanoseconds per candle and bot while no order acts.
public struct Backtest: Sendable {
  private let settings: BacktestSettings
  private var paper: PaperRun
  private var tapes: [CandleTape] = []
  private var handles: [SeriesHandle] = []
  private var venueHandles: [PaperMarketHandle] = []
  private var isSkipping: [Bool] = []
  private var firstPrices: [Price] = []
  private var change = MarketChange()
  private var ledger = TradeLedger()
  /// Every figure of the run comes from it.
  private var book = Book()
  /// The tapes' symbols in the book.
  private var bookSymbols: [Int] = []
  private var recorder: EquityRecorder
  private var outcome: BacktestOutcome
  private var openTrades = 0
  private var entries: [JournalEntry] = []
  private let keepsJournal: Bool
  private let intervals: [BotID: Interval]
  private let candlesTotal: Int

  /// How often progress is told, in file candles.
  static let progressEvery = 65_536
  /// Candles passed at once: few enough to stay in the processor's cache for the equity at each.
  private static let quietMaximum = 128

  /// Makes the strategies of bots that are not built in, one for each bot of a run.
  public typealias StrategyMaker = @Sendable (BotConfiguration) -> (any Strategy)?

  /// - Parameters:
  ///   - keepsJournal: keep every journal entry, for comparisons (``journal``).
  ///   - strategies: makes those that another process declared (``BotConfiguration/served``).
  public init(
    _ settings: BacktestSettings, markets: [BacktestMarket], keepsJournal: Bool = false, strategies: StrategyMaker? = nil
  ) throws(BacktestError) {
    try self.init(settings, markets: markets, keepsJournal: keepsJournal, isPart: false, strategies: strategies)
  }

  /// - Parameter isPart: of a longer run: finer candles need not cover any of it.
  package init(
    _ settings: BacktestSettings, markets: [BacktestMarket], keepsJournal: Bool = false, isPart: Bool, strategies: StrategyMaker? = nil
  ) throws(BacktestError) {
    self.settings = settings
    self.keepsJournal = keepsJournal
    var configuration = CoreConfiguration(mode: .simulated)
    // The equity of a backtest is followed here, candle by candle.
    configuration.equityEveryMilliseconds = .max
    // Every bot is there from the start.
    configuration.historyCandles = 0
    configuration.recordsMarks = false
    configuration.tracksChanges = false
    paper = PaperRun(
      core: TradingCore(configuration: configuration, localStrategies: strategies), venue: PaperVenue(configuration: settings.venue))
    intervals = Dictionary(settings.bots.map { ($0.id, $0.interval) }, uniquingKeysWith: { first, _ in first })
    let plan = try BacktestPlan(settings, markets)
    if !isPart { try plan.requireDetailToCover() }
    candlesTotal = plan.markets.reduce(0) { $0 + $1.rows.count }
    let capital = settings.bots.reduce(Amount.zero) { $0 + $1.capital }
    recorder = EquityRecorder(capital: capital, start: plan.start, end: plan.end)
    outcome = BacktestOutcome(
      settings: settings, markets: [], fills: [], trades: [], denials: [], stateChanges: [], alerts: [], bots: [], equity: recorder,
      figures: PerformanceFigures(),
      capital: capital, finalEquity: capital, realized: .zero, start: plan.start, end: plan.end, candleCount: 0, warmUpCount: 0)
    try prepare(plan)
  }

  /// Every entry of the run, if they were to be kept.
  public var journal: [JournalEntry] { entries }

  private mutating func prepare(_ plan: BacktestPlan) throws(BacktestError) {
    paper.open(JournalIdentity(id: "backtest", mode: .simulated), at: plan.start)
    paper.step(.rules(plan.markets.map(\.market.rules)), at: .zero)
    paper.step(.feed(nil, .live), at: .zero)
    if settings.limits != RiskLimits() { try command(.setRiskLimits(settings.limits, only: nil), at: plan.start) }
    for bot in settings.bots { try command(.createBot(bot, start: false), at: plan.start) }
    let quotes = book.portfolios.map(\.quoteAsset)
    guard quotes.count <= 1 else {
      throw BacktestError(
        .invalidSetting, field: "spec.symbol",
        "the symbols are paid with \(quotes.joined(separator: " and ")), which a backtest has no rates between; run them apart")
    }
    for market in plan.markets {
      let key = SeriesKey(symbol: market.market.symbol, interval: market.interval)
      let history = market.history
      outcome.warmUpCount += history.count
      if let detail = market.detail { outcome.detail.append(detail) }
      if !history.isEmpty { paper.step(.history(key, history), at: plan.start) }
      guard let handle = paper.core.handle(for: key) else { continue }
      handles.append(handle)
      bookSymbols.append(book.symbolNumber(key.symbol) ?? 0)
      venueHandles.append(paper.driver.venue.handle(of: key.symbol))
      isSkipping.append(false)
      firstPrices.append(market.market.candles[market.rows.lowerBound].open)
      change.add(first: firstPrices[firstPrices.count - 1], last: paper.core.price(of: handle))
      tapes.append(CandleTape(market: market.market, interval: market.interval, rows: market.rows, rule: settings.venue.intrabarRule))
    }
    for bot in settings.bots { try command(.startBot(bot.id), at: plan.start) }
    carryOut()
    if let portfolio = book.portfolios.first { recorder.follow(portfolio.record) }
  }

  private mutating func command(_ command: Command, at time: Timestamp) throws(BacktestError) {
    paper.step(.command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: command)), at: time)
    if let error = carryOut() {
      throw BacktestError(
        .invalidSetting, field: error.violations.first?.field ?? "", error.violations.map(\.message).joined(separator: "; "))
    }
  }

  /// Runs to the end. `progress` is told now and then and stops the run by answering false.
  public mutating func run(
    progress: (BacktestProgress) -> Bool = { _ in true }
  ) throws(BacktestError) -> BacktestOutcome {
    var untilProgress = Self.progressEvery
    while let index = nextTape {
      let time = tapes[index].time
      untilProgress -= passQuietCandles(most: untilProgress - 1)
      if tapes[index].isOver { continue }
      if tapes[index].isAtOpen, !paper.core.isHeld(handles[index]), paper.driver.venue.isEmpty(venueHandles[index]) {
        isSkipping[index] = true
        tapes[index].skipWalk()
        if tapes.count > 1 { continue }
      }
      let due = tapes[index].time
      let close = tapes[index].close
      switch tapes[index].step() {
      case .price(let price, let isGap): walk(index, to: price, isGap: isGap, at: due)
      case .closed(let candle):
        rowEnded(index, at: due, close: close)
        closed(candle, index, at: due)
      case .nothing: rowEnded(index, at: due, close: close)
      }
      untilProgress -= 1
      if untilProgress == 0 {
        untilProgress = Self.progressEvery
        // Nobody else asks what changed: it would be remembered for ever.
        _ = paper.core.takeOrderChanges()
        let done = tapes.reduce(0) { $0 + $1.rowsDone }
        guard progress(BacktestProgress(candlesDone: min(done, candlesTotal), candlesTotal: candlesTotal, time: time)) else {
          throw BacktestError(.canceled, "the backtest was stopped")
        }
      }
    }
    return finish()
  }

  /// Goes from close to close where nothing can happen in between; returns how many candles were passed. Only with a single market: the
  /// decisions of others see a price on its way.
  private mutating func passQuietCandles(most count: Int) -> Int {
    guard tapes.count == 1, tapes[0].isWhole, tapes[0].isAtOpen else { return 0 }
    let start = tapes[0].rowsDone
    while tapes[0].rowsDone < start + count {
      let heard = hearQuietCandles(most: min(start + count - tapes[0].rowsDone, Self.quietMaximum))
      guard !heard.isEmpty else { break }
      pass(heard)
      tapes[0].pass(upTo: heard.endIndex)
    }
    return tapes[0].rowsDone - start
  }

  /// Tells the core of the next candles in which nothing can happen before their close; returns those it heard.
  private mutating func hearQuietCandles(most count: Int) -> ArraySlice<Candle> {
    let (coreBelow, coreAbove) = paper.core.wakePrices(of: handles[0])
    let (venueBelow, venueAbove) = paper.driver.venue.wakePrices(of: venueHandles[0])
    // While nothing is held, equity is recorded at the boundaries only: the candle that ends at one or behind it is the last.
    var lastOpens = openTrades > 0 ? .distantFuture : recorder.nextBoundary.advanced(byMilliseconds: -tapes[0].interval.millisecondsMaximum)
    lastOpens = min(lastOpens, paper.core.entryEnd(of: handles[0]).advanced(byMilliseconds: -tapes[0].interval.millisecondsMaximum))
    let next = tapes[0].nextCandles.prefix(count)
    return next.prefix(
      paper.core.hear(
        next, of: handles[0], low: max(coreBelow, venueBelow), high: min(coreAbove, venueAbove), lastOpens: lastOpens))
  }

  /// Candles that the strategies have heard, the last of which may have signalled.
  private mutating func pass(_ candles: ArraySlice<Candle>) {
    guard let last = candles.last else { return }
    outcome.candleCount += candles.count
    let interval = tapes[0].interval
    if openTrades > 0 {
      var (low, high) = (last.low, last.high)
      for candle in candles {
        if candle.low < low { low = candle.low }
        if candle.high > high { high = candle.high }
        change.moved(0, to: candle.close)
        let closes = interval.nextOpenTime(after: candle.openTime)
        book.mark(bookSymbols[0], interval: interval, price: candle.close, at: closes)
        recordEquity(at: closes)
      }
      ledger.observe(tapes[0].symbol, low: low, high: high)
    }
    let due = interval.nextOpenTime(after: last.openTime)
    paper.driver.venue.pass(venueHandles[0], to: last.close, at: due.advanced(byMilliseconds: -1))
    change.moved(0, to: last.close)
    paper.withCore { core, effects in core.decide(at: due, price: last.close, of: handles[0], effects: &effects) }
    if paper.hasEffects { carryOut() }
    if openTrades > 0 || due >= recorder.nextBoundary { recordEquity(at: due) }
  }

  /// A candle of the traded interval is complete: the bots decide.
  private mutating func closed(_ candle: Candle, _ index: Int, at due: Timestamp) {
    outcome.candleCount += 1
    // What is held is worth the close, before anything is decided at it: as the daemon journals it.
    if openTrades > 0, book.isOpen(bookSymbols[index], interval: tapes[index].interval) {
      book.mark(bookSymbols[index], interval: tapes[index].interval, price: candle.close, at: due)
      recordEquity(at: due)
    }
    paper.withCore { core, effects in core.close(candle, of: handles[index], at: due, effects: &effects) }
    if paper.hasEffects { carryOut() }
    if openTrades > 0 || due >= recorder.nextBoundary { recordEquity(at: due) }
  }

  /// The tape that acts next: the earliest, and of those the first.
  private var nextTape: Int? {
    if tapes.count == 1 { return tapes[0].isOver ? nil : 0 }
    var found: Int?
    var best = Timestamp.distantFuture
    for index in tapes.indices where tapes[index].time < best {
      found = index
      best = tapes[index].time
    }
    return found
  }

  private mutating func walk(_ index: Int, to price: Price, isGap: Bool, at time: Timestamp) {
    paper.driver.begin(paper.driver.venue.leg(tapes[index].symbol, to: price, at: time, isGap: isGap))
    while true {
      switch paper.advance() {
      case .reached(let price):
        if paper.hasEffects { carryOut() }
        change.moved(index, to: price)
        if openTrades > 0 { ledger.observe(tapes[index].symbol, low: price, high: price) }
      case .moved: if paper.hasEffects { carryOut() }
      case .over: return
      }
    }
  }

  /// The walk through a file's candle is over, or was skipped.
  private mutating func rowEnded(_ index: Int, at time: Timestamp, close: Price) {
    guard isSkipping[index] else { return }
    isSkipping[index] = false
    paper.driver.venue.pass(venueHandles[index], to: close, at: time.advanced(byMilliseconds: -1))
    paper.core.setPrice(close, of: handles[index])
    change.moved(index, to: close)
  }

  /// Lets what the core wants happen; returns why a command was refused, if one was.
  @discardableResult
  private mutating func carryOut() -> CommandError? {
    var refusal: CommandError?
    while let effect = paper.next() {
      switch effect {
      case .append(let entry): note(entry)
      case .reply(_, .failed(let error), _): refusal = error
      case .submit, .cancel, .query, .listTrades, .readAccount, .readLocks, .identify, .askQuote, .watch, .unwatch, .reply, .strategy: break
      }
    }
    return refusal
  }

  private mutating func note(_ entry: JournalEntry) {
    if keepsJournal { entries.append(entry) }
    book.apply(entry)
    switch entry.record {
    case .fill(let fill):
      ledger.add(fill, interval: fill.botID.flatMap { intervals[$0] } ?? .oneMinute, followsPrices: true)
      openTrades = ledger.openCount
      recordEquity(at: entry.time)
    case .orderDenied(let denial):
      outcome.deny(denial)
      if denial.code == .entriesLocked { suppressed(denial, at: entry.time) }
    case .entriesLocked(let lock): outcome.lock(lock)
    case .alert(let alert): outcome.alerts.append(alert)
    case .tradingStateChanged(let change):
      outcome.stateChanges.append(.init(time: entry.time, state: change.state, cause: change.cause, reason: change.reason))
    default: break
    }
  }

  private mutating func suppressed(_ denial: OrderDenial, at time: Timestamp) {
    guard let symbol = settings.bots.first(where: { $0.id == denial.botID })?.symbol,
      let lock = paper.core.locks.strictest(bot: denial.botID, symbol: symbol, at: time)
    else { return }
    outcome.suppress(lock.lock)
  }

  private mutating func recordEquity(at time: Timestamp) {
    recorder.record(book.portfolios[0].equity, exposure: book.portfolios[0].positionValue, market: change.mean, at: time)
    recorder.follow(book.portfolios[0].record)
  }

  private mutating func finish() -> BacktestOutcome {
    let core = paper.core
    let figures = figures(core)
    recorder.record(figures.equity.equity, exposure: figures.positionValue, market: change.mean, at: outcome.end)
    recorder.finish(at: outcome.end)
    outcome.bots = settings.bots.compactMap { core.snapshot(of: $0.id) }
    outcome.equity = recorder
    outcome.finalEquity = figures.equity.equity
    outcome.realized = book.portfolios[0].realized
    outcome.fills = ledger.fills
    outcome.trades = ledger.trades + ledger.openTrades(of: outcome.bots, at: outcome.end) { core.lastPrice(of: $0) }
    outcome.markets = handles.indices.map { index in
      let last = core.price(of: handles[index])
      let first = firstPrices[index].statisticValue
      return .init(
        symbol: tapes[index].symbol, firstPrice: firstPrices[index], lastPrice: last,
        change: first > 0 ? last.statisticValue / first - 1 : 0)
    }
    outcome.figures = figures
    // The run's markets are known from the open of the first candle to the close of the last.
    outcome.figures.marketChange = outcome.markets.reduce(0) { $0 + $1.change } / Double(max(outcome.markets.count, 1))
    return outcome
  }

  /// The figures of all bots together, what they hold valued at the last close, as the daemon shows them.
  private func figures(_ core: TradingCore) -> PerformanceFigures {
    var figures = book.figures(ofPortfolio: 0, at: outcome.end, pricedBy: { core.lastPrice(of: $0) })
    if settings.bots.count == 1 { figures.meanTimeInMarket = nil }
    return figures
  }
}
