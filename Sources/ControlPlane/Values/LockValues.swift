import BotAPI
import Time
import TradingCore
import TradingModel

extension V1.EntryLock {
  /// A lock that stands.
  init(_ lock: StandingLock) {
    self.init(
      id: Int64(sequence: lock.sequence), scope: Self.word(lock.lock.scope), botID: lock.lock.scope.bot?.text ?? "",
      symbol: lock.lock.scope.symbol?.text ?? "", cause: "\(lock.lock.cause)", reason: lock.lock.reason,
      sinceTimeNs: lock.since.nanoseconds, untilTimeNs: lock.lock.until.nanoseconds)
  }

  /// Which lock ended.
  init(_ end: LockEnd) {
    self.init(
      id: Int64(sequence: end.lock), scope: Self.word(end.scope), botID: end.scope.bot?.text ?? "", symbol: end.scope.symbol?.text ?? "")
  }

  private static func word(_ scope: LockScope) -> String {
    switch scope {
    case .bot: "bot"
    case .symbol: "symbol"
    case .account: "account"
    }
  }
}
