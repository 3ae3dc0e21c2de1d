package import BotAPI
import Presentation

extension V1.EntryLock: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("LOCK") { Cell("\($0.id)", .accent) },
      TableColumn("ENTRIES OF") { Cell($0.subject) },
      TableColumn("BY") { Cell($0.cause) },
      TableColumn("SINCE (UTC)") { Cell(TimeText.dateTime($0.sinceTimeNs)) },
      TableColumn("UNTIL (UTC)") { Cell(TimeText.dateTime($0.untilTimeNs), .warning) },
      TableColumn("WHY", flexible: true) { Cell($0.reason) },
    ]
  }

  package static var leftOutFirst: [String] { ["SINCE (UTC)", "BY", "WHY"] }

  /// "rsi-btc", "BTCUSDT" or "all bots"
  var subject: String { !botID.isEmpty ? botID : !symbol.isEmpty ? symbol : "all bots" }

  /// "entries of BTCUSDT until 2026-01-02 03:04:05 (stoploss: 3 trades ...)"
  var words: String {
    "entries of \(subject) until \(TimeText.dateTime(untilTimeNs)) (\(cause)\(reason.isEmpty ? "" : ": \(reason)"))"
  }
}
