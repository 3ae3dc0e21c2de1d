import BotAPI
import MarketData
import Strategies
import TradingCore
import TradingModel
import Venue

extension BotSettingsText {
  /// The texts of a request's settings.
  ///
  /// - Parameters:
  ///   - isUpdate: 0 candles keep what was, and -1 removes it.
  ///   - countsAutoStart: `auto_start` was set on purpose; the same for `countsCompound`.
  init(_ spec: V1.BotSpec, isUpdate: Bool, countsAutoStart: Bool, countsCompound: Bool) {
    self.init()
    symbol = spec.symbol
    strategy = spec.strategy
    parameters = spec.parameters.map { StrategyParameters.Entry(name: $0.key, value: $0.value) }
    interval = spec.interval
    capital = spec.capital
    riskPerTrade = spec.riskPerTrade
    maximumPosition = spec.maxPositionFraction
    stopLoss = spec.stopLoss
    takeProfit = spec.takeProfit
    trailingStop = spec.trailingStop
    trailingStopRanges = spec.trailingStopAtr
    timeStopCandles = Self.candles(spec.timeStopCandles, isUpdate)
    cooldownCandles = Self.candles(spec.cooldownCandles, isUpdate)
    sizing = spec.sizing
    sizingRanges = spec.sizingAtr
    guards = spec.guards
    entry = spec.entry
    entryOffset = spec.entryOffset
    entryLifetime = spec.entryLifetime == 0 ? nil : spec.entryLifetime
    entryThen = spec.entryThen
    if countsCompound { compounds = spec.compound }
    if countsAutoStart { autoStart = spec.autoStart }
  }

  private static func candles(_ given: Int64, _ isUpdate: Bool) -> Int64? {
    guard isUpdate else { return given }
    return given == 0 ? nil : given == -1 ? 0 : given
  }
}

extension RequestCheck {
  /// The configuration that a request describes; every text that cannot be read and everything that is wrong with it is added. Nothing of
  /// it may be used unless ``violations`` is empty. `nil` when there are no settings.
  ///
  /// - Parameters:
  ///   - base: what fields that are not given keep (an update); `nil`: a creation.
  ///   - isBacktest: prices of now say nothing.
  mutating func configuration(
    botID id: BotID?, _ spec: V1.BotSpec?, base: BotConfiguration?, countsAutoStart: Bool = true, countsCompound: Bool = true,
    isBacktest: Bool = false, _ context: ControlContext
  ) -> BotConfiguration? {
    guard let spec else {
      wrong("spec", "REQUIRED", "spec is missing: say what the bot shall do")
      return nil
    }
    let text = BotSettingsText(
      spec, isUpdate: base != nil, countsAutoStart: countsAutoStart, countsCompound: countsCompound)
    let served: (String) -> ServedStrategy? = { isBacktest ? nil : context.strategies.strategy(named: $0) }
    let (configuration, found) = text.judged(id: id, base: base, served: served) { symbol in
      context.knowledge(of: symbol, isPriced: !isBacktest)
    }
    for violation in found { wrong(ErrorMapping.field(violation.field), violation.reason, violation.message) }
    return configuration
  }
}

extension ControlContext {
  /// What is known here of a symbol, for judging settings.
  func knowledge(of symbol: Symbol, isPriced: Bool = true) -> BotConfiguration.SymbolKnowledge {
    guard let rules = board.rules(for: symbol) else {
      return board.rulesGeneration == 0 ? .notLoaded : .unlisted(board.reasonWithoutRules(symbol))
    }
    return .listed(rules, price: !isPriced ? .zero : market.trade(symbol)?.price ?? market.ticker(symbol)?.last ?? .zero)
  }
}
