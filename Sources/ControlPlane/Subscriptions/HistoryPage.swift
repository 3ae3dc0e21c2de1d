import Journal
import TradingCore
import TradingModel
import Venue

/// A piece of history for one subscriber, read and encoded on the reader's thread.
struct HistoryPage: Sendable {
  struct Message: Sendable {
    var bytes: [UInt8]
    /// Sequence of its last entry.
    var lastSequence: UInt64
  }

  var messages: [Message] = []
  /// Everything up to here was looked at.
  var position: UInt64
  /// The journal's end was reached.
  var isEnd = false

  /// Rows of one page.
  static let rowsMaximum = 256

  /// Reads what comes after `position`.
  static func read(_ journal: Journal, _ filter: JournalFilter, position: UInt64, lastSent: UInt64) throws -> HistoryPage {
    // What was durable before the query is seen by it.
    let durable = journal.lastSequence
    let bot = filter.bots.count == 1 ? filter.bots.first : nil
    var position = position
    if try !journal.isNear(filter.range.from, after: position) { position = max(position, try journal.sequence(before: filter.range.from)) }
    let rows =
      filter.feed == .trades
      ? try journal.fills(after: position, limit: rowsMaximum, botID: bot)
      : try journal.entries(after: position, limit: rowsMaximum, kinds: filter.recordKinds, botID: bot)
    var page = HistoryPage(position: position)
    page.isEnd = rows.count < rowsMaximum
    if let last = rows.last { page.position = max(position, last.sequence) }
    if page.isEnd { page.position = max(page.position, durable) }
    let intents = try intents(rows, journal)
    var batch: [JournalEntry] = []
    var previous = lastSent
    for entry in rows where filter.matches(entry) {
      batch.append(entry)
      if batch.count == filter.batch { try page.add(&batch, filter, &previous, intents) }
    }
    if !batch.isEmpty { try page.add(&batch, filter, &previous, intents) }
    return page
  }

  private mutating func add(
    _ batch: inout [JournalEntry], _ filter: JournalFilter, _ previous: inout UInt64, _ intents: [ClientOrderID: KnownIntent]
  ) throws {
    guard let last = batch.last else { return }
    messages.append(Message(bytes: try filter.message(batch, previous: previous) { intents[$0] }, lastSequence: last.sequence))
    previous = last.sequence
    batch.removeAll(keepingCapacity: true)
  }

  /// The intents of the orders that these entries change.
  private static func intents(_ rows: [JournalEntry], _ journal: Journal) throws -> [ClientOrderID: KnownIntent] {
    var known: [ClientOrderID: KnownIntent] = [:]
    for entry in rows {
      if let intent = KnownIntent(entry) {
        known[intent.intent.request.clientOrderID] = intent
      } else if let id = EventValues.orderNeeded(by: entry.record), known[id] == nil {
        known[id] = try intent(of: id, journal)
      }
    }
    return known
  }

  /// The intent is the first thing recorded about an order.
  static func intent(of id: ClientOrderID, _ journal: Journal) throws -> KnownIntent? {
    try journal.orderHistory(id, limit: 1).first.flatMap { KnownIntent($0) }
  }
}
