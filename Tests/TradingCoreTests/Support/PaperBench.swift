import Accounting
import Time
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// The product's paper run, with what it did kept for tests to look at.
struct PaperBench {
  private var run: PaperRun
  var journal: [JournalEntry] = []
  var replies: [UInt64: CommandResult] = [:]
  var submitted: [OrderRequest] { intents.map(\.request) }
  var watched: [SeriesKey] = []
  var unwatched: [SeriesKey] = []
  /// What the core asked of processes that serve strategies.
  var requests: [StrategyRequest] = []
  /// Plays such a process: what it says to a request comes right after it.
  var process: ((StrategyRequest) -> StrategyEvent?)?
  private var said: [StrategyEvent] = []
  /// Called after each event with everything carried out.
  var onEvent: ((PaperBench) -> Void)?
  private var nextID: UInt64 = 1

  var core: TradingCore {
    get { run.core }
    set { run.core = newValue }
  }
  var venue: PaperVenue {
    get { run.driver.venue }
    set { run.driver.venue = newValue }
  }

  init(mode: TradingMode = .simulated, venue: PaperConfiguration = PaperConfiguration(), symbols: [String] = ["BTCUSDT"]) {
    run = PaperRun(core: TradingCore(configuration: CoreConfiguration(mode: mode)), venue: PaperVenue(configuration: venue))
    run.open(JournalIdentity(id: "abcd1234", mode: mode), at: Samples.start)
    carryOut()
    step(.rules(symbols.map { Samples.rules($0) }))
    step(.feed(nil, .live))
  }

  /// Orders that the core asked the venue to cancel.
  var canceled: [ClientOrderID] {
    journal.compactMap { if case .cancelRequested(let request) = $0.record { request.clientOrderID } else { nil } }
  }

  mutating func step(_ event: CoreEvent, at time: Timestamp? = nil) {
    run.step(event, at: time ?? core.time)
    carryOut()
    onEvent?(self)
  }

  mutating func market(_ event: MarketEvent, at time: Timestamp) {
    run.begin(event, at: time)
    repeat {
      carryOut()
      onEvent?(self)
    } while run.advance() != .over
    carryOut()
    onEvent?(self)
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
    run.resume(at: core.time)
    carryOut()
  }

  @discardableResult
  mutating func command(_ command: Command, requestID: String = "", fingerprint: UInt64 = 0) -> CommandResult {
    let id = nextID
    nextID += 1
    step(.command(CommandEnvelope(id: id, requestID: requestID, fingerprint: fingerprint, command: command)))
    return replies[id] ?? .failed(CommandError(.aborted, reason: "NO_REPLY", "the core did not answer"))
  }

  private mutating func carryOut() {
    while let effect = run.next() {
      switch effect {
      case .append(let entry): journal.append(entry)
      case .reply(let id, let result, _): replies[id] = result
      case .watch(let key): watched.append(key)
      case .unwatch(let key): unwatched.append(key)
      case .strategy(let request):
        requests.append(request)
        if let event = process?(request) { said.append(event) }
      case .submit, .cancel, .query, .listTrades, .readAccount, .readLocks, .identify, .askQuote: break
      }
    }
    guard !said.isEmpty else { return }
    let event = said.removeFirst()
    run.step(.strategies(event), at: core.time)
    carryOut()
  }

  // MARK: Reading the journal

  func fills(of bot: String? = nil) -> [FillRecord] {
    journal.compactMap { entry in
      guard case .fill(let fill) = entry.record, bot == nil || fill.botID?.text == bot else { return nil }
      return fill
    }
  }

  /// Everybody's money, folded from the journal so far.
  var book: Book { journal.reduce(into: Book()) { $0.apply($1) } }

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
  var bots: [String]? {
    switch self {
    case .done(let bots, _), .repeated(_, let bots): bots.map(\.text)
    case .failed, .planned: nil
    }
  }
}
