import Backtest
import BotAPI
import Time
import TradingCore
import TradingModel
import Venue

/// A report as JSON: decimals as strings, times in milliseconds, ratios as numbers. The same report gives the same bytes.
enum ReportJSON {
  /// - Parameter fills: every fill of the run, for programs that compare; `nil` leaves them out.
  static func text(_ report: BacktestReport, fills: [FillRecord]? = nil) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.field("title", report.title)
    json.field("strategy", report.strategy)
    pairs(&json, "parameters", report.parameters)
    pairs(&json, "settings", report.settings)
    json.field("symbols", report.symbols.map(\.text))
    json.field("interval", report.interval.rawValue)
    json.field("start_time_ms", report.start.milliseconds)
    json.field("end_time_ms", report.end.milliseconds)
    json.field("candles", report.candleCount)
    json.field("quote_asset", report.quoteAsset)
    json.field("capital", report.capital.description)
    json.field("final_equity", report.finalEquity.description)
    figures(&json, report)
    groups(&json, "exits", report.exits)
    groups(&json, "symbols_summary", report.bySymbol)
    json.key("denials")
    json.beginObject()
    for denial in report.denials { json.field(denial.name, denial.tradeCount) }
    json.endObject()
    months(&json, report)
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

  private static func figures(_ json: inout JSONText, _ report: BacktestReport) {
    json.key("figures")
    json.beginObject()
    for section in report.sections {
      for figure in section.figures { json.field(figure.key, figure.number.isEmpty ? figure.text : figure.number) }
    }
    json.endObject()
  }

  private static func groups(_ json: inout JSONText, _ key: String, _ groups: [BacktestReport.Group]) {
    json.key(key)
    json.beginArray()
    for group in groups {
      json.element()
      json.beginObject()
      json.field("name", group.name)
      json.field("trades", group.tradeCount)
      json.field("wins", group.winCount)
      json.field("profit", group.profit.description)
      json.field("average_return", group.averageFraction)
      json.field("average_seconds", group.averageSeconds)
      json.endObject()
    }
    json.endArray()
  }

  private static func months(_ json: inout JSONText, _ report: BacktestReport) {
    json.key("months")
    json.beginArray()
    for month in report.months {
      json.element()
      json.beginObject()
      json.field("year", month.year)
      json.field("month", month.month)
      json.field("profit", month.profit.description)
      json.field("return", month.fraction)
      json.field("trades", month.tradeCount)
      json.endObject()
    }
    json.endArray()
  }

  private static func trades(_ json: inout JSONText, _ report: BacktestReport) {
    json.key("trades")
    json.beginArray()
    for trade in report.trades {
      json.element()
      json.beginObject()
      json.field("number", trade.number)
      json.field("bot", trade.botID.text)
      json.field("symbol", trade.symbol.text)
      json.field("opened_time_ms", trade.openedAt.milliseconds)
      json.field("closed_time_ms", trade.closedAt.milliseconds)
      json.field("entry_price", trade.entryPrice.description)
      json.field("exit_price", trade.exitPrice.description)
      json.field("quantity", trade.quantity.description)
      json.field("fees", trade.fees.description)
      json.field("profit", trade.profit.description)
      json.field("return", trade.fraction)
      json.field("candles", trade.candles)
      json.field("entry_reason", trade.entryReason)
      json.field("exit", trade.exitKind)
      json.field("exit_reason", trade.exitReason)
      json.field("closed", trade.isClosed)
      json.endObject()
    }
    json.endArray()
  }

  static func fills(_ json: inout JSONText, _ fills: [FillRecord]) {
    json.key("fills")
    json.beginArray()
    for record in fills {
      json.element()
      json.beginObject()
      json.field("bot", record.botID?.text ?? "")
      json.field("symbol", record.fill.symbol.text)
      json.field("time_ms", record.fill.time.milliseconds)
      json.field("side", record.side.description)
      json.field("price", record.fill.price.description)
      json.field("quantity", record.fill.quantity.description)
      json.field("commission", record.fill.commission.description)
      json.field("commission_asset", record.fill.commissionAsset)
      json.field("realized_pnl", record.realizedPnL.description)
      json.field("purpose", record.purpose.description)
      json.field("reason", record.reason)
      json.endObject()
    }
    json.endArray()
  }

  private static func equity(_ json: inout JSONText, _ report: BacktestReport) {
    json.key("equity")
    json.beginArray()
    for sample in report.equity {
      json.element()
      json.beginObject()
      json.field("time_ms", sample.time.milliseconds)
      json.field("equity", sample.equity)
      json.field("drawdown", sample.drawdown)
      json.field("exposure", sample.exposure)
      json.field("market", sample.market)
      json.endObject()
    }
    json.endArray()
  }
}
