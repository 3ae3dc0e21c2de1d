public import ControlPlane
import Engine
import Journal
import TradingCore

/// The journal as the engine sees it.
final class JournalPort: JournalSink {
  private let journal: Journal

  init(_ journal: Journal) { self.journal = journal }

  func append(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void) {
    journal.append(entries) { result in
      completion(result.mapError { $0.code == .closed ? .closed : .failed($0.message) })
    }
  }
}

extension TradingEngine: CoreGateway {}
