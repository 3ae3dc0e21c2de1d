import Backtest
import TradingModel

extension HTMLReport {
  /// The distribution of returns beside the exits by reason, the symbols and the denials.
  var returns: Markup {
    let exits = groupTable("Exits by reason", "Reason", report.exits)
    let symbols = report.bySymbol.count > 1 ? groupTable("By symbol", "Symbol", report.bySymbol, isReason: false) : .empty
    let denials = denialTable
    let columns = [histogram, exits + symbols + denials].filter { !$0.isEmpty }
    return columns.isEmpty ? .empty : "<div class=\"pair\">\(columns.map { "<div>\($0)</div>\n" as Markup })</div>\n"
  }

  // MARK: - Distribution

  private struct Bin {
    var low: Double
    var count = 0
  }

  private var histogram: Markup {
    let values = report.trades.map(\.fraction).filter(\.isFinite).map(ValueAxis.clamped).sorted()
    guard let smallest = values.first, let largest = values.last else { return .empty }
    // A few extremes share the outer bins, so that they do not flatten the rest.
    let cut = values.count >= 50 ? values.count / 100 : 0
    let low = min(values[cut], 0)
    let high = max(values[values.count - 1 - cut], 0)
    let step = max(ValueAxis.roundStep((high - low) / 18), 1e-6)
    let first = (low / step).rounded(.down)
    let count = min(60, max(1, Int(((high / step).rounded(.down) - first).rounded()) + 1))
    var bins = (0..<count).map { Bin(low: (first + Double($0)) * step) }
    for value in values {
      let index = ((value / step).rounded(.down) - first)
      bins[Int(min(max(index, 0), Double(count - 1)))].count += 1
    }
    let median = values.count % 2 == 1 ? values[values.count / 2] : (values[values.count / 2 - 1] + values[values.count / 2]) / 2
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    let text = { (value: Double) in NumberText.percent(value, digits: 2, isSigned: true) }
    let isCut = smallest < bins[0].low - step * 1e-9 || largest >= bins[count - 1].low + step * (1 + 1e-9)
    return """
      <figure class="figure">
      <h3>Distribution of returns</h3>
      \(histogramDrawing(bins, step: step, summary: "\(grouped(values.count)) trades from \(text(smallest)) to \(text(largest)), median \(text(median))."))
      <figcaption>Trades by net return. Median \(text(median)), mean \(text(mean)), worst \(text(smallest)), best \(text(largest)).\
      \(isCut ? " The outer bars hold what lies beyond them too." : "")</figcaption>
      </figure>

      """
  }

  private func histogramDrawing(_ bins: [Bin], step: Double, summary: String) -> Markup {
    let size = PlotSize.narrow
    let number = NumberText.coordinate
    let tallest = Double(bins.map(\.count).max() ?? 1)
    let value = ValueAxis(low: 0, high: max(1, tallest) * 1.06, target: 4)
    let ticks = value.ticks.filter { $0 == $0.rounded() }
    let labels = ticks.map { NumberText.decimal($0, digits: 0) }
    let left = Plot.labelRoom(labels, size: size)
    let (right, top, bottom) = (size.width - 16, 8.0, 208.0)
    let width = (right - left) / Double(bins.count)
    let y = { (count: Double) in bottom - count / value.high * (bottom - top) }
    var grid = ""
    var texts = Markup.empty
    for (tick, label) in zip(ticks, labels) {
      grid += "M\(number(left)) \(number(y(tick)))H\(number(right))"
      texts += "<text class=\"tick\" x=\"\(number(left - 8))\" y=\"\(number(y(tick)))\" dy=\".32em\" text-anchor=\"end\">\(label)</text>"
    }
    var bars = Markup.empty
    for (index, bin) in bins.enumerated() where bin.count > 0 {
      let isLoss = bin.low < -step * 1e-6
      let range = "\(NumberText.percent(bin.low, digits: 2)) to \(NumberText.percent(bin.low + step, digits: 2))"
      bars += """
        <rect class="bar \(isLoss ? "loss" : "gain")" x="\(number(left + Double(index) * width + 0.6))" y="\(number(y(Double(bin.count))))" \
        width="\(number(max(1, width - 1.2)))" height="\(number(bottom - y(Double(bin.count))))"><title>\(range): \(grouped(bin.count))</title></rect>
        """
    }
    // Labels at bin edges, zero among them.
    let zero = bins.firstIndex { $0.low > -step * 1e-6 } ?? bins.count
    let stride = max(1, (bins.count + 5) / 6)
    let digits = NumberText.fractionDigits(step * 100)
    for edge in 0...bins.count where (edge - zero) % stride == 0 {
      let x = left + Double(edge) * width
      let label = NumberText.percent((bins.first?.low ?? 0) + Double(edge) * step, digits: digits)
      let half = Double(label.count) * size.digitWidth / 2
      guard x + half <= size.width + 6 else { continue }
      texts += "<text class=\"tick\" x=\"\(number(max(x, half)))\" y=\"\(number(bottom + 20))\" text-anchor=\"middle\">\(label)</text>"
    }
    let zeroLine = "M\(number(left + Double(zero) * width)) \(number(top))V\(number(bottom + 5))"
    return """
      <svg class="histogram" viewBox="0 0 \(number(size.width)) \(number(bottom + 30))" role="img" aria-labelledby="returns-t returns-d">\
      <title id="returns-t">Distribution of returns per trade</title><desc id="returns-d">\(summary)</desc>\
      <path class="grid" d="\(grid)"/>\(texts)\(bars)<path class="axis" d="M\(number(left)) \(number(bottom))H\(number(right))\(zeroLine)"/></svg>
      """
  }
}
