public import Time
public import TradingModel
import Venue

/// For replaying a journal decision by decision.
extension TradingCore {
  /// Takes an entry that came from outside (a person, the venue) as it is. False when its sequence is not the next.
  public mutating func adopt(_ entry: JournalEntry) -> Bool {
    guard entry.sequence == nextSequence else { return false }
    if entry.sequence > 1, !entry.record.isDatedByTheMachine { now = max(now, entry.time) }
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

  /// What strategies of other processes wanted is in the journal, and comes as events.
  public mutating func takeAnswersFromTheJournal() { answersComeFromTheJournal = true }

  /// What the next fills' fee assets are worth, instead of what prices known here say.
  public mutating func takeFeeRate(_ rate: Price) { feeRateOfJournal = rate }

  /// Prices act as `.price` events only, as on paper; those that did something are in the journal.
  public mutating func takePricesFromTheJournal() { pricesComeFromTheJournal = true }

  /// A closed candle that was in doubt.
  public mutating func close(doubtful candle: Candle, of key: SeriesKey, at time: Timestamp, effects: inout [Effect]) {
    now = max(now, time)
    guard let at = seriesAt(key), candle.openTime > series[at].lastOpenTime else { return }
    closed(candle, at, isLate: false, isDoubtful: true, &effects)
  }

  /// Whether entries are sized as programs up to 0.3 did: a quantity, the budget divided by the price of the decision.
  public mutating func sizeByQuantity(_ isOld: Bool) { sizesByQuantity = isOld }

  /// Whether targets are watched and never rest, as with programs up to 0.3.
  public mutating func watchTargets(_ isOld: Bool) { targetsRest = !isOld }

  /// Whether stops are cancelled before an exit is sent, as in journals of programs up to 0.3.
  public mutating func cancelBeforeExits(_ isOld: Bool) { replacesStops = !isOld }

  /// Entries take their protection along where the journal says so: programs before did not, and what a symbol took is not known here.
  ///
  /// - Parameter sequences: of the intents of orders that wait for an entry.
  public mutating func takeLists(_ sequences: Set<UInt64>) { waitingOfJournal = sequences }

  /// Trailing stops go to the venue, and stops are moved in one request, where the journal says so: programs before did neither.
  public mutating func takeStops(_ stops: JournaledStops) { journaledStops = stops }

  /// Orders are named as the journal names them, by the sequence of their intents: how programs name them has changed.
  public mutating func takeOrderNames(_ names: [UInt64: ClientOrderID]) { orderNames = names }
}
