import Time
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Core, simulated venue and a journal in memory: effects are carried out in order, at once.
struct PaperDriver {
  var core: TradingCore
  var venue: PaperVenue
  var journal: [JournalEntry] = []
  var replies: [UInt64: CommandResult] = [:]
  var submitted: [OrderRequest] = []
  var canceled: [ClientOrderID] = []
  var watched: [SeriesKey] = []
  var unwatched: [SeriesKey] = []
  /// Called after each event with everything carried out.
  var onEvent: ((PaperDriver) -> Void)?
  private var effects: [Effect] = []
  private var nextID: UInt64 = 1

  init(mode: TradingMode = .simulated, venue: PaperConfiguration = PaperConfiguration(), symbols: [String] = ["BTCUSDT"]) {
    core = TradingCore(configuration: CoreConfiguration(mode: mode))
    self.venue = PaperVenue(configuration: venue)
    core.open(JournalIdentity(id: "abcd1234", mode: mode), at: Samples.start, effects: &effects)
    run()
    step(.rules(symbols.map { Samples.rules($0) }))
    step(.feed(nil, .live))
  }

  mutating func step(_ event: CoreEvent, at time: Timestamp? = nil) {
    core.step(event, at: time ?? core.time, effects: &effects)
    run()
    onEvent?(self)
  }

  /// As the engine does: the venue hears the market first, then the core.
  mutating func market(_ event: MarketEvent, at time: Timestamp) {
    var reports: [ExecutionReport] = []
    let walk = venue.walk(for: event, reports: &reports)
    for report in reports { step(.report(report), at: max(time, core.time)) }
    if let walk { follow(walk, at: time) }
    step(.market(event), at: time)
  }

  private mutating func follow(_ walk: PriceWalk, at time: Timestamp) {
    var walk = walk
    while true {
      var reports: [ExecutionReport] = []
      var stop: Price?
      if let (from, to) = venue.leg(of: walk) { stop = core.trigger(on: walk.symbol, from: from, to: to) }
      guard let price = venue.advance(&walk, stoppingAt: stop, reports: &reports) else { return }
      for report in reports { step(.report(report), at: max(time, core.time)) }
      step(.price(walk.symbol, price), at: time)
    }
  }

  mutating func play(_ tape: [(Timestamp, MarketEvent)]) {
    for (time, event) in tape { market(event, at: time) }
  }

  /// A trade at a price, for tests that lead the market by hand.
  mutating func trade(_ price: FixedDecimal, symbol: String = "BTCUSDT", after milliseconds: Int64 = 1_000) {
    let time = core.time.advanced(byMilliseconds: milliseconds)
    market(
      .trade(
        MarketTrade(symbol: Samples.symbol(symbol), id: TradeID(1), price: price, quantity: .one, time: time, isBuyerMaker: false)),
      at: time)
  }

  /// The next minute as one closed candle through these prices, traded one by one.
  mutating func minute(_ prices: FixedDecimal..., symbol: String = "BTCUSDT") {
    let open = Interval.oneMinute.openTime(containing: core.time.advanced(byMilliseconds: 59_999))
    for (index, price) in prices.enumerated() {
      let time = max(core.time, open.advanced(byMilliseconds: Int64(index + 1) * 1_000))
      market(
        .trade(
          MarketTrade(symbol: Samples.symbol(symbol), id: TradeID(1), price: price, quantity: .one, time: time, isBuyerMaker: false)),
        at: time)
    }
    let close = Interval.oneMinute.nextOpenTime(after: open)
    let update = CandleUpdate(
      symbol: Samples.symbol(symbol), interval: .oneMinute, candle: Samples.candle(open, prices), isClosed: true, eventTime: close)
    market(.candle(update), at: close)
  }

  mutating func resume() {
    core.resume(at: core.time, effects: &effects)
    run()
  }

  @discardableResult
  mutating func command(_ command: Command, requestID: String = "", fingerprint: UInt64 = 0) -> CommandResult {
    let id = nextID
    nextID += 1
    step(.command(CommandEnvelope(id: id, requestID: requestID, fingerprint: fingerprint, command: command)))
    return replies[id] ?? .failed(CommandError(.aborted, reason: "NO_REPLY", "the core did not answer"))
  }

  mutating func run() {
    var at = 0
    while at < effects.count {
      let effect = effects[at]
      at += 1
      switch effect {
      case .append(let entry): journal.append(entry)
      case .submit(let order, _):
        submitted.append(order.request)
        var reports: [ExecutionReport] = []
        let rules = core.rules(for: order.request.symbol) ?? Samples.rules()
        venue.submit(order.request, rules: rules, at: core.time, reports: &reports)
        for report in reports { core.step(.report(report), at: core.time, effects: &effects) }
      case .cancel(let id, let symbol, _):
        canceled.append(id)
        var reports: [ExecutionReport] = []
        venue.cancel(clientOrderID: id, symbol: symbol, at: core.time, reports: &reports)
        for report in reports { core.step(.report(report), at: core.time, effects: &effects) }
      case .reply(let id, let result, _): replies[id] = result
      case .watch(let key): watched.append(key)
      case .unwatch(let key): unwatched.append(key)
      case .query, .listTrades: break
      }
    }
    effects.removeAll(keepingCapacity: true)
  }

  // MARK: Reading the journal

  func fills(of bot: String? = nil) -> [FillRecord] {
    journal.compactMap { entry in
      guard case .fill(let fill) = entry.record, bot == nil || fill.botID?.text == bot else { return nil }
      return fill
    }
  }

  var denials: [OrderDenial] {
    journal.compactMap { if case .orderDenied(let denial) = $0.record { denial } else { nil } }
  }

  var intents: [OrderIntent] {
    journal.compactMap { if case .orderIntent(let intent) = $0.record { intent } else { nil } }
  }

  func snapshot(_ id: String = "one") -> BotSnapshot? { core.snapshot(of: Samples.bot(id)) }

  /// A fresh core that folded the journal so far.
  func folded(upTo count: Int? = nil) throws -> TradingCore {
    var core = TradingCore(configuration: core.configuration)
    for entry in journal.prefix(count ?? journal.count) { try core.recover(entry) }
    return core
  }
}

extension CommandResult {
  /// The machine-readable reasons of a failure; empty when it succeeded.
  var reasons: [String] { if case .failed(let error) = self { error.violations.map(\.reason) } else { [] } }
  var code: CommandError.Code? { if case .failed(let error) = self { error.code } else { nil } }
  var bots: [String]? { if case .done(let bots, _) = self { bots.map(\.text) } else { nil } }
}
