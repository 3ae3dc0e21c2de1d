import Backtest
import BotAPI
import FigureMessages
import Presentation
import Time
import TradingCore
import TradingModel
import Venue

/// A report as JSON, in the names and forms of the API: decimals and integers of 64 bits as strings, ratios as numbers. The same report gives
/// the same bytes.
enum ReportJSON {
  /// - Parameters:
  ///   - stats: the daemon's, of an account's report; `nil`: those of the report's own figures.
  ///   - fills: every fill of the run, for programs that compare; `nil` leaves them out.
  static func text(_ report: BacktestReport, stats: V1.Stats? = nil, fills: [FillRecord]? = nil) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.field("title", report.title)
    json.field("source", report.source)
    json.field("strategy", report.strategy)
    pairs(&json, "parameters", report.parameters)
    pairs(&json, "settings", report.settings)
    json.field("symbols", report.symbols.map(\.text))
    json.field("interval", report.interval.rawValue)
    json.field("start_time_ns", report.start.nanoseconds)
    json.field("end_time_ns", report.end.nanoseconds)
    json.field("candles", report.candleCount)
    json.field("quote_asset", report.quoteAsset)
    json.field("capital", report.capital)
    json.field("final_equity", report.finalEquity)
    json.field("ended_reason", report.ended?.reason ?? "")
    if let ended = report.ended { json.field("ended_time_ns", ended.time.nanoseconds) }
    if !report.detail.isEmpty { detail(&json, report) }
    figures(&json, report)
    json.key("stats")
    var own = V1.Stats(report.performance)
    own.candles = Int64(report.candleCount)
    json.value(stats ?? own)
    groups(&json, "exits", report.exits)
    groups(&json, "symbols_summary", report.bySymbol)
    json.key("denials")
    json.beginObject()
    for denial in report.denials { json.field(denial.name, denial.tradeCount) }
    json.endObject()
    months(&json, report)
    ReportListsJSON.write(report, to: &json)
    trades(&json, report)
    equity(&json, report)
    if let fills { self.fills(&json, fills) }
    json.field("notes", report.notes)
    json.endObject()
    return json.text
  }

  private static func pairs(_ json: inout JSONText, _ key: String, _ settings: [BacktestReport.Setting]) {
    json.key(key)
    json.beginObject()
    var seen: Set<String> = []
    for setting in settings where seen.insert(setting.name).inserted { json.field(setting.name, setting.value) }
    json.endObject()
  }

  /// How much of the run finer candles cover.
  private static func detail(_ json: inout JSONText, _ report: BacktestReport) {
    json.key("detail")
    json.beginArray()
    for detail in report.detail {
      json.element()
      json.beginObject()
      json.field("symbol", detail.symbol.text)
      json.field("interval", detail.interval.rawValue)
      json.field("candles", detail.candleCount)
      json.field("covered_candles", detail.coveredCount)
      if let range = detail.range {
        json.field("start_time_ns", range.lowerBound.nanoseconds)
        json.field("end_time_ns", range.upperBound.nanoseconds)
      }
      json.endObject()
    }
    json.endArray()
  }

  private static func figures(_ json: inout JSONText, _ report: BacktestReport) {
    json.key("figures")
    json.beginObject()
    for section in report.sections {
      for figure in section.figures { self.figure(&json, figure.key, figure.text, figure.number, isRatio: figure.isRatio) }
    }
    json.endObject()
  }

  /// A figure of the summary: counts are strings, ratios numbers, amounts decimals, others texts; one that is not known is left out.
  static func figure(_ json: inout JSONText, _ key: String, _ text: String, _ number: String, isRatio: Bool) {
    if number.isEmpty, text == RatioText.unknown { return }
    if isRatio, let whole = Int(number) {
      json.field(key, whole)
    } else if isRatio, let ratio = Double(number) {
      json.field(key, ratio)
    } else {
      json.field(key, number.isEmpty ? text : number)
    }
  }

  private static func groups(_ json: inout JSONText, _ key: String, _ groups: [BacktestReport.Group]) {
    json.objects(key, groups) { json, group in
      json.field("name", group.name)
      json.field("trades", group.tradeCount)
      json.field("wins", group.winCount)
      json.field("profit", group.profit)
      json.field("average_return", group.averageFraction)
      json.field("average_seconds", group.averageSeconds)
    }
  }

  private static func months(_ json: inout JSONText, _ report: BacktestReport) {
    json.objects("months", report.months) { json, month in
      json.field("year", Int32(clamping: month.year))
      json.field("month", Int32(clamping: month.month))
      json.field("profit", month.profit)
      json.field("return", month.fraction)
      json.field("trades", month.tradeCount)
    }
  }

  private static func trades(_ json: inout JSONText, _ report: BacktestReport) {
    json.objects("trades", report.trades) { json, trade in
      json.field("number", trade.number)
      json.field("bot_id", trade.botID.text)
      json.field("symbol", trade.symbol.text)
      json.field("opened_time_ns", trade.openedAt.nanoseconds)
      json.field("closed_time_ns", trade.closedAt.nanoseconds)
      json.field("entry_price", trade.entryPrice)
      json.field("exit_price", trade.exitPrice)
      json.field("quantity", trade.quantity)
      json.field("fees", trade.fees)
      json.field("profit", trade.profit)
      json.field("profit_fraction", FixedDecimal(nearestTo: trade.fraction)?.description ?? "")
      json.field("candles", trade.candles)
      json.field("entry_reason", trade.entryReason)
      json.field("exit_kind", trade.exitKind)
      json.field("exit_reason", trade.exitReason)
      json.field("is_closed", trade.isClosed)
      if let adverse = trade.adverseExcursion { json.field("max_adverse_excursion", FixedDecimal(nearestTo: adverse)?.description ?? "") }
      if let favorable = trade.favorableExcursion {
        json.field("max_favorable_excursion", FixedDecimal(nearestTo: favorable)?.description ?? "")
      }
      json.field("exit_time_modelled", trade.isExitTimeModelled)
    }
  }

  /// Fills by the names of the API's `Trade`.
  static func fills(_ json: inout JSONText, _ fills: [FillRecord]) {
    json.objects("fills", fills) { json, record in
      json.field("bot_id", record.botID?.text ?? "")
      json.field("symbol", record.fill.symbol.text)
      json.field("time_ns", record.fill.time.nanoseconds)
      json.field("side", record.side.description)
      json.field("price", record.fill.price)
      json.field("quantity", record.fill.quantity)
      json.field("commission", record.fill.commission)
      json.field("commission_asset", record.fill.commissionAsset)
      json.field("realized_pnl", record.realizedPnL)
      json.field("purpose", record.purpose.description)
      json.field("reason", record.reason)
    }
  }

  private static func equity(_ json: inout JSONText, _ report: BacktestReport) {
    func amount(_ value: Double) -> String { FixedDecimal(nearestTo: value)?.description ?? "" }
    json.objects("equity", report.equity) { json, sample in
      json.field("time_ns", sample.time.nanoseconds)
      json.field("equity", amount(sample.equity))
      json.field("drawdown_fraction", FixedDecimal(nearestTo: sample.drawdown)?.description ?? "")
      json.field("exposure", sample.exposure)
      json.field("market", amount(sample.market))
    }
  }
}
