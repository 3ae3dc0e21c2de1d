public import TradingModel

/// Who a bot is, for ever: its name may be given again once it is removed, its place in the journal may not.
public struct BotKey: Hashable, Sendable, Comparable, Codable {
  public var id: BotID
  /// The journal sequence of the entry that created it.
  public var createdSequence: UInt64

  /// The bot of that name that was created there.
  public init(_ id: BotID, createdSequence: UInt64) {
    self.id = id
    self.createdSequence = createdSequence
  }

  /// By name, then by age.
  public static func < (left: BotKey, right: BotKey) -> Bool {
    (left.id, left.createdSequence) < (right.id, right.createdSequence)
  }
}
