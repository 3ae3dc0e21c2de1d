import Time
import TradingModel
import Venue
import ExchangeSimulation

/// One thing that happens on the market.
enum MarketStep {
  /// A trade. Recorded ones are published as they are; generated ones pass through the matching engine.
  case trade(MarketTrade, eventTime: Timestamp)
  case quote(Quote, updateID: Int64?)
  /// A candle of a recorded series, in progress or closed.
  case candle(Symbol, Interval, Kline, isClosed: Bool)
}

/// Where the market comes from: a generator or recordings.
protocol MarketSource {
  /// When something happens next; `nil` when nothing will.
  var nextTime: Timestamp? { get }
  /// Appends what happens at ``nextTime``.
  mutating func step(_ steps: inout [MarketStep]) throws(SimulatorError)
  /// Fraction done, 0…1; `nil` for an endless market.
  var progress: Double? { get }
  /// Series that come recorded and are not built from trades.
  var recordedSeries: [SeriesKey] { get }
}

/// A generated market.
struct GeneratorSource: MarketSource {
  private var generator: MarketGenerator
  private var events: [MarketEvent] = []

  /// The greatest amount on the best levels, and the steps of quantities; `nil`: as generated.
  private let levelNotional: Amount?
  private let steps: [Symbol: Quantity]

  init(_ generator: MarketGenerator, instruments: [SimulatedInstrument], levelNotional: Amount?) {
    self.generator = generator
    self.levelNotional = levelNotional
    steps = Dictionary(instruments.map { ($0.rules.symbol, $0.rules.stepSize) }) { first, _ in first }
  }

  private func thinned(_ quote: Quote) -> Quote {
    guard let levelNotional else { return quote }
    var thin = quote
    let step = steps[quote.symbol] ?? .zero
    func most(_ price: Price) -> Quantity {
      max(levelNotional.divided(by: price, rounding: .towardZero).roundedDown(toMultipleOf: step), step)
    }
    thin.bidQuantity = min(thin.bidQuantity, most(quote.bidPrice))
    thin.askQuantity = min(thin.askQuantity, most(quote.askPrice))
    return thin
  }

  var nextTime: Timestamp? { generator.nextTime }
  var progress: Double? { nil }
  var recordedSeries: [SeriesKey] { [] }

  mutating func step(_ steps: inout [MarketStep]) {
    events.removeAll(keepingCapacity: true)
    generator.step(&events)
    for event in events {
      switch event {
      case .trade(let trade): steps.append(.trade(trade, eventTime: trade.time))
      case .quote(let quote): steps.append(.quote(thinned(quote), updateID: nil))
      case .candle, .ticker: continue
      }
    }
  }
}

/// Several recordings at once, in order of time; where times are equal, in the order given.
struct MergedSource: MarketSource {
  private var parts: [any MarketSource]

  init(_ parts: [any MarketSource]) { self.parts = parts }

  private var nextPart: Int? {
    var found: Int?
    var best = Timestamp.distantFuture
    for (index, part) in parts.enumerated() {
      guard let time = part.nextTime, found == nil || time < best else { continue }
      found = index
      best = time
    }
    return found
  }

  var nextTime: Timestamp? { nextPart.flatMap { parts[$0].nextTime } }
  var recordedSeries: [SeriesKey] { parts.flatMap(\.recordedSeries) }

  var progress: Double? {
    let known = parts.compactMap(\.progress)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  mutating func step(_ steps: inout [MarketStep]) throws(SimulatorError) {
    guard let part = nextPart else { return }
    try parts[part].step(&steps)
  }
}
