public import Time
public import TradingCore
public import Venue

/// A trading core on the simulated venue in memory: nothing waits for a disk, so every effect happens in the order in which the core
/// wanted it, at once. The backtest and tests run it.
///
/// Hand in an event, then call ``next()`` until it returns `nil`, before the next event.
public struct PaperRun: Sendable {
  public var core: TradingCore
  public var driver: PaperDriver
  private var effects: [Effect] = []
  private var done = 0

  public init(core: TradingCore, venue: PaperVenue = PaperVenue()) {
    self.core = core
    driver = PaperDriver(venue: venue)
  }

  /// Whether the core wants something that has not happened.
  public var hasEffects: Bool { !effects.isEmpty }

  /// Lets the venue do its part of what the core wants, up to the next effect that is the caller's: a journal entry, a reply, a series to
  /// watch. Returns `nil` when all is done.
  public mutating func next() -> Effect? {
    while done < effects.count {
      let effect = effects[done]
      done += 1
      if !driver.carryOut(effect, core: &core, effects: &effects) { return effect }
    }
    effects.removeAll(keepingCapacity: true)
    done = 0
    return nil
  }

  /// Any event but the market's.
  public mutating func step(_ event: CoreEvent, at time: Timestamp) { core.step(event, at: time, effects: &effects) }

  /// Gives the core its identity, as the first entry of its journal.
  public mutating func open(_ identity: JournalIdentity, at time: Timestamp) { core.open(identity, at: time, effects: &effects) }

  /// Goes on after a recovery.
  public mutating func resume(at time: Timestamp) { core.resume(at: time, effects: &effects) }

  /// Begins a market event; ``advance()`` takes it further. See ``PaperDriver/begin(_:at:core:effects:)``.
  public mutating func begin(_ event: MarketEvent, at time: Timestamp) { driver.begin(event, at: time, core: &core, effects: &effects) }

  /// Takes the event in progress one step further. See ``PaperDriver/advance(core:effects:)``.
  public mutating func advance() -> PaperDriver.Progress { driver.advance(core: &core, effects: &effects) }

  /// Lets a closure of the core's own calls collect what the core wants.
  public mutating func withCore<Result>(_ body: (inout TradingCore, inout [Effect]) -> Result) -> Result { body(&core, &effects) }
}
