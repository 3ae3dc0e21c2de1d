import Strategies
import Synchronization

/// The strategies that processes serve now, for everybody who asks. Any thread.
final class StrategyRegistry: Sendable {
  private let served = Mutex<[String: ServedStrategy]>([:])

  /// What a process declared of a strategy that it serves now.
  func strategy(named name: String) -> ServedStrategy? { served.withLock { $0[name] } }

  /// By name.
  var all: [ServedStrategy] { served.withLock { $0.values.sorted { $0.name < $1.name } } }

  func add(_ strategies: [ServedStrategy]) {
    served.withLock { served in for strategy in strategies { served[strategy.name] = strategy } }
  }

  func remove(_ names: [String]) { served.withLock { served in for name in names { served[name] = nil } } }
}
