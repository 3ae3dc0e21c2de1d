import BotAPI

/// Says beside a list of bots that they do not trade freely now, so that nobody reads "running" as "trading".
enum TradingStandingNote {
  /// A line on standard error when trading is not active. A daemon that cannot tell is no failure of the list.
  static func show(_ session: Session, _ output: Output) async {
    guard let risk = try? await session.risk.getRiskLimits(timeout: session.timeout), let text = text(risk.tradingState, risk.reason)
    else { return }
    output.remark(text)
  }

  /// `nil` while trading is active or its state is not known.
  static func text(_ state: V1.TradingState, _ reason: String) -> String? {
    let effect: String
    switch state {
    case .reducing: effect = "no bot opens a position"
    case .halted: effect = "only stop-losses act, and targets that rest beside them"
    default: return nil
    }
    return "trading is \(state.name)\(reason.isEmpty ? "" : ": \(reason)"); \(effect) until: botctl risk activate"
  }
}
