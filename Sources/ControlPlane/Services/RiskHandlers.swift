import BotAPI
import TTRPC
import TradingCore
import TradingModel

/// `RiskService`: the trading state. Limits above all bots, and backtests over RPC, are not part of this version and say so.
struct RiskHandlers: Sendable {
  let context: ControlContext

  func register(on server: RPCServer) {
    server.serveMutation(V1.RiskService.setTradingState, context) {
      (mutation: Mutation<V1.SetTradingStateResponse>, request: V1.SetTradingStateRequest) throws(RPCError) in try set(mutation, request)
    }
    let limits = RPCError(
      code: .unimplemented, reason: "RISK_LIMITS_NOT_AVAILABLE",
      message: "this version of botd has no portfolio risk limits; SetTradingState and each bot's own limits are there")
    server.serve(V1.RiskService.getRiskLimits) { (_, _: V1.GetRiskLimitsRequest) throws(RPCError) -> V1.GetRiskLimitsResponse in
      throw limits
    }
    server.serve(V1.RiskService.setRiskLimits) { (_, _: V1.SetRiskLimitsRequest) throws(RPCError) -> V1.SetRiskLimitsResponse in
      throw limits
    }
    server.register(
      V1.BacktestService.runBacktest,
      stream: { _, stream in
        stream.fail(
          RPCError(code: .unimplemented, reason: "BACKTEST_NOT_AVAILABLE", message: "this version of botd runs no backtests over RPC"))
      })
  }

  private func set(_ mutation: Mutation<V1.SetTradingStateResponse>, _ request: V1.SetTradingStateRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    check.reason(request.reason)
    let state = TradingState(request.tradingState)
    if state == nil {
      check.wrong(
        "trading_state", request.tradingState == .unspecified ? "REQUIRED" : "TRADING_STATE_UNKNOWN",
        "trading_state must be active, reducing or halted")
    }
    try check.finish()
    guard let state else { return }
    mutation.require(.setTradingState(state, reason: request.reason)) { _ in
      let view = context.board.view
      mutation.succeed(
        V1.SetTradingStateResponse(
          tradingState: V1.TradingState(view.tradingState), changedTimeNs: view.tradingStateChangedAt.nanoseconds))
    }
  }
}
