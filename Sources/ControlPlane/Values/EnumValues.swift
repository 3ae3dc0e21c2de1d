import BotAPI
import TradingCore
import TradingModel

// The interface's enums for the core's. Where both number alike the number is taken over; a test compares the names.

extension V1.Side {
  init(_ side: Side) { self.init(rawValue: Int32(side.rawValue)) }
}

extension V1.OrderType {
  init(_ type: OrderType) { self.init(rawValue: Int32(type.rawValue)) }
}

extension V1.OrderStatus {
  init(_ status: OrderStatus) { self.init(rawValue: Int32(status.rawValue)) }
}

extension V1.TradingMode {
  init(_ mode: TradingMode) { self.init(rawValue: Int32(mode.rawValue)) }
}

extension V1.TradingState {
  init(_ state: TradingState) { self.init(rawValue: Int32(state.rawValue)) }
}

extension V1.TimeInForce {
  /// Market orders have none.
  init(_ time: TimeInForce, type: OrderType) {
    self = type.hasLimitPrice && type != .limitMaker ? Self(rawValue: Int32(time.rawValue)) : .unspecified
  }
}

extension V1.OrderPurpose {
  init(_ purpose: OrderPurpose) {
    self = Self(rawValue: Int32(purpose.rawValue))
  }
}

extension V1.BotState {
  init(_ state: BotState) {
    switch state {
    case .stopped: self = .stopped
    case .running: self = .running
    case .paused: self = .paused
    case .halted: self = .halted
    case .waiting: self = .waiting
    }
  }
}

extension V1.HealthStatus {
  init(_ status: ComponentStatus) { self.init(rawValue: Int32(status.rawValue)) }
}

extension V1.AlertSeverity {
  init(_ severity: Alert.Severity) { self.init(rawValue: Int32(severity.rawValue)) }
}

extension TradingState {
  /// `nil` for unspecified and for values of a newer interface.
  init?(_ state: V1.TradingState) {
    guard let raw = UInt8(exactly: state.rawValue), let found = TradingState(rawValue: raw) else { return nil }
    self = found
  }
}

extension FixedDecimal {
  /// The text, or nothing for zero: where zero means "none".
  var textOrEmpty: String { isZero ? "" : description }

  /// A statistic as decimal text; empty when it is not finite.
  static func text(of statistic: Double) -> String { FixedDecimal(nearestTo: statistic)?.description ?? "" }
}

extension Int64 {
  /// A journal sequence on the wire.
  init(sequence: UInt64) { self = Int64(clamping: sequence) }
}

extension V1.BotStateCause {
  init(_ cause: BotStateChange.Cause?) {
    self =
      switch cause {
      case nil: .unspecified
      case .request, .resumption: .request
      case .creation: .creation
      case .daemonStart: .daemonStart
      case .refusals: .refusals
      case .settingsInvalid: .settingsInvalid
      case .strategyAway: .strategyAway
      case .strategyBack: .strategyBack
      }
  }
}

extension V1.TradingStateCause {
  init(_ cause: TradingStateChange.Cause) {
    self =
      switch cause {
      case .request: .request
      case .dailyLoss: .dailyLoss
      case .drawdown: .drawdown
      }
  }
}
