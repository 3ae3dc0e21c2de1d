import Time
import TradingModel

extension TradingCore {
  /// A process begins to trade with the journal: journaled before anything that it sends, and its orders carry its number from here on.
  mutating func started(_ start: StartRecord, at time: Timestamp, _ effects: inout [Effect]) {
    configuration.orderTag = String(start.epoch, radix: 36)
    append(.started(start), at: time, &effects)
  }

  /// Appends at the machine's time, which does not move core time.
  private mutating func append(_ record: Record, at time: Timestamp, _ effects: inout [Effect]) {
    let coreTime = now
    now = max(now, time)
    append(record, &effects)
    now = coreTime
  }

  /// The account is known: the journal belongs to it for ever.
  mutating func bind(_ account: AccountBinding, at time: Timestamp, _ effects: inout [Effect]) {
    guard self.account == nil else { return }
    append(.accountBound(account), at: time, &effects)
  }
}
