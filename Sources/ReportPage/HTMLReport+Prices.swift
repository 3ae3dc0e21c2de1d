import Backtest
import TradingModel

extension HTMLReport {
  /// A figure per symbol; those after the third are folded.
  var priceFigures: Markup {
    let shown = report.charts.indices.map { index in
      let chart = report.charts[index]
      let figure = priceFigure(chart, index)
      guard report.charts.count > 1 else { return figure }
      return index < 3
        ? "<h3>\(chart.symbol.text)</h3>\n\(figure)" : "<details><summary>\(chart.symbol.text)</summary>\n\(figure)</details>\n" as Markup
    }
    return Markup(trusted: shown.map(\.html).joined())
  }

  private func priceFigure(_ chart: BacktestReport.Chart, _ index: Int) -> Markup {
    let trades = report.trades.filter { $0.symbol == chart.symbol }
    guard let first = chart.candles.first, let last = chart.candles.last else { return "<p class=\"empty\">There are no candles.</p>\n" }
    let change = last.close.statisticValue / first.open.statisticValue - 1
    let figure = ChartFigure(
      name: "price-\(index)", title: "\(chart.symbol.text): price with entries and exits",
      summary: """
        From \(price(first.open)) to \(price(last.close)), \(NumberText.percent(change, digits: 2, isSigned: true)), \
        with \(grouped(trades.count)) trades; each is in the list of trades.
        """,
      legend: markLegend(trades),
      caption: """
        \(chart.symbol.text) in \(report.quoteAsset): \(PriceSeries.meaning(chart.candles.count)).\(TradeMarks.meaning(trades.count)) Times are UTC.
        """,
      data: "price:\(index)")
    return figure.markup { size in
      let series = PriceSeries(chart.candles, limit: PriceSeries.limit(size))
      let values = series.buckets.map(\.low) + series.buckets.map(\.high)
      let axis = ValueAxis(values, target: size == .wide ? 6 : 5, padding: 0.1)
      let labels = axis.ticks.map { NumberText.tick($0, step: axis.step) }
      let plot = Plot(
        left: Plot.labelRoom(labels, size: size), right: size.width - (size == .wide ? 12 : 6), top: 8, bottom: size == .wide ? 372 : 292,
        time: timeAxis, value: axis)
      let marks = TradeMarks.drawing(trades, series: series, plot: plot, size: size)
      let body: Markup = "\(plot.valueGrid(labels: labels))\(plot.timeLabels(size: size))\(series.drawing(plot, size))\(marks)"
      return (plot.bottom + 44, plot, nil, body)
    }
  }

  /// The marks that occur, with their meaning and number.
  private func markLegend(_ trades: [RoundTrip]) -> Markup {
    var keys: [Markup] = ["<span class=\"key\"><i class=\"swatch close\"></i>Price</span>"]
    func key(_ path: String, _ style: String, _ label: String, _ count: Int?) {
      let number: Markup = count.map { " <b>\(grouped($0))</b>" } ?? .empty
      keys.append(
        """
        <span class="key"><svg class="mark" viewBox="0 0 14 16" aria-hidden="true"><path class="\(style)" d="\(path)"/></svg>\(label)\(number)</span>
        """)
    }
    guard !trades.isEmpty else { return Markup(trusted: keys.map(\.html).joined()) }
    key(MarkShape.up(7, 3, 5), "entry", "Entry", trades.count)
    for kind in ExitKind.allCases {
      let count = trades.reduce(0) { $0 + (MarkShape($1.exitKind) == MarkShape(kind.rawValue) ? 1 : 0) }
      guard count > 0 else { continue }
      let shape = MarkShape(kind.rawValue)
      key(shape.path(7, 13.5, 5), shape.isHollow ? "exit hollow plain" : "exit plain", kind.label, count)
    }
    keys.append(
      "<span class=\"key\"><i class=\"swatch gain\"></i>Profit</span><span class=\"key\"><i class=\"swatch loss\"></i>Loss</span>")
    return Markup(trusted: keys.map(\.html).joined())
  }
}

extension Markup {
  static func + (a: Markup, b: Markup) -> Markup { Markup(trusted: a.html + b.html) }
}
