import TradingCore
import VenueBinance

/// Whether an account and its key may be traded with. Pure.
enum AccountCheck {
  /// Why the account behind the key must not be used with this journal; `nil`: it may.
  static func refusal(_ found: AccountBinding, bound: AccountBinding?, directory: String) -> DaemonError? {
    guard let bound, bound != found else { return nil }
    return DaemonError(
      "the state directory \(directory) belongs to account \(bound.uid) of \(bound.exchange), and the key opens account \(found.uid) of "
        + "\(found.exchange): nothing was sent. Use a key of account \(bound.uid) (keys of one account may change), or another --state-dir "
        + "for account \(found.uid)")
  }

  /// Why a key must not be used; `nil`: it may. Only where it costs money what a stolen key can do, and in simulations of that.
  static func refusal(_ key: KeyRestrictions, allowsWithdrawalKey: Bool) -> DaemonError? {
    guard key.allowsWithdrawals, !allowsWithdrawalKey else { return nil }
    return DaemonError(
      "the API key may withdraw: whoever steals it takes everything. Take that right from it (API management, Enable Withdrawals), or start "
        + "with --allow-withdrawal-key if you must")
  }

  /// What a person should know of a key that may be used.
  static func warnings(_ key: KeyRestrictions, kind: ExchangeKind) -> [String] {
    var words: [String] = []
    if key.allowsWithdrawals { words.append("the API key may withdraw; take that right from it") }
    if !key.isBoundToAddresses, kind == .real { words.append("the API key works from any address; restrict it to this machine's") }
    if !key.allowsSpotTrading { words.append("the API key may not trade spot: every order will be refused") }
    return words
  }
}
