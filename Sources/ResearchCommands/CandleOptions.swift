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
      "Candle file, CSV or CSV.gz with the header open_time,open,high,low,close,volume; may be repeated. Symbol and interval are read from a name like btcusdt-5m-2024.csv, or are written behind it.",
      valueName: "file[:symbol[:interval]]"))
  var candles: [String] = []

  @Option(
    help: ArgumentHelp(
      "The exchange's filters: the answer of GET /api/v3/exchangeInfo. (default: those recorded in 2025 for well-known symbols, else some that fit the price)",
      valueName: "file.json"))
  var exchangeInfo: String?

  @Flag(help: "Puts flat candles where the file lacks some; without it such a file is refused.")
  var fillGaps = false

  @Flag(help: "Skips rows that are no candles; without it such a file is refused.")
  var skipBad = false
}

/// A candle file as named on the command line.
struct CandleSource {
  var path: String
  var symbol: Symbol?
  var interval: Interval?

  /// `file[:symbol[:interval]]`; what is not written is read from the file's name.
  init(_ text: String) throws(CommandFailure) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    path = text
    var named: (symbol: String?, interval: String?) = (nil, nil)
    if parts.count >= 3, Interval(rawValue: parts[parts.count - 1]) != nil {
      path = parts.dropLast(2).joined(separator: ":")
      named = (parts[parts.count - 2], parts[parts.count - 1])
    } else if parts.count >= 2, !parts[parts.count - 1].contains("/"), !parts[parts.count - 1].contains(".") {
      path = parts.dropLast().joined(separator: ":")
      named = (parts[parts.count - 1], nil)
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let words = name.split(separator: ".").first?.split(whereSeparator: { $0 == "-" || $0 == "_" }).map(String.init) ?? []
    symbol = words.lazy.compactMap { Symbol($0) }.first { $0.assets != nil }
    interval = words.lazy.compactMap { Interval(rawValue: $0) }.first
    if let text = named.symbol {
      guard let given = Symbol(text), given.assets != nil else {
        throw CommandFailure(.invalidArgument, "--candles \(text): \(text) is no symbol with a known quote asset, for example BTCUSDT")
      }
      symbol = given
    }
    if let text = named.interval { interval = Interval(rawValue: text) }
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

  /// Reads every file named, and the finer ones for `detail`.
  init(_ options: CandleOptions, detail: [String], _ progress: ProgressLine) throws(CommandFailure) {
    guard !options.candles.isEmpty else {
      throw CommandFailure(
        .invalidArgument, "no candles: name a file with --candles, for example --candles btcusdt-5m-2024.csv (or BTC.csv:BTCUSDT:5m)")
    }
    markets = []
    notes = []
    let known = try options.exchangeInfo.map { file throws(CommandFailure) in try Self.exchangeRules(file) }
    for text in options.candles {
      let (series, symbol) = try Self.load(text, options, progress)
      guard !markets.contains(where: { $0.symbol == symbol }) else {
        throw CommandFailure(.invalidArgument, "--candles: \(symbol) is given twice; join the files into one")
      }
      notes += Self.notes(series)
      var rules = Self.rules(for: symbol, series.candles)
      if let known {
        guard let given = known.first(where: { $0.symbol == symbol }) else {
          throw CommandFailure(.invalidArgument, "--exchange-info: it does not name \(symbol)")
        }
        rules = given
      }
      markets.append(BacktestMarket(rules: rules, interval: series.interval, candles: series.candles))
    }
    for text in detail {
      let (series, symbol) = try Self.load(text, options, progress)
      guard let index = markets.firstIndex(where: { $0.symbol == symbol }) else {
        throw CommandFailure(.invalidArgument, "--detail \(text): there are no --candles of \(symbol) that it could be the detail of")
      }
      guard series.interval.milliseconds < markets[index].interval.milliseconds else {
        throw CommandFailure(
          .invalidArgument,
          "--detail \(text): its \(series.interval) candles are not finer than the \(markets[index].interval) ones of \(symbol)")
      }
      notes += Self.notes(series)
      notes.append(
        "Inside each \(markets[index].interval) candle of \(symbol) the price follows the \(series.interval) candles of the detail file.")
      markets[index].detail = series.candles
      markets[index].detailInterval = series.interval
    }
  }

  private static func load(
    _ text: String, _ options: CandleOptions, _ progress: ProgressLine
  ) throws(CommandFailure) -> (CandleFiles.CandleSeries, Symbol) {
    let source = try CandleSource(text)
    guard let symbol = source.symbol else {
      throw CommandFailure(.invalidArgument, "\(source.path): say which symbol it holds, as in \(source.path):BTCUSDT")
    }
    let name = source.path.split(separator: "/").last.map(String.init) ?? source.path
    return (try source.read(options) { progress.show("reading \(name)", $0) }, symbol)
  }

  /// Symbols of a recorded exchangeInfo; what does not trade now did so in the past.
  private static func exchangeRules(_ file: String) throws(CommandFailure) -> [TradingRules] {
    let bytes = try TextFile.read(file)
    do throws(FrameRefusal) {
      return try ExchangeInformation.tradingRules(try JSONValue(parsing: bytes)).map { rules in
        var rules = rules
        rules.status = .trading
        return rules
      }
    } catch {
      throw CommandFailure(.invalidArgument, "--exchange-info \(file): \(error)")
    }
  }

  /// The exchange's filters of 2025 for well-known symbols; for others those that fit the first price.
  static func rules(for symbol: Symbol, _ candles: [Candle]) -> TradingRules {
    let reference = candles.first?.close ?? .one
    return DerivedRules(symbol: symbol, referencePrice: reference)?.rules
      ?? TradingRules(symbol: symbol, baseAsset: symbol.text, quoteAsset: "")
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
