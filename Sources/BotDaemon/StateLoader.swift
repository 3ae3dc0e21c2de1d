import Journal
import Logging
import ServiceRuntime
import TradingCore
import TradingModel

/// Opens the state directory and folds its journal into a core.
enum StateLoader {
  struct Loaded {
    var core: TradingCore
    var journal: Journal
    /// No entry yet: the journal's identity must be written first.
    var isNew: Bool
  }

  static func load(directory: String, configuration: CoreConfiguration, stores: StoreAssembly) throws -> Loaded {
    let journal = try Journal.open(directory: directory)
    try stores.restoreIfEmpty(journal)
    var core = TradingCore(configuration: configuration)
    do {
      try journal.replay { entry in try core.recover(entry) }
    } catch let error as RecoveryError {
      throw DaemonError("cannot start from \(directory): \(error.description)")
    }
    return Loaded(core: core, journal: journal, isNew: core.nextSequence == 1)
  }

  /// A new journal's name: 8 characters from [a-z0-9].
  static func newIdentity(mode: TradingMode) -> JournalIdentity {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    var generator = SystemRandomNumberGenerator()
    let id = String((0..<8).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    return JournalIdentity(id: id, mode: mode)
  }
}
