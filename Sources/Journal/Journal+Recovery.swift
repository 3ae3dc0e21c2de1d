import ServiceRuntime
import Synchronization
public import TradingCore

extension Journal {
  /// After a failure: opens the database anew, checks all of it against what was reported as durable, appends those of `entries` that are not
  /// on the disk, and takes more from then on. Returns at once; `completion` runs on the journal's thread with the last durable sequence.
  ///
  /// Costs a read of the whole journal (about 1 µs an entry) and may wait for another process's lock for the time that a write waits.
  /// A failed sync is thereby never repeated into success: pages that the kernel dropped are missing from what is read.
  ///
  /// - Parameter entries: all that were appended after the last that was reported as durable, and what follows them.
  public func recover(_ entries: [JournalEntry], completion: @escaping Completion) {
    let isTaken = thread.submit { [self] in
      let result = state.withLock { $0.isClosed } ? .failure(JournalError(.closed, "the journal is closed")) : recovered(entries)
      let durable = writer.lastSequence
      state.withLock { state in
        state.durable = durable
        switch result {
        case .success: state.failure = nil
        case .failure(let error): state.failure = error
        }
      }
      completion(result)
    }
    if !isTaken { completion(.failure(JournalError(.closed, "the journal is closed"))) }
  }

  private func recovered(_ entries: [JournalEntry]) -> Result<UInt64, JournalError> {
    FailPoint.reach("journal.recover")
    do throws(JournalError) { try writer.reopen(entries) } catch { return .failure(error) }
    var rest = entries.drop { $0.sequence <= writer.lastSequence }
    while !rest.isEmpty {
      if case .failure(let error) = writer.write([Array(rest.prefix(Self.groupEntriesMaximum))]) { return .failure(error) }
      rest = rest.dropFirst(Self.groupEntriesMaximum)
    }
    return .success(writer.lastSequence)
  }
}
