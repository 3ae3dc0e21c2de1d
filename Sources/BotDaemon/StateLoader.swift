import Accounting
import Journal
import Logging
import ServiceRuntime
import TradingCore
import TradingModel

/// Tells a supervisor that the start goes on, as long as it does: a word every five seconds at most, and none where nothing moves.
final class StartProgress {
  private let notice: ServiceNotice
  private var toldAt = MonotonicClock.nanoseconds()
  private var count = 0

  init(_ notice: ServiceNotice) { self.notice = notice }

  /// Something else begins.
  func tell(_ words: String) {
    toldAt = MonotonicClock.nanoseconds()
    notice.waiting(words)
  }

  /// One more entry was read.
  func read() {
    count += 1
    if count.isMultiple(of: 1_024) { goesOn("reading the journal: \(count) entries") }
  }

  /// It goes on; says so when it is time to.
  func goesOn(_ words: @autoclosure () -> String) {
    if MonotonicClock.nanoseconds() - toldAt >= 5_000_000_000 { tell(words()) }
  }
}

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
    let progress = StartProgress(notice)
    progress.tell("opening the journal")
    let journal = try Journal.open(directory: directory)
    try stores.restoreIfEmpty(journal, progress)
    var core = TradingCore(configuration: configuration)
    var book = Book()
    let place = restore(journal, &core, &book, log)
    do {
      try journal.replay(after: place) { entry in
        try core.recover(entry)
        book.apply(entry)
        progress.read()
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
