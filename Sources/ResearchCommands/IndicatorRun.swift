import ArgumentParser
import BotAPI
import CandleFiles
import ControlCommands
import Indicators
import Presentation
import TTRPC
import Time
import TradingModel

struct IndicatorRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "indicator",
    abstract: "Prints an indicator's values at every candle as CSV; without a name, lists the indicators.",
    discussion: """
      Columns: open_time (milliseconds) and the indicator's values; empty where there is none yet. Values have 17 significant digits at most,
      as many as it takes to read back the same number.

      Examples:
        botctl indicator
        botctl indicator rsi --param period=14 --candles btcusdt-5m-2024.csv > rsi.csv
        botctl indicator macd --symbol BTCUSDT --interval 1m      the daemon's candles
        botctl indicator rsi --symbol BTCUSDT --output json       an array of objects; values are absent before the warm-up
      """)

  @Argument(help: ArgumentHelp("The indicator, for example rsi.", valueName: "name"), completion: .list(IndicatorCatalogue.all.map(\.name)))
  var name: String?

  @Option(
    name: .customLong("param"), help: ArgumentHelp("Parameter; may be repeated.", valueName: "name=value"),
    completion: .custom { words, _, prefix in Self.indicatorParameters(words, prefix) })
  var parameters: [String] = []

  @OptionGroup var candleOptions: CandleOptions

  @Option(help: "Takes the daemon's candles of this symbol instead of a file.", completion: .symbols)
  var symbol: String?

  @Option(help: ArgumentHelp("Their interval: one of \(Interval.list)."), completion: .intervals)
  var interval = "1m"

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The newest this many of them, as far as the daemon holds them.", valueName: "count"))
  var limit: WholeNumber = 1_000

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  /// `name=` for each parameter of the indicator that the line names.
  private static func indicatorParameters(_ words: [String], _ prefix: String) -> [String] {
    let named = IndicatorCatalogue.all.first { words.contains($0.name) }
    return (named?.parameters.map { "\($0.name)=" } ?? []).filter { $0.hasPrefix(prefix) }
  }

  func run() async throws {
    try outputOptions.refuseCSV()
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    guard let name else { return list(output) }
    var pairs: [(name: String, value: String)] = []
    for text in parameters {
      guard let pair = BotSettings.parameter(text) else {
        throw CommandFailure(.invalidArgument, "--param \"\(text)\" is not of the form name=value, for example --param period=14")
      }
      pairs.append((pair.key, pair.value))
    }
    guard let descriptor = IndicatorCatalogue.descriptor(named: name) else {
      throw CommandFailure(.notFound, IndicatorCatalogue.violations(name: name).joined())
    }
    let violations = descriptor.violations(of: pairs)
    guard violations.isEmpty else {
      throw CommandFailure(.invalidArgument, violations.map { "--param: \($0)" }.joined(separator: "\n"))
    }
    var indicator = try descriptor.make(pairs)
    let candles = try await candles(output)
    if outputOptions.format == .json { return output.line(Self.json(descriptor, &indicator, candles)) }
    output.line((["open_time"] + descriptor.outputs).joined(separator: ","))
    var values: [Double] = []
    var text = ""
    for candle in candles {
      values.removeAll(keepingCapacity: true)
      let hasValues = indicator.update(Bar(candle), into: &values)
      text += "\(candle.openTime.milliseconds)"
      for index in descriptor.outputs.indices { text += hasValues ? ",\(values[index])" : "," }
      text += "\n"
      if text.utf8.count > 1 << 16 {
        ControlEnvironment.current.out(text)
        text = ""
      }
    }
    ControlEnvironment.current.out(text)
  }

  /// One object a candle.
  private static func json(
    _ descriptor: IndicatorDescriptor, _ indicator: inout any CandleIndicator, _ candles: [Candle]
  ) -> String {
    var json = JSONText(pretty: true)
    var values: [Double] = []
    json.beginArray()
    for candle in candles {
      values.removeAll(keepingCapacity: true)
      let hasValues = indicator.update(Bar(candle), into: &values)
      json.element()
      json.beginObject()
      json.field("open_time_ns", candle.openTime.nanoseconds)
      if hasValues { for (name, value) in zip(descriptor.outputs, values) { json.field(name, value) } }
      json.endObject()
    }
    json.endArray()
    return json.text
  }

  private func candles(_ output: Output) async throws -> [Candle] {
    if let symbol {
      guard candleOptions.candles.isEmpty else {
        throw CommandFailure(.invalidArgument, "--candles and --symbol exclude each other: a file, or the daemon's candles")
      }
      return try await daemonCandles(SymbolOption.text(symbol), output)
    }
    guard let file = candleOptions.candles.first, candleOptions.candles.count == 1 else {
      throw CommandFailure(.invalidArgument, "name one file with --candles, or the daemon's candles with --symbol")
    }
    let progress = ProgressLine(.current)
    defer { progress.clear() }
    return try CandleSource(file, KnownSymbols(candleOptions)).read(candleOptions) { progress.show("reading", $0) }.candles
  }

  private struct Connection: DaemonCommandOptions {
    var daemon: DaemonOptions
  }

  private func daemonCandles(_ symbol: String, _ output: Output) async throws -> [Candle] {
    var list: [Candle] = []
    let limit = try limit.value(of: "--limit", in: CandlePages.limits)
    try await Connection(daemon: daemon).connected(output) { session, _ in
      for candle in try await CandlePages.read(session, symbol: symbol, interval: interval, limit: limit) {
        guard let open = FixedDecimal(text: candle.open), let high = FixedDecimal(text: candle.high),
          let low = FixedDecimal(text: candle.low),
          let close = FixedDecimal(text: candle.close), let volume = FixedDecimal(text: candle.volume)
        else { throw CommandFailure(.failure, "the daemon sent a candle that is none") }
        list.append(
          Candle(
            openTime: Timestamp(nanoseconds: candle.openTimeNs), open: open, high: high, low: low, close: close, volume: volume))
      }
    }
    return list
  }

  private func list(_ output: Output) {
    guard output.format == .json else { return output.rowsOnly(IndicatorCatalogue.all.map { IndicatorRow(descriptor: $0) }) }
    var json = JSONText(pretty: true)
    json.beginArray()
    for descriptor in IndicatorCatalogue.all {
      json.element()
      json.beginObject()
      json.field("name", descriptor.name)
      json.field("title", descriptor.title)
      json.field("description", descriptor.summary)
      json.objects("parameters", descriptor.parameters) { json, parameter in
        json.field("name", parameter.name)
        json.field("default_value", "\(parameter.defaultValue)")
        json.field("minimum", "\(parameter.minimum)")
        json.field("maximum", "\(parameter.maximum)")
      }
      json.field("outputs", descriptor.outputs)
      json.endObject()
    }
    json.endArray()
    output.line(json.text)
  }
}

private struct IndicatorRow: TableRow {
  var descriptor: IndicatorDescriptor
  static var columns: [TableColumn<Self>] {
    [
      TableColumn("INDICATOR") { Cell($0.descriptor.name, .accent) },
      TableColumn("PARAMETERS") { row in
        Cell(row.descriptor.parameters.map { "\($0.name)=\($0.defaultValue) (\($0.minimum)–\($0.maximum))" }.joined(separator: " "))
      },
      TableColumn("VALUES") { Cell($0.descriptor.outputs.joined(separator: " ")) },
      TableColumn("MEANING", flexible: true) { Cell($0.descriptor.summary) },
    ]
  }
}
