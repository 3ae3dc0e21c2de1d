public import ControlPlane
public import Engine
import Journal
import TradingCore

/// The journal as the engine sees it.
final class JournalPort: JournalSink {
  private let journal: Journal

  init(_ journal: Journal) { self.journal = journal }

  func append(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void) {
    journal.append(entries) { completion($0.mapError(Self.sinkError)) }
  }

  func recover(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<UInt64, JournalSinkError>) -> Void) {
    journal.recover(entries) { completion($0.mapError(Self.sinkError)) }
  }

  private static func sinkError(_ error: JournalError) -> JournalSinkError {
    switch error.code {
    case .closed: .closed
    case .corrupt, .sequence: .lost(error.message)
    default: .failed(error.message)
    }
  }
}

extension TradingEngine: CoreGateway {}

extension StrategyHub: StrategyProcesses {}
