import Backtest
import ControlCommands
import ParameterSearch
import Presentation
import ServiceRuntime
import Synchronization
import Time

/// Runs a search's trials for the workers and gathers what they give.
final class SearchCollector: Sendable {
  private struct State {
    var trials: [SearchTrial]
    var ran = 0
    var best: Double?
    var failure: CommandFailure?
  }
  /// Numbers of the trials that are still to be run.
  let pending: [Int]
  private let search: Search
  private let objective: SearchObjective
  private let file: ResultFile?
  private let progress: ProgressLine
  private let began = MonotonicClock.nanoseconds()
  private let isStopped = Atomic<Bool>(false)
  private let state: Mutex<State>

  init(_ plan: OptimizePlan, file: ResultFile?, _ progress: ProgressLine) {
    search = plan.search
    objective = plan.objective
    self.file = file
    self.progress = progress
    let known = file?.trials ?? []
    let finished = Set(known.map(\.job))
    pending = (0..<plan.search.jobCount).filter { number in plan.search.job(number).map { !finished.contains($0) } ?? false }
    var state = State(trials: known)
    for trial in known { Self.note(trial, objective, &state) }
    self.state = Mutex(state)
  }

  var isOver: Bool { isStopped.load(ordering: .relaxed) }

  /// Ends the search as soon as every running trial notices.
  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Runs a trial; false when the search is over.
  func run(_ number: Int) -> Bool {
    guard !isOver, let job = search.job(number) else { return false }
    do throws(BacktestError) {
      let trial = try search.run(job.index, span: job.span) { isOver }
      return add(trial)
    } catch {
      guard error.code != .canceled else { return false }
      return fail(OptimizePlan.failure([OptimizePlan.problem(error)]))
    }
  }

  private func add(_ trial: SearchTrial) -> Bool {
    if let file {
      do throws(CommandFailure) {
        try file.append(trial, search.parameters(of: trial))
      } catch {
        return fail(error)
      }
    }
    let (done, ran, best) = state.withLock { state in
      state.trials.append(trial)
      state.ran += 1
      Self.note(trial, objective, &state)
      return (state.trials.count, state.ran, state.best)
    }
    progress.show("optimize", Double(done) / Double(max(search.jobCount, 1)), status(done, ran, best))
    return true
  }

  private func fail(_ failure: CommandFailure) -> Bool {
    state.withLock { $0.failure = $0.failure ?? failure }
    stop()
    return false
  }

  private static func note(_ trial: SearchTrial, _ objective: SearchObjective, _ state: inout State) {
    guard let value = objective.value(of: trial.inSample) else { return }
    guard let best = state.best else { return state.best = value }
    state.best = objective.isSmallerBetter ? min(best, value) : max(best, value)
  }

  /// "312/1000, best sharpe 1.83, 2m 5s left"
  private func status(_ done: Int, _ ran: Int, _ best: Double?) -> String {
    let total = search.jobCount
    let each = Double(MonotonicClock.nanoseconds() - began) / Double(max(ran, 1))
    let left = each * Double(total - done)
    let time = left >= 1e9 && left < 9e18 ? ", \(TimeText.length(Int64(left))) left" : ""
    return "\(done)/\(total), best \(objective) \(objective.text(best))\(time)"
  }

  /// Trials that were run here, those of the file not counted.
  var runCount: Int { state.withLock { $0.ran } }

  /// Every finished trial by span and combination; throws what ended the search.
  func finished() throws(CommandFailure) -> [SearchTrial] {
    let (trials, failure) = state.withLock { ($0.trials, $0.failure) }
    if let failure { throw failure }
    return trials.sorted { ($0.span, $0.index) < ($1.span, $1.index) }
  }
}
