import TradingModel
import Venue

extension Bot {
  /// The wish to close the position that is acted on.
  var exitRequest: ExitRequest? { isExitPutAside ? nil : requestedExit }

  /// Its strategy wanted to sell, the exchange refused, and somebody stopped the bot: that is not tried again before it runs, or somebody
  /// closes the position. Until then it does what every stopped bot does, and keeps its stop and target.
  var isExitPutAside: Bool {
    guard let requestedExit, requestedExit.purpose.isOfStrategy, !state.isMeantToRun, state != .paused else { return false }
    return hold?.concern == .exit && hold?.isRefusal == true
  }

  /// The wish to close the position that is acted on, read in place.
  mutating func exit() -> ExitRequest? { exitRequest }
}

extension OrderPurpose {
  /// Whether an exit is what the strategy wants, or the time that it allows, and no level that protects the position.
  var isOfStrategy: Bool { self == .exit || self == .timeStop }
}
