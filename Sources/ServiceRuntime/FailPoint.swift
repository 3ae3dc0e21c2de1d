#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// A place in the program at which the process can be made to die, as if the power had failed there; for tests of recovery.
///
/// `BOT_FAIL=name` or `name:n` in the environment arms one of them: the process kills itself (SIGKILL) when the place is reached for the
/// n-th time. Where nothing is armed a place costs one comparison.
public struct FailPoint: Hashable, Sendable {
  public var name: String
  /// Counted from 1: at which passage it strikes.
  public var passage: Int

  /// Reads `name` or `name:n`; `nil` where n is no number from 1 to 10⁹.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else { return nil }
    self.name = String(name)
    passage = 1
    guard parts.count > 1 else { return }
    guard let number = Int(parts[1]), (1...1_000_000_000).contains(number) else { return nil }
    passage = number
  }

  public static let environmentName = "BOT_FAIL"

  nonisolated(unsafe) private static var armed: FailPoint?
  private static let passages = Atomic<Int>(0)

  /// Arms a point; once, before the threads that reach places are started.
  public static func arm(_ point: FailPoint) { unsafe armed = point }

  /// The program is at a place. The name is only made where something is armed.
  @inline(__always) public static func reach(_ name: @autoclosure () -> String) {
    if unsafe armed != nil { pass(name()) }
  }

  private static func pass(_ name: String) {
    guard let point = unsafe armed, point.name == name, passages.add(1, ordering: .relaxed).newValue == point.passage else { return }
    kill(getpid(), SIGKILL)
  }
}
