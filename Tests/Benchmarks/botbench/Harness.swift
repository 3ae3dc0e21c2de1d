import CBounds

/// One of those who do the same work.
struct Contestant {
  /// `ours`, `C`, `TA-Lib`, …
  let name: String
  /// Does the work once and returns the figure in the benchmark's unit; `nil` when it could not.
  let run: () throws -> Double?
}

/// A figure, who else is measured beside it, and what it has to hold.
struct Benchmark {
  let name: String
  let title: String
  let unit: String
  /// Ours first, then the bound it is compared with, then peers.
  let contestants: [Contestant]
  var rounds = 7
  /// What ours ÷ bound must stay at or above (`isRate`) or at or below.
  var ratioToHold: Double?
  /// What ours itself must stay at or above (`isRate`) or at or below, in the unit.
  var figureToHold: Double?
  /// More is better.
  var isRate = false
  var digits = 1
}

/// Runs contestants in turns, so that a machine that changes speed changes it for all, and reports medians. Who fails to give a
/// figure above zero in some round has none.
struct Harness {
  var rounds: Int?

  func run(_ benchmark: Benchmark) throws -> Report {
    var figures = [[Double]](repeating: [], count: benchmark.contestants.count)
    var ratios = figures
    let count = rounds ?? benchmark.rounds
    for _ in 0..<count {
      var round: [Double?] = []
      for contestant in benchmark.contestants { round.append(try contestant.run()) }
      let ours = (round.first ?? nil).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
      for (index, figure) in round.enumerated() {
        guard let figure, figure.isFinite, figure > 0 else { continue }
        figures[index].append(figure)
        if let ours { ratios[index].append(ours / figure) }
      }
    }
    let rows = benchmark.contestants.indices.map { index in
      Report.Row(
        name: benchmark.contestants[index].name, figure: figures[index].count == count ? median(figures[index]) : nil,
        ratio: ratios[index].count == count ? median(ratios[index]) : nil)
    }
    return Report(benchmark: benchmark, rows: rows)
  }
}

/// The middle value; `nil` without any.
func median(_ values: [Double]) -> Double? { quantile(values, 0.5) }

/// The value below which `share` of them lie (nearest rank).
func quantile(_ values: [Double], _ share: Double) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
}

/// Nanoseconds that `body` takes.
func nanoseconds(_ body: () throws -> Void) rethrows -> Double {
  let start = bound_now()
  try body()
  return Double(bound_now() - start)
}

/// Keeps the optimizer from dropping work whose result nobody reads.
@inline(never) func consume<T>(_ value: T) { withExtendedLifetime(value) {} }
