import Strategies
public import TradingCore
public import TradingModel
import Venue
import VenueSimulated

/// Trades the past: drives the same ``TradingCore`` and simulated venue as paper trading, without a clock, a disk or a socket.
///
/// Each candle is walked as the simulator's replay walks it (``CandleTape``), a symbol on which nothing is open or resting jumps straight to
/// its close. Where times are equal, markets act in the order given. Cost: some tens of nanoseconds per candle and bot while nothing is
/// held.
public struct Backtest: Sendable {
  private let settings: BacktestSettings
  private var core: TradingCore
  private var venue: PaperVenue
  private var tapes: [CandleTape] = []
  private var handles: [SeriesHandle] = []
  private var isSkipping: [Bool] = []
  private var firstPrices: [Price] = []
  private var ledger = TradeLedger()
  private var recorder: EquityRecorder
  private var outcome: BacktestOutcome
  private var effects: [Effect] = []
  private var reports: [ExecutionReport] = []
  private var openTrades = 0
  private var entries: [JournalEntry] = []
  private let keepsJournal: Bool
  private let intervals: [BotID: Interval]
  private let candlesTotal: Int

  /// How often progress is told, in file candles.
  static let progressEvery = 65_536

  /// - Parameter keepsJournal: keep every journal entry, for comparisons (``journal``).
  public init(_ settings: BacktestSettings, markets: [BacktestMarket], keepsJournal: Bool = false) throws(BacktestError) {
    self.settings = settings
    self.keepsJournal = keepsJournal
    var configuration = CoreConfiguration(mode: .simulated)
    // The equity of a backtest is followed here, candle by candle.
    configuration.equityEveryMilliseconds = .max
    core = TradingCore(configuration: configuration)
    venue = PaperVenue(configuration: settings.venue)
    intervals = Dictionary(settings.bots.map { ($0.id, $0.interval) }, uniquingKeysWith: { first, _ in first })
    let plan = try BacktestPlan(settings, markets)
    candlesTotal = plan.markets.reduce(0) { $0 + $1.rows.count }
    let capital = settings.bots.reduce(Amount.zero) { $0 + $1.capital }
    recorder = EquityRecorder(capital: capital, start: plan.start, end: plan.end)
    outcome = BacktestOutcome(
      settings: settings, markets: [], fills: [], trades: [], denials: [], stateChanges: [], alerts: [], bots: [], equity: recorder,
      capital: capital, finalEquity: capital, realized: .zero, start: plan.start, end: plan.end, candleCount: 0, warmUpCount: 0)
    try prepare(plan)
  }

  /// Every entry of the run, if they were to be kept.
  public var journal: [JournalEntry] { entries }

  private mutating func prepare(_ plan: BacktestPlan) throws(BacktestError) {
    core.open(JournalIdentity(id: "backtest", mode: .simulated), at: plan.start, effects: &effects)
    core.step(.rules(plan.markets.map(\.market.rules)), at: .zero, effects: &effects)
    core.step(.feed(nil, .live), at: .zero, effects: &effects)
    if settings.limits != RiskLimits() { try command(.setRiskLimits(settings.limits), at: plan.start) }
    for bot in settings.bots { try command(.createBot(bot, start: false), at: plan.start) }
    for market in plan.markets {
      let key = SeriesKey(symbol: market.market.symbol, interval: market.interval)
      let history = market.history
      outcome.warmUpCount += history.count
      if !history.isEmpty { core.step(.history(key, history), at: plan.start, effects: &effects) }
      guard let handle = core.handle(for: key) else { continue }
      handles.append(handle)
      isSkipping.append(false)
      firstPrices.append(market.market.candles[market.rows.lowerBound].open)
      tapes.append(CandleTape(market: market.market, interval: market.interval, rows: market.rows, rule: settings.venue.intrabarRule))
    }
    for bot in settings.bots { try command(.startBot(bot.id), at: plan.start) }
    carryOut()
  }

  private mutating func command(_ command: Command, at time: Timestamp) throws(BacktestError) {
    core.step(.command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: command)), at: time, effects: &effects)
    for effect in effects {
      guard case .reply(_, .failed(let error), _) = effect else { continue }
      let first = error.violations.first
      throw BacktestError(
        .invalidSetting, field: first?.field ?? "", error.violations.map(\.message).joined(separator: "; "))
    }
    carryOut()
  }

  /// Runs to the end. `progress` is told now and then and stops the run by answering false.
  public mutating func run(
    progress: (BacktestProgress) -> Bool = { _ in true }
  ) throws(BacktestError) -> BacktestOutcome {
    var untilProgress = Self.progressEvery
    while let index = nextTape {
      let time = tapes[index].time
      if tapes[index].isAtOpen, !core.isHeld(handles[index]), !venue.hasOrders(on: tapes[index].symbol) {
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
        outcome.candleCount += 1
        core.close(candle, of: handles[index], at: due, effects: &effects)
        if !effects.isEmpty { carryOut() }
        if openTrades > 0 || due >= recorder.nextBoundary { recordEquity(at: due) }
      case .nothing: rowEnded(index, at: due, close: close)
      }
      untilProgress -= 1
      if untilProgress == 0 {
        untilProgress = Self.progressEvery
        let done = tapes.reduce(0) { $0 + $1.rowsDone }
        guard progress(BacktestProgress(candlesDone: min(done, candlesTotal), candlesTotal: candlesTotal, time: time)) else {
          throw BacktestError(.canceled, "the backtest was stopped")
        }
      }
    }
    return finish()
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
    var walk = venue.leg(tapes[index].symbol, to: price, at: time, isGap: isGap)
    while true {
      var stop: Price?
      if let (from, to) = venue.leg(of: walk) { stop = core.trigger(on: walk.symbol, from: from, to: to) }
      guard let reached = venue.advance(&walk, stoppingAt: stop, reports: &reports) else { return }
      takeReports(at: time)
      core.step(.price(walk.symbol, reached), at: max(time, core.time), effects: &effects)
      if !effects.isEmpty { carryOut() }
    }
  }

  private mutating func takeReports(at time: Timestamp) {
    guard !reports.isEmpty else { return }
    let batch = reports
    reports.removeAll(keepingCapacity: true)
    for report in batch { core.step(.report(report), at: max(time, core.time), effects: &effects) }
    carryOut()
  }

  /// The walk through a file's candle is over, or was skipped.
  private mutating func rowEnded(_ index: Int, at time: Timestamp, close: Price) {
    guard isSkipping[index] else { return }
    isSkipping[index] = false
    venue.pass(tapes[index].symbol, to: close, at: time.advanced(byMilliseconds: -1))
    core.setPrice(close, of: handles[index])
  }

  /// Carries out what the core wants, in order, as the daemon's engine does.
  private mutating func carryOut() {
    var at = 0
    while at < effects.count {
      let effect = effects[at]
      at += 1
      switch effect {
      case .append(let entry): note(entry)
      case .submit(let order, _):
        guard let rules = core.rules(for: order.request.symbol) else { continue }
        var answers: [ExecutionReport] = []
        venue.submit(order.request, rules: rules, at: core.time, reports: &answers)
        for report in answers { core.step(.report(report), at: core.time, effects: &effects) }
      case .cancel(let id, let symbol, _):
        var answers: [ExecutionReport] = []
        venue.cancel(clientOrderID: id, symbol: symbol, at: core.time, reports: &answers)
        for report in answers { core.step(.report(report), at: core.time, effects: &effects) }
      case .query, .listTrades, .watch, .unwatch, .reply: break
      }
    }
    effects.removeAll(keepingCapacity: true)
  }

  private mutating func note(_ entry: JournalEntry) {
    if keepsJournal { entries.append(entry) }
    switch entry.record {
    case .fill(let fill):
      ledger.add(fill, interval: fill.botID.flatMap { intervals[$0] } ?? .oneMinute)
      openTrades = ledger.openCount
      recordEquity(at: entry.time)
    case .orderDenied(let denial): outcome.deny(denial)
    case .alert(let alert): outcome.alerts.append(alert)
    case .tradingStateChanged(let change):
      outcome.stateChanges.append(.init(time: entry.time, state: change.state, reason: change.reason))
    default: break
    }
  }

  private mutating func recordEquity(at time: Timestamp) {
    let point = core.equity()
    recorder.record(point.equity, exposure: point.exposure, market: marketChange, at: time)
  }

  /// Mean price change of the symbols since the start.
  private var marketChange: Double {
    var sum = 0.0
    var count = 0.0
    for index in handles.indices {
      let first = firstPrices[index].statisticValue
      let now = core.price(of: handles[index]).statisticValue
      guard first > 0, now > 0 else { continue }
      sum += now / first - 1
      count += 1
    }
    return count > 0 ? sum / count : 0
  }

  private mutating func finish() -> BacktestOutcome {
    recordEquity(at: outcome.end)
    recorder.finish(at: outcome.end)
    let point = core.equity()
    let core = core
    outcome.bots = settings.bots.compactMap { core.snapshot(of: $0.id) }
    outcome.equity = recorder
    outcome.finalEquity = point.equity
    outcome.realized = point.realized
    outcome.fills = ledger.fills
    outcome.trades = ledger.trades + ledger.openTrades(of: outcome.bots, at: outcome.end) { core.lastPrice(of: $0) }
    outcome.markets = handles.indices.map { index in
      let last = core.price(of: handles[index])
      let first = firstPrices[index].statisticValue
      return .init(
        symbol: tapes[index].symbol, firstPrice: firstPrices[index], lastPrice: last,
        change: first > 0 ? last.statisticValue / first - 1 : 0)
    }
    return outcome
  }
}
