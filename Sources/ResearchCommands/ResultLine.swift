import BotAPI
import Foundation
import ParameterSearch
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
    figures(&json, "in_sample", trial.inSample)
    figures(&json, "out_of_sample", trial.outOfSample)
    json.endObject()
    return json.text
  }

  static func parameters(_ json: inout JSONText, _ parameters: [StrategyParameters.Entry]) {
    json.key("parameters")
    json.beginObject()
    for entry in parameters { json.field(entry.name, entry.value) }
    json.endObject()
  }

  static func figures(_ json: inout JSONText, _ key: String, _ figures: SearchFigures?) {
    json.key(key)
    guard let figures else { return json.null() }
    func optional(_ name: String, _ value: Double?) { json.field(name, value ?? .nan) }
    json.beginObject()
    json.field("net_profit", figures.netProfit.description)
    json.field("net_profit_fraction", figures.netProfitFraction)
    json.field("trades", figures.trades)
    json.field("wins", figures.wins)
    json.field("win_rate", figures.winRate)
    json.field("gross_profit", figures.grossProfit.description)
    json.field("gross_loss", figures.grossLoss.description)
    json.field("expectancy", figures.expectancy.description)
    optional("profit_factor", figures.profitFactor)
    optional("sharpe", figures.sharpe)
    optional("sortino", figures.sortino)
    optional("calmar", figures.calmar)
    optional("cagr", figures.annualGrowth)
    json.field("max_drawdown_fraction", figures.maxDrawdownFraction)
    json.field("years", figures.years)
    json.endObject()
  }

  /// The trial of a line; `nil` for what is none of this search.
  static func trial(_ line: [UInt8], of search: Search, _ decoder: JSONDecoder) -> SearchTrial? {
    guard let read = try? decoder.decode(Line.self, from: Data(line)), search.spans.indices.contains(read.span),
      (0..<search.space.size).contains(read.index), let inSample = read.inSample.value
    else { return nil }
    let expectsMore = !search.isWalkForward && search.spans[read.span].outOfSample != nil
    let outOfSample = read.outOfSample?.value
    guard expectsMore == (outOfSample != nil) else { return nil }
    return SearchTrial(span: read.span, index: read.index, inSample: inSample, outOfSample: outOfSample)
  }

  private struct Line: Decodable {
    var span: Int
    var index: Int
    var inSample: Figures
    var outOfSample: Figures?

    enum CodingKeys: String, CodingKey {
      case span, index
      case inSample = "in_sample"
      case outOfSample = "out_of_sample"
    }
  }

  private struct Figures: Decodable {
    var netProfit: String
    var netProfitFraction: Double
    var trades: Int
    var wins: Int
    var grossProfit: String
    var grossLoss: String
    var sharpe: Double?
    var sortino: Double?
    var cagr: Double?
    var drawdown: Double
    var years: Double

    enum CodingKeys: String, CodingKey {
      case trades, wins, sharpe, sortino, cagr, years
      case netProfit = "net_profit"
      case netProfitFraction = "net_profit_fraction"
      case grossProfit = "gross_profit"
      case grossLoss = "gross_loss"
      case drawdown = "max_drawdown_fraction"
    }

    var value: SearchFigures? {
      guard let net = FixedDecimal(text: netProfit), let profit = FixedDecimal(text: grossProfit), let loss = FixedDecimal(text: grossLoss),
        trades >= 0, wins >= 0
      else { return nil }
      return SearchFigures(
        netProfit: net, netProfitFraction: netProfitFraction, trades: trades, wins: wins, grossProfit: profit, grossLoss: loss,
        sharpe: sharpe, sortino: sortino, annualGrowth: cagr, maxDrawdownFraction: drawdown, years: years)
    }
  }
}
