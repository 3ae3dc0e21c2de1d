import Time
import BotAPI
import ServiceRuntime
import TTRPC

/// Follows a resumable subscription: reconnects, resumes after the last recorded sequence seen, and proves that nothing is missing.
struct Follower<Batch: SubscriptionBatch> {
  let options: DaemonOptions
  let output: Output
  /// Stop when history is finished instead of waiting for live items.
  let stopsWhenCaughtUp: Bool
  /// Stop after this many items; nil: never.
  let countMaximum: Int?
  /// Opens the stream on a connection.
  let open: @Sendable (Session) async throws(RPCError) -> MessageStream<Batch.Request, Batch>
  /// Builds the request: sequence to resume after (nil: live only) and journal.
  let request: @Sendable (Int64?, String) -> Batch.Request
  /// Where the starting point comes from; empty: not checked.
  var journalID = ""
  /// A daemon that is not there is waited for, from the beginning on.
  var waitsForDaemon = false
  /// Is told what happens to the stream besides its items.
  var onMark: (@Sendable (StreamMark) -> Void)?

  /// Ends when the count is reached, history is finished (if asked so), or the task is cancelled.
  ///
  /// - Parameter take: gets every item once, and whether it is in the daemon's journal.
  /// - Throws: `CommandFailure`: no daemon at the first try, a refusal, a gap that a second subscription does not close.
  func run(after: Int64?, _ take: (Batch.Item, _ isRecorded: Bool) -> Void) async throws {
    var machine = FollowMachine(after: after, journalID: journalID)
    var backoff = BackoffMachine(firstNanoseconds: 200_000_000, maximumNanoseconds: 5_000_000_000)
    var wasConnected = false
    var gapAt: Int64?
    while !Task.isCancelled {
      do {
        let session = try await Session.open(options)
        wasConnected = true
        let before = machine.count
        defer { Task { await session.client.close() } }
        if try await read(session, &machine, take) { return }
        if machine.count > before { backoff.reset() }
        output.remark("the stream ended; resuming after sequence \(machine.last ?? 0)")
      } catch let gap as FollowMachine.Gap {
        guard gapAt != gap.last else { throw Self.failure(gap, resumeAfter: machine.last ?? 0) }
        gapAt = gap.last
        output.remark("something is missing after sequence \(gap.last); asking again")
        continue
      } catch let error as RPCError {
        if Task.isCancelled { return }
        guard error.isRetryable else {
          throw CommandFailure(error, address: try options.parsedAddress())
        }
        output.remark("\(error.message); resuming after sequence \(machine.last ?? 0)")
      } catch let failure as CommandFailure {
        if Task.isCancelled { return }
        guard wasConnected || waitsForDaemon, failure.status == .noDaemon || failure.status == .timeout && waitsForDaemon else {
          throw failure
        }
      }
      var random = SystemRandomNumberGenerator()
      try? await Task.sleep(for: .nanoseconds(backoff.nextDelayNanoseconds(jitter: random.next())))
    }
  }

  /// Reads one subscription. True: done; false: the stream ended and may be resumed.
  private func read(
    _ session: Session, _ machine: inout FollowMachine, _ take: (Batch.Item, _ isRecorded: Bool) -> Void
  ) async throws -> Bool {
    let stream = try await open(session)
    machine.subscribe()
    var run: Int64?
    try stream.send(request(machine.last, machine.journalID))
    let watchdog = SilenceWatchdog(limit: .seconds(30)) { stream.cancel() }
    defer {
      watchdog.stop()
      stream.cancel()
    }
    while let batch = try await next(stream, watchdog) {
      watchdog.touch()
      if let opened = batch.opened {
        try machine.opened(journalID: opened.journalID, lastSequence: opened.lastSequence)
        onMark?(.opened(journalID: opened.journalID, after: machine.last ?? opened.lastSequence))
      }
      if batch.notRecorded, run == nil { run = await startTime(session) }
      for item in batch.items {
        let (sequence, previous) = Batch.position(item)
        guard try machine.take(sequence: sequence, previous: previous, unrecordedIn: batch.notRecorded ? run : nil) else { continue }
        take(item, !batch.notRecorded)
        if let countMaximum, machine.count >= countMaximum { return true }
      }
      if let heartbeat = batch.heartbeat { try machine.heartbeat(last: heartbeat.lastSequence) }
      onMark?(batch.caughtUp == nil ? .heard : .caughtUp)
      if batch.caughtUp != nil, stopsWhenCaughtUp { return true }
      if let draining = batch.draining {
        output.remark("botd is stopping\(draining.reason.isEmpty ? "" : ": " + draining.reason)")
      }
    }
    return Task.isCancelled
  }

  /// Names the run of the daemon that this session talks to; 0 when it does not say.
  private func startTime(_ session: Session) async -> Int64 {
    let hello = try? await session.system.hello(V1.HelloRequest(), timeout: session.timeout)
    return hello?.startedTimeNs ?? 0
  }

  private func next(_ stream: MessageStream<Batch.Request, Batch>, _ watchdog: SilenceWatchdog)
    async throws(RPCError) -> Batch?
  {
    do throws(RPCError) {
      return try await stream.next()
    } catch {
      guard watchdog.hasFired else { throw error }
      throw RPCError(code: .unavailable, message: "no sign of life from botd for 30 s")
    }
  }

  private static func failure(_ gap: FollowMachine.Gap, resumeAfter last: Int64) -> CommandFailure {
    guard gap.previous != 0 else {
      return CommandFailure(
        .refused, "the daemon's history is another one now; follow it from the start with --from 0", reason: "OTHER_JOURNAL")
    }
    return CommandFailure(
      .gap,
      "the stream is not complete: after sequence \(gap.last) the daemon went on from \(gap.previous). "
        + "Read again with --from \(last)")
  }
}

/// What happens to a followed stream besides its items.
enum StreamMark: Sendable, Hashable {
  /// It begins after that sequence.
  case opened(journalID: String, after: Int64)
  /// History is read; what comes is new.
  case caughtUp
  /// Any other sign of life.
  case heard
}

/// Runs a command's endless part until it ends, the person interrupts, or nobody takes its output; an interrupt is a normal end, and what
/// becomes of lost output is said where the command line ends.
enum UntilInterrupted {
  static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let interrupted = InterruptFlag()
    // Nothing is printed before an interrupt is heard: whoever reads the first line may send one at once.
    let (isHeard, hearing) = AsyncStream<Never>.makeStream()
    let task = Task {
      for await _ in isHeard {}
      try await body()
    }
    let stop: @Sendable () -> Void = {
      interrupted.set()
      task.cancel()
    }
    ControlEnvironment.current.onInterrupt(stop)
    ControlEnvironment.current.onOutputFailure(stop)
    hearing.finish()
    do {
      try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch {
      guard interrupted.isSet else { throw error }
    }
  }
}
