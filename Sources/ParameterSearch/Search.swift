public import Backtest
public import Strategies
import Time
import TradingCore
public import TradingModel

/// How a search uses time.
public enum SearchTime: Hashable, Sendable {
  /// The first part of the time in sample, the rest out of sample; 0: nothing is held back.
  case split(FixedDecimal)
  /// So many windows, each with a first part in sample: ``SearchSpan/walkForward(_:split:count:interval:)``.
  case walkForward(windows: Int, split: FixedDecimal)
}

/// A search over parameters, prepared: what is to be tried, when, and how one trial is run. Has no threads and no state of its own, so that
/// trials may run in any order and at the same time; candles are shared, not copied. A trial's result depends on nothing but its number.
public struct Search: Sendable {
  public let settings: BacktestSettings
  public let space: SearchSpace
  public let spans: [SearchSpan]
  /// The combinations to try, in order.
  public let indices: [Int]
  /// Combinations that were not taken because the strategy refuses them.
  public let refusedCount: Int
  /// Why it refuses the first of those; empty without any.
  public let refusal: String
  public let isWalkForward: Bool
  /// The markets with finer candles, and how much of the whole time those cover.
  public let detail: [DetailCoverage]
  let markets: [BacktestMarket]

  /// - Parameter settings: the bots before a combination is put into them; all get the same.
  /// - Throws: ``BacktestError`` for what no trial could run with: wrong settings, no candles in some span, too many combinations, or none.
  /// - Complexity: a check of the strategy's parameters for each combination (microseconds).
  public init(
    _ settings: BacktestSettings, markets: [BacktestMarket], space: SearchSpace, method: SearchMethod, time: SearchTime
  ) throws(BacktestError) {
    self.settings = settings
    self.markets = markets
    self.space = space
    for range in space.ranges where range.target == .strategy && settings.bots.contains(where: { $0.parameters[range.name] != nil }) {
      throw ParameterRange.wrong("\(range.name) is given both as a value and as a range; leave one out")
    }
    let plan = try BacktestPlan(settings, markets)
    try plan.requireDetailToCover()
    detail = plan.markets.compactMap(\.detail)
    let whole = SearchPeriod(from: plan.start, to: plan.end)
    let interval = plan.markets.map(\.interval).max { $0.milliseconds < $1.milliseconds } ?? .oneMinute
    switch time {
    case .split(let split):
      spans = [try SearchSpan.single(whole, split: split, interval: interval)]
      isWalkForward = false
    case .walkForward(let count, let split):
      spans = try SearchSpan.walkForward(whole, split: split, count: count, interval: interval)
      isWalkForward = true
    }
    var accepted: [Int] = []
    var refused = 0
    var reason = ""
    let chosen = try space.indices(method)
    accepted.reserveCapacity(chosen.count)
    for index in chosen {
      guard let sentence = Self.refusal(of: index, settings, space) else {
        accepted.append(index)
        continue
      }
      if refused == 0 { reason = sentence }
      refused += 1
    }
    indices = accepted
    refusedCount = refused
    refusal = reason
    guard let first = accepted.first else {
      throw ParameterRange.wrong("the strategy refuses all \(chosen.count) combinations: \(reason)")
    }
    let (trials, overflow) = accepted.count.multipliedReportingOverflow(by: spans.count)
    guard !overflow, trials <= SearchSpace.trialsMaximum else {
      throw ParameterRange.wrong(
        "\(accepted.count) combinations in \(spans.count) windows are more than \(SearchSpace.trialsMaximum) trials; try some of them: --random 1000"
      )
    }
    for span in spans {
      for period in [span.inSample, span.outOfSample].compactMap({ $0 }) { _ = try backtest(first, in: period) }
    }
  }

  private static func refusal(of index: Int, _ settings: BacktestSettings, _ space: SearchSpace) -> String? {
    for bot in settings.bots {
      let configured = space.configure(bot, at: index)
      let violations = StrategyCatalogue.violations(name: configured.strategyName, parameters: configured.parameters)
      if let first = violations.first { return first.message }
    }
    return nil
  }

  /// Trials of the search: every combination in every span.
  public var jobCount: Int { indices.count * spans.count }

  /// Span and combination of a trial, 0..<``jobCount``; spans one after the other.
  public func job(_ number: Int) -> SearchJob? {
    guard number >= 0, number < jobCount else { return nil }
    return SearchJob(span: number / indices.count, index: indices[number % indices.count])
  }

  /// Name and value of what a trial varies.
  public func parameters(of trial: SearchTrial) -> [StrategyParameters.Entry] { space.parameters(at: trial.index) }

  /// Runs a combination in sample and, where a part is held back and this is no walk-forward, out of sample.
  ///
  /// - Parameter isCanceled: asked now and then; true ends the trial with ``BacktestError/Code/canceled``.
  public func run(
    _ index: Int, span number: Int = 0, isCanceled: () -> Bool = { false }
  ) throws(BacktestError) -> SearchTrial {
    guard spans.indices.contains(number) else { throw BacktestError(.invalidSetting, field: "span", "there is no span \(number)") }
    let span = spans[number]
    var trial = SearchTrial(span: number, index: index, inSample: try segment(index, in: span.inSample, isCanceled: isCanceled).figures)
    if !isWalkForward, let period = span.outOfSample {
      trial.outOfSample = try segment(index, in: period, isCanceled: isCanceled).figures
    }
    return trial
  }

  /// Runs a combination in any period, with its daily returns.
  public func segment(
    _ index: Int, in period: SearchPeriod, isCanceled: () -> Bool = { false }
  ) throws(BacktestError) -> SearchSegment {
    var backtest = try backtest(index, in: period)
    return SearchSegment(try backtest.run { _ in !isCanceled() })
  }

  private func backtest(_ index: Int, in period: SearchPeriod) throws(BacktestError) -> Backtest {
    var run = settings
    run.bots = settings.bots.map { space.configure($0, at: index) }
    run.from = period.from
    run.to = period.to
    return try Backtest(run, markets: markets, isPart: true)
  }
}
