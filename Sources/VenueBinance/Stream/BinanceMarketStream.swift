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
  /// Bounds and times; the defaults are the product's.
  public struct Configuration: Sendable {
    /// Streams on one connection; the exchange allows 1024.
    public var streamsPerConnection = 1_000
    /// Closed candles fetched to warm a new series up.
    public var warmUpCandles = 500
    /// A symbol without an event for this long is stale.
    public var silenceNanoseconds: Int64 = 5_000_000_000
    /// A symbol whose events are older than this on arrival is stale.
    public var lagNanoseconds: Int64 = 2_000_000_000
    /// All symbols of a connection silent for this long: it is re-made.
    public var silentReconnectNanoseconds: Int64 = 30_000_000_000
    /// Not even a ping for this long: the connection is re-made.
    public var deadNanoseconds: Int64 = 65_000_000_000
    /// A connection's age at which it is replaced; the exchange ends it after 24 hours.
    public var replaceAfterNanoseconds: Int64 = 23 * 3_600_000_000_000
    /// How long a connection must hold before delays start anew.
    public var stableNanoseconds: Int64 = 60_000_000_000
    public var subscribeTimeoutNanoseconds: Int64 = 30_000_000_000
    /// Refills under way at once.
    public var refillsMaximum = 8
    /// How often silence is looked for.
    public var tickNanoseconds: Int64 = 250_000_000
    public init() {}
  }

  public let loop: any EventLoop
  public weak var delegate: (any MarketStreamDelegate)?
  /// Added to the local wall clock it gives the exchange's; set by whoever measures it. Nanoseconds.
  public var clockOffsetNanoseconds: Int64 = 0

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
    endpoints: BinanceEndpoints, loop: any EventLoop, history: any CandleHistory, configuration: Configuration = Configuration(),
    tlsConfiguration: TLSConfiguration = .makeClientConfiguration()
  ) throws(BinanceError) {
    url = try WebSocketURL(endpoints.stream.hasSuffix("/") ? endpoints.stream + "stream" : endpoints.stream + "/stream")
    do {
      tls = url.isSecure ? try NIOSSLContext(configuration: tlsConfiguration) : nil
    } catch {
      throw BinanceError(.badEndpoint, "cannot set up TLS: \(String(describing: error).prefix(200))")
    }
    self.loop = loop
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

  /// A symbol's state; `nil` when nobody subscribed it.
  public func feedState(_ symbol: Symbol) -> FeedState? { feeds.first { $0.symbol == symbol }?.freshness.state }

  // MARK: Subscriptions

  private func rebuildFeeds() {
    symbols = wanted.symbols
    let known = Dictionary(uniqueKeysWithValues: feeds.map { ($0.symbol, $0) })
    let series = Dictionary(grouping: wanted.series.sorted(), by: \.symbol)
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
          StreamLink(index: links.count, loop: loop, url: url, tls: tls, configuration: configuration, owner: self))
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
      case .live(let update): delegate?.received(.candle(update))
      case .history(let candles): delegate?.backfilled(series, candles: candles)
      case .refill(let after):
        refiller.request(series, after: after) { [weak self] result in self?.refilled(series, result) }
        judgeCompleteness(feed, MonotonicClock.nanoseconds())
      case .becameLive: judgeCompleteness(feed, MonotonicClock.nanoseconds())
      }
    }
  }

  private func refilled(_ series: SeriesKey, _ result: Result<[Candle], BinanceError>) {
    guard isRunning, let feed = index(of: series.symbol),
      let sequencer = feeds[feed].sequencers.firstIndex(where: { $0.series == series })
    else { return }
    switch result {
    case .success(let candles): sequence(feed, sequencer, feeds[feed].sequencers[sequencer].refilled(candles))
    case .failure: sequence(feed, sequencer, feeds[feed].sequencers[sequencer].refillFailed())
    }
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
    let deadline = NIODeadline.now()
    for link in links {
      link.closeDead(now: deadline)
      guard link.isUp, link.isSilent(now, longerThan: configuration.silentReconnectNanoseconds) else { continue }
      link.reconnect(reason: "no market data for \(configuration.silentReconnectNanoseconds / 1_000_000) ms")
    }
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
      let age = link.receivedAt.advanced(byNanoseconds: clockOffsetNanoseconds).nanoseconds(since: eventTime)
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
