import Time
import Logging
import NIOCore
import ServiceRuntime
import TradingModel
import Venue
import ExchangeSimulation

/// The running exchange: market, matching, boards, listeners. Lives on one event loop; nothing else touches it.
final class Simulation {
  let configuration: SimulatorConfiguration
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
  private var nextSecond: Timestamp
  private var steps: [MarketStep] = []
  var apiSessions: [ObjectIdentifier: WebSocketAPISession] = [:]
  private(set) var counters = Counters()

  struct Counters {
    var connectionsTotal: Int64 = 0
    var requests: Int64 = 0
    var overflows: Int64 = 0
    var marketSteps: Int64 = 0
  }

  init(configuration: SimulatorConfiguration, logger: Logger) throws(SimulatorError) {
    self.configuration = configuration
    self.logger = logger
    let made = try MarketFactory.make(configuration)
    source = made.source
    isGenerated = configuration.replays.isEmpty
    isReplayOfCandles = !configuration.replays.isEmpty && !configuration.replays.contains { MarketFactory.named($0).isFeed }
    closingDelay = made.closingDelayMilliseconds
    var house = HouseConfiguration(mode: isGenerated ? .generated : .recorded)
    house.levels = 10
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
    nextSecond = Timestamp(milliseconds: made.start.milliseconds / 1_000 * 1_000 + 1_000)
    requestClock = RequestClock(mode: configuration.clock)
    limits = RateLimits(configuration)
    isPaused = configuration.startsPaused
    for event in made.history { absorb(event) }
    for board in boards {
      guard let last = board.last else { continue }
      exchange.continueHistory(of: board.symbol, lastPrice: last.facts.price, nextTradeID: last.facts.id + 1)
    }
    hub.onChange = { [unowned self] in self.startIfReady() }
    startIfReady()
  }

  var progress: Double? { source.progress }
  func board(_ symbol: Symbol) -> SymbolBoard? { boardIndex[symbol].map { boards[$0] } }
  func countConnection() { counters.connectionsTotal += 1 }
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
    while true {
      var due = Timestamp.distantFuture
      for board in boards { due = min(due, board.nextClose.advanced(byMilliseconds: closingDelay)) }
      if hub.pacedCount > 0 {
        due = min(due, nextSecond)
      } else if nextSecond <= time {
        nextSecond = Timestamp(milliseconds: time.milliseconds / 1_000 * 1_000 + 1_000)
      }
      guard due <= time else { break }
      marketTime = max(marketTime, due)
      closeCandles(before: due.advanced(byMilliseconds: -closingDelay))
      if nextSecond <= due {
        nextSecond = nextSecond.advanced(byMilliseconds: 1_000)
        publishPaced()
      }
    }
    marketTime = max(marketTime, time)
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
      for entry in hub.topics(of: symbol)?.klines ?? [] where entry.interval == interval {
        entry.topic.send(StreamPayloads.kline(kline, symbol: symbol, interval: interval, isClosed: isClosed, at: marketTime))
      }
    }
  }

  /// Hands on what the exchange said.
  func handle(_ events: [ExchangeEvent]) {
    for event in events {
      switch event {
      case .trade(let trade):
        let facts = MarketTradeFacts(
          id: trade.id, price: trade.price, quantity: trade.quantity, time: trade.time, isBuyerMaker: trade.isBuyerMaker)
        publish(facts, symbol: trade.symbol, quoteQuantity: trade.quoteQuantity, at: marketTime)
      case .execution(let execution):
        if let fill = execution.fill, execution.order.executed == fill.quantity {
          limits.addOrders(fill.isMaker ? -5 : -1, at: WallClock.now())
        }
        for session in apiSessions.values {
          session.publish(OrderPayloads.executionReport(execution), account: execution.order.account)
        }
      case .balances(let account, let assets, let time):
        let balances = exchange.balances(account: account).filter { assets.contains($0.asset) }
        for session in apiSessions.values { session.publish(OrderPayloads.accountPosition(balances, at: time), account: account) }
      }
    }
  }
}
