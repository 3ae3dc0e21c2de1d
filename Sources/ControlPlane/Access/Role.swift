/// What a connection may do. Each role includes those before it.
public enum Role: Int, Sendable, Hashable, CaseIterable, Comparable, CustomStringConvertible {
  /// Nothing but Hello, Login and Ping.
  case none = 0
  /// Reads and subscriptions.
  case observe = 1
  /// Also bots, orders and the trading state.
  case operate = 2
  /// Also the daemon itself.
  case admin = 3

  public static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }

  /// The role's name in settings and answers.
  public var description: String {
    switch self {
    case .none: "none"
    case .observe: "observe"
    case .operate: "operate"
    case .admin: "admin"
    }
  }

  /// The role of that name, `nil` when there is none; `none` is not a role one can be given.
  public init?(name: String) {
    guard let role = Self.allCases.first(where: { $0.description == name }), role != .none else { return nil }
    self = role
  }
}
