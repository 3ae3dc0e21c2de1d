/// What a walk-forward gave: for every window the best combination in sample and what it then did out of sample.
public struct WalkForward: Hashable, Sendable {
  public struct Window: Hashable, Sendable {
    public var span: SearchSpan
    /// The best in sample, with its figures out of sample.
    public var best: SearchTrial
    /// Whether it had a value of the objective and enough trades in sample.
    public var isEligible: Bool
    /// ``WalkForward/efficiency`` of this window.
    public var efficiency: Double?
  }

  public let objective: SearchObjective
  /// In order of time.
  public let windows: [Window]
  /// All parts out of sample as one run.
  public let outOfSample: SearchFigures
  /// Annual return out of sample ÷ that of the same combinations in sample, not compounded (walk-forward efficiency: Pardo, "The Evaluation
  /// and Optimization of Trading Strategies", 2008); `nil` where there was no profit in sample. He asks for 0.5 and more.
  public let efficiency: Double?
}

extension WalkForward {
  /// - Parameter rankings: the trials of each span, with the best one's run out of sample. Windows without trials are left out.
  public init(_ search: Search, _ rankings: [(ranking: SearchRanking, outOfSample: SearchSegment)], objective: SearchObjective) {
    self.objective = objective
    var windows: [Window] = []
    var segments: [SearchSegment] = []
    for (ranking, segment) in rankings {
      guard var best = ranking.best, search.spans.indices.contains(best.span) else { continue }
      best.outOfSample = segment.figures
      segments.append(segment)
      windows.append(
        Window(
          span: search.spans[best.span], best: best, isEligible: ranking.eligibleCount > 0,
          efficiency: Self.efficiency([best.inSample], [segment.figures])))
    }
    self.windows = windows
    outOfSample = SearchFigures(joining: segments)
    efficiency = Self.efficiency(windows.map(\.best.inSample), segments.map(\.figures))
  }

  private static func efficiency(_ inSample: [SearchFigures], _ outOfSample: [SearchFigures]) -> Double? {
    func annual(_ list: [SearchFigures]) -> Double? {
      let years = list.reduce(0) { $0 + $1.years }
      return years > 0 ? list.reduce(0) { $0 + $1.netProfitFraction } / years : nil
    }
    guard let before = annual(inSample), let after = annual(outOfSample), before > 0 else { return nil }
    return after / before
  }
}
