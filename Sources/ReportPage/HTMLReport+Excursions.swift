import Backtest
import TradingModel

/// MAE and MFE: how far prices went against and for trades, beside what became of them.
extension HTMLReport {
  /// Nothing where no trade's prices were followed.
  var excursions: Markup {
    let closed = report.trades.filter { $0.isClosed && $0.fraction.isFinite }
    let against = closed.compactMap { trade in trade.adverseExcursion.map { (trade, -$0) } }
    let gained = closed.compactMap { trade in trade.favorableExcursion.map { (trade, $0) } }
    guard !against.isEmpty, !gained.isEmpty else { return .empty }
    let againstNote = "The further left a win stands, the more it was under water first: a stop closer than that would have ended it."
    let gainedNote =
      "What lies right of the dashed line gave back what it had gained; far right and below zero are trades that a target would have saved."
    return """
      <div class="pair"><div>
      \(scatter("mae", "Against the trade (MAE)", against, againstNote))</div>
      <div>
      \(scatter("mfe", "For the trade (MFE)", gained, gainedNote))</div>
      </div>

      """
  }

  private func scatter(_ name: String, _ title: String, _ trades: [(trade: RoundTrip, x: Double)], _ caption: String) -> Markup {
    let size = PlotSize.narrow
    let xs = trades.map { ValueAxis.clamped($0.x) }
    let ys = trades.map { ValueAxis.clamped($0.trade.fraction) }
    let across = ValueAxis(xs + [0], target: 4)
    let up = ValueAxis(ys + [0], target: 5)
    let labels = up.ticks.map { NumberText.percent($0, digits: NumberText.fractionDigits(up.step * 100)) }
    let left = Plot.labelRoom(labels, size: size)
    let right = size.width - 16
    let (top, bottom) = (24.0, 228.0)
    let x = { (value: Double) in left + (ValueAxis.clamped(value) - across.low) / (across.high - across.low) * (right - left) }
    let y = { (value: Double) in bottom - (ValueAxis.clamped(value) - up.low) / (up.high - up.low) * (bottom - top) }
    let number = NumberText.coordinate
    var grid = ""
    var texts: Markup = """
      <text class="panel" x="\(number(left))" y="12">Net return</text>
      """
    for (tick, label) in zip(up.ticks, labels) {
      grid += "M\(number(left)) \(number(y(tick)))H\(number(right))"
      texts += "<text class=\"tick\" x=\"\(number(left - 8))\" y=\"\(number(y(tick)))\" dy=\".32em\" text-anchor=\"end\">\(label)</text>"
    }
    let digits = NumberText.fractionDigits(across.step * 100)
    for tick in across.ticks {
      let label = NumberText.percent(tick, digits: digits)
      let half = Double(label.count) * size.digitWidth / 2
      guard x(tick) + half <= size.width + 6 else { continue }
      texts += """
        <text class="tick" x="\(number(max(x(tick), half)))" y="\(number(bottom + 20))" text-anchor="middle">\(label)</text>
        """
    }
    // Trades that would hide each other are drawn once.
    var taken: Set<[Int]> = []
    var dots = ["gain": "", "loss": "", "even": ""]
    for (trade, value) in trades {
      let (px, py) = (x(value), y(trade.fraction))
      let tone = Self.tone(trade.profit)
      guard taken.insert([Int(px), Int(py), tone == "gain" ? 1 : tone == "loss" ? 2 : 0]).inserted else { continue }
      dots[tone, default: ""] += "M\(number(px)) \(number(py))h0"
    }
    // Where a trade that ended at its furthest price stands.
    let (low, high) = (max(across.low, up.low), min(across.high, up.high))
    let diagonal = low < high ? "M\(number(x(low))) \(number(y(low)))L\(number(x(high))) \(number(y(high)))" : ""
    let paths = ["even", "loss", "gain"].map { "<path class=\"dots \($0)\" d=\"\(dots[$0] ?? "")\"/>" as Markup }
    let zero = "M\(number(x(0))) \(number(top))V\(number(bottom))M\(number(left)) \(number(y(0)))H\(number(right))"
    return """
      <figure class="figure">
      <h3>\(title)</h3>
      <svg class="histogram" viewBox="0 0 \(number(size.width)) \(number(bottom + 30))" role="img" aria-labelledby="\(name)-t \(name)-d">\
      <title id="\(name)-t">\(title)</title><desc id="\(name)-d">\(grouped(trades.count)) trades by their furthest price and net return.</desc>\
      <path class="grid" d="\(grid)"/>\(texts)<path class="axis" d="\(zero)"/><path class="capital" d="\(diagonal)"/>\(paths)</svg>
      <figcaption>\(grouped(trades.count)) closed trades: furthest price of the entry price across, net return up. \(caption)</figcaption>
      </figure>

      """
  }
}
