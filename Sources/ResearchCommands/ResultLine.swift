import BotAPI
import ParameterSearch
import Presentation
import Strategies
import TradingModel

/// A finished trial as a line of a result file, and as part of the command's JSON.
enum ResultLine {
  /// One line without its end.
  static func text(_ trial: SearchTrial, _ parameters: [StrategyParameters.Entry]) -> String {
    var json = JSONText()
    json.beginObject()
    json.field("span", trial.span)
    json.field("index", trial.index)
    self.parameters(&json, parameters)
    figures(&json, "in_sample", trial.inSample, isExact: true)
    figures(&json, "out_of_sample", trial.outOfSample, isExact: true)
    json.endObject()
    return json.text
  }

  static func parameters(_ json: inout JSONText, _ parameters: [StrategyParameters.Entry]) {
    json.key("parameters")
    json.beginObject()
    for entry in parameters { json.field(entry.name, entry.value) }
    json.endObject()
  }

  /// - Parameter isExact: fractions with all digits, since a search goes on from them; else with those that every command shows.
  static func figures(_ json: inout JSONText, _ key: String, _ figures: SearchFigures?, isExact: Bool = false) {
    func fraction(_ name: String, _ value: Double?) { isExact ? json.field(name, value) : self.fraction(&json, name, value) }
    json.key(key)
    guard let figures else { return json.null() }
    json.beginObject()
    json.field("net_profit", figures.netProfit)
    fraction("net_profit_fraction", figures.netProfitFraction)
    json.field("trades", figures.trades)
    json.field("wins", figures.wins)
    fraction("win_rate", figures.winRate)
    json.field("gross_profit", figures.grossProfit)
    json.field("gross_loss", figures.grossLoss)
    json.field("expectancy", figures.expectancy)
    fraction("profit_factor", figures.profitFactor)
    json.field("sharpe", figures.sharpe)
    json.field("sortino", figures.sortino)
    json.field("calmar", figures.calmar)
    json.field("cagr", figures.annualGrowth)
    fraction("max_drawdown_fraction", figures.maxDrawdownFraction)
    json.field("years", figures.years)
    json.endObject()
  }

  /// A fraction with the digits that `Stats` has.
  static func fraction(_ json: inout JSONText, _ name: String, _ value: Double?) {
    guard let decimal = value.flatMap({ FixedDecimal(nearestTo: $0) }) else { return json.field(name, value) }
    json.key(name)
    json.literal(decimal.description)
  }

  /// The trial of a line; `nil` for what is none of this search.
  static func trial(_ line: [UInt8], of search: Search) -> SearchTrial? {
    guard let read = JSONTree(line), let span = int(read["span"]), search.spans.indices.contains(span), let index = int(read["index"]),
      (0..<search.space.size).contains(index), let inSample = figures(read["in_sample"])
    else { return nil }
    let expectsMore = !search.isWalkForward && search.spans[span].outOfSample != nil
    let outOfSample = figures(read["out_of_sample"])
    guard expectsMore == (outOfSample != nil) else { return nil }
    return SearchTrial(span: span, index: index, inSample: inSample, outOfSample: outOfSample)
  }

  private static func int(_ value: JSONTree?) -> Int? { value?.int64.flatMap { Int(exactly: $0) } }

  private static func figures(_ value: JSONTree?) -> SearchFigures? {
    func amount(_ name: String) -> FixedDecimal? { value?[name]?.text.flatMap { FixedDecimal(text: $0) } }
    func ratio(_ name: String) -> Double? { value?[name]?.ratio }
    guard let net = amount("net_profit"), let profit = amount("gross_profit"), let loss = amount("gross_loss"),
      let fraction = ratio("net_profit_fraction"), let drawdown = ratio("max_drawdown_fraction"), let years = ratio("years"),
      let trades = int(value?["trades"]), let wins = int(value?["wins"]), trades >= 0, wins >= 0
    else { return nil }
    return SearchFigures(
      netProfit: net, netProfitFraction: fraction, trades: trades, wins: wins, grossProfit: profit, grossLoss: loss,
      sharpe: ratio("sharpe"),
      sortino: ratio("sortino"), annualGrowth: ratio("cagr"), maxDrawdownFraction: drawdown, years: years)
  }
}
