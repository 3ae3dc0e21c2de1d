import Backtest
import TradingModel

extension HTMLReport {
  /// What the script reads: samples and prices for the crosshair, every trade for the list. Not run as a script.
  var dataElement: Markup {
    Markup(trusted: "<script type=\"application/json\" id=\"report-data\">\(dataText)</script>\n")
  }

  private var dataText: String {
    """
    {"asset":\(HTMLEscape.json(report.quoteAsset)),"marketName":\(HTMLEscape.json(marketName)),"digits":\(moneyDigits),"start":\(seconds(timeAxis.start)),"end":\(seconds(timeAxis.end)),
    "equity":\(equityData),
    "prices":[\(report.charts.map(priceData).joined(separator: ",\n"))],
    "trades":\(tradeData)}
    """
  }

  private func seconds(_ value: Double) -> String { String(Int64(value.rounded())) }

  private func list(_ values: [Double], digits: Int) -> String {
    "[" + values.map { NumberText.json($0, digits: digits) }.joined(separator: ",") + "]"
  }

  private var equityData: String {
    let samples = samples
    return """
      {"time":[\(samples.map { seconds($0.time.drawnSeconds) }.joined(separator: ","))],
      "equity":\(list(samples.map(\.equity), digits: moneyDigits)),
      "market":\(list(samples.map(\.market), digits: moneyDigits)),
      "drawdown":\(list(samples.map(\.drawdown), digits: 4)),
      "exposure":\(list(samples.map(\.exposure), digits: 3))}
      """
  }

  private func priceData(_ chart: BacktestReport.Chart) -> String {
    let buckets = PriceSeries(chart.candles, limit: PriceSeries.limit(.wide)).buckets
    let digits = NumberText.digits(for: buckets.map(\.high).max() ?? 1)
    return """
      {"symbol":\(HTMLEscape.json(chart.symbol.text)),"digits":\(digits),"time":[\(buckets.map { seconds($0.start) }.joined(separator: ","))],
      "open":\(list(buckets.map(\.open), digits: digits)),"high":\(list(buckets.map(\.high), digits: digits)),
      "low":\(list(buckets.map(\.low), digits: digits)),"close":\(list(buckets.map(\.close), digits: digits))}
      """
  }

  /// Rows of texts as the list shows them; symbols, bots and reasons by their place in a table of texts.
  private var tradeData: String {
    var places: [String: Int] = [:]
    var texts: [String] = []
    func place(_ text: String) -> String {
      if let known = places[text] { return String(known) }
      places[text] = texts.count
      texts.append(HTMLEscape.json(text))
      return String(texts.count - 1)
    }
    let shared: Set<String> = ["sy", "bo", "wi", "wo"]
    let rows = report.trades.map { trade in
      let cells = zip(Self.tradeColumns, tradeTexts(trade)).map { column, text in
        shared.contains(column.style) ? place(text) : column.style == "no" ? String(trade.number) : HTMLEscape.json(text)
      }
      let times = [trade.openedAt, trade.closedAt].map { seconds($0.drawnSeconds) }
      return
        "[\((cells + [place(Self.reasonName(trade.exitKind))] + times + [trade.profit.isNegative ? "-1" : trade.profit.isPositive ? "1" : "0"]).joined(separator: ","))]"
    }
    let columns = Self.tradeColumns.map { column in
      """
      {"style":\(HTMLEscape.json(column.style)),"title":\(HTMLEscape.json(column.title)),"number":\(column.isNumber),\
      "shared":\(shared.contains(column.style)),"hidden":\(isHidden(column.style))}
      """
    }
    return """
      {"columns":[\(columns.joined(separator: ","))],
      "rows":[
      \(rows.joined(separator: ",\n"))],
      "texts":[\(texts.joined(separator: ",\n"))]}
      """
  }
}
