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

  init(engine: TradingEngine, stream: BinanceMarketStream, log: Logger) {
    self.engine = engine
    self.stream = stream
    self.log = log
    stream.delegate = self
  }

  var counters: MarketStreamCounters { stream.counters }

  func start() { stream.start() }
  func stop() { stream.stop() }

  func clockChanged(_ offsetNanoseconds: Int64) {
    stream.clockOffsetNanoseconds = offsetNanoseconds
    engine.clockMeasured(offsetNanoseconds: offsetNanoseconds)
  }

  func watch(_ key: SeriesKey) {
    guard series.insert(key).inserted else { return }
    apply()
  }

  func unwatch(_ key: SeriesKey) {
    guard series.remove(key) != nil else { return }
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

  // MARK: MarketStreamDelegate

  func received(_ event: MarketEvent) { engine.received(event) }

  func backfilled(_ series: SeriesKey, candles: [Candle]) { engine.warm(series, candles) }

  func feedChanged(_ symbol: Symbol, state: FeedState, reason: String) {
    engine.handle(.feed(symbol, state))
    onFeedChange?(symbol, state, reason)
    log.info("feed \(symbol): \(state)", metadata: ["reason": "\(reason)"])
  }

  func refused(_ refusal: FrameRefusal) {
    refusedLogged += 1
    if refusedLogged <= 20 { log.warning("a market frame was refused: \(refusal)") }
  }
}
