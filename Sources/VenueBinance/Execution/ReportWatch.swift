import TradingModel
import Venue

/// Which orders the exchange has answered by REST and not yet told of on the user stream. Pure state; times are monotonic nanoseconds.
///
/// Only what was sent while the stream was subscribed is watched. Bounded by the requests under way and by what was answered in the last
/// moments, since one that is overdue ends the stream.
struct ReportWatch {
  /// How far an order has come.
  private struct Progress {
    var executed: Quantity
    var isFinal: Bool

    init(_ report: ExecutionReport) {
      executed = report.executedQuantity
      isFinal = report.status.isTerminal
    }

    func covers(_ other: Progress) -> Bool { executed >= other.executed && (isFinal || !other.isFinal) }

    func joined(_ other: Progress?) -> Progress {
      guard let other else { return self }
      var joined = self
      joined.executed = max(executed, other.executed)
      joined.isFinal = isFinal || other.isFinal
      return joined
    }
  }

  private struct Entry {
    var requestsUnderWay = 0
    var heard: Progress?
    /// What the answer said and the stream has not, and since when.
    var wanted: Progress?
    var since: Int64 = 0
    var isIdle: Bool { requestsUnderWay == 0 && wanted == nil }
  }

  private var entries: [ClientOrderID: Entry] = [:]

  /// A request about an order leaves.
  mutating func sent(_ id: ClientOrderID) { entries[id, default: Entry()].requestsUnderWay += 1 }

  /// The stream told of an order.
  mutating func heard(_ report: ExecutionReport) {
    guard var entry = entries[report.clientOrderID] else { return }
    let heard = Progress(report).joined(entry.heard)
    entry.heard = heard
    if let wanted = entry.wanted, heard.covers(wanted) { entry.wanted = nil }
    entries[report.clientOrderID] = entry.isIdle ? nil : entry
  }

  /// A request ended; `report` is how far the order has come by its answer, `nil` when it says nothing of that. Returns whether the stream
  /// has yet to tell it.
  mutating func answered(_ id: ClientOrderID, _ report: ExecutionReport?, at now: Int64) -> Bool {
    guard var entry = entries[id] else { return false }
    entry.requestsUnderWay -= 1
    if let report {
      let told = Progress(report)
      if entry.heard?.covers(told) != true {
        if entry.wanted == nil { entry.since = now }
        entry.wanted = told.joined(entry.wanted)
      }
    }
    entries[id] = entry.isIdle ? nil : entry
    return entry.wanted != nil
  }

  /// Whether an order waits this long or longer for its report.
  func isOverdue(_ id: ClientOrderID, at now: Int64, patienceNanoseconds: Int64) -> Bool {
    guard let entry = entries[id], entry.wanted != nil else { return false }
    return now - entry.since >= patienceNanoseconds
  }

  /// The stream went down or came up: what is missing is read by REST.
  mutating func forget() { entries.removeAll() }
}
