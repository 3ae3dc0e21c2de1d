public import Time
import Logging
public import MarketData
public import ServiceRuntime
import Synchronization
public import TradingModel
public import Venue

/// Writes market data to Redis for other processes (layout: `RedisKeys`, also in the README). A sink of ``MarketDataStore``.
///
/// Calls only note what changed; a thread of its own writes it, pipelined. While Redis is away nothing is queued: when it is back,
/// everything is written anew from the store, as after a flush by somebody or a key of a wrong type. Nothing is ever read back, so
/// whatever happens to Redis cannot change a trade.
public final class RedisCache: MarketCache, Sendable {
  /// Redis is asked this often whether it still has our keys, in nanoseconds.
  static let probeNanoseconds: Int64 = 5_000_000_000

  private struct State: Sendable {
    var pending = PendingUpdates()
    var status = RedisStatus()
    var isStopping = false
  }

  private let configuration: RedisConfiguration
  private let store: MarketDataStore
  private let state = Mutex(State())
  private let wake = BoundedQueue<Void>(capacity: 1, rule: .dropOldest)
  private let thread: PinnedThread
  private let logger: Logger

  /// Starts the thread; connects, and goes on trying, in the background. The caller adds it to the store.
  ///
  /// - Throws: ``RuntimeError`` when the system refuses a thread.
  public init(_ configuration: RedisConfiguration, store: MarketDataStore) throws(RuntimeError) {
    self.configuration = configuration
    self.store = store
    logger = Logger(label: "botd.redis")
    thread = try PinnedThread(name: "redis")
    thread.submit { [self] in run() }
  }

  /// For the health report.
  public var status: RedisStatus { state.withLock { $0.status } }

  /// Writes what waits, disconnects, ends the thread and leaves the store. Blocks at most for the time-outs of the configuration.
  public func stop() {
    state.withLock { $0.isStopping = true }
    wake.push(())
    thread.stop()
    thread.join()
    store.remove(self)
  }

  public func closed(_ series: SeriesKey, _ candle: Candle) { note { $0.add(series, candle) } }
  public func updated(_ ticker: Ticker) { note { $0.tickers[ticker.symbol] = ticker } }
  public func updated(_ quote: Quote) { note { $0.quotes[quote.symbol] = quote } }
  public func feedState(_ symbol: Symbol?, _ feed: FeedState, at time: Timestamp) { note { $0.isFeedChanged = true } }
  public func seed(_ series: SeriesKey, _ candles: [Candle]) { note { $0.refills.insert(series) } }

  private func note(_ change: (inout PendingUpdates) -> Void) {
    let isFirst = state.withLock { state in
      guard state.status.isConnected else { return false }
      let wasQuiet = state.pending.isEmpty || !state.pending.isUrgent
      change(&state.pending)
      return wasQuiet
    }
    if isFirst { wake.push(()) }
  }

  // MARK: On the thread

  private func run() {
    var backoff = BackoffMachine(firstNanoseconds: 100_000_000, maximumNanoseconds: 5_000_000_000)
    while !state.withLock({ $0.isStopping }) {
      do throws(RedisError) {
        try serve(&backoff)
      } catch {
        let text = error.message
        let isNew = state.withLock { state in
          defer { state.status.lastError = text }
          state.status.isConnected = false
          state.pending = PendingUpdates()
          if error.code == .refused { state.status.refusals += 1 }
          return state.status.lastError != text
        }
        if isNew { logger.warning("market data is not written to Redis: \(text)") }
        let delay = backoff.nextDelayNanoseconds(jitter: UInt64.random(in: 0...UInt64.max))
        wait(until: MonotonicClock.nanoseconds() + delay, onlyForStop: true)
      }
    }
  }

  /// One connection's life: fill everything, then follow.
  private func serve(_ backoff: inout BackoffMachine) throws(RedisError) {
    var connection = try RedisConnection(configuration)
    if let password = configuration.password { try connection.authenticate(username: configuration.username, password: password) }
    if configuration.database != 0 { try connection.append(["SELECT", String(configuration.database)]) }
    try check(connection.exchange())
    state.withLock { $0.status.isConnected = true }
    try refillAll(&connection)
    backoff.reset()
    state.withLock { state in
      state.status.connects += 1
      state.status.lastError = ""
    }
    logger.info("market data goes to Redis at \(configuration.host):\(configuration.port)")
    try follow(&connection)
  }

  private func follow(_ connection: inout RedisConnection) throws(RedisError) {
    var nextProbe = MonotonicClock.nanoseconds() + Self.probeNanoseconds
    var nextTickers: Int64 = 0
    while true {
      let now = MonotonicClock.nanoseconds()
      let isStopping = state.withLock { $0.isStopping }
      let takesTickers = now >= nextTickers || isStopping
      let pending = take(withTickers: takesTickers)
      if !pending.isEmpty {
        try write(pending, &connection)
        if takesTickers { nextTickers = now + Int64(max(1, configuration.tickerMilliseconds)) * 1_000_000 }
        continue
      }
      if isStopping { return }
      if now >= nextProbe {
        nextProbe = now + Self.probeNanoseconds
        try probe(&connection)
      }
      let hasTickers = state.withLock { !$0.pending.isEmpty }
      wait(until: hasTickers ? min(nextProbe, nextTickers) : nextProbe, onlyForStop: false)
    }
  }

  private func wait(until deadline: Int64, onlyForStop: Bool) {
    while true {
      let left = deadline - MonotonicClock.nanoseconds()
      guard left > 0, wake.pop(waitingNanoseconds: left) != nil else { return }
      if !onlyForStop || state.withLock({ $0.isStopping }) { return }
    }
  }

  private func take(withTickers: Bool) -> PendingUpdates {
    state.withLock { state in
      guard !withTickers else {
        defer { state.pending = PendingUpdates() }
        return state.pending
      }
      guard state.pending.isUrgent else { return PendingUpdates() }
      var taken = state.pending
      taken.tickers = [:]
      taken.quotes = [:]
      state.pending.candles = []
      state.pending.refills = []
      state.pending.isFeedChanged = false
      return taken
    }
  }

  private func write(_ pending: PendingUpdates, _ connection: inout RedisConnection) throws(RedisError) {
    for (series, candle) in pending.candles where !pending.refills.contains(series) {
      try send(RedisCommands.close(series, candle, keep: keep), &connection)
    }
    for series in pending.refills.sorted() { try fill(series, &connection) }
    for symbol in pending.tickers.keys.sorted() {
      if let ticker = pending.tickers[symbol] { try send([RedisCommands.ticker(ticker)], &connection) }
    }
    for symbol in pending.quotes.keys.sorted() {
      if let quote = pending.quotes[symbol] { try send([RedisCommands.quote(quote)], &connection) }
    }
    if pending.isFeedChanged { try sendFeed(&connection) }
    let errors = try flush(&connection)
    guard let error = errors.first else { return }
    // A key of another type, most likely: whatever is there is replaced.
    note(refusal: error)
    try refillAll(&connection)
  }

  /// Everything the store has, each key replaced. Errors end the connection, so that a Redis that keeps refusing is not hammered.
  private func refillAll(_ connection: inout RedisConnection) throws(RedisError) {
    try send([["DEL", RedisKeys.series]], &connection)
    for series in store.allSeries() { try fill(series, &connection) }
    for symbol in store.allSymbols() {
      try send([["DEL", RedisKeys.ticker(symbol)]], &connection)
      if let ticker = store.ticker(symbol) { try send([RedisCommands.ticker(ticker)], &connection) }
      if let quote = store.quote(symbol) { try send([RedisCommands.quote(quote)], &connection) }
    }
    try sendFeed(&connection)
    try check(flush(&connection))
    state.withLock { $0.status.refills += 1 }
  }

  private func fill(_ series: SeriesKey, _ connection: inout RedisConnection) throws(RedisError) {
    try send(RedisCommands.fill(series, store.candles(series, limit: keep)), &connection)
  }

  private func sendFeed(_ connection: inout RedisConnection) throws(RedisError) {
    let states = store.feedStatuses().map { (symbol: $0.symbol, state: $0.state) }
    try send(RedisCommands.feed(states, now: WallClock.now()), &connection)
  }

  /// Refreshes the feed's expiry and looks whether somebody removed our keys.
  private func probe(_ connection: inout RedisConnection) throws(RedisError) {
    try sendFeed(&connection)
    try check(flush(&connection))
    let found = try connection.integer(["EXISTS", RedisKeys.series])
    if found == 0, !store.allSeries().isEmpty {
      logger.notice("Redis lost the market data; it is written anew")
      try refillAll(&connection)
    }
  }

  private var keep: Int { max(MarketDataStore.candlesMinimum, configuration.candles) }

  /// Appends commands; a long pipeline is exchanged in parts so that buffers stay small.
  private func send(_ commands: [[String]], _ connection: inout RedisConnection) throws(RedisError) {
    for command in commands { try connection.append(command) }
    if connection.outstanding >= 2_000 { try check(flush(&connection)) }
  }

  private func flush(_ connection: inout RedisConnection) throws(RedisError) -> [String] {
    let count = UInt64(connection.outstanding)
    let errors = try connection.exchange()
    state.withLock { $0.status.commands += count - min(count, UInt64(errors.count)) }
    return errors
  }

  private func check(_ errors: [String]) throws(RedisError) {
    if let error = errors.first { throw RedisError(.refused, "Redis refused: \(error)") }
  }

  private func note(refusal: String) {
    state.withLock { state in
      state.status.refusals += 1
      state.status.lastError = refusal
    }
    logger.warning("Redis refused: \(refusal); its keys are written anew")
  }
}
