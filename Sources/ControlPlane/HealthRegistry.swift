public import Time
import ServiceRuntime
import Synchronization
import TradingModel

/// How well a part works.
public enum ComponentStatus: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  case ok = 1
  /// Works with a loss that the message names.
  case degraded = 2
  case down = 3
  /// Not configured.
  case disabled = 4

  public var description: String {
    switch self {
    case .ok: "ok"
    case .degraded: "degraded"
    case .down: "down"
    case .disabled: "disabled"
    }
  }
}

/// The health of all parts, written by their owners and read by calls.
public final class HealthRegistry: Sendable {
  public struct Component: Sendable {
    public var name: String
    public var status: ComponentStatus
    public var message: String
    public var since: Timestamp
    public var counters: [(name: String, value: Int64)]
  }

  /// Parts in the order in which people see them; others follow in order of first appearance.
  public static let order = ["trading", "feed", "venue", "user_stream", "journal", "cache", "database", "rpc", "clock"]

  private struct State: Sendable {
    var components: [Component] = []
    var watcher: (@Sendable (Component) -> Void)?
  }
  private let state = Mutex(State())

  public init() {}

  /// Reports a part. Watchers hear of a new status or message; counters change silently. From any thread.
  public func set(_ component: String, _ status: ComponentStatus, _ message: String, counters: [(String, Int64)] = []) {
    let counters = counters.map { (name: $0.0, value: $0.1) }
    let now = WallClock.now()
    let news = state.withLock { state -> ((@Sendable (Component) -> Void), Component)? in
      guard let index = state.components.firstIndex(where: { $0.name == component }) else {
        let made = Component(name: component, status: status, message: message, since: now, counters: counters)
        let rank = Self.rank(component)
        let at = state.components.firstIndex { Self.rank($0.name) > rank } ?? state.components.count
        state.components.insert(made, at: at)
        return state.watcher.map { ($0, made) }
      }
      let old = state.components[index]
      if old.status != status { state.components[index].since = now }
      state.components[index].status = status
      state.components[index].message = message
      state.components[index].counters = counters
      guard old.status != status || old.message != message else { return nil }
      let made = state.components[index]
      return state.watcher.map { ($0, made) }
    }
    if let (watcher, component) = news { watcher(component) }
  }

  public var components: [Component] { state.withLock { $0.components } }

  /// The worst status of the parts that are not disabled; `ok` when there is none.
  public var overall: ComponentStatus {
    state.withLock { state in
      state.components.map(\.status).filter { $0 != .disabled }.max { $0.rawValue < $1.rawValue } ?? .ok
    }
  }

  /// Sets who hears of changes, on the reporter's thread.
  func watch(_ body: @escaping @Sendable (Component) -> Void) { state.withLock { $0.watcher = body } }

  private static func rank(_ name: String) -> Int { order.firstIndex(of: name) ?? order.count }
}
