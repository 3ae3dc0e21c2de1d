import BotAPI
import Notify
import ServiceRuntime
import Synchronization
import TTRPC
import Time

/// Brings everything that botd tells to the courier, and watches botd itself.
struct NotifyWatch: Sendable {
  let daemon: DaemonOptions
  let settings: NotifySettings
  let courier: Courier
  let output: Output
  let life = SignOfLife()

  /// Follows until the task is cancelled.
  ///
  /// - Parameter first: the sequence to begin after, where the memory has none.
  /// - Throws: what a person must mend before anything can be told, found at the first try.
  func follow(first: Int64?) async throws {
    var backoff = BackoffMachine(firstNanoseconds: 500_000_000, maximumNanoseconds: 30_000_000_000)
    var from = courier.start
    var isFirst = true
    var sinceTime: Int64 = 0
    if from.after == nil, let first { from.after = first }
    if from.after == nil, !(await answers()) {
      // What botd does before it can be followed is new too.
      from.after = 0
      sinceTime = WallClock.now().nanoseconds
      output.remark("botd does not answer yet; what happens from now on is told when it does")
    }
    while !Task.isCancelled {
      let (life, courier) = (life, courier)
      let (kinds, since) = (settings.eventKinds, sinceTime)
      let heardBefore = life.count
      var follower = Follower<V1.SubscribeEventsResponse>(
        options: daemon, output: output, stopsWhenCaughtUp: false, countMaximum: nil,
        open: { session throws(RPCError) in try await session.events.subscribeEvents() },
        request: { after, journal in
          V1.SubscribeEventsRequest(
            afterSequence: after ?? 0, journalID: journal, liveOnly: after == nil, kinds: kinds, heartbeatMs: 2_000, fromTimeNs: since)
        })
      follower.journalID = from.journalID
      follower.waitsForDaemon = true
      follower.onMark = { mark in
        life.touch()
        switch mark {
        case .opened(let journalID, let after): courier.opened(journalID: journalID, after: after, now: WallClock.now())
        case .caughtUp: courier.caughtUp(now: WallClock.now())
        case .heard: break
        }
      }
      do {
        try await follower.run(after: from.after) { event, isRecorded in
          if let happening = event.happening { courier.take(happening, isRecorded: isRecorded, now: WallClock.now()) }
        }
      } catch let failure as CommandFailure {
        if Task.isCancelled { return }
        switch failure.reason {
        case "OTHER_JOURNAL", "SEQUENCE_BEYOND_END":
          // Of the other journal what happened since then, whatever its sequences are.
          let last = courier.start.time
          courier.journalReplaced()
          sinceTime = last == .zero ? WallClock.now().nanoseconds : last.nanoseconds + 1
          from = ("", 0, last)
          output.remark("botd has another journal now (\(failure.reason)); what happened since \(last) is told from it")
          courier.note(
            Happening(
              time: WallClock.now(), kind: .link, level: .warning, code: failure.reason,
              what: "botd has another journal now (restored or made anew?); events that only the old one had are not told"),
            to: settings.awayTo, now: WallClock.now())
          continue
        default:
          // A wrong token or address is said at once; later it may be botd that changes.
          if isFirst, life.count == 0, failure.status != .gap { throw failure }
          output.remark("\(failure.message); trying again")
        }
      }
      if Task.isCancelled { return }
      isFirst = false
      let now = courier.start
      from = now.after == nil ? from : now
      if life.count > heardBefore { backoff.reset() }
      var random = SystemRandomNumberGenerator()
      try? await Task.sleep(for: .nanoseconds(backoff.nextDelayNanoseconds(jitter: random.next())))
    }
  }

  /// Whether botd is there now.
  private func answers() async -> Bool {
    do {
      let session = try await Session.open(daemon)
      await session.client.close()
      return true
    } catch let failure as CommandFailure {
      return failure.status != .noDaemon
    } catch {
      return true
    }
  }

  /// Tells that botd does not answer, and that it does again.
  func watchLife() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(500))
      let (silent, last) = life.silence()
      let isAway = silent >= settings.awayAfter
      // A run that begins while botd is away must not say that it is back.
      if !isAway, life.count == 0 { continue }
      courier.link(awaySince: isAway ? last : nil, words: "no sign of life for \(silent / 1_000_000_000) s", now: WallClock.now())
    }
  }

  /// Whether botd answers.
  func isWell() -> Bool { life.silence().nanoseconds < settings.awayAfter }

  // MARK: Thresholds

  private static let interval = Duration.seconds(15)

  /// Compares statistics with the rules' thresholds, again and again.
  func watchThresholds() async {
    let rules = settings.rules.filter { $0.threshold != nil }
    guard !rules.isEmpty else { return }
    var lastProblem = ""
    while !Task.isCancelled {
      do {
        let session = try await Session.open(daemon)
        defer { Task { await session.client.close() } }
        while !Task.isCancelled {
          try await compare(rules, session)
          lastProblem = ""
          try await Task.sleep(for: Self.interval)
        }
      } catch {
        if Task.isCancelled { return }
        let problem = (error as? CommandFailure)?.message ?? (error as? RPCError)?.message ?? "\(error)"
        if problem != lastProblem { output.remark("thresholds: \(problem); trying again") }
        lastProblem = problem
        try? await Task.sleep(for: Self.interval)
      }
    }
  }

  private func compare(_ rules: [Rule], _ session: Session) async throws {
    let figures = try await ThresholdFigures.read(rules, session)
    let now = WallClock.now()
    for figure in figures where courier.raise(figure.key, figure.standing, interval: figure.rule.interval, now: now) {
      courier.note(figure.happening(now), to: nil, now: now)
    }
    courier.keepRaised(Set(figures.map(\.key)))
  }
}

/// When botd was heard last.
final class SignOfLife: Sendable {
  private struct State {
    var at = MonotonicClock.nanoseconds()
    var time = WallClock.now()
    var count = 0
  }

  private let state = Mutex(State())

  /// botd was heard.
  func touch() {
    state.withLock { state in
      state.at = MonotonicClock.nanoseconds()
      state.time = WallClock.now()
      state.count += 1
    }
  }

  /// How often it was heard.
  var count: Int { state.withLock { $0.count } }

  /// How long it has been silent, in nanoseconds, and when it was heard last; before the first time: since the beginning.
  func silence() -> (nanoseconds: Int64, last: Timestamp) {
    state.withLock { (MonotonicClock.nanoseconds() - $0.at, $0.time) }
  }
}
