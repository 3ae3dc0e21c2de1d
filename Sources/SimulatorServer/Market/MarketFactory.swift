import Time
import ServiceRuntime
import TradingModel
import Venue
import ExchangeSimulation
import MarketModel

/// Makes the market that a configuration asks for.
enum MarketFactory {
  struct Made {
    var source: any MarketSource
    var instruments: [SimulatedInstrument]
    var start: Timestamp
    /// What happened before the start.
    var history: [MarketEvent] = []
    var closingDelayMilliseconds: Int64 = 0
  }

  static func make(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> Made {
    configuration.replays.isEmpty ? try generated(configuration) : try recorded(configuration)
  }

  private static func instrument(_ symbol: Symbol) throws(SimulatorError) -> SimulatedInstrument {
    guard let instrument = SimulatedInstrument(symbol: symbol) else {
      throw SimulatorError(.configuration, "\(symbol) must end in USDT, USDC, FDUSD, BTC, ETH, BNB or EUR")
    }
    return instrument
  }

  private static func generated(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> Made {
    var instruments: [SimulatedInstrument] = []
    for symbol in configuration.symbols { instruments.append(try instrument(symbol)) }
    guard !instruments.isEmpty else { throw SimulatorError(.configuration, "name at least one symbol, e.g. BTCUSDT") }
    guard Set(configuration.symbols).count == instruments.count else { throw SimulatorError(.configuration, "a symbol is named twice") }
    let generator = MarketGenerator(
      seed: configuration.seed, instruments: instruments, start: configuration.startTime ?? WallClock.now(),
      stepNanoseconds: configuration.stepMilliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue)
    var history: [MarketEvent] = []
    let seconds = min(max(configuration.historySeconds, 0), 7 * 86_400)
    for symbol in generator.symbols { history += generator.past(of: symbol, seconds: seconds).map { .trade($0) } }
    let start = generator.now
    return Made(source: GeneratorSource(generator), instruments: instruments, start: start, history: history)
  }

  private static func recorded(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> Made {
    var parts: [any MarketSource] = []
    var instruments: [SimulatedInstrument] = []
    var delay: Int64 = 0
    for file in configuration.replays {
      let name = named(file)
      guard let symbol = name.symbol else {
        throw SimulatorError(.replayFile, "\(file.path): name its symbol, as in \(file.path):BTCUSDT")
      }
      let known = instruments.first { $0.rules.symbol == symbol }
      let made: SimulatedInstrument
      if let known {
        made = known
      } else {
        made = try instrument(symbol)
        instruments.append(made)
      }
      if name.isFeed {
        parts.append(try FeedFileSource(path: file.path))
        delay = 100
      } else if let interval = name.interval {
        let key = SeriesKey(symbol: symbol, interval: interval)
        guard !parts.contains(where: { $0.recordedSeries.contains(key) }) else {
          throw SimulatorError(.replayFile, "\(file.path): \(key) is given twice")
        }
        parts.append(try CandleFileSource(path: file.path, series: key, stepSize: made.rules.stepSize))
      } else {
        throw SimulatorError(.replayFile, "\(file.path): name its symbol and interval, as in \(file.path):BTCUSDT:1m")
      }
    }
    let source = MergedSource(parts)
    guard let start = source.nextTime else { throw SimulatorError(.replayFile, "the recordings hold nothing to replay") }
    return Made(source: source, instruments: instruments, start: start, closingDelayMilliseconds: delay)
  }

  /// Symbol and interval of a file: as told, else from a name like `btcusdt-1m-2024-12.csv` or `feed-btcusdt-20240808.jsonl.gz`.
  static func named(_ file: ReplayFile) -> (symbol: Symbol?, interval: Interval?, isFeed: Bool) {
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    let isFeed = name.hasSuffix(".jsonl") || name.hasSuffix(".jsonl.gz")
    let words = name.split(separator: ".").first?.split(separator: "-").map(String.init) ?? []
    let symbol = file.symbol ?? words.lazy.compactMap { Symbol($0) }.first { $0.assets != nil }
    return (symbol, file.interval ?? words.lazy.compactMap { Interval(rawValue: $0) }.first, isFeed)
  }
}
