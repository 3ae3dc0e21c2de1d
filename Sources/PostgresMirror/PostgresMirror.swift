import Time
public import Journal
import Logging
public import ServiceRuntime
import Synchronization
public import TradingCore

/// What the mirror tells about itself; holds no secret.
public struct MirrorStatus: Hashable, Sendable {
  public var isConnected = false
  /// The last sequence that the database is known to hold.
  public var mirrored: UInt64 = 0
  /// Durable entries that the database does not hold yet.
  public var lag: UInt64 = 0
  /// Transactions committed.
  public var batches: UInt64 = 0
  /// The last trouble, or empty.
  public var lastError = ""
  /// The trouble needs a person (an unsafe server, another journal, a newer schema).
  public var needsAttention = false
  /// What became of ``PostgresMirror/claim(_:)``.
  public var claim = Claim.none

  /// Whether this process has an account for itself, as far as the database can tell.
  public enum Claim: Hashable, Sendable {
    /// Not asked for.
    case none
    /// Not decided: the database is away.
    case pending
    case held
    /// Another session has it: another botd, or one of ours that the server has not missed yet.
    case taken
  }
}

/// Copies the journal to PostgreSQL, exactly once and in order, on a thread of its own.
///
/// It reads from the journal whatever follows the database's own watermark, so it needs no queue: an outage of any length costs no
/// memory, and a COMMIT whose answer was lost is settled by the next connection. Trading never waits for it. What the tables say of money
/// is folded from the local journal by the same `Book` as everywhere else, and never read back from the database.
public final class PostgresMirror: Sendable {
  private struct State: Sendable {
    var status = MirrorStatus()
    var isStopping = false
    var account: String?
  }

  private let configuration: PostgresConfiguration
  private let journal: Journal
  private let state = Mutex(State())
  private let wake = BoundedQueue<Void>(capacity: 1, rule: .dropOldest)
  private let thread: PinnedThread
  private let logger = Logger(label: "botd.postgres")

  /// Starts mirroring `journal`; connects, and goes on trying, in the background.
  ///
  /// - Throws: ``RuntimeError`` when the system refuses a thread.
  public init(_ configuration: PostgresConfiguration, journal: Journal) throws(RuntimeError) {
    self.configuration = configuration
    self.journal = journal
    thread = try PinnedThread(name: "postgres")
    thread.submit { [self] in run() }
  }

  /// Connects once and checks server and schema: what to refuse at start.
  ///
  /// - Throws: ``PostgresError``; `unsafe` when the server does not keep what it confirms.
  public static func verify(_ configuration: PostgresConfiguration) throws(PostgresError) {
    _ = try MirrorSession(configuration, isStopping: { false })
  }

  /// As ``verify(_:)``, and that the database does not hold more of `journal` than that does itself.
  ///
  /// - Throws: ``PostgresError``; `unsafe` when the server does not keep what it confirms, `mismatch` when the state directory is an older
  ///   copy, or a restore into it was cut off.
  public static func verify(_ configuration: PostgresConfiguration, journal: Journal, mode: TradingMode) throws(PostgresError) {
    let session = try MirrorSession(configuration, isStopping: { false })
    let identity: JournalIdentity?
    do throws(JournalError) { identity = try journal.identity() } catch { throw PostgresError(.journal, error.message) }
    guard let identity, let found = try session.journals(mode: mode).first(where: { $0.id == identity.id }) else { return }
    guard found.last <= journal.lastSequence else {
      throw PostgresError(
        .mismatch,
        "the database holds journal \(identity.id) up to entry \(found.last), the state directory only up to \(journal.lastSequence): the directory is an older copy, or a restore was cut off"
      )
    }
  }

  /// Fills an empty local journal from the database's journal of `mode`, if there is one. Blocks; `progress` gets entries done and in all.
  ///
  /// - Returns: the number of entries restored; 0 when the database has none.
  /// - Throws: ``PostgresError``; after `journal` the state directory must not be used.
  public static func restore(
    _ configuration: PostgresConfiguration, mode: TradingMode, into journal: Journal, progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(PostgresError) -> UInt64 {
    guard journal.lastSequence == 0 else { throw PostgresError(.journal, "the state directory is not empty; nothing is restored into it") }
    let session = try MirrorSession(configuration, isStopping: { false })
    let journals = try session.journals(mode: mode).filter { $0.last > 0 }
    guard let found = journals.first else { return 0 }
    guard journals.count == 1 else {
      throw PostgresError(.mismatch, "the database holds \(journals.count) \(mode) journals: \(journals.map(\.id).joined(separator: ", "))")
    }
    try session.lock(found.id)
    var done: UInt64 = 0
    progress(0, found.last)
    while true {
      let rows = try session.rows(of: found.id, after: done, limit: 2_000)
      guard let last = rows.last else { break }
      if done == 0 { try check(rows, found.id, mode) }
      do throws(JournalError) { try journal.importRows(rows) } catch { throw PostgresError(.journal, error.message) }
      done = last.entry.sequence
      progress(done, found.last)
    }
    guard done == found.last else {
      throw PostgresError(.journal, "journal \(found.id) in the database ends at \(done), not at \(found.last)")
    }
    return done
  }

  private static func check(_ rows: [JournalRow], _ id: String, _ mode: TradingMode) throws(PostgresError) {
    guard case .opened(let identity)? = rows.first?.entry.record, identity.id == id, identity.mode == mode else {
      throw PostgresError(.journal, "the first entry of journal \(id) in the database does not name it")
    }
  }

  /// Tells that entries up to `sequence` are durable. Cheap; from any thread.
  public func notify(_ sequence: UInt64) { wake.push(()) }

  /// Claims an account for this process: while its session lasts, no other botd that uses the same database gets it. Asked again, it tries
  /// again. The answer is in ``status``. From any thread.
  public func claim(_ account: String) {
    state.withLock { state in
      state.account = account
      if state.status.claim == .none { state.status.claim = .pending }
    }
    wake.push(())
  }

  private func takeClaim(_ session: MirrorSession) throws(PostgresError) {
    let account = state.withLock { $0.status.claim == .held ? nil : $0.account }
    guard let account else { return }
    let isHeld = try session.claim(account)
    state.withLock { $0.status.claim = isHeld ? .held : .taken }
  }

  /// For the health report.
  public var status: MirrorStatus {
    var status = state.withLock { $0.status }
    let durable = journal.lastSequence
    status.lag = durable > status.mirrored ? durable - status.mirrored : 0
    return status
  }

  /// Ends the thread and the connection; what is not mirrored yet is at the next start. Blocks for about a tenth of a second.
  public func stop() {
    state.withLock { $0.isStopping = true }
    wake.push(())
    thread.stop()
    thread.join()
  }

  // MARK: On the thread

  private var isStopping: Bool { state.withLock { $0.isStopping } }

  private func run() {
    var fold = MirrorFold()
    var backoff = BackoffMachine(firstNanoseconds: 100_000_000, maximumNanoseconds: 10_000_000_000)
    while !isStopping {
      do throws(PostgresError) {
        try serve(&fold, &backoff)
      } catch {
        if isStopping { break }
        note(error)
        let delay = backoff.nextDelayNanoseconds(jitter: UInt64.random(in: 0...UInt64.max))
        wait(nanoseconds: error.isRetryable ? delay : max(delay, 10_000_000_000), onlyForStop: true)
      }
    }
    state.withLock { $0.status.isConnected = false }
  }

  private func serve(_ fold: inout MirrorFold, _ backoff: inout BackoffMachine) throws(PostgresError) {
    guard let identity = try identity() else {
      wait(nanoseconds: 1_000_000_000, onlyForStop: false)
      return
    }
    let session = try MirrorSession(configuration, isStopping: { self.isStopping })
    // What it held ended with the session before.
    state.withLock { if $0.account != nil { $0.status.claim = .pending } }
    try takeClaim(session)
    var watermark = try session.attach(identity, journal, &fold)
    logger.info("the journal goes to PostgreSQL at \(configuration.place) from entry \(watermark + 1)")
    state.withLock { state in
      state.status.isConnected = true
      state.status.mirrored = watermark
      state.status.lastError = ""
      state.status.needsAttention = false
    }
    while !isStopping {
      try takeClaim(session)
      let next = try fold.batch(of: identity.id, after: watermark) { () throws(PostgresError) in try read(after: watermark) }
      guard let batch = next, let last = batch.rows.last?.entry.sequence else {
        backoff.reset()
        if wait(nanoseconds: 15_000_000_000, onlyForStop: false) == false { try session.connection.execute("SELECT 1") }
        continue
      }
      try session.apply(batch, after: watermark)
      fold.commit()
      watermark = last
      backoff.reset()
      state.withLock { state in
        state.status.mirrored = last
        state.status.batches += 1
      }
    }
  }

  private func identity() throws(PostgresError) -> JournalIdentity? {
    do throws(JournalError) { return try journal.identity() } catch { throw PostgresError(.journal, error.message) }
  }

  private func read(after watermark: UInt64) throws(PostgresError) -> [JournalRow] {
    do throws(JournalError) {
      return try journal.rows(after: watermark, limit: max(1, configuration.batchEntries), bytesMaximum: 4 << 20)
    } catch {
      throw PostgresError(.journal, error.message)
    }
  }

  /// False when the time passed without a call.
  @discardableResult private func wait(nanoseconds: Int64, onlyForStop: Bool) -> Bool {
    let deadline = MonotonicClock.nanoseconds() + nanoseconds
    while !isStopping {
      let left = deadline - MonotonicClock.nanoseconds()
      guard left > 0, wake.pop(waitingNanoseconds: left) != nil else { return false }
      if !onlyForStop { return true }
    }
    return true
  }

  private func note(_ error: PostgresError) {
    let isNew = state.withLock { state in
      defer { state.status.lastError = error.message }
      state.status.isConnected = false
      if state.status.claim != .none { state.status.claim = error.code == .inUse ? .taken : .pending }
      state.status.needsAttention = !error.isRetryable
      return state.status.lastError != error.message
    }
    guard isNew else { return }
    logger.log(level: error.isRetryable ? .warning : .error, "the journal is not mirrored to PostgreSQL: \(error.message)")
  }
}
