import ArgumentParser
import Backtest
import BinanceJSON
import CandleArchive
import CandleFiles
import ControlCommands
import MarketModel
import Presentation
import Time
import TradingModel

/// Options of the commands that read candle files.
struct CandleOptions: ParsableArguments {
  @Option(
    name: .customLong("candles"),
    help: ArgumentHelp(
      "Candles: SYMBOL:INTERVAL of the data directory (botctl download), for example BTCUSDT:1m; or a file: CSV with a header such as open_time,open,high,low,close,volume, the exchange's archive as it was downloaded (CSV or zip), freqtrade's JSON or feather, also as .gz. May be repeated; several files of one symbol are joined. Symbol and interval are read from a name like btcusdt-5m-2024.csv or WBTC_USDT-1h.csv, or are written behind it; BASE/QUOTE where the name does not tell the assets.",
      valueName: "symbol:interval|file[:symbol[:interval]]"), completion: .anyFile)
  var candles: [String] = []

  @Option(
    help: ArgumentHelp(
      "The exchange's filters: the answer of GET /api/v3/exchangeInfo. (default: those recorded in 2025 for well-known symbols, else some that fit the price)",
      valueName: "file.json"), completion: .anyFile)
  var exchangeInfo: String?

  @Flag(help: "Puts flat candles where the file lacks some; without it such a file is refused.")
  var fillGaps = false

  @Flag(help: "Skips rows that are no candles, 1 % of a file at most; without it such a file is refused.")
  var skipBad = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --skip-bad: the part of a file's rows that may be skipped, in percent. (default: 1)", valueName: "percent"))
  var skipBadLimit: String?

  @Option(
    help: ArgumentHelp(
      "Which column of the files is what, by number from 1 or by the header's word, for example time=2,open=3,high=4,low=5,close=6,volume=\"Vol BTC\". What is not named is found by the header.",
      valueName: "name=column,…"))
  var columns: String?

  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp("Where SYMBOL:INTERVAL is looked for. (default: BOTD_DATA_DIR, else ~/.local/share/botd)", valueName: "dir"),
    completion: .directory)
  var dataDirectory: String?
}

extension CandleOptions {
  /// How files are read.
  func reading(_ interval: Interval?) throws(CommandFailure) -> CandleReadOptions {
    var reading = CandleReadOptions(interval: interval, fillGaps: fillGaps, skipBad: skipBad)
    if let columns {
      do throws(CandleColumnChoice.Refusal) {
        reading.columns = try CandleColumnChoice(columns)
      } catch {
        throw CommandFailure(.invalidArgument, "--columns: \(error)")
      }
    }
    guard let skipBadLimit else { return reading }
    guard skipBad else { throw CommandFailure(.invalidArgument, "--skip-bad-limit needs --skip-bad") }
    guard let percent = Double(skipBadLimit), (0...100).contains(percent) else {
      throw CommandFailure(.invalidArgument, "--skip-bad-limit: \"\(skipBadLimit.prefix(20))\" must be a number of percent from 0 to 100")
    }
    reading.skippedShareMaximum = percent / 100
    return reading
  }
}

/// What `--exchange-info` says of symbols; nothing where it is not given.
struct KnownSymbols {
  private var rules: [Symbol: TradingRules]?
  private var leftOut: [Symbol: String] = [:]

  /// Of no file.
  init() {}

  /// Reads the file; what does not trade now did so in the past.
  init(_ options: CandleOptions) throws(CommandFailure) {
    guard let file = options.exchangeInfo else { return }
    let bytes = try TextFile.read(file)
    do throws(FrameRefusal) {
      let listing = try ExchangeInformation.tradingRules(try JSONValue(parsing: bytes))
      var rules: [Symbol: TradingRules] = [:]
      for var known in listing.rules {
        known.status = .trading
        rules[known.symbol] = known
      }
      self.rules = rules
      for entry in listing.leftOut { if let symbol = entry.symbol { leftOut[symbol] = entry.reason } }
    } catch {
      throw CommandFailure(
        .invalidArgument, "--exchange-info \(file): \(error); it must be the exchange's answer to GET /api/v3/exchangeInfo")
    }
  }

  func assets(of symbol: Symbol) -> SymbolAssets? { rules?[symbol].map { SymbolAssets(base: $0.baseAsset, quote: $0.quoteAsset) } }

  /// The exchange's rules; without a file `nil`.
  func rules(for symbol: Symbol) throws(CommandFailure) -> TradingRules? {
    guard let rules else { return nil }
    if let known = rules[symbol] { return known }
    if let reason = leftOut[symbol] { throw CommandFailure(.invalidArgument, "--exchange-info: \(symbol) is left out: \(reason)") }
    throw CommandFailure(.invalidArgument, "--exchange-info: it does not name \(symbol)")
  }
}

/// Candles as named on the command line: a file, or a series of the data directory.
struct CandleSource {
  var path: String
  /// Of the data directory; `nil` for a file.
  var stored: SeriesKey?
  var symbol: Symbol?
  /// `nil` where the symbol is.
  var assets: SymbolAssets?
  var interval: Interval?

  /// `file[:symbol[:interval]]`; what is not written is read from the file's name.
  init(_ text: String, _ known: KnownSymbols) throws(CommandFailure) {
    // A file of that name goes first.
    if let name = StoredSeriesName(text), TextFile.unreadable(text) != nil,
      TextFile.unreadable(String(text[..<(text.lastIndex(of: ":") ?? text.endIndex)])) != nil
    {
      (path, symbol, interval, stored) = (text, name.series.symbol, name.series.interval, name.series)
      assets = known.assets(of: name.series.symbol) ?? name.assets
      try requireAssets(text, known)
      return
    }
    let named: NamedCandleFile
    do throws(NamedCandleFile.Refusal) {
      named = try NamedCandleFile(text, listed: known.assets)
    } catch {
      throw CommandFailure(.invalidArgument, "--candles \(text): \(error)")
    }
    (path, symbol, assets, interval) = (named.path, named.symbol, named.assets, named.interval)
    try requireAssets(text, known)
  }

  private func requireAssets(_ text: String, _ known: KnownSymbols) throws(CommandFailure) {
    guard let symbol, assets == nil, try known.rules(for: symbol) == nil else { return }
    throw CommandFailure(
      .invalidArgument,
      "--candles \(text): the quote asset of \(symbol) is not known; write it as \(path):BASE/QUOTE, or give the exchange's answer with --exchange-info"
    )
  }

  /// Reads the file, or of the data directory what lies in the range; progress 0…1 is told now and then.
  func read(
    _ options: CandleOptions, _ range: CandleRange = CandleRange(), _ progress: @escaping (Double) -> Void
  ) throws(CommandFailure) -> CandleFiles.CandleSeries {
    let settings = try options.reading(interval)
    let store = try stored.map { _ throws(CommandFailure) in try DataDirectoryOptions.found(options.dataDirectory) }
    do throws(CandleFileError) {
      guard let stored, let store else { return try CandleFile.read(path: path, options: settings, progress: progress) }
      return try store.read(stored, from: range.begin, to: range.to, options: settings, progress: progress)
    } catch {
      throw CommandFailure(.invalidArgument, error.description)
    }
  }
}

/// What of a data directory's candles a run needs.
struct CandleRange {
  /// Candles that warm a strategy up are read before the first that trades: this many of the interval that is traded.
  static let warmUpCandles = 2_000

  var from: Timestamp?
  var to: Timestamp?
  /// The interval that is traded.
  var interval: Interval?

  /// From when on candles are read.
  var begin: Timestamp? {
    let length = max((interval ?? .oneDay).milliseconds * Int64(Self.warmUpCandles), Interval.oneMonth.millisecondsMaximum)
    return from?.advanced(byMilliseconds: -length)
  }
}

/// Candles that were read, by market.
struct LoadedCandles {
  var markets: [BacktestMarket]
  /// What the reader repaired, for the result.
  var notes: [String]

  /// Reads every file named, and the finer ones for `detail`; what is wrong with any of them is added to `problems`.
  init(
    _ options: CandleOptions, _ known: KnownSymbols, detail: [String], range: CandleRange, _ problems: inout [Problem],
    _ progress: ProgressLine
  ) {
    markets = []
    notes = []
    self.range = range
    for group in grouped(options.candles, options, known, &problems, progress) {
      BacktestPreparation.collect(&problems) { () throws(CommandFailure) in try add(group, options, known) }
    }
    for group in grouped(detail, options, known, &problems, progress) {
      BacktestPreparation.collect(&problems) { () throws(CommandFailure) in try addDetail(group, options) }
    }
  }

  private let range: CandleRange

  /// What was given of one symbol.
  private struct Group {
    var symbol: Symbol
    var assets: SymbolAssets?
    var parts: [CandleFiles.CandleSeries]

    /// All of it as one series.
    func joined(_ options: CandleOptions) throws(CommandFailure) -> CandleFiles.CandleSeries {
      let reading = try options.reading(nil)
      do throws(CandleFileError) {
        return try CandleFile.joined(parts, reading)
      } catch {
        throw CommandFailure(.invalidArgument, error.description)
      }
    }
  }

  /// Reads everything named; several files of one symbol, as an archive's months, are one group.
  private func grouped(
    _ names: [String], _ options: CandleOptions, _ known: KnownSymbols, _ problems: inout [Problem], _ progress: ProgressLine
  ) -> [Group] {
    var groups: [Group] = []
    for text in names {
      let loaded = BacktestPreparation.collect(&problems) { () throws(CommandFailure) in
        try load(text, known, options, progress)
      }
      guard let (series, symbol, assets) = loaded else { continue }
      if let index = groups.firstIndex(where: { $0.symbol == symbol }) {
        groups[index].parts.append(series)
      } else {
        groups.append(Group(symbol: symbol, assets: assets, parts: [series]))
      }
    }
    return groups
  }

  private mutating func add(_ group: Group, _ options: CandleOptions, _ known: KnownSymbols) throws(CommandFailure) {
    let (symbol, assets) = (group.symbol, group.assets)
    let series = try group.joined(options)
    notes += Self.notes(series)
    var (rules, source) = Self.rules(for: symbol, assets, series.candles)
    if let told = try known.rules(for: symbol), let file = options.exchangeInfo {
      (rules, source) = (told, "come from \(file) (--exchange-info)")
    }
    notes.append(RulesNote.text(rules, source))
    markets.append(BacktestMarket(rules: rules, interval: series.interval, candles: series.candles))
  }

  private mutating func addDetail(_ group: Group, _ options: CandleOptions) throws(CommandFailure) {
    let (symbol, text) = (group.symbol, group.parts.first?.path ?? "")
    let series = try group.joined(options)
    guard let index = markets.firstIndex(where: { $0.symbol == symbol }) else {
      throw CommandFailure(.invalidArgument, "--detail \(text): there are no --candles of \(symbol) that it could be the detail of")
    }
    guard series.interval.milliseconds < markets[index].interval.milliseconds else {
      throw CommandFailure(
        .invalidArgument,
        "--detail \(text): its \(series.interval) candles are not finer than the \(markets[index].interval) ones of \(symbol)")
    }
    notes += Self.notes(series)
    markets[index].detail = series.candles
    markets[index].detailInterval = series.interval
  }

  private func load(
    _ text: String, _ known: KnownSymbols, _ options: CandleOptions, _ progress: ProgressLine
  ) throws(CommandFailure) -> (CandleFiles.CandleSeries, Symbol, SymbolAssets?) {
    let source = try CandleSource(text, known)
    guard let symbol = source.symbol else {
      // Whether it is there comes first.
      if let reason = TextFile.unreadable(source.path) {
        throw CommandFailure(.invalidArgument, "\(source.path): cannot be opened: \(reason)")
      }
      throw CommandFailure(.invalidArgument, "\(source.path): say which symbol it holds, as in \(source.path):BTCUSDT")
    }
    let name = source.path.split(separator: "/").last.map(String.init) ?? source.path
    return (try source.read(options, range) { progress.show("reading \(name)", $0) }, symbol, source.assets)
  }

  /// The exchange's filters of 2025 for well-known symbols, for others those that fit the first price; and where they come from.
  private static func rules(for symbol: Symbol, _ assets: SymbolAssets?, _ candles: [Candle]) -> (TradingRules, source: String) {
    let reference = candles.first?.close ?? .one
    guard let derived = DerivedRules(symbol: symbol, assets: assets, referencePrice: reference) else {
      return (TradingRules(symbol: symbol, baseAsset: symbol.text, quoteAsset: ""), "are none: its quote asset is not known")
    }
    let recorded = "were recorded from the exchange in 2025"
    return (derived.rules, derived.areRecorded ? recorded : "were derived from the first price, not told by the exchange (--exchange-info)")
  }

  private static func notes(_ series: CandleFiles.CandleSeries) -> [String] {
    let name = series.path.split(separator: "/").last.map(String.init) ?? series.path
    var list: [String] = []
    let repairs = series.repairs
    if repairs.gapsFilled > 0 { list.append("\(name): \(repairs.gapsFilled) missing candles were filled with flat ones (--fill-gaps).") }
    if repairs.skippedRows > 0 {
      list.append("\(name): \(CountText.of(repairs.skippedRows, "row was", "rows were")) skipped (--skip-bad).")
    }
    if !repairs.isEmpty { list += repairs.descriptions.map { "\(name): \($0)" } }
    return list
  }
}
