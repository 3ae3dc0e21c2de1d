import Time
import TradingModel
import Venue
import ServiceRuntime
import ExchangeSimulation

/// What the exchange's keeper, an account's owner or other participants do, by command.
extension AdminRoutes {
  private static let statuses: [(name: String, status: TradingRules.Status)] = [
    ("TRADING", .trading), ("END_OF_DAY", .endOfDay), ("HALT", .halt), ("BREAK", .break), ("CANCEL_ONLY", .cancelOnly),
  ]

  /// What an account holds and has placed, for judges who must not use up its limits.
  static func accountNow(_ simulation: Simulation, _ parameters: RequestParameters) throws(ExchangeError) -> [UInt8] {
    let account = try account(parameters)
    guard simulation.exchange.accounts.indices.contains(account) else { throw unknownAccount }
    var json = JSONWriter(capacity: 4_096)
    json.object {
      $0.array("balances") {
        for balance in simulation.exchange.balances(account: account) {
          $0.object {
            $0.field("asset", balance.asset)
            $0.field("free", balance.free)
            $0.field("locked", balance.locked)
          }
        }
      }
      $0.array("openOrders") {
        for order in simulation.exchange.openOrders(account: account) { OrderPayloads.queried(order, to: &$0) }
      }
    }
    return json.bytes
  }

  /// Runs the command that a path names; answers whether there is one.
  static func keep(_ simulation: Simulation, path: String, _ parameters: RequestParameters) throws(ExchangeError) -> Bool {
    var events: [ExchangeEvent] = []
    switch path {
    case "/sim/symbol": try change(simulation, parameters)
    case "/sim/delist":
      if let time = try parameters.integer("at") {
        let symbol = try parameters.symbol()
        guard simulation.exchange.instrument(symbol) != nil else { throw unknownSymbol }
        guard (0...4_000_000_000_000).contains(time) else { throw ExchangeError(-1102, "at must be milliseconds since 1970.") }
        simulation.scheduleDelisting(of: symbol, at: Timestamp(milliseconds: time))
        return true
      }
      guard simulation.exchange.delist(try parameters.symbol(), at: simulation.marketTime, events: &events) else { throw unknownSymbol }
    case "/sim/wipe":
      let balances = try self.balances(parameters)
      guard simulation.exchange.wipe(account: try account(parameters), balances: balances, at: simulation.marketTime) else {
        throw unknownAccount
      }
    case "/sim/permissions":
      let names = try parameters.required("permissions").split(separator: ",").map(String.init)
      let account = try account(parameters)
      guard simulation.exchange.accounts.indices.contains(account) else { throw unknownAccount }
      simulation.exchange.setPermissions(names, account: account)
    case "/sim/key":
      if let key = parameters["apiKey"] {
        try replaceKey(simulation, parameters, with: key)
        break
      }
      guard let word = parameters["mayWithdraw"], ["true", "false"].contains(word) else {
        throw ExchangeError(-1102, "mayWithdraw must be true or false.")
      }
      simulation.keyMayWithdraw = word == "true"
    case "/sim/hand": try hand(simulation, parameters, &events)
    case "/sim/take", "/sim/make", "/sim/unmake": try others(simulation, path, parameters, &events)
    case "/sim/price":
      let symbol = try parameters.symbol()
      guard let price = try parameters.decimal("price"), price.isPositive else { throw ExchangeError(-1102, "price must be above 0.") }
      guard let trade = simulation.exchange.movePrice(of: symbol, to: price, at: simulation.marketTime, events: &events) else {
        throw unknownSymbol
      }
      // The recorded market's trades are told by its replay, but not this one.
      if !simulation.configuration.replays.isEmpty { events.append(.trade(trade)) }
    default: return false
    }
    simulation.handle(events)
    if parameters["symbol"] != nil { simulation.refreshQuote(of: try parameters.symbol()) }
    simulation.recordOrders()
    simulation.flush()
    return true
  }

  /// An account gets another key; the old one is unknown from now on.
  private static func replaceKey(_ simulation: Simulation, _ parameters: RequestParameters, with key: String) throws(ExchangeError) {
    let account = try account(parameters)
    guard simulation.exchange.accounts.indices.contains(account) else { throw unknownAccount }
    guard !key.isEmpty, !simulation.configuration.accounts.contains(where: { $0.apiKey == key }) else {
      throw ExchangeError(-1102, "apiKey must be a new one.")
    }
    simulation.replaceKey(of: account, with: key, secret: Secret(try parameters.required("secret")))
  }

  private static let unknownSymbol = ExchangeError(-1121, "Invalid symbol.")
  private static let unknownAccount = ExchangeError(-1102, "account is unknown.")

  private static func account(_ parameters: RequestParameters) throws(ExchangeError) -> Int {
    Int(truncatingIfNeeded: try parameters.integer("account") ?? 0)
  }

  /// `balances=USDT=1000,BTC=1`; none: nothing.
  private static func balances(_ parameters: RequestParameters) throws(ExchangeError) -> [(asset: String, amount: Amount)] {
    var balances: [(asset: String, amount: Amount)] = []
    for text in (parameters["balances"] ?? "").split(separator: ",") {
      let parts = text.split(separator: "=")
      guard parts.count == 2, let amount = FixedDecimal(text: String(parts[1])), !amount.isNegative else {
        throw ExchangeError(-1102, "balances must look like USDT=1000,BTC=1.")
      }
      balances.append((String(parts[0]), amount))
    }
    return balances
  }

  /// `symbol?symbol=BTCUSDT&status=HALT&tickSize=0.1…`: what is named changes.
  private static func change(_ simulation: Simulation, _ p: RequestParameters) throws(ExchangeError) {
    let symbol = try p.symbol()
    guard var rules = simulation.exchange.rules(symbol), var terms = simulation.exchange.terms(symbol) else { throw unknownSymbol }
    if let name = p["status"] {
      guard let known = statuses.first(where: { $0.name == name }) else {
        throw ExchangeError(-1102, "status must be one of \(statuses.map(\.name).joined(separator: ", ")).")
      }
      rules.status = known.status
    }
    rules.priceMinimum = try p.decimal("minPrice") ?? rules.priceMinimum
    rules.priceMaximum = try p.decimal("maxPrice") ?? rules.priceMaximum
    rules.tickSize = try p.decimal("tickSize") ?? rules.tickSize
    rules.quantityMinimum = try p.decimal("minQty") ?? rules.quantityMinimum
    rules.quantityMaximum = try p.decimal("maxQty") ?? rules.quantityMaximum
    rules.stepSize = try p.decimal("stepSize") ?? rules.stepSize
    rules.notionalMinimum = try p.decimal("minNotional") ?? rules.notionalMinimum
    rules.notionalMaximum = try p.decimal("maxNotional") ?? rules.notionalMaximum
    rules.openOrdersMaximum = try count("maxNumOrders", p) ?? rules.openOrdersMaximum
    rules.openAlgorithmicOrdersMaximum = try count("maxNumAlgoOrders", p) ?? rules.openAlgorithmicOrdersMaximum
    for (name, size) in [("tickSize", rules.tickSize), ("stepSize", rules.stepSize)] where !size.isPositive {
      throw ExchangeError(-1102, "\(name) must be above 0.")
    }
    terms.filters.positionMaximum = try p.decimal("maxPosition") ?? terms.filters.positionMaximum
    terms.filters.sellingFrom = try p.time("sellingFrom") ?? terms.filters.sellingFrom
    terms.referencePrice = try p.decimal("referencePrice") ?? terms.referencePrice
    if let word = p["quoteOrderQtyMarketAllowed"] {
      guard let allows = Bool(word) else { throw ExchangeError(-1102, "quoteOrderQtyMarketAllowed must be true or false.") }
      terms.features.quoteOrderQuantityMarket = allows
    }
    if let sets = p["permissionSets"] {
      terms.permissionSets = sets.split(separator: ";").map { $0.split(separator: ",").map(String.init) }
    }
    simulation.exchange.changeRules(of: symbol) { $0 = rules }
    simulation.exchange.changeTerms(of: symbol) { $0 = terms }
  }

  private static func count(_ name: String, _ parameters: RequestParameters) throws(ExchangeError) -> Int? {
    guard let number = try parameters.integer(name) else { return nil }
    guard (0...1_000_000).contains(number) else { throw ExchangeError(-1102, "\(name) must be 0 to 1000000.") }
    return Int(number)
  }

  /// An order with the parameters of `POST /api/v3/order`, or a cancel with `cancel=ORDER_ID` or `cancel=CLIENT_ORDER_ID`.
  private static func hand(_ simulation: Simulation, _ p: RequestParameters, _ events: inout [ExchangeEvent]) throws(ExchangeError) {
    let account = try account(p)
    guard simulation.exchange.accounts.indices.contains(account) else { throw unknownAccount }
    if let order = p["cancel"] {
      let number = Int64(order)
      _ = try simulation.exchange.cancel(
        symbol: try p.symbol(), orderID: number, clientOrderID: number == nil ? order : nil, cancelClientOrderID: nil, account: account,
        arrival: simulation.marketTime, at: simulation.marketTime, events: &events)
      return
    }
    _ = try simulation.exchange.placeByHand(try TradingRequests.order(p), account: account, at: simulation.marketTime, events: &events)
  }

  /// `take` and `make?symbol=…&side=BUY&quantity=1&price=…` of other participants; `unmake?symbol=…&id=-7` takes such an order away.
  private static func others(
    _ simulation: Simulation, _ path: String, _ p: RequestParameters, _ events: inout [ExchangeEvent]
  ) throws(ExchangeError) {
    let symbol = try p.symbol()
    if path == "/sim/unmake" {
      guard let id = try p.integer("id"), simulation.exchange.cancelOthers(symbol, id: id) else {
        throw ExchangeError(-1102, "id names no order of others.")
      }
      return
    }
    let sideText = try p.required("side")
    guard let side = Side.allCases.first(where: { $0.wireName == sideText }) else {
      throw ExchangeError(-1102, "side must be BUY or SELL.")
    }
    guard let quantity = try p.decimal("quantity"), quantity.isPositive else { throw ExchangeError(-1102, "quantity must be above 0.") }
    let price = try p.decimal("price")
    let isDone: Bool
    if path == "/sim/take" {
      isDone =
        simulation.exchange.othersTake(symbol, side: side, quantity: quantity, limit: price, at: simulation.marketTime, events: &events)
        != nil
    } else {
      guard let price, price.isPositive else { throw ExchangeError(-1102, "price must be above 0.") }
      isDone =
        simulation.exchange.othersMake(symbol, side: side, price: price, quantity: quantity, at: simulation.marketTime, events: &events)
        != nil
    }
    guard isDone else { throw unknownSymbol }
  }
}
