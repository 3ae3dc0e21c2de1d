import Time
import BotAPI
import TTRPC
import TradingCore
import TradingModel
import Venue

/// `RiskService`: the trading state and the limits above all bots.
struct RiskHandlers: Sendable {
  let context: ControlContext

  func register(on server: RPCServer) {
    server.serveMutation(V1.RiskService.setTradingState, context) {
      (mutation: Mutation<V1.SetTradingStateResponse>, request: V1.SetTradingStateRequest) throws(RPCError) in try set(mutation, request)
    }
    server.serve(V1.RiskService.getRiskLimits) { (_, _: V1.GetRiskLimitsRequest) throws(RPCError) in limitsNow() }
    server.serveMutation(V1.RiskService.setRiskLimits, context) {
      (mutation: Mutation<V1.SetRiskLimitsResponse>, request: V1.SetRiskLimitsRequest) throws(RPCError) in try setLimits(mutation, request)
    }
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

  private func setLimits(_ mutation: Mutation<V1.SetRiskLimitsResponse>, _ request: V1.SetRiskLimitsRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    let limits = check.limits(request.limits)
    try check.finish()
    mutation.require(.setRiskLimits(limits)) { _ in
      mutation.succeed(V1.SetRiskLimitsResponse(limits: V1.RiskLimits(limits)))
    }
  }

  private func limitsNow() -> V1.GetRiskLimitsResponse {
    let view = context.board.view
    let values = BotValues(context: context)
    var total = Amount.zero
    var positions: Int64 = 0
    for bot in view.bots.bots() where !bot.isRemoved && bot.snapshot.position.isOpen {
      total += bot.snapshot.position.quantity * values.mark(of: bot.snapshot.configuration)
      positions += 1
    }
    let peak = view.watch.peakEquity
    let drawdown: FixedDecimal = peak.isPositive ? view.watch.drawdown.divided(by: peak, rounding: .nearest) : .zero
    return V1.GetRiskLimitsResponse(
      limits: V1.RiskLimits(view.riskLimits), tradingState: V1.TradingState(view.tradingState), reason: view.tradingStateReason,
      totalNotional: total.description, dailyPnL: view.watch.dayProfit.description, openOrders: Int64(view.openOrders.count),
      changedTimeNs: view.tradingStateChangedAt.nanoseconds, openPositions: positions, drawdownFraction: drawdown.description)
  }
}

extension RequestCheck {
  /// Limits as a request names them: empty and 0 are no limit.
  mutating func limits(_ given: V1.RiskLimits?) -> RiskLimits {
    guard let given else {
      wrong("limits", "REQUIRED", "limits is missing: name all limits, those left empty are lifted")
      return RiskLimits()
    }
    var limits = RiskLimits(
      orderNotionalMaximum: decimal(given.maxOrderNotional, field: "limits.max_order_notional") ?? .zero,
      symbolNotionalMaximum: decimal(given.maxSymbolNotional, field: "limits.max_symbol_notional") ?? .zero,
      totalNotionalMaximum: decimal(given.maxTotalNotional, field: "limits.max_total_notional") ?? .zero,
      dailyLossMaximum: decimal(given.maxDailyLoss, field: "limits.max_daily_loss") ?? .zero,
      drawdownMaximum: decimal(given.maxDrawdownFraction, field: "limits.max_drawdown_fraction") ?? .zero,
      openPositionsMaximum: Int(given.maxOpenPositions), openOrdersMaximum: Int(given.maxOpenOrders),
      ordersPerMinuteMaximum: Int(given.maxOrdersPerMinute))
    if given.onBreach != .unspecified {
      if let state = TradingState(given.onBreach), state != .active {
        limits.breachState = state
      } else {
        wrong("limits.on_breach", "OUT_OF_RANGE", "limits.on_breach must be reducing or halted")
      }
    }
    for violation in limits.violations where !hasViolation(of: violation.field) {
      wrong(violation.field, violation.reason, violation.message)
    }
    return limits
  }
}

extension V1.RiskLimits {
  init(_ limits: RiskLimits) {
    self.init(
      maxOrderNotional: limits.orderNotionalMaximum.textOrEmpty, maxSymbolNotional: limits.symbolNotionalMaximum.textOrEmpty,
      maxTotalNotional: limits.totalNotionalMaximum.textOrEmpty, maxDailyLoss: limits.dailyLossMaximum.textOrEmpty,
      maxDrawdownFraction: limits.drawdownMaximum.textOrEmpty, maxOpenOrders: Int64(limits.openOrdersMaximum),
      maxOrdersPerMinute: Int64(limits.ordersPerMinuteMaximum), maxOpenPositions: Int64(limits.openPositionsMaximum),
      onBreach: V1.TradingState(limits.breachState))
  }
}
