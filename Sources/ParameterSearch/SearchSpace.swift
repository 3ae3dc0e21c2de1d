public import Backtest
public import Strategies
public import TradingCore
import TradingModel

/// Which combinations a search tries.
public enum SearchMethod: Hashable, Sendable {
  /// All of them.
  case grid
  /// So many different ones, chosen by the seed.
  case random(count: Int, seed: UInt64)
}

/// All combinations of some ranges' values, counted from 0 in the order of nested loops: the last range turns fastest.
public struct SearchSpace: Hashable, Sendable {
  /// Trials that one search may have.
  public static let trialsMaximum = 1_000_000

  public let ranges: [ParameterRange]
  /// Combinations, those that a strategy refuses included.
  public let size: Int

  /// Throws ``BacktestError`` without ranges, for two ranges of one name, and for more than 2⁶³ combinations.
  public init(_ ranges: [ParameterRange]) throws(BacktestError) {
    guard !ranges.isEmpty else { throw ParameterRange.wrong("name at least one range, for example period=10:30:5") }
    var size = 1
    for (index, range) in ranges.enumerated() {
      if ranges[..<index].contains(where: { $0.name == range.name }) {
        throw ParameterRange.wrong("\(range.name) has two ranges; leave one out")
      }
      let (product, overflow) = size.multipliedReportingOverflow(by: range.count)
      guard !overflow else { throw ParameterRange.wrong("the ranges make more combinations than can be counted; use larger steps") }
      size = product
    }
    self.ranges = ranges
    self.size = size
  }

  /// Name and value of every range at a combination, in the order of ``ranges``; empty outside 0..<``size``.
  public func parameters(at index: Int) -> [StrategyParameters.Entry] {
    guard index >= 0, index < size else { return [] }
    var rest = index
    var entries: [StrategyParameters.Entry] = []
    entries.reserveCapacity(ranges.count)
    for range in ranges.reversed() {
      entries.append(.init(name: range.name, value: range.text(at: rest % range.count)))
      rest /= range.count
    }
    return entries.reversed()
  }

  /// The bot with a combination's values in place of its own.
  public func configure(_ bot: BotConfiguration, at index: Int) -> BotConfiguration {
    var bot = bot
    for (range, entry) in zip(ranges, parameters(at: index)) {
      switch range.target {
      case .strategy:
        if let place = bot.parameters.entries.firstIndex(where: { $0.name == entry.name }) {
          bot.parameters.entries[place] = entry
        } else {
          bot.parameters.entries.append(entry)
        }
      case .bot(let setting): if let value = FixedDecimal(text: entry.value) { setting.apply(value, to: &bot) }
      }
    }
    return bot
  }

  /// The combinations that a method tries, in order.
  public func indices(_ method: SearchMethod) throws(BacktestError) -> [Int] {
    switch method {
    case .grid: try grid()
    case .random(let count, let seed): try sample(count, seed: seed)
    }
  }

  /// Every combination in order. Throws when there are more than ``trialsMaximum``, with the remedy.
  public func grid() throws(BacktestError) -> [Int] {
    guard size <= Self.trialsMaximum else {
      let counts = ranges.map { "\($0.name) \($0.count)" }.joined(separator: " × ")
      throw ParameterRange.wrong(
        "the ranges make \(size) combinations (\(counts)), a grid may have \(Self.trialsMaximum); use larger steps, or try some of them: "
          + "--random 1000")
    }
    return Array(0..<size)
  }

  /// `count` different combinations, each equally likely, in order; all when there are no more. The same seed gives the same.
  ///
  /// Floyd's algorithm (Bentley, "Programming Pearls: A Sample of Brilliance", 1987): one draw for each.
  public func sample(_ count: Int, seed: UInt64) throws(BacktestError) -> [Int] {
    guard count >= 1, count <= Self.trialsMaximum else {
      throw BacktestError(
        .invalidSetting, field: "random", "the number of random combinations must be from 1 to \(Self.trialsMaximum), not \(count)")
    }
    guard count < size else { return Array(0..<size) }
    var random = SearchRandom(seed: seed)
    var chosen: Set<Int> = []
    chosen.reserveCapacity(count)
    for last in (size - count)..<size {
      let drawn = random.integer(upTo: last)
      if !chosen.insert(drawn).inserted { chosen.insert(last) }
    }
    return chosen.sorted()
  }
}
