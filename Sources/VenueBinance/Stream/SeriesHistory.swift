import Time
import TradingModel

/// What is known of one series' history besides its candles. Pure state.
struct SeriesHistory: Hashable {
  /// Rows that were refused, by open time; the same row may come again with every refill.
  private(set) var rows: [Timestamp: String] = [:]
  /// Candles fetched because the stream did not bring them.
  var backfilled: UInt64 = 0
  /// Why the last request brought nothing; empty when it did.
  var failure = ""

  /// Rows that are told apart; more are not counted.
  static let rowsMaximum = 10_000

  /// Takes what a request brought; returns how many rows are refused for the first time.
  mutating func take(_ refused: [FetchedCandles.RefusedRow]) -> UInt64 {
    failure = ""
    let before = rows.count
    for row in refused where rows.count < Self.rowsMaximum { rows[row.openTime ?? .zero] = row.reason }
    return UInt64(rows.count - before)
  }

  /// A sentence for a person; empty when nothing is wrong.
  var problem: String {
    var words: [String] = []
    if !failure.isEmpty { words.append("no history: \(failure)") }
    if let (time, reason) = rows.min(by: { $0.key < $1.key }) {
      let first = time == .zero ? reason : "\(time): \(reason)"
      let count = rows.count == 1 ? "1 row of history is skipped," : "\(rows.count) rows of history are skipped, the first"
      words.append("\(count) \(first)")
    }
    return words.joined(separator: "; ")
  }
}
