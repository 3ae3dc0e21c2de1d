import Time
import TradingModel
import Venue

/// What the account has is written down once after every start and once a day, so that a statement begins and ends with the exchange's own
/// words.
extension TradingCore {
  /// No fill for this long: what the account says has all of them, in milliseconds.
  static let balancesQuiet: Int64 = 5_000

  mutating func recordBalances(_ effects: inout [Effect]) {
    guard configuration.recordsMarks, journalIsHealthy, knowsAccount, executionIsLive, isReconciled, shortfalls.isEmpty else { return }
    let day = Interval.oneDay.openTime(containing: now)
    guard balancesRecordedOn != day, now.nanoseconds(since: filledAt) >= Self.balancesQuiet * 1_000_000 else { return }
    balancesRecordedOn = day
    let all = balances
    append(.balances(all.filter { !$0.free.isZero || !$0.locked.isZero }), &effects)
    // Folding the entry forgets the assets of which there is nothing.
    balances = all
  }
}
