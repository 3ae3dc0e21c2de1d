/// What a strategy wants after a closed candle, and why.
public struct Signal: Sendable, Hashable {
  public enum Action: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case hold = 0
    case buy = 1
    case sell = 2
    public var description: String {
      switch self {
      case .hold: "hold"
      case .buy: "buy"
      case .sell: "sell"
      }
    }
  }

  public var action: Action
  /// How strongly the rule is met, 0…1; 0 for hold.
  public var confidence: Double
  /// The rule in words with its numbers, e.g. `RSI 28.4 below 30, close 101.2 above SMA(50) 100.7`; empty for hold.
  public var reason: String

  public init(action: Action, confidence: Double, reason: String) {
    self.action = action
    self.confidence = confidence.isFinite ? min(max(confidence, 0), 1) : 0
    self.reason = reason
  }

  public static let hold = Signal(action: .hold, confidence: 0, reason: "")

  public static func buy(confidence: Double, reason: String) -> Signal {
    Signal(action: .buy, confidence: confidence, reason: reason)
  }

  public static func sell(confidence: Double, reason: String) -> Signal {
    Signal(action: .sell, confidence: confidence, reason: reason)
  }
}
