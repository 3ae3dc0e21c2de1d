#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import GRDB
public import TradingCore

/// What lies in ``SnapshotFile`` for a reader.
public enum SnapshotReading<State> {
  case none
  /// It is not to be used, and why: the whole journal is folded instead.
  case refused(String)
  /// The state after entry `sequence`.
  case found(State, JournalPlace)
}

/// A place in a journal: after an entry.
public struct JournalPlace: Hashable, Sendable {
  let end: JournalHead
  /// The entry's sequence; 0: before the first.
  public var sequence: UInt64 { end.sequence }
  /// Before the first entry.
  public static let beginning = JournalPlace(end: JournalHead())
}

extension Journal {
  private var snapshotPath: String { "\(directory)/\(SnapshotFile.name)" }

  /// Keeps what folding the journal up to and with entry `sequence` gave, in place of the snapshot before. Blocks for writing and syncing it;
  /// the journal itself goes on.
  ///
  /// - Parameter program: whoever folded it; only the same one believes it.
  /// - Throws: ``JournalError`` `storage`; the snapshot before stays.
  public func writeSnapshot<State: Encodable>(_ state: State, sequence: UInt64, program: String) throws(JournalError) {
    do {
      let chain = try pool.read { try JournalOpening.chain($0, at: sequence) }
      let encoder = StateEncoder()
      try encoder.encode(state)
      let header = SnapshotFile.Header(program: program, end: JournalHead(sequence: sequence, chain: chain), layout: encoder.layout)
      try SnapshotFile.write(SnapshotFile.bytes(header, body: encoder.writer.bytes), path: snapshotPath)
    } catch let error as JournalError {
      throw error
    } catch {
      throw JournalError(.storage, "cannot make a snapshot of \(directory): \(error)")
    }
  }

  /// The snapshot, if it is this program's, whole, and of this very journal: the chain up to its entry is the one that it names.
  public func readSnapshot<State: Decodable>(_ type: State.Type, program: String) -> SnapshotReading<State> {
    do {
      guard let bytes = try SnapshotFile.read(snapshotPath) else { return .none }
      let (header, body) = try SnapshotFile.parse(bytes)
      guard header.program == program else { return .refused("another build of botd wrote it (\(header.program.prefix(80)))") }
      try checkPlace(header.end)
      let (state, layout) = try unsafe body.withUnsafeBytes { bytes in
        let decoder = unsafe StateDecoder(bytes)
        return (try decoder.decode(type), decoder.layout)
      }
      guard layout == header.layout else { return .refused("its parts are not those of this program") }
      return .found(state, JournalPlace(end: header.end))
    } catch let error as SnapshotFile.Refusal {
      return .refused(error.reason)
    } catch let error as CodecFault {
      return .refused(error.reason)
    } catch {
      return .refused("\(error)")
    }
  }

  /// The journal holds the entry that a snapshot ends with, intact, and all entries before were those that it folded.
  private func checkPlace(_ end: JournalHead) throws {
    guard end.sequence > 0, end.sequence <= lastSequence else {
      throw SnapshotFile.Refusal(reason: "it ends with entry \(end.sequence), the journal with \(lastSequence)")
    }
    let isSame = try pool.read { database in
      let before = end.sequence > 1 ? try JournalOpening.chain(database, at: end.sequence - 1) : 0
      return try JournalOpening.chain(database, at: end.sequence, after: before) == end.chain
    }
    guard isSame else { throw SnapshotFile.Refusal(reason: "it is of another journal") }
  }

  /// Removes the snapshot, if there is one.
  func removeSnapshot() { unsafe unlink(snapshotPath) }

  /// Hands every entry after a place to `body`, oldest first, checked as ``replay(_:)`` does but for the indexes. Runs on the calling thread alone.
  ///
  /// - Returns: where it ended.
  /// - Throws: ``JournalError`` `corrupt` that names the sequence, or whatever `body` throws.
  public func read(after place: JournalPlace, _ body: (JournalEntry) throws -> Void) throws -> JournalPlace {
    let path = "\(directory)/\(JournalSchema.fileName)"
    return JournalPlace(end: try pool.read { try JournalScan.run($0, path: path, after: place.end, body) })
  }

  /// Damage was found by reading: the journal is failed from here on (``failure``), and the snapshot removed, so that the next start finds it too.
  /// Any other error changes nothing. Returns the error as the journal's own.
  @discardableResult public func refuse(_ error: any Error) -> JournalError {
    let error = JournalError(wrapping: error, path: directory)
    if error.code == .corrupt {
      removeSnapshot()
      fail(error)
    }
    return error
  }
}
