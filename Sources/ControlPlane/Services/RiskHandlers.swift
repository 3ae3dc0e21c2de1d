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
    LockHandlers(context: context).register(on: server)
    PanicHandler(context: context).register(on: server)
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
    let fields = check.limitFields(request.fields)
    try check.finish()
    mutation.require(.setRiskLimits(limits, only: fields)) { _ in
      mutation.succeed(V1.SetRiskLimitsResponse(limits: V1.RiskLimits(context.board.view.riskLimits)))
    }
  }

  private func limitsNow() -> V1.GetRiskLimitsResponse {
    let view = context.board.view
    let values = BotValues(context: context)
    var total = Amount.zero
    var positions: Int64 = 0
    for bot in view.bots.bots() where !bot.isRemoved && bot.snapshot.position.isOpen {
      total += worth(bot.snapshot.position.quantity * values.mark(of: bot.snapshot.configuration), of: bot.snapshot, view) ?? .zero
      positions += 1
    }
    let totals = view.totals ?? PortfolioTotals()
    let peak = totals.peakEquity
    let drawdown: FixedDecimal = peak.isPositive ? totals.drawdown.divided(by: peak, rounding: .nearest) : .zero
    return V1.GetRiskLimitsResponse(
      limits: V1.RiskLimits(view.riskLimits), tradingState: V1.TradingState(view.tradingState), reason: view.tradingStateReason,
      totalNotional: total.description, dailyPnL: view.totals == nil && view.conversionProblem != nil ? "" : totals.dayProfit.description,
      openOrders: Int64(view.openOrders.count),
      changedTimeNs: view.tradingStateChangedAt.nanoseconds, openPositions: positions, drawdownFraction: drawdown.description,
      cause: view.tradingStateReason.isEmpty && view.tradingStateChangedAt == .zero
        ? .unspecified : V1.TradingStateCause(view.tradingStateCause),
      currency: view.currency ?? "",
      conversions: view.conversions.map {
        V1.LimitConversion(asset: $0.asset, rate: $0.worth(.one).description, path: $0.path, timeNs: $0.pricedAt.nanoseconds)
      }, conversionProblem: view.conversionProblem ?? "")
  }

  /// An amount of a bot in the currency of the limits; `nil` while the rate is not known.
  private func worth(_ amount: Amount, of bot: BotSnapshot, _ view: StateBoard.State) -> Amount? {
    guard let currency = view.currency, bot.quoteAsset != currency else { return view.currency == nil ? nil : amount }
    return view.conversions.first { $0.asset == bot.quoteAsset }?.worth(amount)
  }
}

extension RequestCheck {
  /// The limits that a request names; `nil`: all of them.
  mutating func limitFields(_ names: [String]) -> [RiskLimits.Field]? {
    guard !names.isEmpty else { return nil }
    var fields: [RiskLimits.Field] = []
    for (index, name) in names.enumerated() {
      if let field = RiskLimits.Field(rawValue: name) {
        fields.append(field)
      } else {
        let known = RiskLimits.Field.allCases.map(\.rawValue).joined(separator: ", ")
        wrong("fields[\(index)]", "LIMIT_UNKNOWN", "there is no limit \"\(Self.shown(name))\"; there are \(known)")
      }
    }
    return fields
  }

  /// Limits as a request names them: empty and 0 are no limit.
  mutating func limits(_ given: V1.RiskLimits?) -> RiskLimits {
    guard let given else {
      wrong("limits", "REQUIRED", "limits is missing: name all limits, those left empty are lifted")
      return RiskLimits()
    }
    var texts = RiskLimitsText()
    texts[.orderNotional] = given.maxOrderNotional
    texts[.symbolNotional] = given.maxSymbolNotional
    texts[.totalNotional] = given.maxTotalNotional
    texts[.dailyLoss] = given.maxDailyLoss
    texts[.drawdown] = given.maxDrawdownFraction
    texts[.openPositions] = "\(given.maxOpenPositions)"
    texts[.openOrders] = "\(given.maxOpenOrders)"
    texts[.ordersPerMinute] = "\(given.maxOrdersPerMinute)"
    texts[.symbolGuards] = given.symbolGuards
    texts[.accountGuards] = given.accountGuards
    texts[.currency] = given.currency
    if given.onBreach != .unspecified { texts[.onBreach] = TradingState(given.onBreach)?.description ?? "\(given.onBreach.rawValue)" }
    let (limits, found) = texts.judged()
    for violation in found { wrong(violation.field, violation.reason, violation.message) }
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
      onBreach: V1.TradingState(limits.breachState), symbolGuards: TradeGuard.text(limits.symbolGuards),
      accountGuards: TradeGuard.text(limits.accountGuards), currency: limits.currency)
  }
}
