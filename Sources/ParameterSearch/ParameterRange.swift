public import Backtest
public import Strategies
import TradingModel

/// The values that a search tries for one parameter of the strategy or one setting of the bot. Exact decimals.
public struct ParameterRange: Hashable, Sendable, CustomStringConvertible {
  public enum Target: Hashable, Sendable {
    case strategy
    case bot(SearchSetting)
  }

  private enum Values: Hashable {
    case steps(from: FixedDecimal, step: FixedDecimal, count: Int)
    case list([String])
  }

  /// Values that one range may have.
  public static let countMaximum = 1_000_000

  public let name: String
  public let target: Target
  private let values: Values

  /// Reads `name=from:to[:step]` or `name=a,b,c`.
  ///
  /// The step is 1 where it is not written and both bounds are whole. `to` is tried only where steps from `from` meet it. Names are the
  /// strategy's parameters first, then ``SearchSetting``. Throws ``BacktestError`` with a sentence that names the bound.
  public init(_ text: String, strategy: StrategyDescriptor) throws(BacktestError) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex, text.index(after: equals) != text.endIndex else {
      throw Self.wrong("\"\(Self.shown(text))\" is not of the form name=from:to:step or name=a,b,c, for example period=10:30:5")
    }
    name = String(text[..<equals])
    let given = String(text[text.index(after: equals)...])
    if let parameter = strategy.parameters.first(where: { [name] in $0.name == name }) {
      target = .strategy
      values = parameter.type == .boolean ? try Self.booleans(given, name) : try Self.numbers(given, RangeRule(parameter))
    } else if let setting = SearchSetting(rawValue: name) {
      target = .bot(setting)
      values = try Self.numbers(given, setting.rule)
    } else {
      let known = strategy.parameters.map(\.name) + SearchSetting.allCases.map(\.rawValue)
      throw Self.wrong(
        "\(strategy.name) has no parameter \"\(Self.shown(name))\"; a range can be over \(known.joined(separator: ", "))")
    }
  }

  public var count: Int {
    switch values {
    case .steps(_, _, let count): count
    case .list(let list): list.count
    }
  }

  /// The value at a place, as a request has it; empty outside 0..<``count``.
  public func text(at index: Int) -> String {
    guard index >= 0, index < count else { return "" }
    switch values {
    case .steps(let from, let step, _): return FixedDecimal(raw: from.raw + step.raw * Int128(index)).description
    case .list(let list): return list[index]
    }
  }

  /// The range as it could be written, without what is never tried.
  public var description: String {
    switch values {
    case .steps(_, let step, let count): "\(name)=\(text(at: 0)):\(text(at: count - 1)):\(step)"
    case .list(let list): "\(name)=\(list.joined(separator: ","))"
    }
  }

  private static func booleans(_ given: String, _ name: String) throws(BacktestError) -> Values {
    try list(given, name) { text throws(BacktestError) in
      guard text == "true" || text == "false" else { throw wrong("\(name) must be true or false, not \"\(shown(text))\"") }
      return text
    }
  }

  private static func numbers(_ given: String, _ rule: RangeRule) throws(BacktestError) -> Values {
    let parts = given.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1 else {
      return try list(given, rule.name) { text throws(BacktestError) in
        do throws(BacktestError) {
          return try rule.value(text).description
        } catch {
          throw wrong("\(error.message); a range is \(rule.name)=from:to:step or \(rule.name)=a,b,c")
        }
      }
    }
    guard parts.count <= 3 else { throw wrong("\(rule.name): write \(rule.name)=from:to:step or \(rule.name)=a,b,c") }
    let from = try rule.value(parts[0])
    let to = try rule.value(parts[1])
    guard from <= to else { throw wrong("\(rule.name): \(from) is above \(to); write the smaller one first: \(rule.name)=\(to):\(from)") }
    let step = try step(parts, from, to, rule)
    let count = (to.raw - from.raw) / step.raw + 1
    guard count <= countMaximum else {
      throw wrong("\(rule.name) has \(count) values, at most \(countMaximum) can be tried; use a larger step")
    }
    return .steps(from: from, step: step, count: Int(count))
  }

  private static func step(
    _ parts: [String], _ from: FixedDecimal, _ to: FixedDecimal, _ rule: RangeRule
  ) throws(BacktestError) -> FixedDecimal {
    guard parts.count == 3 else {
      guard RangeRule.isWhole(from), RangeRule.isWhole(to) else {
        throw wrong("\(rule.name)=\(from):\(to) needs a step, for example \(rule.name)=\(from):\(to):0.01")
      }
      return .one
    }
    guard let step = FixedDecimal(text: parts[2]), step.isPositive, !rule.isWhole || RangeRule.isWhole(step) else {
      throw wrong("the step of \(rule.name) must be \(rule.isWhole ? "a whole number" : "a number") above 0, not \"\(shown(parts[2]))\"")
    }
    return step
  }

  private static func list(
    _ given: String, _ name: String, _ read: (String) throws(BacktestError) -> String
  ) throws(BacktestError) -> Values {
    var list: [String] = []
    var seen: Set<String> = []
    for part in given.split(separator: ",", omittingEmptySubsequences: false) {
      let value = try read(String(part))
      guard seen.insert(value).inserted else { throw wrong("\(name): \(value) is given twice") }
      list.append(value)
    }
    return .list(list)
  }

  static func wrong(_ message: String) -> BacktestError { BacktestError(.invalidSetting, field: "range", message) }

  static func shown(_ text: String) -> String { text.count > 40 ? "\(text.prefix(40))…" : text }
}
