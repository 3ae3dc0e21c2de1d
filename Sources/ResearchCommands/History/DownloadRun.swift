import ArgumentParser
import CandleArchive
import ControlCommands
import MarketModel
import Presentation
import Synchronization
import Time
import TradingModel

struct DownloadRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download",
    abstract: "Fetches the exchange's candles into the data directory; only what is missing.",
    discussion: """
      Whole months come from the exchange's archive (zip files, each held against its CHECKSUM), the days of the present month too, and the
      rest by REST. Each month of a market is one compact file, written at once or not at all: a download that was interrupted goes on where
      it was when it is run again. What the archive lacks is asked of REST. Without --from it goes on from the newest month that is there.

      BINANCE_ARCHIVE_URL and BINANCE_REST_URL name other servers than the exchange's public ones; no key is needed.

      Examples:
        botctl download BTCUSDT ETHUSDT --interval 1m --from 2023-01
        botctl download BTC/USDT --interval 5m --interval 1h --from 2024-01 --to 2024-07      January to June
        botctl download BTCUSDT                                                              what is new since
        botctl backtest --candles BTCUSDT:1m --strategy rsi                                  then needs no file
      """)

  @Argument(help: ArgumentHelp("Symbols, for example BTCUSDT or BTC/USDT.", valueName: "symbol"), completion: .symbols)
  var symbols: [String]

  @Option(
    help: ArgumentHelp("Candles of this length; may be repeated. One of \(Interval.list). (default: 1m, or what is kept of the symbol)"),
    completion: .intervals)
  var interval: [String] = []

  @Option(
    help: ArgumentHelp("The first month, for example 2023-01 or a date in it. (default: the newest that is kept)", valueName: "month"))
  var from: String?

  @Option(help: ArgumentHelp("Only months that begin before this month or date. (default: up to now)", valueName: "month"))
  var to: String?

  @OptionGroup var data: DataDirectoryOptions
  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: "No colours (also: NO_COLOR).")
  var noColor = false

  func run() async throws {
    let environment = ControlEnvironment.current
    try outputOptions.refuseCSV()
    let output = Output(outputOptions, environment: environment, noColor: noColor)
    var problems: [Problem] = []
    let range = DateOption.range(from: from, to: to, &problems)
    let store = try data.store()
    let wanted = series(store, &problems)
    try DateOption.require(problems)
    let progress = DownloadProgress(environment, markets: wanted.count)
    defer { progress.clear() }
    let variables = environment.variables
    func url(_ name: String, _ standard: String) -> String { variables[name].flatMap { $0.isEmpty ? nil : $0 } ?? standard }
    let source: HistorySource
    do throws(HistoryFailure) {
      source = try HistorySource(
        archive: url("BINANCE_ARCHIVE_URL", HistorySource.archiveDefault), rest: url("BINANCE_REST_URL", HistorySource.restDefault)
      ) { progress.say($0) }
    } catch {
      throw CommandFailure(.failure, error.description)
    }
    defer { source.shutDown() }
    let results = await fetch(wanted, range, source, store, progress)
    progress.clear()
    show(results, store, output)
    let failed = results.compactMap { result in result.failure.map { "\(StoredSeriesName.text(result.series)): \($0)" } }
    guard failed.isEmpty else { throw CommandFailure(.failure, failed.joined(separator: "\n")) }
  }

  /// Every symbol with every interval, each once.
  private func series(_ store: CandleStore, _ problems: inout [Problem]) -> [SeriesKey] {
    var wanted: [SeriesKey] = []
    var given: [Interval] = []
    for text in interval.flatMap({ $0.split(separator: ",") }) {
      if let interval = Interval(rawValue: String(text)) {
        given.append(interval)
      } else {
        problems.append(Problem(option: "--interval", "\(text.prefix(20)) is no interval: one of \(Interval.list)"))
      }
    }
    let kept = from == nil && given.isEmpty ? store.series() : []
    for text in symbols {
      guard let symbol = SymbolSpelling(text)?.symbol else {
        problems.append(Problem(option: "", "\"\(text.prefix(40))\" is no symbol, for example BTCUSDT or BTC/USDT"))
        continue
      }
      let known = kept.filter { $0.symbol == symbol }.map(\.interval)
      for interval in given.isEmpty ? known.isEmpty ? [.oneMinute] : known : given {
        let key = SeriesKey(symbol: symbol, interval: interval)
        if !wanted.contains(key) { wanted.append(key) }
      }
    }
    return wanted
  }

  private struct Result: Sendable {
    var series: SeriesKey
    var summary: HistoryDownload.Summary?
    var failure: String?
  }

  private static let atOnce = 4

  /// Some markets at a time; one that fails does not end the others.
  private func fetch(
    _ wanted: [SeriesKey], _ range: (from: Timestamp?, to: Timestamp?), _ source: HistorySource, _ store: CandleStore,
    _ progress: DownloadProgress
  ) async -> [Result] {
    await withTaskGroup(of: Result.self) { group in
      var rest = wanted[...]
      func begin(_ series: SeriesKey) {
        group.addTask {
          let download = HistoryDownload(series, source: source, store: store) { progress.happened($0) }
          do throws(HistoryFailure) {
            return Result(series: series, summary: try await download.run(from: range.from, to: range.to), failure: nil)
          } catch {
            return Result(series: series, summary: nil, failure: error.description)
          }
        }
      }
      for series in rest.prefix(Self.atOnce) { begin(series) }
      rest = rest.dropFirst(Self.atOnce)
      var results: [Result] = []
      while let result = await group.next() {
        results.append(result)
        if let next = rest.popFirst() { begin(next) }
      }
      return wanted.compactMap { series in results.first { $0.series == series } }
    }
  }

  private func show(_ results: [Result], _ store: CandleStore, _ output: Output) {
    let rows = results.filter { $0.failure == nil }.compactMap { result in
      StoredSeriesRow(result.series, store.months(of: result.series), store, fresh: result.summary?.candles ?? 0)
    }
    switch output.format {
    case .json: output.line(StoredSeriesRow.json(rows))
    case .table, .csv:
      guard !rows.isEmpty else { return }
      output.rowsOnly(rows)
    }
  }
}

/// How far a download is: a line that is drawn over where standard error is a terminal, a line for each month elsewhere.
final class DownloadProgress: Sendable {
  private let environment: ControlEnvironment
  private let bar: ProgressLine
  private let markets: Int
  private let done: Mutex<[SeriesKey: Double]>

  init(_ environment: ControlEnvironment, markets: Int) {
    self.environment = environment
    self.markets = max(markets, 1)
    bar = ProgressLine(environment)
    done = Mutex([:])
  }

  func happened(_ event: HistoryDownload.Event) {
    switch event {
    case .warning(let series, let text): say("\(StoredSeriesName.text(series)): \(text)")
    case .month(let series, let month, let source, let candles, let ready, let total):
      let fraction = done.withLock { done in
        done[series] = Double(ready) / Double(max(total, 1))
        return done.values.reduce(0, +) / Double(markets)
      }
      if environment.isErrorTerminal {
        bar.show("\(StoredSeriesName.text(series)) \(month)", fraction, "\(ready) of \(CountText.of(total, "month"))")
      } else if source != "there", candles > 0 {
        environment.err(
          "\(StoredSeriesName.text(series)) \(month): \(CountText.of(candles, "candle")) from \(source) (\(ready) of \(total))\n")
      }
    }
  }

  /// A line that stays.
  func say(_ text: String) {
    bar.clear()
    environment.err(text + "\n")
  }

  func clear() { bar.clear() }
}
