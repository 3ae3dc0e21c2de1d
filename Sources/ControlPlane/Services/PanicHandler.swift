import BotAPI
import TTRPC
import TradingCore
import TradingModel
import Venue

/// The brake: what it would do, and doing it.
struct PanicHandler: Sendable {
  let context: ControlContext

  /// What a person types for an account where there is none.
  static let paperAccount = "paper"

  func register(on server: RPCServer) {
    server.serveMutation(V1.RiskService.panic, context) {
      (mutation: Mutation<V1.PanicResponse>, request: V1.PanicRequest) throws(RPCError) in try panic(mutation, request)
    }
  }

  private func panic(_ mutation: Mutation<V1.PanicResponse>, _ request: V1.PanicRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    check.reason(request.reason)
    if request.account.isEmpty, !request.validateOnly {
      check.wrong("account", "REQUIRED", "account is missing: name the account that is meant; validate_only tells the daemon's")
    }
    try check.finish()
    let plan = plan()
    if !request.account.isEmpty { try compare(request.account, plan) }
    let others = request.allOrders ? context.accountOrders : nil
    if request.validateOnly {
      guard let others else { return mutation.succeed(plan, isRemembered: false) }
      return others.list { mutation.succeed(Self.adding($0, to: plan), isRemembered: false) }
    }
    mutation.require(.panic(reason: request.reason.isEmpty ? "asked for" : request.reason)) { _ in
      guard let others else { return mutation.succeed(plan) }
      others.cancelAll { mutation.succeed(Self.adding($0, to: plan)) }
    }
  }

  private func compare(_ account: String, _ plan: V1.PanicResponse) throws(RPCError) {
    guard !plan.account.isEmpty else {
      throw RPCError(
        code: .unavailable, reason: "ACCOUNT_UNKNOWN", field: "account",
        message: "the daemon has not reached the exchange yet and knows no account, so no bot holds anything; "
          + "botctl risk halt keeps all bots from entering")
    }
    guard account == plan.account else {
      throw RPCError(
        code: .failedPrecondition, reason: "ACCOUNT_MISMATCH", field: "account",
        message: "nothing was done: this daemon has account \(plan.account)"
          + (plan.exchange.isEmpty ? "" : " of \(plan.exchange)") + ", not \(RequestCheck.shown(account))")
    }
  }

  // MARK: What would be done

  private func plan() -> V1.PanicResponse {
    let view = context.board.view
    let mode = context.configuration.mode
    var plan = V1.PanicResponse(mode: V1.TradingMode(mode))
    if mode.isPaper {
      plan.account = Self.paperAccount
    } else if let account = view.account {
      plan.account = String(account.uid)
      plan.exchange = account.exchange
    }
    if !mode.isPaper, !view.isAccountVerified {
      plan.add(
        V1.PanicProblem(
          reason: "ACCOUNT_NOT_VERIFIED",
          message: "the account is not verified yet (see botctl health): nothing is sold or canceled before it is, everything at once then")
      )
    }
    let bots = view.bots.bots().filter { !$0.isRemoved }
    plan.stoppedBotIDs = bots.map(\.id.text)
    for bot in bots where bot.snapshot.position.isOpen {
      let snapshot = bot.snapshot
      plan.sellingBotIDs.append(bot.id.text)
      plan.sales.append(
        V1.PanicSale(
          botID: bot.id.text, symbol: snapshot.configuration.symbol.text, quantity: snapshot.position.quantity.description,
          baseAsset: snapshot.baseAsset))
      if let problem = obstacle(of: snapshot) { plan.add(problem) }
    }
    let sellers = Set(plan.sellingBotIDs)
    for order in view.openOrders.values.sorted(by: { $0.sequence < $1.sequence }) {
      let isEntry = order.intent.purpose == .entry
      if order.isResting, isEntry || sellers.contains(order.botID.text) {
        plan.add(V1.PanicOrder(order))
      } else if order.isUnsettled, isEntry {
        plan.add(
          V1.PanicProblem(
            symbol: order.intent.request.symbol.text, botID: order.botID.text, reason: "ENTRY_OUTSTANDING",
            message: "entry \(order.clientOrderID) is on the way and cannot be canceled yet: what it still buys is kept under its stop; "
              + "panic again sells it"))
      }
    }
    return plan
  }

  /// Why a position is not sold at once; `nil`: nothing is known to stand in the way.
  private func obstacle(of bot: BotSnapshot) -> V1.PanicProblem? {
    let symbol = bot.configuration.symbol
    func problem(_ reason: String, _ message: String) -> V1.PanicProblem {
      V1.PanicProblem(symbol: symbol.text, botID: bot.configuration.id.text, reason: reason, message: message)
    }
    guard let rules = context.board.rules(for: symbol) else {
      return problem("RULES_NOT_LOADED", "the exchange's rules for \(symbol) are not known yet: it is sold as soon as they are")
    }
    if rules.status != .trading {
      return problem(
        "SYMBOL_NOT_TRADING", "\(symbol) is not trading (\(rules.status.word)): it is sold as soon as it trades again, and its stop stays")
    }
    if rules.quantityRoundedDown(bot.position.quantity, isMarket: true).isZero {
      return problem("QUANTITY_UNSELLABLE", "\(bot.position.quantity) \(rules.baseAsset) is too little to be sold: it stays")
    }
    if let hold = bot.hold { return problem("HELD", hold.reason) }
    return nil
  }

  private static func adding(_ others: AccountOrdersOutcome, to plan: V1.PanicResponse) -> V1.PanicResponse {
    var plan = plan
    for order in others.orders { plan.add(V1.PanicOrder(order)) }
    for problem in others.problems {
      plan.add(V1.PanicProblem(symbol: problem.symbol, reason: "ORDERS_NOT_CANCELED", message: problem.message))
    }
    return plan
  }
}

extension V1.PanicResponse {
  /// Orders and problems that one answer names at most; orders are counted beyond.
  private static var namedMaximum: Int { 1_000 }

  fileprivate mutating func add(_ order: V1.PanicOrder) {
    orderCount += 1
    if orders.count < Self.namedMaximum { orders.append(order) }
  }

  fileprivate mutating func add(_ problem: V1.PanicProblem) {
    if problems.count < Self.namedMaximum { problems.append(problem) }
  }
}

extension V1.PanicOrder {
  fileprivate init(_ order: Order) {
    let request = order.intent.request
    self.init(
      symbol: request.symbol.text, clientOrderID: order.clientOrderID.text, botID: order.botID.text, side: V1.Side(request.side),
      quantity: order.remainingQuantity.description,
      price: (request.type.hasLimitPrice ? request.price : request.stopPrice).textOrEmpty)
  }

  fileprivate init(_ order: AccountOrder) {
    self.init(
      symbol: order.symbol, clientOrderID: order.clientOrderID, side: V1.Side(order.side), type: order.type,
      quantity: order.quantity.description, price: order.price.textOrEmpty)
  }
}
