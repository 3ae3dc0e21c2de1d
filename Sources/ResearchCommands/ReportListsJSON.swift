import Backtest
import Presentation
import Statistics
import Time
import TradingModel

/// What of a report is a list of figures: drawdowns, Sharpe ratios over time, costs, and the comparison with another result.
enum ReportListsJSON {
  static func write(_ report: BacktestReport, to json: inout JSONText) {
    json.objects("worst_drawdowns", report.drawdowns) { json, drawdown in
      json.field("fraction", decimal(drawdown.fraction))
      json.field("lost", drawdown.lost)
      json.field("peak_time_ns", drawdown.peak.nanoseconds)
      json.field("bottom_time_ns", drawdown.bottom.nanoseconds)
      if let recovery = drawdown.recovery { json.field("recovery_time_ns", recovery.nanoseconds) }
    }
    json.objects("rolling_sharpe", report.rollingSharpe) { json, value in
      json.field("time_ns", value.time.nanoseconds)
      if let sharpe = value.sharpe { json.field("sharpe", sharpe) }
    }
    json.objects("costs", report.costs?.points ?? []) { json, point in
      json.field("cost", point.cost)
      json.field("net_profit", point.netProfit)
    }
    beside(report, &json)
  }

  private static func decimal(_ value: Double) -> String { FixedDecimal(nearestTo: value)?.description ?? "" }

  private static func beside(_ report: BacktestReport, _ json: inout JSONText) {
    guard let beside = report.beside else { return }
    json.key("beside")
    json.beginObject()
    json.field("title", beside.title)
    json.field("source", beside.source)
    json.field("start_time_ns", beside.start.nanoseconds)
    json.field("end_time_ns", beside.end.nanoseconds)
    json.objects("figures", report.comparison) { json, compared in
      json.field("key", compared.key)
      if let number = compared.number { json.field("value", number) }
      if let number = compared.besideNumber { json.field("beside", number) }
      if let difference = compared.difference { json.field("difference", difference) }
    }
    json.objects("settings", report.changedSettings) { json, changed in
      json.field("name", changed.name)
      json.field("value", changed.value)
      json.field("beside", changed.besideValue)
    }
    json.endObject()
  }
}
