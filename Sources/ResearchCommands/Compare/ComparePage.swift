import Backtest
import ControlCommands
import PaperTrading
import Presentation
import Time
import TradingCore
import TradingModel

/// A comparison as it is printed.
struct ComparePage {
  private(set) var bots: [CompareBotRow] = []
  /// One for each quote asset.
  private(set) var totals: [CompareBotRow] = []
  /// In the order of their decisions.
  private(set) var trades: [CompareTradeRow] = []
  private var remarks: [String] = []
  private let mode: TradingMode?
  private let venue: PaperConfiguration

  /// Trades that are listed where not all are asked for.
  static let tradesShown = 12

  /// - Throws: when no bot has the name asked for.
  init(_ comparison: TradeComparison, bot name: String?, mode: TradingMode?, venue: PaperConfiguration) throws(CommandFailure) {
    self.mode = mode
    self.venue = venue
    let results = comparison.bots.filter { name == nil || $0.bot.id.text == name }
    if let name, results.isEmpty {
      throw CommandFailure(.notFound, "the journal has no bot \"\(name.prefix(80))\"; botctl list shows those that are there")
    }
    let hasTwins = Set(results.filter { result in results.contains { $0.bot.id == result.bot.id && $0.bot != result.bot } }.map(\.bot.id))
    for result in results {
      var row = CompareBotRow(
        name: hasTwins.contains(result.bot.id) ? "\(result.bot.id) #\(result.bot.number)" : result.bot.id.text, symbol: result.symbol.text,
        interval: result.interval.rawValue, quote: result.quoteAsset, problem: result.problem)
      row.paired = result.pairedCount
      row.modelOnly = result.modelOnlyCount
      row.actualOnly = result.actualOnlyCount
      row.model = result.modelProfit
      row.actual = result.actualProfit
      row.parts = result.parts
      row.until = result.end?.nanoseconds ?? 0
      bots.append(row)
      trades += result.pairs.map { CompareTradeRow(pair: $0, quote: result.quoteAsset) }
      if !result.problem.isEmpty {
        remarks.append("\(row.name) is not compared: \(result.problem)")
      } else if !row.hasTrades {
        remarks.append("\(row.name) has no trades to compare, neither its own nor in the backtest")
      }
      if result.beforeTape > 0 {
        remarks.append("\(row.name): \(result.beforeTape) of its trades began before the market tape does and are in no sum")
      }
    }
    for quote in Set(bots.filter(\.hasTrades).map(\.quote)).sorted() {
      let rows = bots.filter { $0.quote == quote && $0.hasTrades }
      var total = CompareBotRow(name: "total", quote: quote, isTotal: true)
      for row in rows {
        total.paired += row.paired
        total.modelOnly += row.modelOnly
        total.actualOnly += row.actualOnly
        total.model += row.model
        total.actual += row.actual
        total.parts += row.parts
        total.until = max(total.until, row.until)
      }
      totals.append(total)
    }
    trades.sort { $0.pair.trade?.decidedAt ?? .zero < $1.pair.trade?.decidedAt ?? .zero }
    if comparison.lacksArrivals {
      remarks.append("of some orders it was not recorded where the market was when they arrived: what latency cost them is in fill price")
    }
    if comparison.causesLeftOut > 0 {
      remarks.append(
        "\(comparison.causesLeftOut) denials or refusals were too many to be remembered; trades missed by them count as decision")
    }
  }

  private var assumptions: String {
    func percent(_ value: FixedDecimal) -> String { DecimalText.trimmed((value * FixedDecimal(100)).description) + " %" }
    return
      "the backtest assumes a fee of \(percent(venue.takerFee)) (waiting orders \(percent(venue.makerFee))), slippage of \(percent(venue.slippage)), a spread of \(percent(venue.spread))"
  }

  func show(_ output: Output, allTrades: Bool) {
    for total in totals { output.card(Self.card(total)) }
    if bots.count(where: \.hasTrades) > 1 {
      output.line("")
      output.rowsOnly(bots.filter(\.hasTrades))
    }
    let different = trades.filter { $0.sides != "both" || !$0.pair.difference.isZero || allTrades }
    var listed = different
    if !allTrades, different.count > Self.tradesShown {
      listed = different.sorted { Self.size($0) > Self.size($1) }.prefix(Self.tradesShown)
        .sorted { $0.pair.trade?.decidedAt ?? .zero < $1.pair.trade?.decidedAt ?? .zero }
    }
    if !listed.isEmpty {
      output.line("")
      output.rowsOnly(listed)
    }
    if listed.count < different.count {
      output.remark("the \(listed.count) of \(different.count) trades that differ most; --trades shows all")
    }
    if totals.isEmpty, bots.isEmpty { output.remark("there are no bots") }
    for remark in remarks { output.remark(remark) }
    if !totals.isEmpty { output.remark(assumptions) }
  }

  private static func size(_ row: CompareTradeRow) -> Amount { DifferencePart.allCases.map { row.pair.parts[$0].magnitude }.max() ?? .zero }

  private static func card(_ total: CompareBotRow) -> [CardLine] {
    let shown = total.shown
    func money(_ amount: Amount) -> String { "\(DecimalText.signedText(amount.description, places: shown.places)) \(total.quote)" }
    return [
      CardLine("compared until", TimeText.dateTime(total.until) + " UTC, the last candle on the market tape"),
      CardLine("trades", "\(total.paired) on both sides, \(total.modelOnly) in the backtest alone, \(total.actualOnly) of the bots alone"),
      CardLine("backtest", money(shown.model)), CardLine("bots earned", money(shown.actual)),
      CardLine("difference", money(shown.difference), shown.difference.isNegative ? .bad : shown.difference.isPositive ? .good : .plain),
    ] + DifferencePart.allCases.map { CardLine("  \($0.words)", money(shown[$0])) }
  }

  /// Amounts with all their digits.
  var json: String {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.field("mode", mode?.description ?? "")
    json.key("assumed")
    json.beginObject()
    json.field("taker_fee", venue.takerFee)
    json.field("maker_fee", venue.makerFee)
    json.field("slippage", venue.slippage)
    json.field("spread", venue.spread)
    json.endObject()
    json.field("totals", totals)
    json.field("bots", bots)
    json.field("trades", trades)
    json.field("remarks", remarks)
    json.endObject()
    return json.text
  }
}
