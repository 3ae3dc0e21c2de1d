import Backtest
import ControlCommands
import Foundation
import Synchronization

/// Runs work that only computes on all cores.
enum SearchWorkers {
  /// Cores that this process may use.
  static var cores: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

  /// Calls `body` with every number, the next one as soon as a worker is free, until one call returns false.
  ///
  /// - Parameter workers: calls at the same time; `nil`: one a core. More than cores bring nothing and are not started.
  static func run(_ numbers: [Int], workers: Int?, _ body: @escaping @Sendable (Int) -> Bool) async {
    let queue = WorkQueue(numbers)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<max(min(workers ?? cores, cores, numbers.count), 1) {
        group.addTask {
          while let number = queue.next() {
            if !body(number) { return queue.stop() }
          }
        }
      }
    }
  }
}

/// Numbers that several workers share out among themselves.
private final class WorkQueue: Sendable {
  private let numbers: [Int]
  private let place = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  init(_ numbers: [Int]) { self.numbers = numbers }

  func next() -> Int? {
    guard !isStopped.load(ordering: .relaxed) else { return nil }
    let at = place.wrappingAdd(1, ordering: .relaxed).oldValue
    return at < numbers.count ? numbers[at] : nil
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }
}

/// Results of workers by their number.
final class SearchSlots<Value: Sendable>: Sendable {
  private struct State {
    var values: [Value?]
    var error: BacktestError?
  }
  private let state: Mutex<State>

  init(count: Int) { state = Mutex(State(values: Array(repeating: nil, count: count))) }

  /// Keeps what `body` answers; false when it failed.
  func fill(_ number: Int, _ body: () throws(BacktestError) -> Value) -> Bool {
    do throws(BacktestError) {
      let value = try body()
      state.withLock { if $0.values.indices.contains(number) { $0.values[number] = value } }
      return true
    } catch {
      state.withLock { $0.error = $0.error ?? error }
      return false
    }
  }

  func values() throws(CommandFailure) -> [Value?] {
    let (values, error) = state.withLock { ($0.values, $0.error) }
    if let error { throw OptimizePlan.failure([OptimizePlan.problem(error)]) }
    return values
  }
}
