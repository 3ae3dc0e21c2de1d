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
    /// Where the trading rules of a recorded symbol come from, in words.
    var ruleOrigins: [Symbol: String] = [:]
  }

  static func make(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> Made {
    configuration.replays.isEmpty ? try generated(configuration) : try recorded(configuration)
  }

  private static func instrument(
    _ symbol: Symbol, _ assets: SymbolAssets?, _ configuration: SimulatorConfiguration
  ) throws(SimulatorError) -> SimulatedInstrument {
    if let listed = configuration.listed {
      guard let rules = listed[symbol] else { throw SimulatorError(.configuration, "--exchange-info: it does not name \(symbol)") }
      return SimulatedInstrument(listed: rules)
    }
    guard let instrument = SimulatedInstrument(symbol: symbol, assets: assets ?? configuration.assets[symbol]) else {
      throw SimulatorError(
        .configuration,
        "the quote asset of \(symbol) is not known: write BASE/QUOTE in its place, or give the exchange's answer with --exchange-info")
    }
    return instrument
  }

  private static func generated(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> Made {
    var instruments: [SimulatedInstrument] = []
    for symbol in configuration.symbols { instruments.append(try instrument(symbol, nil, configuration)) }
    guard !instruments.isEmpty else { throw SimulatorError(.configuration, "name at least one symbol, e.g. BTCUSDT") }
    guard Set(configuration.symbols).count == instruments.count else { throw SimulatorError(.configuration, "a symbol is named twice") }
    let generator = MarketGenerator(
      seed: configuration.seed, instruments: instruments, start: configuration.startTime ?? WallClock.now(),
      stepNanoseconds: configuration.stepMilliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue)
    var history: [MarketEvent] = []
    let seconds = min(max(configuration.historySeconds, 0), SimulatorConfiguration.historySecondsMaximum)
    for symbol in generator.symbols { history += generator.past(of: symbol, seconds: seconds).map { .trade($0) } }
    let start = generator.now
    return Made(
      source: GeneratorSource(generator, instruments: instruments, levelNotional: configuration.bookLevelNotional),
      instruments: instruments, start: start, history: history)
  }

  /// A series and the files that hold it, in the order they are named.
  private struct RecordedSeries {
    let key: SeriesKey
    let assets: SymbolAssets?
    var paths: [String]
  }

  private static func recorded(_ configuration: SimulatorConfiguration) throws(SimulatorError) -> Made {
    var series: [RecordedSeries] = []
    var feeds: [(path: String, symbol: Symbol, assets: SymbolAssets?)] = []
    for file in configuration.replays {
      let name = named(file) { symbol in
        configuration.listed?[symbol].map { SymbolAssets(base: $0.baseAsset, quote: $0.quoteAsset) } ?? configuration.assets[symbol]
      }
      guard let symbol = name.symbol else {
        throw SimulatorError(.replayFile, "\(file.path): name its symbol, as in \(file.path):BTCUSDT")
      }
      if name.isFeed {
        feeds.append((file.path, symbol, name.assets))
      } else if let interval = name.interval {
        let key = SeriesKey(symbol: symbol, interval: interval)
        if let known = series.firstIndex(where: { $0.key == key }) {
          series[known].paths.append(file.path)
        } else {
          series.append(RecordedSeries(key: key, assets: name.assets, paths: [file.path]))
        }
      } else {
        throw SimulatorError(.replayFile, "\(file.path): name its symbol and interval, as in \(file.path):BTCUSDT:1m")
      }
    }
    return try recorded(series, feeds, configuration)
  }

  private static func recorded(
    _ series: [RecordedSeries], _ feeds: [(path: String, symbol: Symbol, assets: SymbolAssets?)], _ configuration: SimulatorConfiguration
  ) throws(SimulatorError) -> Made {
    var parts: [any MarketSource] = []
    var instruments: [SimulatedInstrument] = []
    var origins: [Symbol: String] = [:]
    func known(_ symbol: Symbol) -> SimulatedInstrument? { instruments.first { $0.rules.symbol == symbol } }
    for entry in series {
      let rows = try CandleFileSource.read(entry.paths, entry.key)
      let made: SimulatedInstrument
      if let instrument = known(entry.key.symbol) {
        made = instrument
      } else {
        (made, origins[entry.key.symbol]) = try instrument(entry.key.symbol, entry.assets, rows, configuration)
        instruments.append(made)
      }
      parts.append(CandleFileSource(rows: rows, series: entry.key, stepSize: made.rules.stepSize))
    }
    for feed in feeds {
      if known(feed.symbol) == nil {
        let made = try instrument(feed.symbol, feed.assets, [], configuration)
        instruments.append(made.instrument)
        origins[feed.symbol] = made.origin
      }
      parts.append(try FeedFileSource(path: feed.path))
    }
    let source = MergedSource(parts)
    guard let start = source.nextTime else { throw SimulatorError(.replayFile, "the recordings hold nothing to replay") }
    return Made(
      source: source, instruments: instruments, start: start, closingDelayMilliseconds: feeds.isEmpty ? 0 : 100, ruleOrigins: origins)
  }

  /// The rules of a recorded symbol and where they come from: the exchange's answer, or what fits the recording.
  private static func instrument(
    _ symbol: Symbol, _ assets: SymbolAssets?, _ rows: [Candle], _ configuration: SimulatorConfiguration
  ) throws(SimulatorError) -> (instrument: SimulatedInstrument, origin: String) {
    let instrument = try instrument(symbol, assets, configuration)
    guard configuration.listed == nil else { return (instrument, "the answer of exchangeInfo") }
    let assets = SymbolAssets(base: instrument.rules.baseAsset, quote: instrument.rules.quoteAsset)
    guard let price = rows.first?.close, let derived = DerivedRules(symbol: symbol, assets: assets, referencePrice: price),
      let observed = ObservedRules(derived, rows)
    else { return (instrument, "filters that fit the name") }
    return (SimulatedInstrument(rules: observed.rules, referencePrice: price), observed.origin)
  }

  /// Symbol and interval of a file: as told, else from its name (`CandleFileName`).
  static func named(
    _ file: ReplayFile, listed: (Symbol) -> SymbolAssets? = { _ in nil }
  ) -> (symbol: Symbol?, assets: SymbolAssets?, interval: Interval?, isFeed: Bool) {
    let name = CandleFileName(file.path, listed: listed)
    let isFeed = file.path.hasSuffix(".jsonl") || file.path.hasSuffix(".jsonl.gz")
    let assets = file.symbol == nil || file.symbol == name.symbol ? name.assets : nil
    return (file.symbol ?? name.symbol, assets, file.interval ?? name.interval, isFeed)
  }
}
