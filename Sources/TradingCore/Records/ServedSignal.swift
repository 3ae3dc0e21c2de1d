public import Strategies
public import Time
public import TradingModel

/// What a strategy that another process serves wanted, so that a replay needs no process. Holds are not recorded, but where a position was
/// held as long as its bot allows.
public struct ServedSignal: Hashable, Sendable {
  public var botID: BotID
  public var action: Signal.Action
  /// 0…1.
  public var confidence: Double
  public var reason: String
  /// When the candle that it is about closed, on its grid.
  public var closeTime: Timestamp
  /// From the question to the answer, in nanoseconds of the machine's clock.
  public var delayNanoseconds: Int64
  /// An answer.
  public init(
    botID: BotID, action: Signal.Action, confidence: Double, reason: String, closeTime: Timestamp, delayNanoseconds: Int64
  ) {
    self.botID = botID
    self.action = action
    self.confidence = confidence
    self.reason = reason
    self.closeTime = closeTime
    self.delayNanoseconds = delayNanoseconds
  }
}
