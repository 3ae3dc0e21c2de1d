import ArgumentParser
import CandleArchive
import CandleFiles
import ControlCommands
import Presentation
import Time
import TradingModel

struct DataGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Lists, checks or exports the candles that download keeps.",
    subcommands: [DataList.self, DataCheck.self, DataExport.self], defaultSubcommand: DataList.self)
}

/// What is kept of one market.
struct StoredSeriesRow: TableRow {
  var series: SeriesKey
  var months: Int
  var candles: Int
  var sizeBytes: Int
  var from: Timestamp
  var completeTo: Timestamp
  var fresh: Int

  /// `nil` when nothing is kept.
  init?(_ series: SeriesKey, _ months: [CandleStore.Month], _ store: CandleStore, fresh: Int = 0) {
    guard let first = months.first(where: { $0.candles > 0 }) ?? months.first, let last = months.last else { return nil }
    self.series = series
    self.months = months.count
    candles = months.reduce(0) { $0 + $1.candles }
    sizeBytes = months.reduce(0) { $0 + $1.sizeBytes }
    // Files of before it stood in their heads are read.
    from = first.firstCandle ?? (try? store.candles(series, first))?.first?.openTime ?? first.month.start
    completeTo = last.completeTo
    self.fresh = fresh
  }

  static var leftOutFirst: [String] { ["NEW", "SIZE", "MONTHS"] }

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("CANDLES") { Cell(StoredSeriesName.text($0.series), .accent) },
      TableColumn("FROM") { Cell(TimeText.minute($0.from)) },
      TableColumn("COMPLETE TO") { Cell(TimeText.minute($0.completeTo)) },
      TableColumn("MONTHS", .right) { Cell("\($0.months)") },
      TableColumn("COUNT", .right) { Cell("\($0.candles)") },
      TableColumn("NEW", .right) { Cell("\($0.fresh)") },
      TableColumn("SIZE", .right) { Cell(Self.size($0.sizeBytes)) },
    ]
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\((bytes + 1_023) >> 10) KiB" : "\((bytes + (1 << 20) - 1) >> 20) MiB"
  }

  static func json(_ rows: [StoredSeriesRow]) -> String {
    var json = JSONText(pretty: true)
    json.beginArray()
    for row in rows {
      json.element()
      json.beginObject()
      json.field("symbol", row.series.symbol.text)
      json.field("interval", row.series.interval.rawValue)
      json.field("from_time_ns", row.from.nanoseconds)
      json.field("complete_to_time_ns", row.completeTo.nanoseconds)
      json.field("months", row.months)
      json.field("candles", row.candles)
      json.field("new_candles", row.fresh)
      json.field("size_bytes", row.sizeBytes)
      json.endObject()
    }
    json.endArray()
    return json.text
  }
}

struct DataList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the candles that are kept.",
    discussion: """
      Reads the heads of the files only; botctl data check reads everything.

      Example:
        botctl data list
      """)

  @OptionGroup var data: DataDirectoryOptions
  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: "No colours (also: NO_COLOR).")
  var noColor = false

  func run() async throws {
    try outputOptions.refuseCSV()
    let output = Output(outputOptions, environment: .current, noColor: noColor)
    let store = try data.store()
    let rows = store.series().compactMap { StoredSeriesRow($0, store.months(of: $0), store) }
    if output.format == .json { return output.line(StoredSeriesRow.json(rows)) }
    if rows.isEmpty {
      output.remark("\(store.directory) holds no candles; botctl download BTCUSDT --from 2024-01 fetches some")
    } else {
      output.rowsOnly(rows)
    }
  }
}

struct DataCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Reads every file that is kept, and says what is damaged or missing.",
    discussion: """
      A hole inside a month is one of the exchange's own: neither its archive nor REST has those candles. Months that are missing between
      others, and damaged files, are fetched by botctl download. Exit code 1: something is damaged or missing.

      Examples:
        botctl data check
        botctl data check BTCUSDT:1m
      """)

  @Argument(help: ArgumentHelp("Only these, for example BTCUSDT:1m.", valueName: "symbol:interval"))
  var names: [String] = []

  @OptionGroup var data: DataDirectoryOptions
  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: "No colours (also: NO_COLOR).")
  var noColor = false

  /// What is found in one market.
  struct Finding: TableRow {
    var series: SeriesKey
    var what: String
    var text: String
    var isBad: Bool

    static var columns: [TableColumn<Self>] {
      [
        TableColumn("CANDLES") { Cell(StoredSeriesName.text($0.series), .accent) },
        TableColumn("FINDING") { Cell($0.what, $0.isBad ? .bad : .plain) },
        TableColumn("DETAIL", flexible: true) { Cell($0.text) },
      ]
    }
  }

  func run() async throws {
    try outputOptions.refuseCSV()
    let output = Output(outputOptions, environment: .current, noColor: noColor)
    let progress = ProgressLine(.current)
    defer { progress.clear() }
    let store = try data.store()
    let series = try names.isEmpty ? store.series() : names.map { name in try Self.series(name, store) }
    var findings: [Finding] = []
    for (index, key) in series.enumerated() {
      findings += Self.check(key, store) { progress.show(StoredSeriesName.text(key), (Double(index) + $0) / Double(series.count)) }
    }
    progress.clear()
    if output.format == .json {
      output.line(Self.json(findings))
    } else if !findings.isEmpty {
      output.rowsOnly(findings)
    } else {
      output.remark("\(store.directory) holds no candles")
    }
    let bad = findings.count(where: \.isBad)
    guard bad == 0 else {
      throw CommandFailure(.failure, "\(CountText.of(bad, "thing is", "things are")) damaged or missing; botctl download fetches what is")
    }
  }

  static func series(_ name: String, _ store: CandleStore) throws(CommandFailure) -> SeriesKey {
    guard let named = StoredSeriesName(name) else {
      throw CommandFailure(.invalidArgument, "\"\(name.prefix(40))\" is not of the form SYMBOL:INTERVAL, for example BTCUSDT:1m")
    }
    guard !store.months(of: named.series).isEmpty else {
      throw CommandFailure(.notFound, "\(store.directory) holds no candles of \(name); botctl data list shows what is there")
    }
    return named.series
  }

  private static let holesShown = 20

  private static func check(_ series: SeriesKey, _ store: CandleStore, _ progress: (Double) -> Void) -> [Finding] {
    var findings: [Finding] = []
    func add(_ what: String, _ text: String, isBad: Bool) {
      findings.append(Finding(series: series, what: what, text: text, isBad: isBad))
    }
    let months = store.months(of: series)
    var (last, end): (Timestamp?, Timestamp?) = (nil, nil)
    var (count, holes, lacking) = (0, 0, 0)
    for (index, month) in months.enumerated() {
      progress(Double(index) / Double(months.count))
      if let end, end < month.month.start {
        add("missing", "nothing is kept between \(TimeText.minute(end)) and \(TimeText.minute(month.month.start))", isBad: true)
        last = nil
      }
      end = month.completeTo
      let candles: [Candle]
      do throws(CandleFileError) {
        candles = try store.candles(series, month)
      } catch {
        add("damaged", error.finding, isBad: true)
        last = nil
        continue
      }
      count += candles.count
      for candle in candles {
        if let last, series.interval.nextOpenTime(after: last) != candle.openTime {
          holes += 1
          let missing = series.interval.candleCount(from: series.interval.nextOpenTime(after: last), to: candle.openTime)
          lacking += missing
          if holes <= holesShown {
            add(
              "hole",
              "\(CountText.of(missing, "candle")) the exchange has not, between \(TimeText.minute(last)) and \(TimeText.minute(candle.openTime))",
              isBad: false)
          }
        }
        last = candle.openTime
      }
    }
    if holes > holesShown { add("holes", "\(holes) in all, \(CountText.of(lacking, "candle"))", isBad: false) }
    if !findings.contains(where: \.isBad) {
      add("good", "\(CountText.of(count, "candle")) in \(CountText.of(months.count, "month"))", isBad: false)
    }
    return findings
  }

  private static func json(_ findings: [Finding]) -> String {
    var json = JSONText(pretty: true)
    json.beginArray()
    for finding in findings {
      json.element()
      json.beginObject()
      json.field("symbol", finding.series.symbol.text)
      json.field("interval", finding.series.interval.rawValue)
      json.field("finding", finding.what)
      json.field("is_bad", finding.isBad)
      json.field("detail", finding.text)
      json.endObject()
    }
    json.endArray()
    return json.text
  }
}

struct DataExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes candles that are kept as CSV.",
    discussion: """
      Columns: open_time (milliseconds, UTC), open, high, low, close, volume, quote_volume, trades. Holes stay holes.

      Examples:
        botctl data export BTCUSDT:1h > btcusdt-1h.csv
        botctl data export BTCUSDT:1m --from 2024-01 --to 2024-04 --file btcusdt-1m-q1.csv
      """)

  @Argument(help: ArgumentHelp("What to write, for example BTCUSDT:1m.", valueName: "symbol:interval"))
  var name: String

  @Option(help: ArgumentHelp("Only candles that open at or after this month or date.", valueName: "date"))
  var from: String?

  @Option(help: ArgumentHelp("Only candles that open before this month or date.", valueName: "date"))
  var to: String?

  @Option(help: ArgumentHelp("The file to write, instead of standard output.", valueName: "file.csv"), completion: .anyFile)
  var file: String?

  @OptionGroup var data: DataDirectoryOptions

  func run() async throws {
    var problems: [Problem] = []
    let range = DateOption.range(from: from, to: to, &problems)
    try DateOption.require(problems)
    let store = try data.store()
    let series = try DataCheck.series(name, store)
    let options = CandleReadOptions(allowGaps: true, from: range.from, to: range.to)
    let candles: [Candle]
    do throws(CandleFileError) {
      candles = try store.read(series, from: range.from, to: range.to, options: options).candles
    } catch {
      throw CommandFailure(.failure, error.description)
    }
    if let file {
      try TextFile.write(String(decoding: CandleText.file(candles), as: UTF8.self), to: file)
      return ControlEnvironment.current.err("\(CountText.of(candles.count, "candle")): \(file)\n")
    }
    var text = CandleText.header
    for candle in candles {
      text += CandleText.row(candle)
      guard text.utf8.count > 1 << 16 else { continue }
      ControlEnvironment.current.out(text)
      text = ""
    }
    ControlEnvironment.current.out(text)
  }
}
