public import TradingCore

/// The door to the trading core: the only way in which a call changes anything.
public protocol CoreGateway: Sendable {
  /// Runs a command in the core. Returns at once, from any thread.
  ///
  /// `completion` comes once, when what the command did is durable and published on the ``StateBoard``: on the control plane's event
  /// loop, never on the core's thread, since it encodes the response and writes the audit line. By then the board may show later commits
  /// as well. Completions come in the order in which the core finished their commands. Once the journal failed every command fails with
  /// `JOURNAL_UNAVAILABLE`.
  ///
  /// - Parameters:
  ///   - requestID: the idempotency key; empty: none.
  ///   - fingerprint: of the request's method and body; the same key with another fingerprint is refused.
  func perform(_ command: Command, requestID: String, fingerprint: UInt64, completion: @escaping @Sendable (CommandResult) -> Void)

  /// Tells the core what processes that serve strategies do. Returns at once, from any thread; in order.
  func report(_ event: StrategyEvent)
}
