import Engine
import Logging
import BinanceJSON
import NIOCore
import ServiceRuntime
import Synchronization
import TradingCore
import TradingModel
import Venue
import VenueBinance

/// The exchange's market streams as the daemon's feed: one subscription per series and symbol however many bots use it.
/// Lives on the core's loop.
final class ExchangeFeed: MarketFeed, MarketStreamDelegate {
  private let engine: TradingEngine
  private let stream: BinanceMarketStream
  private let log: Logger
  private var series: Set<SeriesKey> = []
  /// Told when a symbol's feed changes.
  var onFeedChange: ((Symbol, FeedState, String) -> Void)?
  private var refusedLogged = 0
  private var isWanted = false
  private var isPermitted = false
  /// Why symbols are not live, and what is wrong with series' histories.
  private var waiting: [Symbol: String] = [:]
  private var problems: [SeriesKey: String] = [:]

  init(engine: TradingEngine, stream: BinanceMarketStream, log: Logger) {
    self.engine = engine
    self.stream = stream
    self.log = log
    stream.delegate = self
  }

  var counters: MarketStreamCounters { stream.counters }

  /// Starts, or as soon as the exchange is known to be the right one.
  func start() {
    isWanted = true
    if isPermitted { stream.start() }
  }

  /// The exchange is the right one.
  func permit() {
    guard !isPermitted else { return }
    isPermitted = true
    if isWanted { stream.start() }
  }

  /// Every symbol that bots use.
  var symbols: Set<Symbol> { Set(series.map(\.symbol)) }

  func stop() { stream.stop() }

  func clockChanged(_ offsetNanoseconds: Int64) { engine.clockMeasured(offsetNanoseconds: offsetNanoseconds) }

  func watch(_ key: SeriesKey) {
    guard series.insert(key).inserted else { return }
    apply()
  }

  func unwatch(_ key: SeriesKey) {
    guard series.remove(key) != nil else { return }
    problems[key] = nil
    if !series.contains(where: { $0.symbol == key.symbol }) { waiting[key.symbol] = nil }
    apply()
  }

  private func apply() {
    let symbols = Set(series.map(\.symbol))
    stream.setSubscriptions(MarketSubscriptions(series: series, trades: symbols, quotes: symbols, tickers: symbols))
  }

  /// How many watched symbols are live, of how many.
  func liveCount() -> (live: Int, all: Int) {
    let symbols = Set(series.map(\.symbol))
    return (symbols.count { stream.feedState($0) == .live }, symbols.count)
  }

  /// What became of each watched series' feed.
  var traffic: [(key: SeriesKey, traffic: SeriesTraffic)] { series.map { ($0, stream.traffic(of: $0)) } }

  /// Histories that have rows skipped may be traded on all the same; those that the exchange does not give are a loss.
  var hasMissingHistory: Bool { series.contains { stream.isHistoryMissing($0) } }

  /// What is wrong, by symbol and series, a few of them; empty: nothing.
  var reasons: [String] {
    var words = problems.sorted { $0.key < $1.key }.map { "\($0.key.symbol) \($0.key.interval.rawValue): \($0.value)" }
    words += waiting.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    if let problem = stream.connectionProblem { words.insert(problem, at: 0) }
    guard words.count > Self.reasonsMaximum else { return words }
    return words.prefix(Self.reasonsMaximum) + ["and \(words.count - Self.reasonsMaximum) more"]
  }

  private static let reasonsMaximum = 5

  // MARK: MarketStreamDelegate

  func received(_ event: MarketEvent) { engine.received(event) }

  func backfilled(_ series: SeriesKey, candles: [Candle]) { engine.warm(series, candles) }

  func skipped(_ series: SeriesKey, candles: [Candle]) { engine.handle(.candlesSkipped(series, candles)) }

  func feedChanged(_ symbol: Symbol, state: FeedState, reason: String) {
    engine.handle(.feed(symbol, state))
    onFeedChange?(symbol, state, reason)
    waiting[symbol] = state == .live ? nil : reason
    log.info("feed", metadata: ["symbol": "\(symbol)", "state": "\(state)", "reason": "\(reason)"])
  }

  func historyChanged(_ series: SeriesKey, problem: String) {
    let words: Logger.Metadata = ["series": "\(series.symbol) \(series.interval.rawValue)", "reason": "\(problem)"]
    problems[series] = problem.isEmpty ? nil : problem
    if problem.isEmpty { log.info("history is whole", metadata: words) } else { log.warning("history is not whole", metadata: words) }
  }

  func refused(_ refusal: FrameRefusal) {
    refusedLogged += 1
    // The first ones, then a sum now and then.
    guard refusedLogged <= 20 || refusedLogged.isMultiple(of: 1_000) else { return }
    log.warning("a market frame was refused", metadata: ["reason": "\(refusal)", "count": "\(refusedLogged)"])
  }
}
