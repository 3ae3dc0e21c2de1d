import Backtest
import ControlCommands
import Presentation
import Time
import TradingModel

/// Amounts of one line as a person reads them: rounded such that what is shown adds up to what is shown.
struct ShownParts {
  var model: Amount
  var actual: Amount
  private var amounts: [DifferencePart: Amount] = [:]
  let places: Int

  var difference: Amount { actual - model }
  subscript(part: DifferencePart) -> Amount { amounts[part] ?? .zero }

  /// Each part is what the rounded sum of it and all before it grows by: a part of nothing is nothing, and the last sum is the result.
  init(model: Amount, parts: DifferenceParts, quote: String) {
    // As exchanges list prices in them.
    places = ["BTC", "ETH", "BNB"].contains(quote) ? FixedDecimal.fractionDigits : 2
    var sum = model
    var shown = model.rounded(toFractionDigits: places)
    self.model = shown
    for part in DifferencePart.allCases {
      sum += parts[part]
      let next = sum.rounded(toFractionDigits: places)
      amounts[part] = next - shown
      shown = next
    }
    actual = shown
  }

  func cell(_ part: DifferencePart) -> Cell { cell(self[part]) }
  func cell(_ amount: Amount) -> Cell { DecimalText.signed(amount.description, places: places) }
}

/// A bot's line, or that of all bots of a quote asset.
struct CompareBotRow: Record {
  var name: String
  var symbol = ""
  var interval = ""
  var quote: String
  var paired = 0
  var modelOnly = 0
  var actualOnly = 0
  var model = Amount.zero
  var actual = Amount.zero
  var parts = DifferenceParts()
  var until: Int64 = 0
  /// Why there is nothing to compare; empty where there is.
  var problem = ""
  var isTotal = false

  /// Whether there are figures: else all of them are absent, not zero.
  var hasTrades: Bool { problem.isEmpty && paired + modelOnly + actualOnly > 0 }
  var shown: ShownParts { ShownParts(model: model, parts: parts, quote: quote) }

  static let names =
    [
      "bot", "symbol", "interval", "quote_asset", "paired_trades", "backtest_only_trades", "bot_only_trades", "backtest_profit",
      "bot_profit", "difference",
    ]
    + DifferencePart.allCases.map(\.key) + ["until_time_ns", "not_compared"]

  var values: [RecordValue] {
    func money(_ amount: Amount) -> RecordValue { .decimal(hasTrades ? amount.description : "") }
    return [
      .text(name), .text(symbol), .text(interval), .text(quote), .count(Int64(paired)), .count(Int64(modelOnly)), .count(Int64(actualOnly)),
      money(model), money(actual), money(actual - model),
    ] + DifferencePart.allCases.map { money(parts[$0]) } + [.time(until), .text(problem.isEmpty && !hasTrades ? "no trades" : problem)]
  }

  static var columns: [TableColumn<Self>] {
    func money(_ title: String, _ amount: @escaping (ShownParts) -> Amount) -> TableColumn<Self> {
      TableColumn(title, .right) { row in
        guard row.hasTrades else { return Cell("") }
        let shown = row.shown
        return shown.cell(amount(shown))
      }
    }
    return [
      TableColumn("BOT", flexible: true) { Cell($0.name, $0.isTotal ? .bold : .accent) },
      TableColumn("IN") { Cell($0.quote) },
      TableColumn("TRADES", .right) { Cell($0.hasTrades ? "\($0.paired + $0.actualOnly)" : "") },
      TableColumn("ALONE", .right) { Cell($0.hasTrades ? "\($0.modelOnly)/\($0.actualOnly)" : "") },
      money("BACKTEST", \.model), money("BOT EARNED", \.actual), money("DIFF", \.difference), money("FEED") { $0[.feed] },
      money("DECISION") { $0[.decision] }, money("PROTECTION") { $0[.protection] }, money("LATENCY") { $0[.latency] },
      money("FILL PRICE") { $0[.fillPrice] }, money("FEE") { $0[.fee] }, money("REFUSED") { $0[.refused] },
    ]
  }

  static let leftOutFirst = ["ALONE", "IN", "TRADES", "BACKTEST", "BOT EARNED"]
}

/// A trade's line.
struct CompareTradeRow: Record {
  var pair: TradeComparison.Pair
  var quote: String

  private var trade: ComparedTrade? { pair.trade }
  private var shown: ShownParts { ShownParts(model: pair.model?.profit ?? .zero, parts: pair.parts, quote: quote) }

  /// "both", "bot" or "backtest"
  var sides: String { pair.model == nil ? "bot" : pair.actual == nil ? "backtest" : "both" }

  static let names =
    ["bot", "bot_number", "symbol", "quote_asset", "decided_time_ns", "sides", "backtest_profit", "bot_profit", "difference"]
    + DifferencePart.allCases.map(\.key) + ["cause", "backtest_closed_time_ns", "bot_closed_time_ns", "by_hand"]

  var values: [RecordValue] {
    guard let trade else { return [] }
    func profit(_ trade: ComparedTrade?) -> RecordValue { .decimal(trade?.profit.description ?? "") }
    return [
      .text(trade.bot.id.text), .count(Int64(trade.bot.number)), .text(trade.symbol.text), .text(quote), .time(trade.decidedAt.nanoseconds),
      .text(sides),
      profit(pair.model), profit(pair.actual), .decimal(pair.difference.description),
    ] + DifferencePart.allCases.map { .decimal(pair.parts[$0].description) } + [
      .text(pair.cause), .time(pair.model?.closedAt?.nanoseconds ?? 0), .time(pair.actual?.closedAt?.nanoseconds ?? 0),
      .text(trade.isByHand ? "true" : "false"),
    ]
  }

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("DECIDED (UTC)") { Cell($0.trade.map { TimeText.dateTime($0.decidedAt.nanoseconds) } ?? "") },
      TableColumn("BOT") { Cell($0.trade?.bot.id.text ?? "", .accent) },
      TableColumn("TRADED BY") { Cell($0.sides, $0.sides == "both" ? .plain : .warning) },
      TableColumn("BACKTEST", .right) { $0.pair.model == nil ? Cell("") : $0.shown.cell($0.shown.model) },
      TableColumn("BOT EARNED", .right) { $0.pair.actual == nil ? Cell("") : $0.shown.cell($0.shown.actual) },
      TableColumn("DIFF", .right) { $0.shown.cell($0.shown.difference) },
      TableColumn("OF WHICH", flexible: true) { Cell($0.words) },
      TableColumn("CAUSE", flexible: true) { Cell($0.pair.cause, .dim) },
    ]
  }

  /// "latency -0.12, fee +0.01"
  private var words: String {
    let shown = shown
    return DifferencePart.allCases.compactMap { part in
      shown[part].isZero ? nil : "\(part.words) \(DecimalText.signedText(shown[part].description, places: shown.places))"
    }.joined(separator: ", ")
  }

  static let leftOutFirst = ["BACKTEST", "BOT EARNED", "TRADED BY", "OF WHICH"]
}
