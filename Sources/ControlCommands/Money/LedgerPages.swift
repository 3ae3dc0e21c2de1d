package import BotAPI
package import TTRPC
import TradingModel

/// Reads the daemon's ledger.
package enum LedgerPages {
  /// Every entry of a range, in nanoseconds since the epoch; 0: no bound.
  ///
  /// - Throws: the error of the first call that failed.
  package static func read(
    _ session: Session, from: Int64 = 0, to: Int64 = 0, bots: [String] = []
  ) async throws(RPCError) -> [V1.LedgerEntry] {
    try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.ListLedgerRequest(pageSize: size, pageToken: token, fromTimeNs: from, toTimeNs: to, botIDs: bots)
      let response = try await session.portfolio.listLedger(request, timeout: session.timeout)
      return (response.entries, response.nextPageToken)
    }
  }
}

extension V1.LedgerEntry {
  /// A decimal of the entry; zero where it is empty.
  static func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? .zero }

  var realized: Amount { Self.decimal(realizedPnL) }

  /// Whether it is a fact of the range, and not a state at one of its ends or of the account.
  var isFact: Bool {
    switch kind {
    case .fill, .adopted, .released, .missing, .removed: true
    default: false
    }
  }

  /// Which bot it is about, for ever.
  var account: String { "\(botID)#\(botCreatedSequence)" }
}
