import Backtest

/// Whether the best combination keeps its promise on data that it was not chosen by.
public struct SurvivalVerdict: Hashable, Sendable {
  /// What speaks against it, in words and numbers; empty: it survives.
  public let reasons: [String]
  public var survives: Bool { reasons.isEmpty }

  public init(reasons: [String]) { self.reasons = reasons }

  /// Judges the best of a ranking: its objective must be positive in sample (else there is nothing to keep) and out of sample (a profit factor above 1), at least half of that in sample,
  /// and not below the median of the combinations that had enough trades. `nil` where nothing was held back, or nothing was tried.
  public init?(_ ranking: SearchRanking) {
    let objective = ranking.objective
    guard let best = ranking.best, let outside = best.outOfSample else { return nil }
    var reasons: [String] = []
    if ranking.eligibleCount == 0 {
      reasons.append(
        "no combination made \(ranking.minimumTrades) trades with a \(objective) in sample; the first made \(best.inSample.trades)")
    }
    reasons += Self.weaknesses(objective, best.inSample, outside)
    let rivals = ranking.trials.prefix(ranking.eligibleCount).compactMap(\.outOfSample)
    let score = objective.score(of: outside) ?? -.infinity
    let rank = 1 + rivals.count { objective.score(of: $0) ?? -.infinity > score }
    if rivals.count >= 3, 2 * rank > rivals.count + 1 {
      reasons.append("out of sample it ranks \(rank) of \(rivals.count), below the median")
    }
    self.reasons = reasons
  }

  /// Judges a walk-forward: the objective over all parts out of sample must be positive, and the efficiency at least a half. `nil` without
  /// windows.
  public init?(_ walk: WalkForward) {
    guard !walk.windows.isEmpty else { return nil }
    let objective = walk.objective
    var reasons: [String] = []
    let value = objective.value(of: walk.outOfSample)
    if let value, let neutral = objective.neutral, value <= neutral {
      reasons.append("over all windows out of sample its \(objective) is \(objective.text(value)), not above \(Self.whole(neutral))")
    } else if value == nil {
      reasons.append("over all windows out of sample it has no \(objective), with \(Self.trades(walk.outOfSample.trades))")
    }
    if let efficiency = walk.efficiency {
      if efficiency < 0.5 {
        reasons.append(
          "a year out of sample brings \(FigureText.fixed(efficiency, 2)) of what a year in sample brought; 0.5 is the least that counts")
      }
    } else {
      reasons.append("the best combinations made no profit even in sample")
    }
    let poor = walk.windows.count { !$0.isEligible }
    if poor > 0 { reasons.append("in \(poor) of \(walk.windows.count) windows no combination made enough trades in sample") }
    self.reasons = reasons
  }

  private static func weaknesses(_ objective: SearchObjective, _ inside: SearchFigures, _ outside: SearchFigures) -> [String] {
    guard let after = objective.value(of: outside) else {
      return ["out of sample it has no \(objective), with \(trades(outside.trades))"]
    }
    let before = objective.value(of: inside)
    let shown = "\(objective.text(after)) out of sample, \(objective.text(before)) in sample"
    if let before, let neutral = objective.neutral, before <= neutral {
      return ["its \(objective) is not above \(whole(neutral)) even in sample: \(shown)"]
    }
    if objective.isSmallerBetter {
      guard let before, after > 2 * before else { return [] }
      return ["its \(objective) is more than twice as large: \(shown)"]
    }
    if let neutral = objective.neutral, after <= neutral { return ["its \(objective) is not above \(whole(neutral)): \(shown)"] }
    let base = objective.neutral ?? 0
    guard let before, before.isFinite, before > base, after - base < (before - base) / 2 else { return [] }
    return ["its \(objective) is less than half: \(shown)"]
  }

  private static func trades(_ count: Int) -> String { count == 1 ? "1 trade" : "\(count) trades" }
  private static func whole(_ value: Double) -> String { FigureText.fixed(value, 0) }
}
