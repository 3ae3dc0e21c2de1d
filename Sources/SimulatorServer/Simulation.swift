import Time
import Logging
import NIOCore
import ServiceRuntime
import TradingModel
import Venue
import ExchangeSimulation

/// The running exchange: market, matching, boards, listeners. Lives on one event loop; nothing else touches it.
final class Simulation {
  private(set) var configuration: SimulatorConfiguration
  let logger: Logger
  let hub = StreamHub()
  var exchange: SimulatedExchange
  var boards: [SymbolBoard]
  let boardIndex: [Symbol: Int]
  private var source: any MarketSource
  private let isGenerated: Bool
  let isReplayOfCandles: Bool
  /// Recorded trades may be told a little after their time; candles built from them close this much later.
  private let closingDelay: Int64
  /// Where the trading rules of recorded symbols come from, in words.
  let ruleOrigins: [Symbol: String]
  var clock: MarketClock
  /// Where the market has been taken.
  private(set) var marketTime: Timestamp
  var requestClock: RequestClock
  var limits: RateLimits
  private(set) var isPaused: Bool
  private(set) var hasStarted = false
  private(set) var isFinished = false
  /// Why the recording could not be read on.
  private(set) var sourceError = ""
  private var steps: [MarketStep] = []
  /// Symbols that will be delisted, the next first, as `/sapi/v1/spot/delist-schedule` tells.
  private(set) var delistSchedule: [(time: Timestamp, symbols: [Symbol])] = []
  /// What `/sapi/v1/account/apiRestrictions` says of every key.
  var keyMayWithdraw = false
  var apiSessions: [ObjectIdentifier: WebSocketAPISession] = [:]
  private(set) var counters = Counters()
  /// Where everything here lives; for what happens later.
  var loop: (any EventLoop)?
  /// Open connections by number.
  private(set) var connections: [Int64: ConnectionWire] = [:]
  var faults: FaultPlan
  var queryHistory = QueryHistory()
  var heldUserEvent: HeldEvent?
  var heldMarketEvents: [String: HeldEvent] = [:]
  var heldNumber: Int64 = 0
  var delayedEvents = 0
  var truth: TruthLog
  var truthFile: TruthFile?
  var followers: [TruthFollower] = []
  /// How many of the exchange's records of order requests are in the truth.
  var ordersTold = 0
  var isTellingFollowers = false

  struct Counters {
    var connectionsTotal: Int64 = 0
    var requests: Int64 = 0
    var overflows: Int64 = 0
    var marketSteps: Int64 = 0
  }

  /// Another key opens an account from now on; its number stays.
  func replaceKey(of account: Int, with key: String, secret: Secret) {
    configuration.accounts[account].apiKey = key
    configuration.accounts[account].secret = secret
    configuration.accounts[account].publicKey = nil
  }

  init(configuration: SimulatorConfiguration, logger: Logger) throws(SimulatorError) {
    self.configuration = configuration
    self.logger = logger
    faults = FaultPlan(seed: configuration.seed)
    truth = TruthLog(bytesMaximum: configuration.truthBytesMaximum)
    truthFile = try configuration.truthFile.map { path throws(SimulatorError) in
      try TruthFile(path: path, header: TruthLines.header(seed: configuration.seed, firstKept: 1, next: 1), logger: logger)
    }
    let made = try MarketFactory.make(configuration)
    source = made.source
    isGenerated = configuration.replays.isEmpty
    isReplayOfCandles = !configuration.replays.isEmpty && !configuration.replays.contains { MarketFactory.named($0).isFeed }
    closingDelay = made.closingDelayMilliseconds
    ruleOrigins = made.ruleOrigins
    for (symbol, origin) in made.ruleOrigins.sorted(by: { $0.key < $1.key }) {
      logger.notice("trading rules", metadata: ["symbol": "\(symbol)", "origin": "\(origin)"])
    }
    var house = HouseConfiguration(mode: isGenerated ? .generated : .recorded)
    house.levels = min(max(configuration.bookLevels, 1), 50)
    if let notional = configuration.bookLevelNotional { house.levelNotional = notional }
    exchange = SimulatedExchange(
      instruments: made.instruments, accounts: configuration.accounts.map { SimulatedAccount(balances: $0.balances) },
      configuration: SimulatedExchange.Configuration(makerFee: configuration.makerFee, takerFee: configuration.takerFee, house: house))
    boards = made.instruments.map { instrument in
      let recorded = made.source.recordedSeries.filter { $0.symbol == instrument.rules.symbol }.map(\.interval)
      return SymbolBoard(symbol: instrument.rules.symbol, candlesMaximum: configuration.candlesMaximum, recorded: recorded)
    }
    var index: [Symbol: Int] = [:]
    for (position, board) in boards.enumerated() { index[board.symbol] = position }
    boardIndex = index
    marketTime = made.start
    clock = MarketClock(speed: configuration.speed, start: made.start)
    requestClock = RequestClock(mode: configuration.clock)
    limits = RateLimits(configuration)
    isPaused = configuration.startsPaused
    for event in made.history { absorb(event) }
    for board in boards {
      guard let last = board.last else { continue }
      exchange.continueHistory(of: board.symbol, lastPrice: last.facts.price, nextTradeID: last.facts.id + 1)
    }
    hub.onChange = { [unowned self] in self.startIfReady() }
    hub.symbols = Set(index.keys)
    hub.depth = { [unowned self] in self.depthSnapshot($0, limit: .max) }
    startIfReady()
  }

  var progress: Double? { source.progress }
  func board(_ symbol: Symbol) -> SymbolBoard? { boardIndex[symbol].map { boards[$0] } }

  /// A new connection.
  func connect() -> ConnectionWire {
    counters.connectionsTotal += 1
    let wire = ConnectionWire(number: counters.connectionsTotal)
    let number = wire.number
    connections[number] = wire
    wire.onEnd = { [weak self] in
      self?.connections[number] = nil
      self?.record(.connection(number: number, change: "closed"))
    }
    record(.connection(number: number, change: "opened"))
    return wire
  }

  func countRequest() { counters.requests += 1 }
  func countOverflow() { counters.overflows += 1 }

  private func startIfReady() {
    guard !hasStarted, !isPaused, hub.subscriptionCount >= configuration.waitsForSubscribers else { return }
    hasStarted = true
    clock.resume()
  }

  func pause() {
    pump()
    isPaused = true
    clock.pause()
  }

  func resume() {
    isPaused = false
    if hasStarted { clock.resume() } else { startIfReady() }
  }

  /// Takes the market to where simulated time is; at full speed as far as a few milliseconds of work and the readers allow.
  func pump() {
    guard clock.isRunning, !isFinished else { return }
    let budget = MonotonicClock.nanoseconds() + 8_000_000
    switch configuration.speed {
    case .maximum:
      while hub.isWritable, run(to: .distantFuture, stepsMaximum: 64), MonotonicClock.nanoseconds() < budget { hub.flush() }
      clock.set(marketTime)
    case .factor:
      let target = clock.now
      while run(to: target, stepsMaximum: 64) {
        guard MonotonicClock.nanoseconds() < budget else {
          // Too much for this machine: simulated time waits rather than letting work pile up.
          clock.set(marketTime)
          break
        }
      }
    }
    flush()
  }

  /// Takes a paused market forward by hand.
  func advance(milliseconds: Int64) {
    let target = marketTime.advanced(byMilliseconds: milliseconds)
    while run(to: target, stepsMaximum: .max) {}
    clock.set(marketTime)
    flush()
  }

  func flush() {
    hub.flush()
    for session in apiSessions.values { session.peer?.flush() }
  }

  /// Does up to `stepsMaximum` market steps that are due by `target`. Returns whether more are due.
  private func run(to target: Timestamp, stepsMaximum: Int) -> Bool {
    var count = 0
    while let next = source.nextTime, next <= target {
      guard count < stepsMaximum else { return true }
      count += 1
      passTime(to: next)
      steps.removeAll(keepingCapacity: true)
      do throws(SimulatorError) {
        try source.step(&steps)
      } catch {
        sourceError = error.message
        logger.error("replay stopped", metadata: ["reason": "\(error.message)"])
        isFinished = true
        return false
      }
      counters.marketSteps += 1
      for step in steps { apply(step) }
    }
    if source.nextTime == nil {
      isFinished = true
      clock.pause()
      clock.set(marketTime)
      return false
    }
    if target < .distantFuture { passTime(to: target) }
    return false
  }

  /// Lets time pass: candles close at their boundaries, paced streams speak once a second.
  private func passTime(to time: Timestamp) {
    var isQuiet = false
    while true {
      var due = Timestamp.distantFuture
      for board in boards { due = min(due, board.nextClose.advanced(byMilliseconds: closingDelay)) }
      let paced = isQuiet ? .distantFuture : hub.nextPaced(after: marketTime)
      due = min(due, paced)
      guard due <= time else { break }
      marketTime = max(marketTime, due)
      closeCandles(before: due.advanced(byMilliseconds: -closingDelay))
      guard paced <= due else { continue }
      publishPaced()
      // Nothing changes in between: after a whole second all is said, and a hole in a recording costs one.
      isQuiet = due.milliseconds % 1_000 == 0
    }
    marketTime = max(marketTime, time)
    while let next = delistSchedule.first, next.time <= marketTime {
      delistSchedule.removeFirst()
      var events: [ExchangeEvent] = []
      for symbol in next.symbols { _ = exchange.delist(symbol, at: marketTime, events: &events) }
      handle(events)
    }
  }

  /// Announces that a symbol will be delisted when market time is there.
  func scheduleDelisting(of symbol: Symbol, at time: Timestamp) {
    for index in delistSchedule.indices { delistSchedule[index].symbols.removeAll { $0 == symbol } }
    delistSchedule.removeAll { $0.symbols.isEmpty }
    if let same = delistSchedule.firstIndex(where: { $0.time == time }) { return delistSchedule[same].symbols.append(symbol) }
    delistSchedule.insert((time, [symbol]), at: delistSchedule.firstIndex { $0.time > time } ?? delistSchedule.endIndex)
  }

  private func closeCandles(before time: Timestamp) {
    var closed: [(Interval, Kline)] = []
    for index in boards.indices where boards[index].nextClose <= time {
      boards[index].advance(to: time, closed: &closed)
      publish(closed, symbol: boards[index].symbol)
      closed.removeAll(keepingCapacity: true)
    }
  }

  /// A piece of the past, for the candles only.
  private func absorb(_ event: MarketEvent) {
    guard case .trade(let trade) = event, let index = boardIndex[trade.symbol] else { return }
    var closed: [(Interval, Kline)] = []
    let facts = MarketTradeFacts(
      id: trade.id.value, price: trade.price, quantity: trade.quantity, time: trade.time, isBuyerMaker: trade.isBuyerMaker)
    boards[index].add(facts, quoteQuantity: trade.price * trade.quantity, closed: &closed)
  }

  private func apply(_ step: MarketStep) {
    var events: [ExchangeEvent] = []
    switch step {
    case .trade(let trade, let eventTime):
      exchange.onMarket(.trade(trade), events: &events)
      if isGenerated {
        handle(events)
        refreshQuote(of: trade.symbol)
        return
      }
      let facts = MarketTradeFacts(
        id: trade.id.value, price: trade.price, quantity: trade.quantity, time: trade.time, isBuyerMaker: trade.isBuyerMaker)
      publish(facts, symbol: trade.symbol, quoteQuantity: trade.price * trade.quantity, at: eventTime)
      publishAggregate(of: trade.symbol, at: eventTime)
      handle(events)
      // A recording of candles says nothing of bid and ask: none is sent, and paper trading uses its own model of the spread.
      if !isReplayOfCandles, exchange.quote(trade.symbol).map({ $0.time }) == .zero { refreshQuote(of: trade.symbol) }
    case .quote(let quote, let updateID):
      exchange.onMarket(.quote(quote), events: &events)
      handle(events)
      if let updateID { publish(quote, updateID: updateID) } else { refreshQuote(of: quote.symbol) }
    case .candle(let symbol, let interval, let kline, let isClosed):
      guard let index = boardIndex[symbol] else { return }
      boards[index].record(kline, interval: interval, isClosed: isClosed)
      publish(kline, interval: interval, symbol: symbol, isClosed: isClosed)
    }
  }
}
