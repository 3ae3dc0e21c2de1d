public import Time
public import TradingModel

/// Whose entries a lock stops.
public enum LockScope: Hashable, Sendable, CustomStringConvertible {
  case bot(BotID)
  /// Every bot on it.
  case symbol(Symbol)
  /// Every bot.
  case account

  /// The bot, of a bot's.
  public var bot: BotID? { if case .bot(let id) = self { id } else { nil } }
  /// The symbol, of a symbol's.
  public var symbol: Symbol? { if case .symbol(let symbol) = self { symbol } else { nil } }

  /// "bot rsi-btc", "symbol BTCUSDT", "the account"
  public var description: String {
    switch self {
    case .bot(let id): "bot \(id)"
    case .symbol(let symbol): "symbol \(symbol)"
    case .account: "the account"
    }
  }
}

/// Entries are locked until a time; exits and stops go on. Journaled when it begins.
public struct EntryLock: Hashable, Sendable, Codable {
  /// Who locked them.
  public enum Cause: UInt8, Hashable, Sendable, Codable, CaseIterable, CustomStringConvertible {
    case stopLossGuard = 1
    case drawdownGuard = 2
    case lowProfitGuard = 3
    case cooldownGuard = 4
    /// A person or a client.
    case person = 5

    /// "stoploss", "drawdown", "low-profit", "cooldown" or "person"
    public var description: String { TradeGuard.Kind(rawValue: rawValue)?.description ?? "person" }

    init(_ kind: TradeGuard.Kind) {
      switch kind {
      case .stopLoss: self = .stopLossGuard
      case .drawdown: self = .drawdownGuard
      case .lowProfit: self = .lowProfitGuard
      case .cooldown: self = .cooldownGuard
      }
    }
  }

  public var scope: LockScope
  public var cause: Cause
  /// The first decision at this time or later may enter again.
  public var until: Timestamp
  /// Why, with the figures.
  public var reason: String
  /// A lock.
  public init(scope: LockScope, cause: Cause, until: Timestamp, reason: String) {
    self.scope = scope
    self.cause = cause
    self.until = until
    self.reason = reason
  }

  /// "entries of symbol BTCUSDT are locked until … by the stoploss guard: 3 trades …"
  public var words: String {
    "entries of \(scope) are locked until \(until) by \(cause == .person ? "a person" : "the \(cause) guard")"
      + (reason.isEmpty ? "" : ": \(reason)")
  }
}

/// A lock's end, journaled.
public struct LockEnd: Hashable, Sendable {
  public enum Cause: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Its time came.
    case expired = 1
    /// A person or a client ended it early.
    case person = 2

    public var description: String { self == .expired ? "expired" : "person" }
  }

  /// Sequence of the entry that began it.
  public var lock: UInt64
  public var scope: LockScope
  public var cause: Cause
  /// Why, in words; empty where the cause says it all.
  public var reason: String
  /// An end.
  public init(lock: UInt64, scope: LockScope, cause: Cause, reason: String = "") {
    self.lock = lock
    self.scope = scope
    self.cause = cause
    self.reason = reason
  }
}

/// A lock that was begun and not ended.
public struct StandingLock: Hashable, Sendable, Codable {
  /// Its number: the sequence of the entry that began it.
  public var sequence: UInt64
  public var since: Timestamp
  public var lock: EntryLock
  /// A lock with its number and its beginning.
  public init(sequence: UInt64, since: Timestamp, lock: EntryLock) {
    self.sequence = sequence
    self.since = since
    self.lock = lock
  }
}

/// The locks of all scopes. Of each scope there is at most one of each cause: the latest.
public struct EntryLocks: Sendable {
  private var byScope: [LockScope: [StandingLock]] = [:]
  /// Nothing is due before.
  private var nextEnd = Timestamp.distantFuture

  /// No lock.
  public init() {}

  public var isEmpty: Bool { byScope.isEmpty }

  mutating func add(_ lock: EntryLock, sequence: UInt64, at time: Timestamp) {
    byScope[lock.scope, default: []].removeAll { $0.lock.cause == lock.cause }
    byScope[lock.scope, default: []].append(StandingLock(sequence: sequence, since: time, lock: lock))
    nextEnd = min(nextEnd, lock.until)
  }

  mutating func end(_ sequence: UInt64, _ scope: LockScope) {
    byScope[scope]?.removeAll { $0.sequence == sequence }
    if byScope[scope]?.isEmpty == true { byScope[scope] = nil }
  }

  mutating func removeAll(of scope: LockScope) { byScope[scope] = nil }

  /// The lock of that number, if it stands.
  func lock(_ sequence: UInt64) -> StandingLock? {
    for locks in byScope.values { if let lock = locks.first(where: { $0.sequence == sequence }) { return lock } }
    return nil
  }

  /// When the scope's lock of that cause ends; `nil` when there is none.
  func end(of scope: LockScope, _ cause: EntryLock.Cause) -> Timestamp? {
    byScope[scope]?.first { $0.lock.cause == cause }?.lock.until
  }

  /// Locks whose time came, in order of their numbers. Cost: nothing while none did.
  mutating func takeDue(at time: Timestamp) -> [StandingLock] {
    guard time >= nextEnd else { return [] }
    let all = byScope.values.joined()
    nextEnd = all.map(\.lock.until).filter { $0 > time }.min() ?? .distantFuture
    return all.filter { $0.lock.until <= time }.sorted { $0.sequence < $1.sequence }
  }

  /// All that stop entries at `time`, in order of their numbers.
  public func standing(at time: Timestamp) -> [StandingLock] {
    byScope.values.joined().filter { $0.lock.until > time }.sorted { $0.sequence < $1.sequence }
  }

  /// Of the locks that stop a bot's entries at `time` the one that ends last, of these the first; `nil`: none does.
  public func strictest(bot: BotID, symbol: Symbol, at time: Timestamp) -> StandingLock? {
    guard !byScope.isEmpty else { return nil }
    var found: StandingLock?
    for scope in [LockScope.bot(bot), .symbol(symbol), .account] {
      for lock in byScope[scope] ?? [] where lock.lock.until > max(time, found?.lock.until ?? time) { found = lock }
    }
    return found
  }
}

extension EntryLocks: Codable {
  private enum CodingKeys: CodingKey { case locks, nextEnd }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(byScope.values.joined().sorted { $0.sequence < $1.sequence }, forKey: .locks)
    try container.encode(nextEnd, forKey: .nextEnd)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    for lock in try container.decode([StandingLock].self, forKey: .locks) { byScope[lock.lock.scope, default: []].append(lock) }
    nextEnd = try container.decode(Timestamp.self, forKey: .nextEnd)
  }
}
