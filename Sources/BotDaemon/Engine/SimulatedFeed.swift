import NIOCore
import ServiceRuntime
import TradingModel
import Venue
import VenueSimulated

/// The market of simulated mode: generated trades and quotes, and candles built from them, at a multiple of real time.
///
/// Lives on the core's loop. Simulated time waits while the engine holds the market back for the journal, so a slow disk slows the
/// simulation down instead of changing it.
final class SimulatedFeed {
  private let engine: TradingEngine
  private let speed: Double
  private var generator: MarketGenerator
  private var builders: [(key: SeriesKey, builder: CandleBuilder)] = []
  private var histories: [SeriesKey: [Candle]] = [:]
  private var task: RepeatedTask?
  private let startedAt: Timestamp
  private var simulatedNanoseconds: Double = 0
  private var lastReal: Int64 = 0
  private var events: [MarketEvent] = []
  private var closed: [Candle] = []
  private var lastUpdate: [SeriesKey: Timestamp] = [:]
  let rules: [TradingRules]

  static let tickMilliseconds: Int64 = 20
  static let historySeconds = 12_600
  static let historyIntervals: [Interval] = [.oneSecond, .oneMinute, .threeMinutes, .fiveMinutes, .fifteenMinutes]

  init(engine: TradingEngine, settings: DaemonSettings.SimulationSettings, start: Timestamp) {
    self.engine = engine
    speed = settings.speed
    let instruments = settings.symbols.compactMap { SimulatedInstrument(symbol: $0) }
    rules = instruments.map(\.rules)
    generator = MarketGenerator(seed: settings.seed, instruments: instruments, start: start)
    startedAt = generator.now
    makeHistory(instruments.map(\.rules.symbol))
  }

  /// Candles of the past for every series a bot may ask for.
  private func makeHistory(_ symbols: [Symbol]) {
    var past: [SeriesKey: (builder: CandleBuilder, candles: [Candle])] = [:]
    for symbol in symbols {
      for interval in Self.historyIntervals {
        past[SeriesKey(symbol: symbol, interval: interval)] = (CandleBuilder(interval: interval), [])
      }
    }
    var closed: [Candle] = []
    generator.prehistory(seconds: Self.historySeconds) { event in
      guard case .trade(let trade) = event else { return }
      for interval in Self.historyIntervals {
        let key = SeriesKey(symbol: trade.symbol, interval: interval)
        closed.removeAll(keepingCapacity: true)
        past[key]?.builder.add(price: trade.price, quantity: trade.quantity, at: trade.time, closed: &closed)
        past[key]?.candles.append(contentsOf: closed)
        if let count = past[key]?.candles.count, count > 2_000 { past[key]?.candles.removeFirst(1_000) }
      }
    }
    for (key, value) in past {
      histories[key] = value.candles.suffix(500)
      pending[key] = value.builder
    }
  }
  /// Builders that know the candle in progress, until their series is watched.
  private var pending: [SeriesKey: CandleBuilder] = [:]

  func watch(_ key: SeriesKey) {
    guard !builders.contains(where: { $0.key == key }) else { return }
    if let history = histories[key] { engine.warm(key, history) }
    builders.append((key, pending[key] ?? CandleBuilder(interval: key.interval)))
  }

  func unwatch(_ key: SeriesKey) { builders.removeAll { $0.key == key } }

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
    for index in builders.indices {
      closed.removeAll(keepingCapacity: true)
      builders[index].builder.advance(to: time, closed: &closed)
      emit(closed, builders[index].key)
    }
  }

  private func deliver(_ event: MarketEvent) {
    engine.received(event)
    guard case .trade(let trade) = event else { return }
    for index in builders.indices where builders[index].key.symbol == trade.symbol {
      closed.removeAll(keepingCapacity: true)
      builders[index].builder.add(price: trade.price, quantity: trade.quantity, at: trade.time, closed: &closed)
      emit(closed, builders[index].key)
    }
  }

  private func emit(_ candles: [Candle], _ key: SeriesKey) {
    for candle in candles {
      let close = key.interval.nextOpenTime(after: candle.openTime)
      engine.received(
        .candle(CandleUpdate(symbol: key.symbol, interval: key.interval, candle: candle, isClosed: true, eventTime: close)))
      histories[key, default: []].append(candle)
      if let count = histories[key]?.count, count > 1_000 { histories[key]?.removeFirst(500) }
    }
  }
}
