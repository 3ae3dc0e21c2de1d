import Accounting
import Journal
import Logging
import ServiceRuntime
import TradingCore
import TradingModel

/// Opens the state directory and folds its journal into a core, from the snapshot on where there is one.
enum StateLoader {
  struct Loaded {
    var core: TradingCore
    var book: Book
    var journal: Journal
    /// No entry yet: the journal's identity must be written first.
    var isNew: Bool
    /// Where the snapshot ends that was used; 0: all of the journal was read.
    var snapshot: UInt64
  }

  static func load(directory: String, configuration: CoreConfiguration, stores: StoreAssembly, log: Logger, notice: ServiceNotice)
    throws -> Loaded
  {
    // A supervisor waits as long as reading goes on, and no longer.
    notice.waiting("reading the journal")
    var toldAt = MonotonicClock.nanoseconds()
    var count = 0
    func progress() {
      count += 1
      guard count.isMultiple(of: 1_024) else { return }
      let now = MonotonicClock.nanoseconds()
      guard now - toldAt >= 5_000_000_000 else { return }
      toldAt = now
      notice.waiting("reading the journal: \(count) entries")
    }
    let journal = try Journal.open(directory: directory)
    try stores.restoreIfEmpty(journal)
    var core = TradingCore(configuration: configuration)
    var book = Book()
    let place = restore(journal, &core, &book, log)
    do {
      try journal.replay(after: place) { entry in
        try core.recover(entry)
        book.apply(entry)
        progress()
      }
    } catch let error as RecoveryError {
      throw DaemonError("cannot start from \(directory): \(error.description)")
    }
    log.info("the journal is read", metadata: ["entries": "\(core.nextSequence - 1)", "snapshot": "\(place.sequence)"])
    return Loaded(core: core, book: book, journal: journal, isNew: core.nextSequence == 1, snapshot: place.sequence)
  }

  /// Puts a new core and book where the snapshot ends, if there is one that can be believed; else they stay new. Returns what to read from on.
  static func restore(_ journal: Journal, _ core: inout TradingCore, _ book: inout Book, _ log: Logger) -> JournalPlace {
    var reason: String
    switch journal.readSnapshot(FoldedState.self, program: SnapshotKeeper.program) {
    case .none: return .beginning
    case .found(let folded, let place):
      reason = "it ends elsewhere than it says"
      var restored = core
      do throws(RecoveryError) {
        guard folded.core.sequence == place.sequence else { break }
        try restored.restore(folded.core)
        core = restored
        book = folded.book
        return place
      } catch {
        reason = error.message
      }
    case .refused(let why): reason = why
    }
    log.notice("the snapshot is not used, the whole journal is read", metadata: ["reason": "\(reason)"])
    return .beginning
  }

  /// A new journal's name: 8 characters from [a-z0-9].
  static func newIdentity(mode: TradingMode) -> JournalIdentity {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    var generator = SystemRandomNumberGenerator()
    let id = String((0..<8).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    return JournalIdentity(id: id, mode: mode)
  }
}
