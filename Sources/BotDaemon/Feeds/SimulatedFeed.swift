import Engine
import Time
import NIOCore
import ServiceRuntime
import TradingModel
import Venue
import ExchangeSimulation

/// The market of simulated mode: generated trades and quotes, and candles built from them, at a multiple of real time.
///
/// Lives on the core's loop. Simulated time waits while the engine holds the market back for the journal, so a slow disk slows the
/// simulation down instead of changing it.
final class SimulatedFeed: @unchecked Sendable {
  private let engine: TradingEngine
  private let speed: Double
  private var generator: MarketGenerator
  private var series: [Series] = []
  private var task: RepeatedTask?
  private let startedAt: Timestamp
  private var simulatedNanoseconds: Double = 0
  private var lastReal: Int64 = 0
  private var events: [MarketEvent] = []
  private var closed: [Candle] = []
  let rules: [TradingRules]

  static let tickMilliseconds: Int64 = 20
  static let historySeconds = 12_600
  static let historyCandles = 500
  /// Intervals whose candles are built for every symbol from the start, so that a bot made later has their history.
  static let followedIntervals: [Interval] = [.oneMinute, .threeMinutes, .fiveMinutes, .fifteenMinutes]

  /// One series in the making.
  private struct Series {
    let key: SeriesKey
    var builder: CandleBuilder
    /// The last closed candles, oldest first.
    var candles: [Candle] = []
    var isWatched = false
    /// The part of the first candle that lies before the start is in it.
    var isJoined = false

    init(_ key: SeriesKey) {
      self.key = key
      builder = CandleBuilder(interval: key.interval)
    }
  }

  init(engine: TradingEngine, settings: DaemonSettings.SimulationSettings, start: Timestamp) {
    self.engine = engine
    speed = settings.speed
    let instruments = settings.symbols.compactMap { SimulatedInstrument(symbol: $0) }
    rules = instruments.map(\.rules)
    generator = MarketGenerator(seed: settings.seed, instruments: instruments, start: start)
    startedAt = generator.now
    for instrument in instruments {
      for interval in Self.followedIntervals { series.append(Series(SeriesKey(symbol: instrument.rules.symbol, interval: interval))) }
    }
  }

  func watch(_ key: SeriesKey) {
    let index: Int
    if let known = series.firstIndex(where: { $0.key == key }) {
      index = known
    } else {
      index = series.count
      series.append(Series(key))
    }
    guard !series[index].isWatched else { return }
    series[index].isWatched = true
    engine.warm(key, history(index))
  }

  func unwatch(_ key: SeriesKey) {
    guard let index = series.firstIndex(where: { $0.key == key }) else { return }
    if Self.followedIntervals.contains(key.interval) { series[index].isWatched = false } else { series.remove(at: index) }
  }

  /// Closed candles of a series up to now: those before the start are made when somebody asks.
  private func history(_ index: Int) -> [Candle] {
    let key = series[index].key
    guard series[index].candles.count < Self.historyCandles else { return series[index].candles.suffix(Self.historyCandles) }
    var past: [Candle] = []
    var builder = CandleBuilder(interval: key.interval)
    for trade in generator.past(of: key.symbol, seconds: Self.historySeconds) {
      builder.add(price: trade.price, quantity: trade.quantity, at: trade.time, closed: &past)
    }
    if series[index].builder.current == nil {
      // Not started, or followed from now on only: what came in between is unknown.
      guard generator.now == startedAt else { return [] }
      series[index].builder = builder
      series[index].isJoined = true
    } else if !series[index].isJoined, let before = builder.current {
      series[index].isJoined = true
      // The candle in which the market started has a part on either side.
      if let first = series[index].candles.first, first.openTime == before.openTime {
        series[index].candles[0] = before.joined(with: first)
      } else {
        series[index].builder.prepend(before)
      }
    }
    return (past + series[index].candles).suffix(Self.historyCandles)
  }

  func start() {
    lastReal = MonotonicClock.nanoseconds()
    task = engine.loop.scheduleRepeatedTask(
      initialDelay: .milliseconds(Self.tickMilliseconds), delay: .milliseconds(Self.tickMilliseconds)
    ) { [weak self] _ in self?.tick() }
  }

  func stop() { task?.cancel() }

  private func tick() {
    let real = MonotonicClock.nanoseconds()
    let passed = min(real - lastReal, 200_000_000)
    lastReal = real
    guard !engine.isHoldingBack else { return }
    simulatedNanoseconds += Double(passed) * speed
    let target = startedAt.advanced(byNanoseconds: Int64(simulatedNanoseconds))
    // Every step of a tick is generated and delivered in one go; what must wait is held back by the engine, in order.
    while generator.nextTime <= target {
      events.removeAll(keepingCapacity: true)
      generator.step(&events)
      closeCandles(at: generator.now)
      for event in events { deliver(event) }
    }
  }

  private func closeCandles(at time: Timestamp) {
    for index in series.indices {
      closed.removeAll(keepingCapacity: true)
      series[index].builder.advance(to: time, closed: &closed)
      emit(index)
    }
  }

  private func deliver(_ event: MarketEvent) {
    engine.received(event)
    guard case .trade(let trade) = event else { return }
    for index in series.indices where series[index].key.symbol == trade.symbol {
      closed.removeAll(keepingCapacity: true)
      series[index].builder.add(price: trade.price, quantity: trade.quantity, at: trade.time, closed: &closed)
      emit(index)
    }
  }

  private func emit(_ index: Int) {
    guard !closed.isEmpty else { return }
    let key = series[index].key
    series[index].candles.append(contentsOf: closed)
    let surplus = series[index].candles.count - Self.historyCandles
    if surplus > Self.historyCandles / 2 { series[index].candles.removeFirst(surplus) }
    guard series[index].isWatched else { return }
    for candle in closed {
      let close = key.interval.nextOpenTime(after: candle.openTime)
      engine.received(
        .candle(CandleUpdate(symbol: key.symbol, interval: key.interval, candle: candle, isClosed: true, eventTime: close)))
    }
  }
}
