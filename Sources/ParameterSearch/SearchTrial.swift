/// What one trial is: a combination in a span.
public struct SearchJob: Hashable, Sendable {
  /// Which of the search's spans; 0 without walk-forward.
  public var span: Int
  /// Which combination of the ``SearchSpace``.
  public var index: Int

  public init(span: Int = 0, index: Int) {
    self.span = span
    self.index = index
  }
}

/// One combination that was tried.
public struct SearchTrial: Hashable, Sendable {
  /// Which of the search's spans; 0 without walk-forward.
  public var span: Int
  /// Which combination of the ``SearchSpace``; its parameters come from there.
  public var index: Int
  public var inSample: SearchFigures
  /// `nil` where nothing was held back, and in walk-forward, where only the best of a window trades on.
  public var outOfSample: SearchFigures?

  public var job: SearchJob { SearchJob(span: span, index: index) }

  public init(span: Int = 0, index: Int, inSample: SearchFigures, outOfSample: SearchFigures? = nil) {
    self.span = span
    self.index = index
    self.inSample = inSample
    self.outOfSample = outOfSample
  }
}

/// Trials from best to worst in sample.
public struct SearchRanking: Sendable {
  public let trials: [SearchTrial]
  /// How many of them, from the first on, have a value and enough trades; the others rank last.
  public let eligibleCount: Int
  public let objective: SearchObjective
  public let minimumTrades: Int

  /// Trials of one span, each combination once; ties go to the smaller index, so that order and cores do not matter.
  public init(_ trials: [SearchTrial], objective: SearchObjective, minimumTrades: Int) {
    let keyed = trials.map { trial in
      let score = objective.score(of: trial.inSample)
      let rank = score == nil ? 2 : trial.inSample.trades < minimumTrades ? 1 : 0
      return (rank: rank, score: score ?? 0, trial: trial)
    }
    let sorted = keyed.sorted { a, b in
      if a.rank != b.rank { return a.rank < b.rank }
      return a.score != b.score ? a.score > b.score : a.trial.index < b.trial.index
    }
    self.trials = sorted.map(\.trial)
    eligibleCount = sorted.count { $0.rank == 0 }
    self.objective = objective
    self.minimumTrades = minimumTrades
  }

  public var best: SearchTrial? { trials.first }
}
