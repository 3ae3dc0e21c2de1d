import Time
import BotAPI
import Strategies
import Synchronization
import TradingCore
import TradingModel

/// Reads a bot's settings from a request.
extension RequestCheck {
  /// The configuration that the request describes. A field that is wrong is reported and replaced by a value that is right, so that the
  /// rest can be checked as well; nothing of it may be used unless ``violations`` is empty. `nil` when not even that is possible.
  ///
  /// - Parameter base: what empty fields keep (an update); `nil`: they take the defaults (a creation).
  mutating func configuration(botID id: BotID?, _ spec: V1.BotSpec?, base: BotConfiguration?) -> BotConfiguration? {
    guard let spec else {
      wrong("spec", "REQUIRED", "spec is missing: say what the bot shall do")
      return nil
    }
    let symbol = spec.symbol.isEmpty && base != nil ? base?.symbol : self.symbol(spec.symbol, field: "spec.symbol")
    var interval = base?.interval ?? BotConfiguration.Defaults.interval
    if !spec.interval.isEmpty, let given = self.interval(spec.interval, field: "spec.interval") { interval = given }
    let capital = amount(spec.capital, "spec.capital", base?.capital)
    guard let id = id ?? BotID("unnamed"), let symbol = symbol ?? Symbol(Self.placeholder) else { return nil }
    typealias Defaults = BotConfiguration.Defaults
    var sizing = base?.sizing ?? Defaults.sizing
    if !spec.sizing.isEmpty {
      if let given = PositionSizing(spec.sizing) {
        sizing = given
      } else {
        let names = PositionSizing.allCases.map(\.description).joined(separator: ", ")
        wrong("spec.sizing", "SIZING_UNKNOWN", "spec.sizing must be one of \(names), not \"\(spec.sizing.prefix(40))\"")
      }
    }
    return BotConfiguration(
      id: id, symbol: symbol, interval: interval,
      strategyName: spec.strategy.isEmpty ? base?.strategyName ?? Defaults.strategyName : spec.strategy,
      parameters: parameters(spec, base: base), capital: capital,
      riskPerTrade: fraction(spec.riskPerTrade, "spec.risk_per_trade", base?.riskPerTrade ?? Defaults.riskPerTrade),
      maximumPosition: fraction(spec.maxPositionFraction, "spec.max_position_fraction", base?.maximumPosition ?? Defaults.maximumPosition),
      stopLoss: fraction(spec.stopLoss, "spec.stop_loss", base?.stopLoss ?? Defaults.stopLoss),
      takeProfit: fraction(spec.takeProfit, "spec.take_profit", base?.takeProfit ?? .zero),
      trailingStop: fraction(spec.trailingStop, "spec.trailing_stop", base?.trailingStop ?? .zero),
      trailingStopRanges: fraction(spec.trailingStopAtr, "spec.trailing_stop_atr", base?.trailingStopRanges ?? .zero),
      timeStopCandles: Self.candles(spec.timeStopCandles, base?.timeStopCandles),
      cooldownCandles: Self.candles(spec.cooldownCandles, base?.cooldownCandles), sizing: sizing,
      sizingRanges: fraction(spec.sizingAtr, "spec.sizing_atr", base?.sizingRanges ?? Defaults.sizingRanges))
  }

  /// Of an update 0 keeps what was, and -1 removes it.
  private static func candles(_ given: Int64, _ standing: Int?) -> Int {
    guard let standing else { return Int(given) }
    return given == 0 ? standing : given == -1 ? 0 : Int(given)
  }

  private static let placeholder = "UNNAMED"

  private mutating func amount(_ text: String, _ field: String, _ standing: Amount?) -> Amount {
    if text.isEmpty, standing == nil { wrong(field, "REQUIRED", "\(field) is missing: name the amount of quote asset the bot may use") }
    return decimal(text, field: field) ?? standing ?? .one
  }

  private mutating func fraction(_ text: String, _ field: String, _ standing: FixedDecimal) -> FixedDecimal {
    decimal(text, field: field) ?? standing
  }

  /// Given parameters over those of the base, as long as the strategy stays the same.
  private mutating func parameters(_ spec: V1.BotSpec, base: BotConfiguration?) -> StrategyParameters {
    guard spec.parameters.count <= 64 else {
      wrong("spec.parameters", "TOO_MANY_VALUES", "spec.parameters may hold 64 parameters at most, not \(spec.parameters.count)")
      return StrategyParameters()
    }
    let given = spec.parameters.map { StrategyParameters.Entry(name: $0.key, value: $0.value) }
    guard let base, spec.strategy.isEmpty || spec.strategy == base.strategyName else { return StrategyParameters(given) }
    let kept = base.parameters.entries.filter { old in !given.contains { $0.name == old.name } }
    return StrategyParameters(kept + given)
  }

  /// Adds what the core's own rules say, except about fields that are wrong already.
  mutating func add(_ found: [CommandError.Violation]) {
    for violation in found {
      let field = ErrorMapping.field(violation.field)
      guard !hasViolation(of: field) else { continue }
      wrong(field, violation.reason, violation.message)
    }
  }
}

/// Checks configurations by the core's own rules, without asking the core: a core of its own that knows nothing but trading rules.
final class ConfigurationCheck: Sendable {
  private struct State: Sendable {
    var core: TradingCore
    var generation = 0
  }
  private let state: Mutex<State>
  private let board: StateBoard

  init(mode: TradingMode, board: StateBoard) {
    self.board = board
    state = Mutex(State(core: TradingCore(configuration: CoreConfiguration(mode: mode))))
  }

  func violations(of configuration: BotConfiguration) -> [CommandError.Violation] {
    state.withLock { state in
      let generation = board.rulesGeneration
      if generation != state.generation {
        var effects: [Effect] = []
        state.core.step(.rules(board.allRules), at: .zero, effects: &effects)
        state.generation = generation
      }
      return state.core.violations(of: configuration)
    }
  }
}
