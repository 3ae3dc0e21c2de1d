import Foundation
import ServiceRuntime
import Time
import TradingCore

/// Whether a state directory is the one that its journal was last used in, and the number of a start with it.
enum StateClaim {
  /// Judges a loaded journal of a mode with an account.
  /// - Parameters:
  ///   - starts: what the journal knows.
  ///   - acceptsCopy: a person said that the original will never run again, or the journal has just been restored from the database, whose
  ///     lock no other daemon held.
  /// - Returns: the start to record.
  /// - Throws: ``DaemonError`` when the directory is a copy.
  static func start(
    directory: String, _ starts: KnownStarts, acceptsCopy: Bool, now: Timestamp
  ) throws(DaemonError) -> StartRecord {
    guard let mark = DirectoryMark(path: directory) else { throw DaemonError("cannot examine the state directory \(directory)") }
    let place = StatePlace(machine: mark.machine, inode: mark.inode, birth: mark.birth)
    if let last = starts.place, !last.isSame(as: place), !acceptsCopy {
      throw DaemonError(
        "the state directory \(directory) is a copy or was restored: its journal was last used in another directory"
          + (last.machine == place.machine ? "" : " on another machine")
          + ". Two botd with one journal sell each other's coins, so nothing was sent. If the other will never run again, start this one once "
          + "with --accept-copy; else use the other, or an empty --state-dir")
    }
    // Rising, also when the machine's clock went back. In milliseconds: a copy that is started in the same second has other names.
    let milliseconds = UInt64(clamping: now.nanoseconds / 1_000_000)
    return StartRecord(epoch: max(milliseconds, starts.latest &+ 1), place: place, acceptsEarlier: acceptsCopy)
  }

  /// Why an order of the account shows that another daemon trades with this journal; `nil`: it does not.
  /// - Parameters:
  ///   - name: its client order id, as the exchange has it.
  ///   - own: the number of this start.
  static func stranger(_ name: String, journal: String, _ starts: KnownStarts, own: UInt64) -> DaemonError? {
    guard let epoch = KnownStarts.epoch(ofOrder: name, journal: journal), epoch != own, !starts.knows(epoch) else { return nil }
    // Those of botd before 0.4 count in seconds.
    let milliseconds = epoch < 100_000_000_000 ? epoch * 1_000 : min(epoch, 9_000_000_000_000)
    let when = Timestamp(milliseconds: Int64(clamping: milliseconds))
    if epoch > own {
      return DaemonError(
        "order \(name) is by another botd that started at \(when), after this one, with a copy of this journal: this one stops, so that "
          + "nothing is sold twice")
    }
    return DaemonError(
      "order \(name) is by a botd that started at \(when), of which this journal knows nothing: another botd trades with a copy of it, or this "
        + "directory is older than the account's orders. If no other runs, and none will, start this one once with --accept-copy")
  }
}
