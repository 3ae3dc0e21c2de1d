/// What users of this machine may do over a unix socket, beside root and the daemon's own user, who may everything.
public struct UserRoles: Sendable, Hashable {
  /// By user id.
  public var users: [UInt32: Role] = [:]
  /// By group id.
  public var groups: [UInt32: Role] = [:]

  public init() {}

  /// A user's own line counts alone; without one the highest of his groups, and nothing where there is none.
  public func role(uid: UInt32, groups ids: [UInt32]) -> Role {
    users[uid] ?? ids.compactMap { groups[$0] }.max() ?? .none
  }
}
