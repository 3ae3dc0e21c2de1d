public import Time
public import TradingModel
public import Venue

/// Makes trades and quotes of several symbols from a seed: reproducible, mean-reverting, lively at every candle length.
///
/// A price is the reference price times one plus a sum of three damped oscillators driven by noise (periods of about a minute, 20 minutes,
/// two and ten hours) and of jumps that decay within minutes. A random walk would rarely leave the middle of an
/// oscillator such as the RSI; this path swings, so a 30/70 rule trades on candles from one second to hours, and stops are hit.
/// Statistics are `Double` (additions, multiplications and square roots only, the same on every platform); prices and quantities
/// are rounded to the instrument's tick and step.
///
/// Every symbol has its own random stream, so a symbol's path does not depend on which other symbols are generated.
public struct MarketGenerator: Sendable {
  /// Simulated time between two looks at a symbol.
  public let stepNanoseconds: Int64
  /// Up to when the market has been generated.
  public private(set) var now: Timestamp
  private var paths: [GeneratedPath]
  /// The paths as they began.
  private let origins: [GeneratedPath]
  private let beginning: Timestamp

  /// - Parameters:
  ///   - seed: the same seed, instruments, start and step give the same market.
  ///   - instruments: their order is the order of events within one step.
  ///   - start: the time of the first step; rounded down to a whole step.
  ///   - stepNanoseconds: 1 ms to 10 s, 200 ms by default. About two trades of each symbol fall into three steps.
  public init(seed: UInt64, instruments: [SimulatedInstrument], start: Timestamp, stepNanoseconds: Int64 = 200_000_000) {
    self.stepNanoseconds = min(max(stepNanoseconds, 1_000_000), 10_000_000_000)
    now = Timestamp(nanoseconds: start.nanoseconds - start.nanoseconds % self.stepNanoseconds)
    beginning = now
    paths = instruments.map { GeneratedPath(seed: seed, instrument: $0) }
    origins = paths
  }

  public var symbols: [Symbol] { paths.map(\.symbol) }

  /// The time of the next step.
  public var nextTime: Timestamp { now.advanced(byNanoseconds: stepNanoseconds) }

  /// Generates the next step of every symbol and appends its events: for each symbol a changed quote, then at most one trade.
  public mutating func step(_ events: inout [MarketEvent]) {
    now = nextTime
    for index in paths.indices { paths[index].step(seconds: Double(stepNanoseconds) / 1_000_000_000, at: now, &events) }
  }

  /// Generates every step up to and including `time`.
  public mutating func advance(to time: Timestamp, _ events: inout [MarketEvent]) {
    while nextTime <= time { step(&events) }
  }

  /// One symbol's trades of the `seconds` before the start, oldest first, in steps of one second; they lead to the price at the start.
  /// Changes nothing, whenever it is called. Cost: about a microsecond a second.
  ///
  /// The path is walked backwards from its beginning: the oscillators look the same in both directions of time.
  public func past(of symbol: Symbol, seconds: Int) -> [MarketTrade] {
    guard seconds > 0, var path = origins.first(where: { $0.symbol == symbol })?.reversed else { return [] }
    var events: [MarketEvent] = []
    var trades: [MarketTrade] = []
    for second in 0..<seconds {
      events.removeAll(keepingCapacity: true)
      path.step(seconds: 1, at: beginning.advanced(byMilliseconds: -1_000 * Int64(second) - 500), &events)
      if case .trade(let trade)? = events.last { trades.append(trade) }
    }
    trades.reverse()
    // Numbered in order of time, as an exchange does.
    for index in trades.indices { trades[index].id = TradeID(Int64(index) + 1) }
    return trades
  }
}

/// One symbol's path.
struct GeneratedPath: Sendable {
  /// A damped oscillator driven by noise: x″ = −ω²x − 2ζωx′ + σ·noise, whose variance settles at σ² ÷ (4ζω³).
  private struct Oscillator: Sendable {
    var position = 0.0
    var velocity = 0.0
    let stiffness: Double
    let damping: Double
    let noise: Double

    init(periodSeconds: Double, deviation: Double) {
      let omega = 2 * Double.pi / periodSeconds
      let zeta = 0.15
      stiffness = omega * omega
      damping = 2 * zeta * omega
      noise = deviation * (4 * zeta * omega * omega * omega).squareRoot()
    }

    /// Where it would be after a long time.
    mutating func settle(_ random: inout SeededRandom) {
      let variance = noise * noise / (2 * damping)
      position = random.normal() * (variance / stiffness).squareRoot()
      velocity = random.normal() * variance.squareRoot()
    }

    mutating func reverse() { velocity = -velocity }

    mutating func step(seconds: Double, root: Double, normal: Double) {
      velocity += (-stiffness * position - damping * velocity) * seconds + noise * root * normal
      position += velocity * seconds
    }
  }

  let symbol: Symbol
  private let reference: Double
  private let tick: Price
  private let lot: Quantity
  private let typicalQuantity: Double
  private let volatility: Double
  private var random: SeededRandom
  private var oscillators: [Oscillator]
  private var jump = 0.0
  private var bid = Price.zero
  private var ask = Price.zero
  private var nextTradeID: Int64 = 1

  init(seed: UInt64, instrument: SimulatedInstrument) {
    symbol = instrument.rules.symbol
    var mixed = seed
    for byte in symbol.text.utf8 { mixed = (mixed ^ UInt64(byte)) &* 0x100_0000_01B3 }
    random = SeededRandom(seed: mixed)
    reference = max(instrument.referencePrice.statisticValue, 1e-8)
    tick = instrument.rules.tickSize.isPositive ? instrument.rules.tickSize : FixedDecimal(raw: 1)
    lot = instrument.rules.stepSize.isPositive ? instrument.rules.stepSize : FixedDecimal(raw: 1)
    typicalQuantity = 2_000 / reference
    volatility = min(max(instrument.volatility, 0), 4)
    oscillators = [
      Oscillator(periodSeconds: 70, deviation: 0.0025),
      Oscillator(periodSeconds: 1_300, deviation: 0.009),
      Oscillator(periodSeconds: 7_200, deviation: 0.018),
      Oscillator(periodSeconds: 36_000, deviation: 0.025),
    ]
    for index in oscillators.indices { oscillators[index].settle(&random) }
  }

  /// The same state with time running the other way, and randomness of its own.
  var reversed: GeneratedPath {
    var copy = self
    for index in copy.oscillators.indices { copy.oscillators[index].reverse() }
    copy.random = SeededRandom(seed: copy.random.next())
    return copy
  }

  mutating func step(seconds: Double, at time: Timestamp, _ events: inout [MarketEvent]) {
    let root = seconds.squareRoot()
    var deviation = 0.0
    for index in oscillators.indices {
      oscillators[index].step(seconds: seconds, root: root, normal: random.normal())
      deviation += oscillators[index].position
    }
    // About one jump in twenty minutes, gone within a few more.
    jump -= jump * min(seconds / 240, 1)
    if random.uniform() < seconds / 1_200 { jump += random.normal() * 0.012 }
    deviation = (deviation + jump) * volatility
    let middle = max(reference * (1 + max(deviation, -0.6)), tick.statisticValue * 10)
    quote(around: middle, at: time, &events)
    if random.uniform() < 0.66 { trade(at: time, &events) }
  }

  private mutating func quote(around middle: Double, at time: Timestamp, _ events: inout [MarketEvent]) {
    guard let center = FixedDecimal(nearestTo: middle) else { return }
    let below = max(center.roundedDown(toMultipleOf: tick), tick)
    // One to three ticks, or half a basis point where the tick is finer than that.
    var width = FixedDecimal(raw: tick.raw * Int128(1 + random.integer(below: 3)))
    let floor = FixedDecimal(raw: center.raw / 20_000).roundedDown(toMultipleOf: tick)
    if width < floor { width = floor }
    let bidQuantity = quantity(scale: 4)
    let askQuantity = quantity(scale: 4)
    guard below != bid || below + width != ask else { return }
    bid = below
    ask = below + width
    events.append(
      .quote(
        Quote(symbol: symbol, bidPrice: bid, bidQuantity: bidQuantity, askPrice: ask, askQuantity: askQuantity, time: time)))
  }

  private mutating func trade(at time: Timestamp, _ events: inout [MarketEvent]) {
    let sells = random.next() & 1 == 0
    let trade = MarketTrade(
      symbol: symbol, id: TradeID(nextTradeID), price: sells ? bid : ask, quantity: quantity(scale: 1), time: time, isBuyerMaker: sells)
    nextTradeID += 1
    events.append(.trade(trade))
  }

  /// Skewed toward small sizes, at least one lot.
  private mutating func quantity(scale: Double) -> Quantity {
    let draw = random.uniform()
    let size = typicalQuantity * scale * (0.05 + 2 * draw * draw * draw)
    return max((FixedDecimal(nearestTo: size) ?? lot).roundedDown(toMultipleOf: lot), lot)
  }
}
