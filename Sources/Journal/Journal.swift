import GRDB
import GRDBSQLite
import ServiceRuntime
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
public import TradingCore

/// The local, durable, append-only log of entries: the source of truth.
///
/// SQLite in WAL mode with `synchronous=FULL`, written by one thread of its own. Everything queued while a commit waits for the disk goes
/// into the next transaction. A write that failed is never just tried again: the journal is failed from then on (``failure``), since a
/// second sync may succeed without having written what the first one lost; ``recover(_:completion:)`` begins with what is truly on the disk. Reads run on connections of their own, see only what is
/// durable, and may be called from any thread (they block it for the time of the query).
public final class Journal: Sendable {
  /// Entries of one transaction at most.
  static let groupEntriesMaximum = 8_192
  /// Entries that may wait for the disk; more fail the journal.
  public static let pendingEntriesMaximum = 1_000_000

  public typealias Completion = @Sendable (Result<UInt64, JournalError>) -> Void

  struct Group: Sendable {
    var entries: [JournalEntry]
    var completion: Completion?
  }

  struct State: Sendable {
    var groups: [Group] = []
    var pendingEntries = 0
    var isScheduled = false
    var isClosed = false
    var failure: JournalError?
    var durable: UInt64
  }

  /// The state directory.
  public let directory: String
  /// How long its transactions take.
  public let times = JournalTimes()
  let pool: DatabasePool
  let state: Mutex<State>
  let thread: PinnedThread
  let writer: JournalWriter
  private let lock: StateDirectory

  /// Opens or makes the journal in `directory` (made with mode 0700 if absent) and locks it for this process.
  ///
  /// - Throws: ``JournalError``: `locked` within a millisecond when another process has it (naming its pid), `directory`,
  ///   `newerFormat`, `corrupt` (also: it is shorter than its head says, or a part of a journal), `storage`. Nothing is changed before that.
  ///   Damage in the middle is found by ``replay(_:)``.
  public static func open(directory: String) throws(JournalError) -> Journal { try Journal(directory: directory) }

  /// Whether a directory holds a journal; opening one where there is none makes it.
  public static func exists(in directory: String) -> Bool { unsafe access("\(directory)/\(JournalSchema.fileName)", F_OK) == 0 }

  private init(directory: String) throws(JournalError) {
    let lock = try StateDirectory(path: directory)
    let path = directory.hasSuffix("/") ? directory + JournalSchema.fileName : directory + "/" + JournalSchema.fileName
    for name in [HeadFile.name, JournalSchema.fileName, JournalSchema.fileName + "-wal", JournalSchema.fileName + "-shm"] {
      try lock.secureFile(name, create: false)
    }
    do {
      let found = try JournalOpening.inspect(path: path)
      try found.check(path: path)
      let head = try lock.openHead()
      // Durable before the database it belongs to: from here on a journal without a head is a part of one.
      try head.write(found.end)
      try head.synchronize()
      try lock.synchronize()
      try lock.secureFile(JournalSchema.fileName, create: true)
      let queue = try DatabaseQueue(path: path, configuration: JournalSchema.writerConfiguration())
      let tail = try queue.writeWithoutTransaction { database in
        try JournalSchema.prepare(database, path: path, found: found)
        // What a crash left in the log is moved into the database and synced before anything counts as durable.
        let code = unsafe sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        guard code == SQLITE_OK else {
          throw JournalError(.storage, unsafe "cannot recover \(path): \(String(cString: sqlite3_errstr(code))) (SQLite \(code))")
        }
        return try JournalOpening.end(database)
      }
      guard tail == found.end else {
        throw JournalError(
          .storage, "\(path) changed while it was opened: entry \(found.end.sequence) was its last, now \(tail.sequence) is")
      }
      pool = try DatabasePool(path: path, configuration: JournalSchema.readerConfiguration())
      writer = try JournalWriter(queue: queue, path: path, end: tail, head: head, times: times)
      thread = try PinnedThread(name: "journal")
      state = Mutex(State(durable: tail.sequence))
    } catch {
      throw JournalError(wrapping: error, path: path)
    }
    try lock.synchronize()
    self.lock = lock
    self.directory = directory
  }

  /// The last durable sequence; 0 while the journal is empty.
  public var lastSequence: UInt64 { state.withLock { $0.durable } }

  /// Where it ends, with the chain; only for a journal that nobody writes.
  var end: JournalHead { writer.end }

  /// Entries that wait for the disk.
  public var pendingEntries: Int { state.withLock { $0.pendingEntries } }

  /// Why nothing is recorded, or `nil`.
  public var failure: JournalError? { state.withLock { $0.failure } }

  /// Queues `entries`, which must continue the sequence, and returns at once. `completion` runs on the journal's thread after the
  /// commit that holds them returned, with their last sequence, or with the error that failed the journal. Completions come in the
  /// order of the calls. Without entries it reports once everything queued before is durable.
  public func append(_ entries: [JournalEntry], completion: @escaping Completion) {
    enqueue(Group(entries: entries, completion: completion))
  }

  /// Waits until everything queued so far is durable. Blocks; not for the journal's or the core's thread.
  ///
  /// - Throws: the error that failed the journal.
  public func flush() throws(JournalError) -> UInt64 {
    let box = ResultBox<UInt64>()
    append([]) { box.fulfill($0) }
    return try box.wait()
  }

  private func enqueue(_ group: Group) {
    let outcome = state.withLock { state -> (schedule: Bool, closed: Bool) in
      guard !state.isClosed else { return (false, true) }
      state.groups.append(group)
      state.pendingEntries += group.entries.count
      if state.pendingEntries > Self.pendingEntriesMaximum, state.failure == nil {
        state.failure = JournalError(
          .backlog, "more than \(Self.pendingEntriesMaximum) entries wait for the disk; nothing more is recorded")
      }
      let schedule = !state.isScheduled
      state.isScheduled = true
      return (schedule, false)
    }
    if outcome.closed {
      group.completion?(.failure(JournalError(.closed, "the journal is closed")))
    } else if outcome.schedule {
      thread.submit { [self] in drain() }
    }
  }

  /// Runs on the journal's thread until nothing is queued.
  private func drain() {
    while true {
      let (groups, failure) = takeGroups()
      guard !groups.isEmpty else {
        if let error = writer.checkpoint(isIdle: true) ?? writer.synchronizeHead() { fail(error) }
        if finishDraining() { return }
        continue
      }
      if let failure {
        for group in groups { group.completion?(.failure(failure)) }
        continue
      }
      commit(groups)
      if let error = writer.checkpoint(isIdle: false) { fail(error) }
    }
  }

  private func commit(_ groups: [Group]) {
    let count = groups.reduce(0) { $0 + $1.entries.count }
    let result = count == 0 ? .success(()) : writer.write(groups.map(\.entries))
    switch result {
    case .success:
      let durable = writer.lastSequence
      state.withLock { $0.durable = durable }
      for group in groups { for entry in group.entries { FailPoint.reach("record.\(entry.record.kind).durable") } }
      for group in groups { group.completion?(.success(group.entries.last?.sequence ?? durable)) }
    case .failure(let error):
      fail(error)
      for group in groups { group.completion?(.failure(error)) }
    }
  }

  func fail(_ error: JournalError) { state.withLock { if $0.failure == nil { $0.failure = error } } }

  private func takeGroups() -> ([Group], JournalError?) {
    state.withLock { state in
      var taken = 0
      var entries = 0
      while taken < state.groups.count, taken == 0 || entries + state.groups[taken].entries.count <= Self.groupEntriesMaximum {
        entries += state.groups[taken].entries.count
        taken += 1
      }
      let groups = taken == state.groups.count ? state.groups : Array(state.groups[..<taken])
      if taken == state.groups.count { state.groups = [] } else { state.groups.removeFirst(taken) }
      state.pendingEntries -= entries
      return (groups, state.failure)
    }
  }

  private func finishDraining() -> Bool {
    state.withLock { state in
      guard state.groups.isEmpty else { return false }
      state.isScheduled = false
      return true
    }
  }

  /// Writes rows of another copy of this journal (a restore), byte for byte; durable on return. They must continue the sequence.
  ///
  /// - Throws: ``JournalError``; after any the directory is not to be used.
  public func importRows(_ rows: [JournalRow]) throws(JournalError) {
    let box = ResultBox<Void>()
    let taken = thread.submit { [self] in
      let result = writer.importRows(rows)
      let durable = writer.lastSequence
      state.withLock { $0.durable = durable }
      if case .failure(let error) = result { fail(error) }
      box.fulfill(result)
    }
    guard taken else { throw JournalError(.closed, "the journal is closed") }
    try box.wait()
  }

  /// Writes what is queued, moves the log into the database, closes everything and releases the lock. Blocks until done; later
  /// appends fail. Not for the journal's own thread.
  public func close() {
    let wasClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    guard !wasClosed else { return }
    thread.submit { [self] in
      drain()
      try? pool.close()
      writer.stop()
    }
    thread.stop()
    thread.join()
    lock.unlock()
  }
}
