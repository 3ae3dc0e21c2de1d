import ServiceRuntime
import Time

/// Why a message did not arrive.
public struct DeliveryFailure: Error, Sendable, Hashable {
  /// A sentence without any secret.
  public var message: String
  /// Not a byte of it can have arrived: it may be told again in other words.
  public var isCertain: Bool
  /// The channel said how long to wait, in nanoseconds.
  public var retryAfter: Int64?
  /// It was refused for what it says, and would be again.
  public var isRefusedText: Bool

  public init(_ message: String, isCertain: Bool, retryAfter: Int64? = nil, isRefusedText: Bool = false) {
    self.message = message
    self.isCertain = isCertain
    self.retryAfter = retryAfter
    self.isRefusedText = isRefusedText
  }
}

/// One channel's way through the stream of happenings: what it was told, what is being sent, what waits. Pure: told the time, sends nothing.
///
/// Everything up to ``done`` was told or concerns nobody. While a message is on its way or fails, what comes after waits in one batch of bounded
/// size; what was certainly not told goes back into it.
struct Lane: Sendable {
  enum Step: Sendable, Hashable {
    case send(Message)
    /// Nothing to do before that time; `nil`: before something happens.
    case wait(Timestamp?)
  }

  /// What must survive the process.
  struct Memory: Sendable, Hashable {
    var done: Int64 = 0
    var doneTime = Timestamp.zero
    var sending: Message?
    var notes: [Happening] = []
  }

  let channel: ChannelSettings
  private let rules: [Rule]
  private let zone: String
  private(set) var done: Int64
  private(set) var doneTime: Timestamp
  private(set) var sending: Message?
  private var sendingBatch: Batch?
  private var batch: Batch?
  private var seen: Int64
  private var seenTime: Timestamp
  private var toldAt: [ToldKey: Timestamp] = [:]
  private var backoff = BackoffMachine(firstNanoseconds: 1_000_000_000, maximumNanoseconds: 300_000_000_000)
  private var retryAt = Timestamp.zero
  /// Since when it fails; `nil`: it does not.
  private(set) var failingSince: Timestamp?
  private(set) var lastFailure = ""
  /// Messages that may be sent at once; one more every ``refill``.
  private var tokens = Lane.tokensMaximum
  private var tokensAt = Timestamp.zero
  /// The past is being read: what it brings is told together, once it is over.
  private var gathersUntil = Timestamp.zero

  private struct ToldKey: Hashable {
    var rule: String
    var bot: String
    var code: String
  }

  private static let tokensMaximum = 10
  private static let refill: Int64 = 6_000_000_000
  private static let toldMaximum = 500
  /// The longest that the past is gathered before it is told.
  private static let gatheringMaximum: Int64 = 60_000_000_000
  /// After this long, a message tells of the past.
  private static let lateAfter: Int64 = 120_000_000_000
  /// The longest wait that a channel may ask for.
  private static let retryAfterMaximum: Int64 = 3_600_000_000_000
  private static let urgentGroup: Int64 = 1_000_000_000

  init(channel: ChannelSettings, rules: [Rule], zone: String, memory: Memory) {
    self.channel = channel
    self.rules = rules.filter { $0.channels.contains(channel.name) }
    self.zone = zone
    done = memory.done
    doneTime = memory.doneTime
    sending = memory.sending
    sending?.mayBeRepeat = memory.sending != nil
    seen = max(memory.done, memory.sending?.through ?? 0)
    seenTime = max(memory.doneTime, memory.sending?.throughTime ?? .zero)
    for note in memory.notes {
      let rule = self.rules.first { $0.matches(note) }
      add(note, rule, due: .zero)
    }
  }

  /// What must survive now.
  var memory: Memory {
    Memory(done: done, doneTime: doneTime, sending: sending, notes: (batch?.notes ?? []).map(\.happening))
  }

  /// Where the stream must begin for this lane.
  var position: (sequence: Int64, time: Timestamp) { (seen, seenTime) }

  /// Begins after a place in the journal, where the lane remembers none.
  mutating func begin(after sequence: Int64, time: Timestamp) {
    (done, seen, doneTime, seenTime) = (sequence, sequence, time, time)
  }

  /// Another journal: sequences of the one before mean nothing any more.
  mutating func forgetPlace() {
    (done, seen) = (0, 0)
    sending?.through = 0
  }

  /// The past is read from now on, or is over.
  mutating func gather(_ isPast: Bool, now: Timestamp) {
    gathersUntil = isPast ? now.advanced(byNanoseconds: Self.gatheringMaximum) : .zero
  }

  // MARK: What happens

  /// Takes a recorded event of the daemon; one that was taken before is left out.
  mutating func take(_ happening: Happening, now: Timestamp) {
    guard happening.sequence > seen else { return }
    seen = happening.sequence
    seenTime = max(seenTime, happening.time)
    guard tell(happening, now: now) else { return settle() }
    if now.nanoseconds(since: happening.time) > Self.lateAfter { batch?.wasHeld = true }
  }

  /// Takes something that no journal keeps. True when the channel is told of it.
  mutating func note(_ happening: Happening, isForAll: Bool = false, now: Timestamp) -> Bool {
    var happening = happening
    happening.sequence = 0
    if isForAll {
      add(happening, nil, due: now)
      return true
    }
    return tell(happening, now: now)
  }

  /// The rule that tells a happening here, if any does.
  func rule(for happening: Happening) -> Rule? { rules.first { $0.matches(happening) } }

  private mutating func tell(_ happening: Happening, now: Timestamp) -> Bool {
    guard let rule = rule(for: happening) else { return false }
    var told = happening
    if let level = rule.told { told.level = level }
    let key = ToldKey(rule: rule.name, bot: happening.bot, code: happening.code)
    let isFresh = rule.threshold == nil && rule.interval > 0
    if isFresh, let before = toldAt[key], now < before.advanced(byNanoseconds: rule.interval), now >= before {
      add(told, rule, due: before.advanced(byNanoseconds: rule.interval), isRepeat: true)
      return true
    }
    if isFresh {
      if toldAt.count >= Self.toldMaximum { toldAt = toldAt.filter { now < $0.value.advanced(byNanoseconds: rule.interval) } }
      if toldAt.count < Self.toldMaximum { toldAt[key] = now }
    }
    let group = told.level == .critical ? min(rule.group, Self.urgentGroup) : rule.group
    add(told, rule, due: now.advanced(byNanoseconds: group))
    return true
  }

  private mutating func add(_ happening: Happening, _ rule: Rule?, due: Timestamp, isRepeat: Bool = false) {
    let line = (rule?.template ?? .standard).line(happening, zone: zone)
    var waiting = batch ?? Batch()
    waiting.add(Batch.Entry(happening: happening, line: line, isRepeat: isRepeat), due: due)
    batch = waiting
  }

  /// Where nothing waits, everything seen is settled.
  private mutating func settle() {
    guard sending == nil, (batch?.count ?? 0) == (batch?.notes.count ?? 0) else { return }
    done = max(done, seen)
    doneTime = max(doneTime, seenTime)
  }

  // MARK: Sending

  /// What to do now.
  ///
  /// - Parameter id: makes a message's id.
  mutating func next(now: Timestamp, id: (Int64) -> String) -> Step {
    // A clock that was set back keeps nothing waiting.
    if retryAt > now.advanced(byNanoseconds: Self.retryAfterMaximum) { retryAt = now }
    if retryAt > now { return .wait(retryAt) }
    if let sending {
      // What is not urgent and failed before the night waits for its end, unless something urgent stands behind it.
      let level = max(sending.level, batch?.level ?? .info)
      if let quiet = channel.quiet, level < quiet.except, let end = quiet.end(at: now) { return .wait(end) }
      return .send(sending)
    }
    guard var waiting = batch else { return .wait(nil) }
    if waiting.due > now { return .wait(waiting.due) }
    if gathersUntil > now { return .wait(gathersUntil) }
    if let quiet = channel.quiet, waiting.level < quiet.except, let end = quiet.end(at: now) {
      waiting.wasHeld = true
      batch = waiting
      return .wait(end)
    }
    guard takeToken(now) else { return .wait(tokensAt.advanced(byNanoseconds: Self.refill)) }
    let message = waiting.message(
      id: id(seen), now: now, zone: zone, lateAfter: Self.lateAfter, through: seen, throughTime: seenTime)
    sending = message
    sendingBatch = waiting
    batch = nil
    return .send(message)
  }

  private mutating func takeToken(_ now: Timestamp) -> Bool {
    let passed = now.nanoseconds(since: tokensAt) / Self.refill
    if passed < 0 || passed >= Int64(Self.tokensMaximum) {
      tokens = Self.tokensMaximum
      tokensAt = now
    } else {
      tokens = min(Self.tokensMaximum, tokens + Int(passed))
      tokensAt = tokensAt.advanced(byNanoseconds: passed * Self.refill)
    }
    guard tokens > 0 else { return false }
    tokens -= 1
    return true
  }

  /// The message arrived.
  mutating func delivered(now: Timestamp) {
    guard let message = sending else { return }
    sending = nil
    sendingBatch = nil
    done = max(done, message.through)
    doneTime = max(doneTime, message.throughTime)
    settle()
    backoff.reset()
    retryAt = .zero
    failingSince = nil
    lastFailure = ""
  }

  /// The message did not arrive, or nobody knows.
  mutating func failed(_ failure: DeliveryFailure, now: Timestamp, jitter: UInt64) {
    failingSince = failingSince ?? now
    lastFailure = failure.message
    let asked = min(Self.retryAfterMaximum, max(0, failure.retryAfter ?? 0))
    if failure.isRefusedText, sending?.isPlain == false {
      // What it says is in the way: say that there is something, in the plainest words.
      sending?.isPlain = true
      retryAt = now.advanced(byNanoseconds: max(asked, 500_000_000))
      return
    }
    retryAt = now.advanced(byNanoseconds: max(asked, backoff.nextDelayNanoseconds(jitter: jitter)))
    guard failure.isCertain, sending?.mayBeRepeat == false, var unsent = sendingBatch else {
      if !failure.isCertain { sending?.mayBeRepeat = true }
      return
    }
    // Nobody has it: it is told together with what came meanwhile.
    sending = nil
    sendingBatch = nil
    unsent.wasHeld = true
    if let batch { unsent.add(batch) }
    batch = unsent
  }
}
