import Time
import BinanceJSON
public import NIOCore
public import NIOSSL
import ServiceRuntime
public import TradingModel
public import Venue

/// Binance's public market data as complete, ordered events, on the event loop of the core: from the socket's bytes to the delegate there is
/// neither a hop nor a lock nor a copy of the frame.
///
/// Keeps as many connections as the streams need, re-makes and replaces them, refills candles that a disconnect swallowed, and says for
/// each symbol whether its data can be trusted. Everything but `init` must be called on ``loop``.
public final class BinanceMarketStream: @unchecked Sendable {
  public let loop: any EventLoop
  public weak var delegate: (any MarketStreamDelegate)?
  /// Called at most every half minute while the exchange's clock, as it was measured, contradicts what arrives: every symbol's events seem
  /// late at once, or some seem to come from the future. It should be measured again.
  public var clockIsSuspect: (() -> Void)?

  let configuration: Configuration
  private let limits: FeedFreshness.Limits
  private let url: WebSocketURL
  private let tls: NIOSSLContext?
  private var links: [StreamLink] = []
  private var linkOfName: [String: Int] = [:]
  private var wanted = MarketSubscriptions()
  private var symbols: [Symbol] = []
  private var feeds: [Feed] = []
  private let refiller: CandleRefiller
  private var ticker: RepeatedTask?
  private var isRunning = false
  private var counted = MarketStreamCounters()
  private var histories: [SeriesKey: SeriesHistory] = [:]
  private let clock: ExchangeClock
  private var suspectedAt: Int64?

  /// One symbol's state; its place in the array is the decoder's symbol index.
  private struct Feed {
    var symbol: Symbol
    var freshness = FeedFreshness()
    var sequencers: [CandleSequencer] = []
    var links: Set<Int> = []
    var lastTradeID: Int64 = -1
    var lastQuoteUpdate: Int64 = -1
  }

  /// Prepares a stream; connects at ``start()``.
  ///
  /// - Throws: ``BinanceError`` with `badEndpoint` for an unusable address or TLS configuration.
  public init(
    endpoints: BinanceEndpoints, loop: any EventLoop, history: any CandleHistory, clock: ExchangeClock = ExchangeClock(),
    configuration: Configuration = Configuration(), tlsConfiguration: TLSConfiguration = .makeClientConfiguration()
  ) throws(BinanceError) {
    url = try WebSocketURL(endpoints.stream.hasSuffix("/") ? endpoints.stream + "stream" : endpoints.stream + "/stream")
    do {
      tls = url.isSecure ? try NIOSSLContext(configuration: tlsConfiguration) : nil
    } catch {
      throw BinanceError(.badEndpoint, "cannot set up TLS: \(String(describing: error).prefix(200))")
    }
    self.loop = loop
    self.clock = clock
    self.configuration = configuration
    limits = FeedFreshness.Limits(
      silenceNanoseconds: configuration.silenceNanoseconds, lagNanoseconds: configuration.lagNanoseconds)
    refiller = CandleRefiller(loop: loop, history: history, configuration: configuration)
  }

  /// Starts connecting and watching.
  public func start() {
    guard !isRunning else { return }
    isRunning = true
    ticker = loop.scheduleRepeatedTask(
      initialDelay: .nanoseconds(configuration.tickNanoseconds), delay: .nanoseconds(configuration.tickNanoseconds)
    ) { [weak self] _ in self?.tick() }
    for link in links { link.start() }
  }

  /// Closes every connection; nothing is delivered afterwards.
  public func stop() {
    guard isRunning else { return }
    isRunning = false
    ticker?.cancel()
    for link in links { link.stop() }
  }

  /// Replaces what the stream delivers; only the difference is asked of the exchange.
  public func setSubscriptions(_ subscriptions: MarketSubscriptions) {
    wanted = subscriptions
    rebuildFeeds()
    assignNames()
    for link in links { link.want(link.assigned, symbols: symbols) }
    if isRunning { for link in links { link.start() } }
    // A series that is wanted again before its name was given up needs no new message, so no answer will start it.
    for link in links { self.link(link, subscribed: link.confirmedNames) }
    let now = MonotonicClock.nanoseconds()
    for index in feeds.indices { judgeCompleteness(index, now) }
  }

  /// Counts since the stream was made.
  public var counters: MarketStreamCounters {
    var all = counted
    all.frames = links.reduce(0) { $0 &+ $1.frames }
    all.reconnects = links.reduce(0) { $0 + $1.failures }
    all.candleGaps = feeds.reduce(0) { $0 + $1.sequencers.reduce(0) { $0 + $1.gaps } }
    all.refills = refiller.count
    return all
  }

  /// What became of one series' feed; nothing for a series that nobody subscribed.
  public func traffic(of series: SeriesKey) -> SeriesTraffic {
    var traffic = SeriesTraffic()
    guard let feed = index(of: series.symbol) else { return traffic }
    for link in feeds[feed].links {
      traffic.reconnects += links[link].failures
      traffic.refused &+= links[link].refused
    }
    if let history = histories[series] {
      traffic.refused &+= UInt64(history.rows.count)
      traffic.backfilled = history.backfilled
      traffic.problem = history.problem
    }
    return traffic
  }

  /// The exchange's last word about a series' history was that it gives none.
  public func isHistoryMissing(_ series: SeriesKey) -> Bool { histories[series].map { !$0.failure.isEmpty } ?? false }

  /// Why a connection is not there; `nil` while all are.
  public var connectionProblem: String? { links.first { !$0.isUp && !$0.names.isEmpty }?.lastReason }

  /// A symbol's state; `nil` when nobody subscribed it.
  public func feedState(_ symbol: Symbol) -> FeedState? { feeds.first { $0.symbol == symbol }?.freshness.state }

  // MARK: Subscriptions

  private func rebuildFeeds() {
    symbols = wanted.symbols
    let known = Dictionary(uniqueKeysWithValues: feeds.map { ($0.symbol, $0) })
    let series = Dictionary(grouping: wanted.series.sorted(), by: \.symbol)
    histories = histories.filter { wanted.series.contains($0.key) }
    feeds = symbols.map { symbol in
      var feed = known[symbol] ?? Feed(symbol: symbol)
      let kept = Dictionary(uniqueKeysWithValues: feed.sequencers.map { ($0.series, $0) })
      feed.sequencers = (series[symbol] ?? []).map { kept[$0] ?? CandleSequencer(series: $0) }
      return feed
    }
  }

  private func assignNames() {
    let names = wanted.streamNames
    let wantedNames = Set(names)
    linkOfName = linkOfName.filter { wantedNames.contains($0.key) }
    var load = Array(repeating: 0, count: links.count)
    for (_, link) in linkOfName { load[link] += 1 }
    for name in names where linkOfName[name] == nil {
      if let free = load.firstIndex(where: { $0 < configuration.streamsPerConnection }) {
        load[free] += 1
        linkOfName[name] = free
      } else {
        linkOfName[name] = links.count
        load.append(1)
        links.append(
          StreamLink(
            index: links.count, loop: loop, url: url, tls: tls, clock: clock, configuration: configuration, owner: self))
      }
    }
    for link in links { link.assigned.removeAll() }
    for index in feeds.indices { feeds[index].links.removeAll() }
    for name in names {
      guard let link = linkOfName[name] else { continue }
      links[link].assigned.append(name)
      if let feed = feedIndex(ofName: name) { feeds[feed].links.insert(link) }
    }
  }

  private func feedIndex(ofName name: String) -> Int? {
    guard let symbol = Symbol(name.prefix { $0 != "@" }) else { return nil }
    return index(of: symbol)
  }

  private func index(of symbol: Symbol) -> Int? {
    var low = 0
    var high = symbols.count
    while low < high {
      let middle = (low + high) / 2
      if symbols[middle] < symbol { low = middle + 1 } else { high = middle }
    }
    return low < symbols.count && symbols[low] == symbol ? low : nil
  }

  // MARK: Candles

  private func sequence(_ feed: Int, _ sequencer: Int, _ outputs: [CandleSequencer.Output]) {
    guard !outputs.isEmpty else { return }
    let series = feeds[feed].sequencers[sequencer].series
    for output in outputs {
      switch output {
      case .live(let update), .fetched(let update): delegate?.received(.candle(update))
      case .history(let candles): delegate?.backfilled(series, candles: candles)
      case .refill(let after):
        refiller.request(series, after: after) { [weak self] result in self?.refilled(series, after: after, result) }
        judgeCompleteness(feed, MonotonicClock.nanoseconds())
      case .becameLive: judgeCompleteness(feed, MonotonicClock.nanoseconds())
      }
    }
  }

  private func refilled(_ series: SeriesKey, after: Timestamp?, _ result: Result<FetchedCandles, BinanceError>) {
    guard isRunning, let feed = index(of: series.symbol),
      let sequencer = feeds[feed].sequencers.firstIndex(where: { $0.series == series })
    else { return }
    let before = histories[series]?.problem ?? ""
    let outputs: [CandleSequencer.Output]
    switch result {
    case .success(let fetched):
      counted.rowsRefused &+= histories[series, default: SeriesHistory()].take(fetched.refused)
      outputs = feeds[feed].sequencers[sequencer].refilled(fetched.candles, at: clock.now.exchange)
      if after != nil { backfilled(series, outputs) }
    case .failure(let error):
      histories[series, default: SeriesHistory()].failure = error.message
      outputs =
        error.isRetryable ? feeds[feed].sequencers[sequencer].refillFailed() : feeds[feed].sequencers[sequencer].refillRefused()
    }
    let problem = histories[series]?.problem ?? ""
    // First the reason, then what follows from it.
    if problem != before { delegate?.historyChanged(series, problem: problem) }
    sequence(feed, sequencer, outputs)
  }

  /// What a refill of a followed series brought: nobody decides on any candle but the newest any more.
  private func backfilled(_ series: SeriesKey, _ outputs: [CandleSequencer.Output]) {
    var count = 0
    for output in outputs {
      switch output {
      case .history(let candles):
        count += candles.count
        delegate?.skipped(series, candles: candles)
      case .fetched: count += 1
      case .live, .refill, .becameLive: break
      }
    }
    counted.backfilled &+= UInt64(count)
    histories[series]?.backfilled &+= UInt64(count)
  }

  private func judgeCompleteness(_ feed: Int, _ now: Int64) {
    guard feeds.indices.contains(feed) else { return }
    let isUp = feeds[feed].links.allSatisfy { links[$0].isUp } && !feeds[feed].links.isEmpty
    let isComplete = feeds[feed].sequencers.allSatisfy(\.isLive)
    announce(feed, feeds[feed].freshness.link(isUp: isUp, at: now, limits))
    announce(feed, feeds[feed].freshness.series(areComplete: isComplete, at: now, limits))
  }

  private func announce(_ feed: Int, _ change: (FeedState, String)?) {
    guard let change, isRunning else { return }
    delegate?.feedChanged(feeds[feed].symbol, state: change.0, reason: change.1)
  }

  private func tick() {
    let now = MonotonicClock.nanoseconds()
    for index in feeds.indices { announce(index, feeds[index].freshness.tick(at: now, limits)) }
    suspectClock(now)
    let deadline = NIODeadline.now()
    for link in links {
      link.closeDead(now: deadline)
      guard link.isUp, link.isSilent(now, longerThan: configuration.silentReconnectNanoseconds) else { continue }
      link.reconnect(reason: "no market data for \(configuration.silentReconnectNanoseconds / 1_000_000) ms")
    }
  }
}

extension BinanceMarketStream {
  /// An event that seems to be this much younger than now shows that our idea of the exchange's clock is behind. Nanoseconds.
  private static let fromTheFuture: Int64 = -1_000_000_000
  private static let suspicionPause: Int64 = 30_000_000_000

  /// What arrives is held against the clock: a network can be late, but hardly for every symbol at once, and never early.
  private func suspectClock(_ now: Int64) {
    guard !feeds.isEmpty, feeds.allSatisfy(\.freshness.isLate) || counted.lagNanoseconds < Self.fromTheFuture else { return }
    if let suspectedAt, now - suspectedAt < Self.suspicionPause { return }
    suspectedAt = now
    clockIsSuspect?()
  }
}

extension BinanceMarketStream: StreamLinkOwner {
  func link(_ link: StreamLink, decoded kind: MarketFrameDecoder.Kind, by decoder: borrowing MarketFrameDecoder) {
    let index = decoder.symbolIndex
    guard isRunning, index < feeds.count else { return }
    counted.events &+= 1
    let now = link.receivedMonotonic
    switch kind {
    case .trade:
      let trade = decoder.trade
      if link.isOverlapping || link.wasJustReplaced, trade.id.value <= feeds[index].lastTradeID {
        counted.duplicates &+= 1
        return
      }
      feeds[index].lastTradeID = trade.id.value
      observe(index, now, eventTime: trade.time, link)
      delegate?.received(.trade(trade))
    case .quote:
      let update = decoder.quoteUpdateID
      if link.isOverlapping || link.wasJustReplaced, update <= feeds[index].lastQuoteUpdate {
        counted.duplicates &+= 1
        return
      }
      feeds[index].lastQuoteUpdate = update
      observe(index, now, eventTime: nil, link)
      delegate?.received(.quote(decoder.quote))
    case .candle:
      let update = decoder.candle
      observe(index, now, eventTime: update.eventTime, link)
      guard let place = feeds[index].sequencers.firstIndex(where: { $0.series.interval == update.interval }) else { return }
      sequence(index, place, feeds[index].sequencers[place].received(update))
    case .ticker:
      let ticker = decoder.ticker
      observe(index, now, eventTime: ticker.time, link)
      delegate?.received(.ticker(ticker))
    case .control, .serverShutdown, .ignored: break
    }
  }

  @inline(__always) private func observe(_ index: Int, _ now: Int64, eventTime: Timestamp?, _ link: StreamLink) {
    link.lastData = now
    var lag: Int64?
    if let eventTime {
      let age = link.receivedAt.nanoseconds(since: eventTime)
      counted.lagNanoseconds = age
      lag = age
    }
    if let change = feeds[index].freshness.event(at: now, lag: lag, limits) { announce(index, change) }
  }

  func link(_ link: StreamLink, refused refusal: FrameRefusal) {
    counted.refused[refusal.code, default: 0] &+= 1
    delegate?.refused(refusal)
  }

  func linkCameUp(_ link: StreamLink) {
    let now = MonotonicClock.nanoseconds()
    link.lastData = now
    for index in feeds.indices where feeds[index].links.contains(link.index) {
      feeds[index].lastTradeID = -1
      feeds[index].lastQuoteUpdate = -1
      judgeCompleteness(index, now)
    }
    self.link(link, subscribed: link.names)
  }

  func link(_ link: StreamLink, subscribed names: [String]) {
    for name in names {
      guard let feed = feedIndex(ofName: name) else { continue }
      for place in feeds[feed].sequencers.indices
      where MarketSubscriptions.name(feeds[feed].sequencers[place].series) == name && !feeds[feed].sequencers[place].isLive {
        sequence(feed, place, feeds[feed].sequencers[place].subscribed())
      }
    }
  }

  func linkWentDown(_ link: StreamLink, reason: String) {
    let now = MonotonicClock.nanoseconds()
    for name in link.names {
      guard let feed = feedIndex(ofName: name) else { continue }
      for place in feeds[feed].sequencers.indices
      where MarketSubscriptions.name(feeds[feed].sequencers[place].series) == name {
        feeds[feed].sequencers[place].disconnected()
      }
    }
    for index in feeds.indices where feeds[index].links.contains(link.index) { judgeCompleteness(index, now) }
  }

  func linkWasReplaced(_ link: StreamLink) {
    counted.replacements += 1
    // Names that the new connection confirmed while the old one still carried the data.
    self.link(link, subscribed: link.confirmedNames)
  }
}
