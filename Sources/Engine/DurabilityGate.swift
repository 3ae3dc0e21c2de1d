import TradingCore
import TradingModel
import Venue

/// Holds back what the core wants until the journal holds what it depends on.
///
/// Effects leave in the order in which the core wanted them, but for what closes positions when the disk takes too long (``takeExits()``).
/// While the journal has failed nothing is held: the caller decides what may happen unrecorded. Everything that was handed to the journal
/// and is not durable is kept, so that it can be recorded when the disk recovers (``unrecorded``).
struct DurabilityGate {
  enum State: Hashable {
    case recording
    /// The journal failed; with its words.
    case failed(String)
    /// The daemon stops: what is not durable does not leave.
    case closed
  }

  private struct Waiting {
    var effect: Effect
    /// Since when, by the monotonic clock.
    var since: Int64
  }

  /// Entries kept for a disk that may come back; with more of them it can't (about 400 bytes each).
  static let unrecordedMaximum = 100_000

  private(set) var state = State.recording
  /// Everything up to this sequence is durable.
  private(set) var durable: UInt64
  private var waiting: [Waiting] = []
  private var head = 0
  private var commits: [(commit: EngineCommit, since: Int64)] = []
  /// What happened and is not in the journal, without a gap after ``durable``; empty while it is recording. `nil`: too much to be kept.
  private(set) var unrecorded: [JournalEntry]? = []

  init(durable: UInt64) { self.durable = durable }

  /// Whether nothing waits for the journal.
  var isEmpty: Bool { head == waiting.count }

  /// How many effects and commits wait.
  var count: Int { waiting.count - head + commits.count }

  /// Since when the disk owes the oldest commit, by the monotonic clock; `nil`: it owes none.
  var owesSince: Int64? { commits.first?.since }

  /// Whether an effect that depends on this sequence may happen at once.
  func admits(after sequence: UInt64) -> Bool { sequence <= durable && isEmpty }

  mutating func hold(_ effect: Effect, at now: Int64) { waiting.append(Waiting(effect: effect, since: now)) }

  /// Keeps a commit until ``durable(upTo:)`` covers it.
  mutating func hold(_ commit: EngineCommit, at now: Int64) { commits.append((commit, now)) }

  /// More is durable. Returns the commits that are by now, oldest first.
  mutating func durable(upTo sequence: UInt64) -> [EngineCommit] {
    durable = max(durable, sequence)
    var count = 0
    while count < commits.count, commits[count].commit.sequence <= durable { count += 1 }
    let done = commits[..<count].map(\.commit)
    commits.removeFirst(count)
    return done
  }

  /// The oldest effect that waits, if what it depends on is durable, and since when it waited.
  mutating func next() -> (effect: Effect, since: Int64)? {
    guard head < waiting.count else { return nil }
    guard waiting[head].effect.after <= durable else { return nil }
    let next = waiting[head]
    head += 1
    if head == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 1_024 {
      waiting.removeFirst(head)
      head = 0
    }
    return (next.effect, next.since)
  }

  /// Takes out what closes positions, oldest first, however young.
  mutating func takeExits() -> [Effect] {
    guard waiting[head...].contains(where: { $0.effect.closesPositions }) else { return [] }
    let exits = waiting[head...].map(\.effect).filter(\.closesPositions)
    waiting = waiting[head...].filter { !$0.effect.closesPositions }
    head = 0
    return exits
  }

  /// Nothing more becomes durable, for now or for good. Returns what waited, oldest first: effects, and commits that are not recorded.
  mutating func end(_ state: State) -> (effects: [Effect], commits: [EngineCommit]) {
    self.state = state
    let effects = waiting[head...].map(\.effect)
    var lost = commits.map(\.commit)
    for index in lost.indices { lost[index].isRecorded = false }
    if case .failed = state { for commit in lost { keep(commit.entries) } }
    waiting = []
    head = 0
    commits = []
    return (effects, lost)
  }

  /// Keeps entries that the failed journal did not get.
  mutating func keep(_ entries: [JournalEntry]) {
    guard let count = unrecorded?.count else { return }
    guard count + entries.count <= Self.unrecordedMaximum else {
      unrecorded = nil
      return
    }
    unrecorded?.append(contentsOf: entries)
  }

  /// The journal holds everything up to `sequence` and takes more. Returns what it does not hold yet.
  mutating func recover(upTo sequence: UInt64) -> [JournalEntry] {
    let rest = (unrecorded ?? []).filter { $0.sequence > sequence }
    state = .recording
    durable = max(durable, sequence)
    unrecorded = []
    return rest
  }
}

extension Effect {
  /// The sequence that must be durable before it happens; 0: none.
  var after: UInt64 {
    switch self {
    case .submit(_, let after), .cancel(_, _, let after), .reply(_, _, let after): after
    case .append, .query, .listTrades, .readAccount, .readLocks, .identify, .askQuote, .watch, .unwatch, .strategy: 0
    }
  }

  /// What may happen unrecorded rather than late (RELIABILITY I17): sales and cancels. Spot knows no other way out.
  var closesPositions: Bool {
    switch self {
    case .submit(let order, _): order.request.side == .sell
    case .cancel: true
    default: false
    }
  }
}
