import Backtest
import Statistics
import TradingModel

extension HTMLReport {
  /// What the same trades would have earned at other costs of a fill.
  var costs: Markup {
    guard let costs = report.costs, !costs.points.isEmpty else { return .empty }
    var points = costs.points
    let paid = costs.paid.map { CostCurve.Point(cost: $0, netProfit: costs.netProfit(at: $0)) }
    if let paid { points = (points.filter { $0.cost != paid.cost } + [paid]).sorted { $0.cost < $1.cost } }
    let rows = points.map { point in
      let isPaid = point == paid
      return """
        <tr\(isPaid ? " class=\"now\"" : Markup.empty)><th scope="row">\(percent(point.cost))\(isPaid ? " (paid)" : "")</th>\
        <td class="\(Self.tone(point.netProfit))">\(money(point.netProfit, isSigned: true))</td></tr>

        """ as Markup
    }
    return """
      <p class="say">\(breakEven)</p>
      <div class="box short"><table class="numbers">
      <thead><tr><th scope="col">Fees a fill</th><th scope="col">Net profit, \(report.quoteAsset)</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>
      <p class="caption">Net profit + fees − cost × turnover (\(money(costs.turnover)) \(report.quoteAsset)): the same trades, whatever they \
      cost. \(report.isOfAccount ? "" : "Slippage and spread are in the prices and are not varied.")</p>

      """
  }

  /// What a fill may cost, beside what it did.
  private var breakEven: Markup {
    let number = { (key: String) in figure(key).flatMap { Double($0.number) } }
    let text = { (fraction: Double?) in NumberText.percent(fraction ?? .nan, digits: 4) }
    guard let even = number("break_even_cost") else { return "Nothing is known of their break-even cost." }
    let paid = text(number("fees_fraction"))
    guard even > 0 else {
      return "These trades would have lost even without fees (break-even cost <b>\(text(even))</b> of a fill; paid were <b>\(paid)</b>)."
    }
    return "A fill may cost <b>\(text(even))</b> of its worth until these trades earn nothing (break-even cost); paid were <b>\(paid)</b>."
  }

  private func percent(_ fraction: FixedDecimal) -> String {
    let value = fraction.statisticValue
    let digits = fraction.isZero ? 2 : max(2, min(4, NumberText.fractionDigits(value * 100)))
    return NumberText.percent(value, digits: digits)
  }
}
