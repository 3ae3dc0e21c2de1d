public import TradingCore

/// The door to the trading core: the only way in which a call changes anything.
public protocol CoreGateway: Sendable {
  /// Runs a command in the core. Returns at once; `completion` comes once, on any thread, when what the command did is durable and
  /// published on the ``StateBoard``.
  ///
  /// - Parameters:
  ///   - requestID: the idempotency key; empty: none.
  ///   - fingerprint: of the request's method and body; the same key with another fingerprint is refused.
  func perform(_ command: Command, requestID: String, fingerprint: UInt64, completion: @escaping @Sendable (CommandResult) -> Void)
}
