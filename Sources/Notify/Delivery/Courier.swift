import ServiceRuntime
import Synchronization
public import Time

/// Takes what happens, and brings it to every channel: one task for each, so that one that fails holds up no other.
///
/// Any thread may call it. What a channel was told is remembered durably before the next message; what is being sent, before it is sent.
public final class Courier: Sendable {
  private struct State {
    var lanes: [String: Lane]
    var memory: NotifyMemory
    /// Channels whose failing was told to the others.
    var toldFailing: Set<String> = []
    /// The memory could not be written; told once.
    var isMemoryBroken = false
    /// Bytes of the memory as it is on disk.
    var written: [UInt8] = []
  }

  private let state: Mutex<State>
  private let file: NotifyMemoryFile
  private let senders: [String: any Sender]
  private let bells: [String: Bell]
  private let awayTo: [String]
  private let order: [String]
  /// Says something to the person who runs it.
  private let remark: @Sendable (String) -> Void

  /// A channel that fails for this long is a matter for the others.
  private static let failingTold: Int64 = 300_000_000_000

  /// - Parameters:
  ///   - memory: path of the file that remembers what was told.
  ///   - remark: takes a line for the log; it never holds a secret.
  /// - Throws: what is wrong with the memory's file.
  public init(
    _ settings: NotifySettings, memory path: String, environment: SenderEnvironment, remark: @escaping @Sendable (String) -> Void
  ) throws(NotifySettingsError) {
    file = try NotifyMemoryFile(path: path)
    let memory = try file.read() ?? NotifyMemory()
    var lanes: [String: Lane] = [:]
    var senders: [String: any Sender] = [:]
    // A channel that was not there before begins where the others are.
    let newest = memory.lanes.values.max { $0.done < $1.done }
    for channel in settings.channels {
      let known = memory.lanes[channel.name] ?? newest.map { Lane.Memory(done: $0.done, doneTime: $0.doneTime) }
      lanes[channel.name] = Lane(channel: channel, rules: settings.rules, zone: settings.zone, memory: known ?? Lane.Memory())
      senders[channel.name] = Senders.make(channel, environment)
    }
    order = settings.channels.map(\.name)
    bells = Dictionary(uniqueKeysWithValues: order.map { ($0, Bell()) })
    self.senders = senders
    awayTo = settings.awayTo
    self.remark = remark
    state = Mutex(State(lanes: lanes, memory: memory))
  }

  // MARK: The stream

  /// Where the stream of events must begin: the least that some channel has not been told, `nil` where nothing is remembered; and the time of
  /// the last event that all were told.
  public var start: (journalID: String, after: Int64?, time: Timestamp) {
    state.withLock { state in
      let positions = state.lanes.values.map(\.position)
      let first = positions.min { $0.sequence < $1.sequence }
      return (state.memory.journalID, state.memory.journalID.isEmpty ? nil : first?.sequence, positions.map(\.time).min() ?? .zero)
    }
  }

  /// The stream begins: in which journal, after which sequence.
  public func opened(journalID: String, after sequence: Int64, now: Timestamp) {
    state.withLock { state in
      for name in order { state.lanes[name]?.gather(true, now: now) }
      guard state.memory.journalID != journalID else { return }
      let isFirst = state.memory.journalID.isEmpty
      state.memory.journalID = journalID
      for name in order {
        if isFirst { state.lanes[name]?.begin(after: sequence, time: now) } else { state.lanes[name]?.forgetPlace() }
      }
      save(&state)
    }
    ring()
  }

  /// Everything up to now was read: what comes is new.
  public func caughtUp(now: Timestamp) {
    state.withLock { state in
      for name in order { state.lanes[name]?.gather(false, now: now) }
    }
    ring()
  }

  /// Takes an event.
  ///
  /// - Parameter isRecorded: false: no journal could tell it again.
  public func take(_ happening: Happening, isRecorded: Bool, now: Timestamp) {
    state.withLock { state in
      var isNoted = false
      for name in order {
        if isRecorded, happening.sequence > 0 {
          state.lanes[name]?.take(happening, now: now)
        } else if state.lanes[name]?.note(happening, now: now) == true {
          isNoted = true
        }
      }
      if isNoted { save(&state) }
    }
    ring()
  }

  // MARK: Things of notify's own

  /// Tells something that is no event: a threshold, or that botd is away.
  ///
  /// - Parameter channels: who is told whatever the rules say; `nil`: as the rules say.
  public func note(_ happening: Happening, to channels: [String]?, now: Timestamp) {
    state.withLock { state in
      for name in channels ?? order { _ = state.lanes[name]?.note(happening, isForAll: channels != nil, now: now) }
      save(&state)
    }
    ring()
  }

  /// How a statistic stands to its threshold.
  public enum Standing: Sendable, Hashable {
    case passed
    /// Not above it, but too near to say that it is over.
    case near
    case below
  }

  /// Remembers how a threshold stands. True where it is to be told now.
  ///
  /// - Parameter interval: nanoseconds after which it is told again while it lasts; 0: never.
  public func raise(_ key: String, _ standing: Standing, interval: Int64, now: Timestamp) -> Bool {
    state.withLock { state in
      guard standing == .passed else {
        if standing == .below, state.memory.raised.removeValue(forKey: key) != nil { save(&state) }
        return false
      }
      if let before = state.memory.raised[key], interval == 0 || now < before.advanced(byNanoseconds: interval) { return false }
      // Saved together with the note that follows.
      state.memory.raised[key] = now
      return true
    }
  }

  /// Forgets what was raised of bots and rules that are gone.
  public func keepRaised(_ keys: Set<String>) {
    state.withLock { state in
      let kept = state.memory.raised.filter { keys.contains($0.key) }
      guard kept.count != state.memory.raised.count else { return }
      state.memory.raised = kept
      save(&state)
    }
  }

  /// What is remembered of places in the journal means nothing any more.
  public func journalReplaced() { state.withLock { $0.memory.journalID = "-" } }

  /// botd does not answer since then, or does again; tells it where that is new.
  public func link(awaySince: Timestamp?, words: String, now: Timestamp) {
    let change: Happening? = state.withLock { state in
      let before = state.memory.awaySince
      guard (before == nil) != (awaySince == nil) else { return nil }
      state.memory.awaySince = awaySince
      if let awaySince {
        return Happening(
          time: awaySince, kind: .link, level: .critical, code: "AWAY",
          what:
            "botd does not answer since \(TimeTextUTC.text(awaySince)); \(words). What rests on the exchange still acts, nothing else does")
      }
      let since = before ?? now
      return Happening(
        time: now, kind: .link, level: .warning, code: "BACK",
        what: "botd is back, away since \(TimeTextUTC.text(since)); now \(TimeTextUTC.text(now))")
    }
    guard let change else { return }
    remark(change.what)
    note(change, to: awayTo, now: now)
  }

  /// The next update of Telegram to read.
  public var deskOffset: Int64 {
    get { state.withLock { $0.memory.deskOffset } }
    set {
      state.withLock { state in
        state.memory.deskOffset = newValue
        save(&state)
      }
    }
  }

  private func ring() { for bell in bells.values { bell.ring() } }

  // MARK: Sending

  /// Sends until the task is cancelled. What is on its way then is sent again by the next run.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      for name in order { group.addTask { await self.serve(name) } }
      group.addTask {
        // What concerns nobody moves bookmarks too; that may be lost, and is written now and then.
        while !Task.isCancelled {
          try? await Task.sleep(for: .seconds(30))
          self.state.withLock { self.save(&$0) }
          self.tellFailing()
        }
      }
    }
    state.withLock { save(&$0) }
  }

  private func serve(_ name: String) async {
    guard let sender = senders[name], let bell = bells[name] else { return }
    while !Task.isCancelled {
      let now = WallClock.now()
      let step = state.withLock { state -> Lane.Step in
        let journal = state.memory.journalID
        let step = state.lanes[name]?.next(now: now) { Self.id(journal, $0) } ?? .wait(nil)
        if case .send = step { save(&state) }
        return step
      }
      switch step {
      case .wait(let until):
        let wait = until.map { max(1_000_000, min($0.nanoseconds(since: now), 60_000_000_000)) } ?? 60_000_000_000
        await bell.wait(nanoseconds: wait)
      case .send(let message):
        do throws(DeliveryFailure) {
          try await sender.send(message)
          delivered(name)
        } catch {
          // The end of the process is no failure of the channel.
          if Task.isCancelled { return }
          failed(name, error)
        }
      }
    }
  }

  private func delivered(_ name: String) {
    let now = WallClock.now()
    let wasFailing = state.withLock { state in
      let since = state.lanes[name]?.failingSince
      state.lanes[name]?.delivered(now: now)
      save(&state)
      return since
    }
    guard let wasFailing else { return }
    remark("\(name): works again; it failed since \(TimeTextUTC.text(wasFailing))")
    let wasTold = state.withLock { $0.toldFailing.remove(name) != nil }
    guard wasTold else { return }
    let others = awayTo.filter { $0 != name }
    note(Happening(time: now, kind: .link, level: .info, code: "CHANNEL_BACK", what: "channel \(name) works again"), to: others, now: now)
  }

  private func failed(_ name: String, _ failure: DeliveryFailure) {
    let now = WallClock.now()
    var random = SystemRandomNumberGenerator()
    let jitter = random.next()
    let isNew = state.withLock { state in
      let isNew = state.lanes[name]?.lastFailure != failure.message
      state.lanes[name]?.failed(failure, now: now, jitter: jitter)
      save(&state)
      return isNew
    }
    // The same failure again and again is one line.
    if isNew { remark("\(name): not delivered: \(failure.message); trying again") }
    tellFailing()
  }

  /// Other channels are told of one that fails for long.
  private func tellFailing() {
    let now = WallClock.now()
    let failing = state.withLock { state in
      order.compactMap { name -> (String, Timestamp, String)? in
        guard let lane = state.lanes[name], let since = lane.failingSince, now.nanoseconds(since: since) >= Self.failingTold,
          state.toldFailing.insert(name).inserted
        else { return nil }
        return (name, since, lane.lastFailure)
      }
    }
    for (name, since, words) in failing {
      let what = "channel \(name) fails since \(TimeTextUTC.text(since)): \(words)"
      note(
        Happening(time: now, kind: .link, level: .warning, code: "CHANNEL_FAILS", what: what), to: awayTo.filter { $0 != name }, now: now)
    }
  }

  private static func id(_ journal: String, _ sequence: Int64) -> String {
    var random = SystemRandomNumberGenerator()
    let mark = String(UInt32.random(in: 0 ... .max, using: &random), radix: 36)
    return "\(journal.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(8))-\(sequence)-\(mark)"
  }

  // MARK: Memory

  /// Writes the memory where it has changed. What can't be written is told once, and sending goes on: better twice than never.
  private func save(_ state: inout State) {
    state.memory.lanes = state.memory.lanes.merging(state.lanes.mapValues(\.memory)) { $1 }
    let bytes = state.memory.bytes
    guard bytes != state.written else { return }
    do throws(NotifySettingsError) {
      try file.write(bytes)
      state.written = bytes
      if state.isMemoryBroken { remark("\(file.path) is written again") }
      state.isMemoryBroken = false
    } catch {
      if !state.isMemoryBroken { remark("\(error.message); messages are sent all the same, and may come twice after a restart") }
      state.isMemoryBroken = true
    }
  }
}

/// Wakes one who waits.
final class Bell: Sendable {
  private struct State {
    var isRung = false
    var sleeper: Task<Void, Never>?
  }

  private let state = Mutex(State())

  func ring() {
    state.withLock { state in
      state.isRung = true
      state.sleeper?.cancel()
    }
  }

  /// Waits until it rings, or did since the last time, or the time is over, or the task is cancelled.
  func wait(nanoseconds: Int64) async {
    let sleeper = Task { _ = try? await Task.sleep(for: .nanoseconds(nanoseconds)) }
    let isRung = state.withLock { state in
      if !state.isRung { state.sleeper = sleeper }
      return state.isRung
    }
    if isRung { sleeper.cancel() }
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
    state.withLock { state in
      state.isRung = false
      state.sleeper = nil
    }
  }
}
