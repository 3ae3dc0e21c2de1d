import ControlCommands
import ServiceRuntime
import Synchronization
import Time

/// A bar on standard error for work that takes more than a second; nothing where standard error is no terminal.
final class ProgressLine: Sendable {
  private struct State {
    var lastShown: Int64
    var isShown = false
  }
  private let environment: ControlEnvironment
  private let isOn: Bool
  private let state: Mutex<State>

  init(_ environment: ControlEnvironment) {
    self.environment = environment
    isOn = environment.isErrorTerminal
    state = Mutex(State(lastShown: MonotonicClock.nanoseconds() + 800_000_000))
  }

  /// Shows how far something is, 0…1, a few times a second at most.
  func show(_ what: String, _ fraction: Double, _ rest: @autoclosure () -> String = "") {
    guard isOn else { return }
    let now = MonotonicClock.nanoseconds()
    let isDue = state.withLock { state in
      guard now - state.lastShown >= 200_000_000 else { return false }
      state.lastShown = now
      state.isShown = true
      return true
    }
    guard isDue else { return }
    let clamped = fraction.isFinite ? min(max(fraction, 0), 1) : 0
    let filled = Int(clamped * 30)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    environment.err("\r\u{1B}[2K\(bar) \(Int(clamped * 100)) % \(what) \(rest())")
  }

  /// Removes the bar.
  func clear() {
    guard
      state.withLock({ state in
        defer { state.isShown = false }
        return state.isShown
      })
    else { return }
    environment.err("\r\u{1B}[2K")
  }
}
