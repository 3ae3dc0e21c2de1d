import ArgumentParser
import Backtest
import BinanceJSON
import CandleFiles
import ControlCommands
import MarketModel
import Time
import TradingModel

/// Options of the commands that read candle files.
struct CandleOptions: ParsableArguments {
  @Option(
    name: .customLong("candles"),
    help: ArgumentHelp(
      "Candle file, CSV or CSV.gz with the header open_time,open,high,low,close,volume; may be repeated. Symbol and interval are read from a name like btcusdt-5m-2024.csv or WBTC_USDT-1h.csv, or are written behind it; BASE/QUOTE where the name does not tell the assets.",
      valueName: "file[:symbol[:interval]]"), completion: .anyFile)
  var candles: [String] = []

  @Option(
    help: ArgumentHelp(
      "The exchange's filters: the answer of GET /api/v3/exchangeInfo. (default: those recorded in 2025 for well-known symbols, else some that fit the price)",
      valueName: "file.json"), completion: .anyFile)
  var exchangeInfo: String?

  @Flag(help: "Puts flat candles where the file lacks some; without it such a file is refused.")
  var fillGaps = false

  @Flag(help: "Skips rows that are no candles; without it such a file is refused.")
  var skipBad = false
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

/// A candle file as named on the command line.
struct CandleSource {
  var path: String
  var symbol: Symbol?
  /// `nil` where the symbol is.
  var assets: SymbolAssets?
  var interval: Interval?

  /// `file[:symbol[:interval]]`; what is not written is read from the file's name.
  init(_ text: String, _ known: KnownSymbols) throws(CommandFailure) {
    let named: NamedCandleFile
    do throws(NamedCandleFile.Refusal) {
      named = try NamedCandleFile(text, listed: known.assets)
    } catch {
      throw CommandFailure(.invalidArgument, "--candles \(text): \(error)")
    }
    (path, symbol, assets, interval) = (named.path, named.symbol, named.assets, named.interval)
    guard let symbol, assets == nil, try known.rules(for: symbol) == nil else { return }
    throw CommandFailure(
      .invalidArgument,
      "--candles \(text): the quote asset of \(symbol) is not known; write it as \(path):BASE/QUOTE, or give the exchange's answer with --exchange-info"
    )
  }

  /// Reads the file; progress 0…1 is told now and then.
  func read(_ options: CandleOptions, _ progress: @escaping (Double) -> Void) throws(CommandFailure) -> CandleFiles.CandleSeries {
    let settings = CandleReadOptions(interval: interval, fillGaps: options.fillGaps, skipBad: options.skipBad)
    do throws(CandleFileError) {
      return try CandleFile.read(path: path, options: settings, progress: progress)
    } catch {
      throw CommandFailure(.invalidArgument, error.description)
    }
  }
}

/// Candles that were read, by market.
struct LoadedCandles {
  var markets: [BacktestMarket]
  /// What the reader repaired, for the result.
  var notes: [String]

  /// Reads every file named, and the finer ones for `detail`; what is wrong with any of them is added to `problems`.
  init(_ options: CandleOptions, _ known: KnownSymbols, detail: [String], _ problems: inout [Problem], _ progress: ProgressLine) {
    markets = []
    notes = []
    for text in options.candles {
      BacktestPreparation.collect(&problems) { () throws(CommandFailure) in try add(text, options, known, progress) }
    }
    for text in detail {
      BacktestPreparation.collect(&problems) { () throws(CommandFailure) in try addDetail(text, options, known, progress) }
    }
  }

  private mutating func add(
    _ text: String, _ options: CandleOptions, _ known: KnownSymbols, _ progress: ProgressLine
  ) throws(CommandFailure) {
    let (series, symbol, assets) = try Self.load(text, known, options, progress)
    guard !markets.contains(where: { $0.symbol == symbol }) else {
      throw CommandFailure(.invalidArgument, "--candles: \(symbol) is given twice; join the files into one")
    }
    notes += Self.notes(series)
    var (rules, source) = Self.rules(for: symbol, assets, series.candles)
    if let told = try known.rules(for: symbol), let file = options.exchangeInfo {
      (rules, source) = (told, "come from \(file) (--exchange-info)")
    }
    notes.append(RulesNote.text(rules, source))
    markets.append(BacktestMarket(rules: rules, interval: series.interval, candles: series.candles))
  }

  private mutating func addDetail(
    _ text: String, _ options: CandleOptions, _ known: KnownSymbols, _ progress: ProgressLine
  ) throws(CommandFailure) {
    let (series, symbol, _) = try Self.load(text, known, options, progress)
    guard let index = markets.firstIndex(where: { $0.symbol == symbol }) else {
      throw CommandFailure(.invalidArgument, "--detail \(text): there are no --candles of \(symbol) that it could be the detail of")
    }
    guard markets[index].detail.isEmpty else {
      throw CommandFailure(.invalidArgument, "--detail: \(symbol) is given twice; join the files into one")
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

  private static func load(
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
    return (try source.read(options) { progress.show("reading \(name)", $0) }, symbol, source.assets)
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
    if repairs.skippedRows > 0 { list.append("\(name): \(repairs.skippedRows) rows were skipped (--skip-bad).") }
    if !repairs.isEmpty { list += repairs.descriptions.map { "\(name): \($0)" } }
    return list
  }
}
