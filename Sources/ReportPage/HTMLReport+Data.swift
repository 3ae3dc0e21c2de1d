import Backtest
import Statistics
import TradingModel

extension HTMLReport {
  /// What the script reads: samples and prices for the crosshair and the zoom, every trade for the list. Not run as a script.
  var dataElement: Markup {
    Markup(trusted: "<script type=\"application/json\" id=\"report-data\">\(dataText)</script>\n")
  }

  private var dataText: String {
    """
    {"asset":\(HTMLEscape.json(report.quoteAsset)),"marketName":\(HTMLEscape.json(marketName)),"digits":\(moneyDigits),\
    "capital":\(NumberText.json(report.capital.statisticValue, digits: moneyDigits)),
    "equity":\(equityData),
    "rolling":{"time":\(moments(report.rollingSharpe.map(\.time.drawnSeconds))),\
    "sharpe":\(list(report.rollingSharpe.map { $0.sharpe ?? .nan }, digits: 3))},
    "beside":\(besideData),
    "prices":[\(report.charts.map(priceData).joined(separator: ",\n"))],
    "trades":\(tradeData)}
    """
  }

  /// Seconds since the epoch, with milliseconds where there are any.
  private func seconds(_ value: Double) -> String {
    let whole = value.rounded(.down)
    return value == whole ? String(Int64(whole)) : NumberText.json(value, digits: 3)
  }

  /// Instants as the script adds them up: the first, then the seconds to the next.
  private func moments(_ values: [Double]) -> String {
    var before = 0.0
    let steps = values.map { value in
      let whole = value.rounded(.down)
      defer { before = whole }
      return String(Int64(whole - before))
    }
    return "[" + steps.joined(separator: ",") + "]"
  }

  private func list(_ values: [Double], digits: Int) -> String {
    "[" + values.map { NumberText.json($0, digits: digits) }.joined(separator: ",") + "]"
  }

  private var equityData: String {
    let samples = samples
    return """
      {"time":\(moments(samples.map(\.time.drawnSeconds))),
      "equity":\(list(samples.map(\.equity), digits: moneyDigits)),
      "market":\(list(samples.map(\.market), digits: moneyDigits)),
      "drawdown":\(list(samples.map(\.drawdown), digits: 4)),
      "exposure":\(list(samples.map(\.exposure), digits: 3))}
      """
  }

  private var besideData: String {
    guard report.beside != nil else { return "null" }
    let curves = [report.ownCurve, besideCurve].map { curve in
      """
      {"time":\(moments(curve.map(\.time.drawnSeconds))),"value":\(list(curve.map(\.fraction), digits: 5)),\
      "fall":\(list(curve.map(\.drawdown), digits: 4))}
      """
    }
    return "[\(curves.joined(separator: ",\n"))]"
  }

  private func priceData(_ chart: BacktestReport.Chart) -> String {
    let limit = max(ChartCandles.candlesMaximum / max(report.charts.count, 1), PriceSeries.limit(.narrow))
    let buckets = PriceSeries(chart.candles, limit: limit).buckets
    let digits = NumberText.digits(for: buckets.map(\.high).max() ?? 1)
    return """
      {"symbol":\(HTMLEscape.json(chart.symbol.text)),"digits":\(digits),"time":\(moments(buckets.map(\.start))),
      "open":\(list(buckets.map(\.open), digits: digits)),"high":\(list(buckets.map(\.high), digits: digits)),
      "low":\(list(buckets.map(\.low), digits: digits)),"close":\(list(buckets.map(\.close), digits: digits))}
      """
  }

  /// Rows of numbers and of places in a table of texts, named by `names`. Columns' texts are made of them as here: the script's copy of
  /// ``tradeTexts(_:)`` is held against it by a test.
  private var tradeData: String {
    var places: [String: Int] = [:]
    var texts: [String] = []
    func place(_ text: String) -> String {
      if let known = places[text] { return String(known) }
      places[text] = texts.count
      texts.append(HTMLEscape.json(text))
      return String(texts.count - 1)
    }
    func price(_ price: Price) -> String { plain(price, digits: NumberText.digits(for: price.statisticValue.magnitude)) }
    func fraction(_ value: Double?) -> String { NumberText.json(value ?? .nan, digits: 4) }
    let rows = trades.map { trade in
      let opened = trade.openedAt.drawnSeconds
      let cells = [
        String(trade.number), place(trade.symbol.text), place(trade.botID.text), seconds(opened), seconds(trade.closedAt.drawnSeconds),
        price(trade.entryPrice), price(trade.exitPrice), HTMLEscape.json(trade.quantity.description),
        plain(trade.fees, digits: moneyDigits),
        plain(trade.profit, digits: moneyDigits), fraction(trade.fraction), fraction(trade.adverseExcursion),
        fraction(trade.favorableExcursion), place(trade.entryReason), place(exitDetail(trade)), place(Self.reasonName(trade.exitKind)),
        trade.profit.isNegative ? "-1" : trade.profit.isPositive ? "1" : "0", trade.isClosed ? "1" : "0",
      ]
      return "[\(cells.joined(separator: ","))]"
    }
    let columns = Self.tradeColumns.map { column in
      """
      {"style":\(HTMLEscape.json(column.style)),"title":\(HTMLEscape.json(column.title)),"number":\(column.isNumber),\
      "hidden":\(isHidden(column.style))}
      """
    }
    return """
      {"columns":[\(columns.joined(separator: ","))],
      "names":["no","sy","bo","op","cl","en","ex","qu","fe","pr","re","ma","mf","wi","wo","kind","sign","closed"],
      "rows":[
      \(rows.joined(separator: ",\n"))],
      "texts":[\(texts.joined(separator: ",\n"))]}
      """
  }

  /// An exact amount as JSON's number.
  private func plain(_ value: FixedDecimal, digits: Int) -> String { NumberText.json(value, digits: digits) }
}
