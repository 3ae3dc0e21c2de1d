import NIOCore
import ServiceRuntime
import TradingCore
import TradingModel
import Venue

/// What the engine does with the journal: what is durable, what a slow disk delays, what a failed one still allows, and how it comes back.
extension TradingEngine {
  func flush() {
    guard let last = fresh.last?.sequence else { return }
    let entries = fresh
    fresh.removeAll(keepingCapacity: true)
    switch gate.state {
    case .closed: return
    case .failed:
      gate.keep(entries)
      publisher?.committed(commit(entries, sequence: last, isRecorded: false))
    case .recording:
      gate.hold(commit(entries, sequence: last, isRecorded: true), at: clock.monotonic)
      hand(entries)
    }
  }

  private func hand(_ entries: [JournalEntry]) {
    journal.append(entries) { [loop, weak self] result in
      let engine = self
      loop.execute { engine?.journaled(result) }
    }
  }

  private func journaled(_ result: Result<UInt64, JournalSinkError>) {
    switch result {
    case .success(let sequence):
      turn {
        if let since = self.gate.owesSince { self.hear(self.disk.took(self.clock.monotonic - since, at: self.clock.monotonic)) }
        FailPoint.reach("publish.begin")
        for commit in self.gate.durable(upTo: sequence) { self.publisher?.committed(commit) }
        FailPoint.reach("publish.end")
        while let (effect, since) = self.gate.next() { self.performRecorded(effect, since: since) }
      }
    case .failure(.closed):
      if gate.state == .recording { _ = gate.end(.closed) }
    case .failure(.failed(let message)), .failure(.lost(let message)):
      guard gate.state == .recording else { return }
      fail(message)
    }
  }

  // MARK: A disk that takes long

  /// Whether what closes positions must not wait any longer for what the disk owes.
  var mustNotWait: Bool {
    guard !isPaper, let since = gate.owesSince else { return false }
    return clock.monotonic - since >= DiskPatience.exit
  }

  /// Called a few times a second.
  func watchDisk() {
    let now = clock.monotonic
    switch gate.state {
    case .recording:
      if let since = gate.owesSince { hear(disk.took(now - since, at: now)) }
      hear(disk.tick(at: now))
      guard mustNotWait else { return }
      for effect in gate.takeExits() { perform(effect) }
    case .failed: tryAgain(at: now)
    case .closed: return
    }
  }

  private func hear(_ change: DiskWatch.Change?) {
    guard let change else { return }
    let words =
      switch change {
      case .slowBegan:
        "the journal's disk takes longer than \(Self.seconds(DiskPatience.alarm))"
          + (isPaper ? "; the market waits for it" : ": entries that wait so long are not sent, exits go unrecorded and are recorded later")
      case .slowEnded(let longest): "the journal's disk is quick again; its longest commit took \(Self.seconds(longest))"
      }
    publisher?.journalWarned(words)
    // On paper the same market writes the same entries, whatever the disk does.
    if !isPaper { step(.warned(words), at: core.time) }
  }

  /// Its record is durable; an entry whose record took too long is not sent.
  private func performRecorded(_ effect: Effect, since: Int64) {
    let waited = clock.monotonic - since
    guard !isPaper, waited >= DiskPatience.entry, case .submit(let order, _) = effect, order.request.side == .buy else {
      return perform(effect)
    }
    notSent(order, "the disk took \(Self.seconds(waited))")
  }

  /// Tells the core that an order never left. Nobody at the exchange has a code for that.
  private func notSent(_ order: ApprovedOrder, _ why: String) {
    for request in order.requests {
      step(.submitted(request.clientOrderID, .rejected(code: 0, message: "not sent: \(why)")), at: time())
    }
  }

  /// "4.2 s".
  static func seconds(_ nanoseconds: Int64) -> String {
    let tenths = max(0, nanoseconds) / 100_000_000
    return "\(tenths / 10).\(tenths % 10) s"
  }

  // MARK: A disk that fails

  /// While the journal has failed nothing new is durable: cancels and sales go on unrecorded, so that positions can still be closed (RELIABILITY
  /// I17); callers hear that nothing was recorded; nothing is bought. While the daemon stops, nothing leaves at all.
  func performUnrecorded(_ effect: Effect) {
    guard case .failed = gate.state else { return }
    switch effect {
    case .submit(let order, _) where order.request.side == .buy: notSent(order, "the journal cannot be written")
    case .submit, .cancel: perform(effect)
    case .reply(let id, _, _): reply(id, .failed(Self.journalUnavailable("it failed earlier")))
    default: break
    }
  }

  private static func journalUnavailable(_ message: String) -> CommandError {
    CommandError(
      .unavailable, reason: "JOURNAL_UNAVAILABLE",
      "the journal cannot be written (\(message)): this is not recorded. It holds while botd runs, is recorded once the disk takes it, and is lost if botd ends before that; look again before you repeat it"
    )
  }

  /// What waits will not be durable soon: callers hear so, and only what closes positions goes on.
  private func fail(_ message: String) {
    let (waiting, lost) = gate.end(.failed(message))
    disk.failed(at: clock.monotonic)
    turn {
      for commit in lost { self.publisher?.committed(commit) }
      self.step(.journalFailed(message), at: self.core.time)
      self.publisher?.journalFailed(message)
      for (_, reply) in self.replies.sorted(by: { $0.key < $1.key }) {
        self.completed.append((reply, .failed(Self.journalUnavailable(message))))
      }
      self.replies.removeAll()
      for effect in waiting { self.performUnrecorded(effect) }
    }
  }

  /// Opens the journal anew, when it is time to.
  private func tryAgain(at now: Int64) {
    guard let entries = gate.unrecorded, disk.startsTry(at: now) else { return }
    journal.recover(entries) { [loop, weak self] result in
      let engine = self
      loop.execute { engine?.tried(result) }
    }
  }

  private func tried(_ result: Result<UInt64, JournalSinkError>) {
    guard case .failed = gate.state else { return }
    switch result {
    case .success(let sequence):
      guard gate.unrecorded != nil else { return disk.tryFailed(at: clock.monotonic, isLost: true) }
      disk.recovered()
      turn {
        // What happened while it was tried.
        let rest = self.gate.recover(upTo: sequence)
        self.publisher?.journalRecovered(upTo: sequence)
        if let last = rest.last {
          self.gate.hold(self.commit([], sequence: last.sequence, isRecorded: true), at: self.clock.monotonic)
          self.hand(rest)
        }
        self.step(.journalRecovered, at: self.core.time)
      }
    case .failure(.closed): _ = gate.end(.closed)
    case .failure(.failed): disk.tryFailed(at: clock.monotonic, isLost: false)
    case .failure(.lost(let message)):
      disk.tryFailed(at: clock.monotonic, isLost: true)
      publisher?.journalFailed(message)
    }
  }
}
