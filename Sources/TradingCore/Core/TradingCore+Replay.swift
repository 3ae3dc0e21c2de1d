public import Time
public import TradingModel
import Venue

/// For replaying a journal decision by decision.
extension TradingCore {
  /// Takes an entry that came from outside (a person, the venue) as it is. False when its sequence is not the next.
  public mutating func adopt(_ entry: JournalEntry) -> Bool {
    guard entry.sequence == nextSequence else { return false }
    if entry.sequence > 1 { now = max(now, entry.time) }
    apply(entry)
    return true
  }

  /// Looks at a bot again, as after any word of the venue.
  public mutating func reconsider(_ id: BotID, at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    advance(id, &effects)
  }

  /// Loss limits change nothing any more: what they did is in the journal.
  public mutating func leaveLossLimitsToTheJournal() { lossLimitsAreOff = true }

  /// Ends the names of orders from here on; see ``CoreConfiguration/orderTag``.
  public mutating func useOrderTag(_ tag: String) { configuration.orderTag = tag }
}
