#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Accounting
import Journal
import Logging
import ServiceRuntime
import Synchronization
import TradingCore

/// What folding the journal gave: the core's state and the book.
struct FoldedState: Sendable, Codable {
  var core: CoreState
  var book: Book
}

/// Keeps the snapshot young, so that a restart folds few entries however old the journal is, and looks at what a start from a snapshot did not
/// read. On a thread of its own and of low priority, beside the trading: it folds the journal's durable entries by itself and asks nothing of
/// the core.
///
/// A snapshot that cannot be written is a warning: the one before stays, and it is tried again after as many entries.
final class SnapshotKeeper: Sendable {
  /// A snapshot is made anew after so many entries: about a tenth of a second of folding at the next start.
  static let entriesBetween: UInt64 = 50_000

  private struct State {
    /// The sequence of the snapshot on the disk, or of the last try.
    var tried: UInt64
    var isBusy = false
    var isStopping = false
  }

  private struct Stopped: Error {}

  private let journal: Journal
  private let configuration: CoreConfiguration
  private let log: Logger
  private let thread: PinnedThread
  private let state: Mutex<State>

  /// - Parameters:
  ///   - snapshot: where the snapshot ends that the start used; 0: it used none.
  ///   - read: what the journal held at the start.
  init(_ journal: Journal, configuration: CoreConfiguration, snapshot: UInt64, read: UInt64, log: Logger) throws {
    self.journal = journal
    self.configuration = configuration
    self.log = log
    thread = try PinnedThread(name: "snapshot")
    state = Mutex(State(tried: snapshot))
    thread.submit {
      // Of this thread alone, on Linux. What is refused costs nothing but priority.
      _ = setpriority(Int32(bitPattern: PRIO_PROCESS.rawValue), 0, 19)
    }
    // A snapshot was believed for everything before its end.
    if snapshot > 0 { thread.submit { [self] in verify() } }
    tick(at: read)
  }

  /// Who folds: a build of this program. Another one may fold otherwise.
  static let program: String = {
    var status = stat()
    guard unsafe stat("/proc/self/exe", &status) == 0 else { return BotDaemonVersion.text }
    return "\(BotDaemonVersion.text) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }()

  /// Called a few times a second; costs nothing where there is nothing to do.
  ///
  /// - Parameter sequence: the last durable entry.
  func tick(at sequence: UInt64) {
    let isDue = state.withLock { state in
      guard !state.isBusy, !state.isStopping, sequence >= state.tried &+ Self.entriesBetween else { return false }
      state.isBusy = true
      state.tried = sequence
      return true
    }
    guard isDue else { return }
    thread.submit { [self] in
      renew()
      state.withLock { $0.isBusy = false }
    }
  }

  /// Ends what it does. Blocks for as long as writing a snapshot takes.
  func stop() {
    state.withLock { $0.isStopping = true }
    thread.stop()
    thread.join()
  }

  private func goOn() throws { if state.withLock({ $0.isStopping }) { throw Stopped() } }

  private func verify() {
    do {
      _ = try journal.read(after: .beginning) { entry in if entry.sequence % 1_024 == 0 { try goOn() } }
    } catch is Stopped {
      return
    } catch {
      let error = journal.refuse(error)
      log.critical("the journal is damaged: no entries from here on", metadata: ["error": "\(error.message)"])
    }
  }

  /// Folds what came after the snapshot on the disk, and writes the next one.
  private func renew() {
    do {
      var core = TradingCore(configuration: configuration)
      var book = Book()
      let place = StateLoader.restore(journal, &core, &book, log)
      _ = try journal.read(after: place) { entry in
        if entry.sequence % 1_024 == 0 { try goOn() }
        try core.recover(entry)
        book.apply(entry)
      }
      let folded = FoldedState(core: core.state, book: book)
      try goOn()
      try journal.writeSnapshot(folded, sequence: folded.core.sequence, program: Self.program)
      log.info("a snapshot is written", metadata: ["sequence": "\(folded.core.sequence)"])
    } catch is Stopped {
      return
    } catch let error as JournalError where error.code == .corrupt {
      log.critical("the journal is damaged: no entries from here on", metadata: ["error": "\(journal.refuse(error).message)"])
    } catch {
      log.warning("no snapshot could be written; a restart takes longer", metadata: ["error": "\(error)"])
    }
  }
}
