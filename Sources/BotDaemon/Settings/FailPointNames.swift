import ServiceRuntime
import TradingCore
import TradingModel

/// The places at which `BOT_FAIL` can end the daemon: the one table of their names.
public enum FailPointNames {
  /// All of them, around the journal, orders, answers, reports, publications, the mirror and recovery.
  public static let all: [String] =
    ["journal.begin", "journal.commit", "journal.committed", "journal.head", "journal.checkpoint", "journal.recover"]
    + pairs("record", RecordKind.allCases.map { "\($0)" }, ["write", "durable"])
    + pairs("submit", OrderPurpose.allCases.map(\.description), ["send", "handed"])
    + ["cancel.send", "cancel.handed", "query.send", "trades.send"]
    + pairs("submitted", ["accepted", "rejected", "unknown"], ["heard", "handled"])
    + pairs("report", reported.map(\.description), ["heard", "handled"])
    + ["canceled", "queried", "trades", "stream.up", "stream.down"].flatMap { ["\($0).heard", "\($0).handled"] }
    + ["publish.begin", "publish.end", "reply.send", "mirror.commit", "mirror.committed"]
    + ["recovery.loaded", "recovery.served", "recovery.resumed", "recovery.ready"]

  /// What a report of the exchange can say of an order.
  private static let reported: [OrderStatus] = [
    .accepted, .waiting, .partiallyFilled, .filled, .pendingCancel, .canceled, .rejected, .expired,
  ]

  private static func pairs(_ area: String, _ names: [String], _ ends: [String]) -> [String] {
    names.flatMap { name in ends.map { "\(area).\(name).\($0)" } }
  }

  /// What `BOT_FAIL` arms; `nil` where it is not set. `report` is told what is wrong.
  static func read(_ text: String?, mode: TradingMode, report: (String) -> Void) -> FailPoint? {
    guard let text, !text.isEmpty else { return nil }
    guard mode != .live else {
      report("\(FailPoint.environmentName) kills the daemon on purpose and is refused in live mode; unset it")
      return nil
    }
    guard let point = FailPoint(text) else {
      report("\(FailPoint.environmentName) is a place, or place:n with n from 1 to 1000000000, not \"\(text.prefix(80))\"")
      return nil
    }
    guard all.contains(point.name) else {
      report("\(FailPoint.environmentName) names no place: \"\(point.name.prefix(80))\". Places: \(all.joined(separator: ", "))")
      return nil
    }
    return point
  }
}
