import Backtest
import ControlCommands
import ParameterSearch
import Strategies
import TradingCore
import TradingModel

/// Command lines with the parameters that a search found, to copy.
struct BestCommand {
  private let run: OptimizeRun
  private let bot: BotSettings
  private let space: SearchSpace
  private let symbol: String
  private let parameters: [StrategyParameters.Entry]

  init(_ run: OptimizeRun, _ plan: OptimizePlan, index: Int) {
    self.run = run
    bot = plan.bot
    space = plan.search.space
    symbol = plan.search.settings.bots.first?.symbol.text ?? ""
    parameters = space.parameters(at: index)
  }

  /// Runs the same over all of the data.
  var backtest: String {
    var words = ["botctl", "backtest"]
    for file in run.candleOptions.candles { words += ["--candles", file] }
    if let file = run.candleOptions.exchangeInfo { words += ["--exchange-info", file] }
    if run.candleOptions.fillGaps { words.append("--fill-gaps") }
    if run.candleOptions.skipBad { words.append("--skip-bad") }
    if let limit = run.candleOptions.skipBadLimit { words += ["--skip-bad-limit", limit] }
    if let columns = run.candleOptions.columns { words += ["--columns", columns] }
    if let directory = run.candleOptions.dataDirectory { words += ["--data-dir", directory] }
    if let symbol = bot.symbol { words += ["--symbol", symbol] }
    words += trading
    if let capital = bot.capital { words += ["--capital", capital] }
    words += run.options.words
    for file in run.options.detail { words += ["--detail", file] }
    return Self.line(words)
  }

  /// Makes the bot; with several symbols, that of the first.
  var create: String {
    let strategy = bot.strategy ?? BotConfiguration.Defaults.strategyName
    let id = BotID(namedAfter: "\(strategy)-\(symbol)")?.text ?? strategy
    let capital = bot.capital ?? BacktestPreparation.capital
    return Self.line(["botctl", "create", id, "--symbol", symbol] + trading + ["--capital", capital])
  }

  private var trading: [String] {
    var words = [
      "--strategy", bot.strategy ?? BotConfiguration.Defaults.strategyName, "--interval", bot.interval ?? BotSettings.intervalDefault,
    ]
    for parameter in bot.parameters { words += ["--param", parameter] }
    for (option, value) in bot.tradeOptions { if let value { words += [option, value] } }
    if let compound = bot.compound { words.append(compound ? "--compound" : "--no-compound") }
    for (range, entry) in zip(space.ranges, parameters) {
      switch range.target {
      case .strategy: words += ["--param", "\(entry.name)=\(entry.value)"]
      case .bot: words += [Problem.option(forField: "spec.\(entry.name)"), entry.value]
      }
    }
    return words
  }

  private static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// A word as a shell reads it.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || "-_=./:,+@%".utf8.contains(byte)
    }
    if plain, !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

extension BotSettings {
  /// The options that say how a bot trades, as given.
  var tradeOptions: [(option: String, value: String?)] {
    [
      ("--risk-per-trade", riskPerTrade), ("--max-position", maxPosition), ("--stop-loss", stopLoss), ("--take-profit", takeProfit),
      ("--trailing-stop", trailingStop), ("--trailing-stop-atr", trailingStopRanges), ("--time-stop", timeStop?.text),
      ("--cooldown", cooldown?.text), ("--sizing", sizing), ("--sizing-atr", sizingRanges),
      ("--entry", entry), ("--entry-offset", entryOffset), ("--entry-lifetime", entryLifetime?.text), ("--entry-then", entryThen),
      ("--guard", guards.isEmpty ? nil : guards.joined(separator: "; ")),
    ]
  }
}
