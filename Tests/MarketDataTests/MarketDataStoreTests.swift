import Time
import Foundation
import Synchronization
import TestSupport
import Testing
import TradingModel
import Venue

@testable import MarketData

private let minute = SeriesKey(symbol: Samples.symbol, interval: .oneMinute)

private func candle(_ number: Int, close: Int = 100) -> Candle {
  Candle(
    openTime: Samples.start.advanced(byMilliseconds: Int64(number) * 60_000), open: FixedDecimal(close), high: FixedDecimal(close),
    low: FixedDecimal(close), close: FixedDecimal(close), volume: .one, quoteVolume: FixedDecimal(close), tradeCount: 1)
}

/// Notes what a sink is told.
private final class Recorder: MarketCache, Sendable {
  let lines = Mutex<[String]>([])
  func closed(_ series: SeriesKey, _ candle: Candle) { note("closed \(series) \(candle.openTime)") }
  func updated(_ ticker: Ticker) { note("ticker \(ticker.last)") }
  func updated(_ quote: Quote) { note("quote \(quote.bidPrice)") }
  func feedState(_ symbol: Symbol?, _ state: FeedState, at time: Timestamp) { note("feed \(symbol?.text ?? "*") \(state)") }
  func seed(_ series: SeriesKey, _ candles: [Candle]) { note("seed \(candles.count)") }
  private func note(_ line: String) { lines.withLock { $0.append(line) } }
}

struct MarketDataStoreTests {
  @Test func whatTheFeedSaysOfASeriesIsPartOfItsQuality() {
    let store = MarketDataStore()
    let counts = SeriesFeedCounts(reconnects: 2, refused: 3, backfilled: 4, problem: "no history: Invalid symbol.")
    store.setFeedCounts(minute, counts)
    // A series without a single candle is listed too: that is where the reason is wanted most.
    #expect(store.allSeries() == [minute])
    #expect(store.quality(minute)?.feed == counts && store.quality(minute)?.held == 0)
    store.setFeedCounts(minute, SeriesFeedCounts())
    #expect(store.quality(minute)?.feed == SeriesFeedCounts())
  }

  @Test func keepsTheNewestCandlesOldestFirst() {
    let store = MarketDataStore(capacity: 1)
    #expect(store.capacity == 200)
    for number in 0..<450 { store.closed(minute, candle(number, close: number + 1)) }
    #expect(store.candles(minute, limit: 1_000) == (250..<450).map { candle($0, close: $0 + 1) })
    #expect(store.candles(minute, limit: 3) == (447..<450).map { candle($0, close: $0 + 1) })
    #expect(store.candles(minute, limit: 2, before: candle(300).openTime) == (298..<300).map { candle($0, close: $0 + 1) })
    #expect(store.candles(minute, limit: 2, before: candle(0).openTime).isEmpty)
    #expect(store.candles(minute, limit: -1).isEmpty)
    #expect(store.candles(SeriesKey(symbol: Samples.symbol, interval: .oneHour), limit: 5).isEmpty)
  }

  @Test func ringEqualsASortedDictionary() {
    var random = SeededRandom(seed: 77)
    for _ in 0..<200 {
      let capacity = 1 + random.below(40)
      var ring = CandleRing(capacity: capacity)
      var naive: [Timestamp: Candle] = [:]
      for _ in 0..<60 {
        if random.chance(60) {
          let number = (ring.newest.map { Int($0.openTime.nanoseconds(since: Samples.start) / 60_000_000_000) } ?? 0) + 1 + random.below(3)
          ring.append(candle(number, close: number + 1))
          naive[candle(number).openTime] = candle(number, close: number + 1)
        } else {
          let batch = (0..<random.below(20)).map { _ in candle(random.below(80), close: 1 + random.below(1_000)) }
          ring.merge(batch)
          for one in batch { naive[one.openTime] = one }
        }
        let kept = naive.keys.sorted().suffix(capacity)
        naive = naive.filter { kept.contains($0.key) }
        #expect(ring.newest(10_000, before: nil) == kept.compactMap { naive[$0] })
        let bound = candle(random.below(90)).openTime
        #expect(ring.newest(7, before: bound) == kept.filter { $0 < bound }.suffix(7).compactMap { naive[$0] })
      }
    }
  }

  @Test func countsGapsDuplicatesAndRefusals() {
    let store = MarketDataStore()
    for number in [0, 1, 1, 4, 5] { store.closed(minute, candle(number)) }
    var broken = candle(6)
    broken.high = .zero
    store.closed(minute, broken)
    var misaligned = candle(6)
    misaligned.openTime = misaligned.openTime.advanced(byMilliseconds: 1)
    store.closed(minute, misaligned)
    var quality = store.quality(minute)
    #expect(quality?.closed == 4)
    #expect(quality?.duplicates == 1)
    #expect(quality?.gaps == 2)
    #expect(quality?.refused == 2)
    #expect(quality?.holes == 2)
    store.closed(minute, candle(3))
    store.seed(minute, [candle(2), candle(1, close: 7)])
    quality = store.quality(minute)
    #expect(quality?.holes == 0)
    #expect(quality?.gaps == 2)
    #expect(quality?.held == 6)
    #expect(store.candles(minute, limit: 10)[1] == candle(1, close: 7))
  }

  @Test func missingCandlesAreCountedInEveryInterval() {
    for interval in Interval.allCases {
      var time = interval.openTime(containing: Samples.start)
      let first = time
      for missing in 0..<30 {
        time = interval.nextOpenTime(after: time)
        #expect(CandleRing.missing(after: first, before: time, interval: interval) == missing, "\(interval)")
      }
    }
    #expect(CandleRing.missing(after: .zero, before: .distantFuture, interval: .oneSecond) == 1_000_000)
  }

  @Test func progressEndsWithTheClose() {
    let store = MarketDataStore()
    func update(_ number: Int, closed: Bool) -> MarketEvent {
      .candle(
        CandleUpdate(
          symbol: minute.symbol, interval: .oneMinute, candle: candle(number), isClosed: closed, eventTime: candle(number).openTime))
    }
    store.take(update(0, closed: false))
    #expect(store.current(minute) == candle(0))
    store.take(update(0, closed: true))
    #expect(store.current(minute) == nil)
    store.take(update(0, closed: false))
    #expect(store.current(minute) == nil)
    store.take(update(1, closed: false))
    #expect(store.current(minute) == candle(1))
    #expect(store.candles(minute, limit: 5) == [candle(0)])
  }

  @Test func sinksGetWhatWasTaken() {
    let store = MarketDataStore()
    let recorder = Recorder()
    store.add(recorder)
    store.seed(minute, [candle(0), candle(1)])
    store.closed(minute, candle(1))
    store.closed(minute, candle(2))
    store.feedState(nil, .live, at: Samples.start)
    store.feedState(minute.symbol, .stale, at: Samples.start)
    store.take(
      .quote(
        Quote(symbol: minute.symbol, bidPrice: .one, bidQuantity: .one, askPrice: .one, askQuantity: .one, time: Samples.start)))
    #expect(
      recorder.lines.withLock { $0 } == [
        "seed 2", "closed BTCUSDT@1m \(candle(2).openTime)", "feed * live", "feed BTCUSDT stale", "quote 1",
      ])
    #expect(store.feedStatuses().map(\.state) == [.live, .stale])
  }

  @Test func manyThreadsReadWhileOneWrites() async {
    let store = MarketDataStore()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for number in 0..<20_000 { store.closed(minute, candle(number, close: number + 1)) } }
      for _ in 0..<3 {
        group.addTask {
          for _ in 0..<300 {
            let found = store.candles(minute, limit: 500)
            for (earlier, later) in zip(found, found.dropFirst()) {
              #expect(later.openTime.nanoseconds(since: earlier.openTime) == 60_000_000_000)
            }
          }
        }
      }
    }
    #expect(store.quality(minute)?.closed == 20_000)
  }
}
