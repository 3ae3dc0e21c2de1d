import TradingCore

/// Holds back what the core wants until the journal holds what it depends on.
///
/// Effects leave in the order in which the core wanted them. After the journal failed nothing is held any more: the caller decides what may
/// happen unrecorded, and nothing is kept for a disk that will not come back.
struct DurabilityGate {
  enum State: Hashable {
    case recording
    /// The journal failed; with its words.
    case failed(String)
    /// The daemon stops: what is not durable does not leave.
    case closed
  }

  private(set) var state = State.recording
  /// Everything up to this sequence is durable.
  private(set) var durable: UInt64
  private var waiting: [Effect] = []
  private var head = 0
  private var commits: [EngineCommit] = []

  init(durable: UInt64) { self.durable = durable }

  /// Whether nothing waits for the journal.
  var isEmpty: Bool { head == waiting.count }

  /// How many effects and commits wait.
  var count: Int { waiting.count - head + commits.count }

  /// Whether an effect that depends on this sequence may happen at once.
  func admits(after sequence: UInt64) -> Bool { sequence <= durable && isEmpty }

  mutating func hold(_ effect: Effect) { waiting.append(effect) }

  /// Keeps a commit until ``durable(upTo:)`` covers it.
  mutating func hold(_ commit: EngineCommit) { commits.append(commit) }

  /// More is durable. Returns the commits that are by now, oldest first.
  mutating func durable(upTo sequence: UInt64) -> [EngineCommit] {
    durable = max(durable, sequence)
    var count = 0
    while count < commits.count, commits[count].sequence <= durable { count += 1 }
    let done = Array(commits[..<count])
    commits.removeFirst(count)
    return done
  }

  /// The oldest effect that waits, if what it depends on is durable.
  mutating func next() -> Effect? {
    guard head < waiting.count else { return nil }
    guard waiting[head].after <= durable else { return nil }
    let effect = waiting[head]
    head += 1
    if head == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 1_024 {
      waiting.removeFirst(head)
      head = 0
    }
    return effect
  }

  /// Nothing more becomes durable. Returns what waited, oldest first: effects, and commits that are not recorded.
  mutating func end(_ state: State) -> (effects: [Effect], commits: [EngineCommit]) {
    self.state = state
    let effects = Array(waiting[head...])
    var lost = commits
    for index in lost.indices { lost[index].isRecorded = false }
    waiting = []
    head = 0
    commits = []
    return (effects, lost)
  }
}

extension Effect {
  /// The sequence that must be durable before it happens; 0: none.
  var after: UInt64 {
    switch self {
    case .submit(_, let after), .cancel(_, _, let after), .reply(_, _, let after): after
    case .append, .query, .listTrades, .watch, .unwatch: 0
    }
  }
}
