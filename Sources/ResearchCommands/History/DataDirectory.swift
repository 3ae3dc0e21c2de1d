import ArgumentParser
import CandleArchive
import ControlCommands
import MarketModel
import Presentation
import Time
import TradingModel

/// Where candles are kept.
struct DataDirectoryOptions: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp("Where candles are kept. (default: BOTD_DATA_DIR, else ~/.local/share/botd)", valueName: "dir"),
    completion: .directory)
  var directory: String?

  func store() throws(CommandFailure) -> CandleStore { try Self.found(directory) }

  /// The directory that is named, else the one in force.
  static func found(_ directory: String?) throws(CommandFailure) -> CandleStore {
    guard let path = directory ?? CandleStore.directory(environment: ControlEnvironment.current.variables), !path.isEmpty else {
      throw CommandFailure(.invalidArgument, "no directory for candles is known: give --data-dir, or set BOTD_DATA_DIR")
    }
    return CandleStore(directory: path)
  }
}

/// `BTCUSDT:1m`: candles of the data directory.
struct StoredSeriesName {
  var series: SeriesKey
  var assets: SymbolAssets?

  /// `nil` when the text does not look like one.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let interval = Interval(rawValue: String(text[text.index(after: colon)...])),
      let spelling = SymbolSpelling(text[..<colon])
    else { return nil }
    series = SeriesKey(symbol: spelling.symbol, interval: interval)
    assets = spelling.assets
  }

  /// `BTCUSDT:1m` of a series.
  static func text(_ series: SeriesKey) -> String { "\(series.symbol.text):\(series.interval.rawValue)" }
}

/// Reads dates of options and collects what is wrong with them.
enum DateOption {
  /// A month (its beginning), a date, or a date with a time.
  static func time(_ text: String?, _ option: String, _ problems: inout [Problem]) -> Timestamp? {
    guard let text else { return nil }
    if let time = CalendarMonth(text)?.start ?? TimeText.timestamp(text) { return time }
    problems.append(Problem(option: option, "\"\(text.prefix(40))\" is no date: write 2024-03, \(TimeText.forms) (UTC)"))
    return nil
  }

  static func range(
    from: String?, to: String?, _ problems: inout [Problem]
  ) -> (from: Timestamp?, to: Timestamp?) {
    let (begin, end) = (time(from, "--from", &problems), time(to, "--to", &problems))
    if let begin, let end, begin >= end { problems.append(Problem(option: "--to", "must be later than --from")) }
    return (begin, end)
  }

  static func require(_ problems: [Problem]) throws(CommandFailure) {
    guard problems.isEmpty else { throw Problem.failure("nothing was done", problems) }
  }
}
