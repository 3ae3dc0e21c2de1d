import Time
import NIOCore
import ServiceRuntime
import TradingModel
import ExchangeSimulation

/// One request of the exchange's API on its way through the faults.
struct FaultedRequest {
  var connection: Int64
  /// The request's number on its connection.
  var number: Int64
  var name: String
  var endpoint: APIEndpoint?
  var isUpgrade = false
  var parameters: RequestParameters
  var apiKey: String?

  func subject(account: Int?) -> FaultSubject {
    var subject = FaultSubject(.request, name)
    subject.groups = groups
    subject.symbol = parameters["symbol"]
    // Of a list the order that is placed first.
    subject.side = parameters["side"] ?? parameters["workingSide"]
    subject.orderType = parameters["type"] ?? parameters["workingType"]
    let placed = parameters["newClientOrderId"] ?? parameters["workingClientOrderId"] ?? parameters["listClientOrderId"]
    let known = parameters["origClientOrderId"]
    // A cancel's own name is not the order's.
    subject.clientOrderID = endpoint?.effect == .canceled ? known ?? parameters["listClientOrderId"] : placed ?? known
    subject.connection = connection
    subject.account = account
    return subject
  }

  private var groups: [String] {
    guard !isUpgrade else { return ["upgrade"] }
    guard let endpoint else { return name.hasPrefix("GET ") && ArchiveRoutes.isFile(String(name.dropFirst(4))) ? ["archive"] : [] }
    let name = name.lowercased()
    if name.contains("amend"), !name.contains("amendments") { return ["amend"] }
    switch (endpoint.effect, endpoint.security) {
    case (.placed, _): return ["place"]
    case (.canceled, _): return ["cancel"]
    case (.replaced, _): return ["replace"]
    case (.none, .signed) where name.hasSuffix("test"): return ["test"]
    case (.none, .signed) where name.hasPrefix("userdatastream."): return ["subscribe"]
    case (.none, .signed): return ["query"]
    case (.none, .none): return ["market"]
    }
  }
}

extension Simulation {
  /// Runs one request as the faults want it: perhaps later, perhaps without executing it, perhaps with another answer; the event loop
  /// never waits.
  ///
  /// - Parameters:
  ///   - execute: what the exchange does; `nil` where the request has no answer of its own.
  ///   - deliver: hands the answer to the connection, which may be gone.
  func carryOut(
    _ request: FaultedRequest, on loop: any EventLoop, execute: @escaping () -> APIAnswer?,
    deliver: @escaping (APIAnswer?, RequestFaults) -> Void
  ) {
    guard faults.isActive(.request) else {
      let answer = execute()
      recordAnswer(request, answer, RequestFaults())
      deliver(answer, RequestFaults())
      return
    }
    let account = request.apiKey.flatMap { key in configuration.accounts.firstIndex { $0.apiKey == key } }
    let struck = RequestFaults(faults.strikes(request.subject(account: account)))
    later(struck.delayBefore, on: loop) { [self] in
      let answer = answer(request, struck, execute)
      later(struck.delayAfter, on: loop) { [self] in
        recordAnswer(request, struck.end?.bytes == 0 ? nil : answer, struck)
        deliver(answer, struck)
      }
    }
  }

  /// Does something after so many milliseconds of real time; at once for 0.
  func later(_ milliseconds: Int64, on loop: any EventLoop, _ body: @escaping () -> Void) {
    guard milliseconds > 0 else {
      body()
      return
    }
    loop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) { body() }
  }

  private func answer(_ request: FaultedRequest, _ struck: RequestFaults, _ execute: () -> APIAnswer?) -> APIAnswer? {
    var answer: APIAnswer?
    if struck.executes {
      let thinned = thinBook(request, struck)
      answer = execute()
      if let thinned { exchange.restoreBook(of: thinned) }
      if struck.changesRows, let whole = answer { answer = QueryFaults.changed(whole, request, struck, self) }
    }
    guard let forced = struck.answer else { return answer }
    var made = APIAnswer.failure(ExchangeError(forced.code, forced.message), status: forced.status)
    if let body = forced.body { made.body = Array(body.utf8) }
    if forced.status == 200 { made.error = nil }
    return made
  }

  private func thinBook(_ request: FaultedRequest, _ struck: RequestFaults) -> Symbol? {
    guard struck.bookQuantity != nil || struck.bookFraction != nil, request.parameters["type"] == "MARKET",
      let text = request.parameters["symbol"], let symbol = Symbol(text), let side = request.parameters["side"]
    else { return nil }
    var quantity = struck.bookQuantity ?? .zero
    if let fraction = struck.bookFraction {
      if let wanted = request.parameters["quantity"].flatMap({ FixedDecimal(text: $0) }) {
        quantity = wanted * fraction
      } else if let quote = request.parameters["quoteOrderQty"].flatMap({ FixedDecimal(text: $0) }),
        let price = exchange.lastPrice(symbol), price.isPositive
      {
        quantity = (quote * fraction).divided(by: price, rounding: .towardZero)
      }
    }
    pump()
    var events: [ExchangeEvent] = []
    exchange.thinBook(of: symbol, side: side == "BUY" ? .sell : .buy, leaving: quantity, at: marketTime, events: &events)
    handle(events)
    return symbol
  }

  private func recordAnswer(_ request: FaultedRequest, _ answer: APIAnswer?, _ struck: RequestFaults) {
    recordOrders()
    let status = answer?.status ?? (request.isUpgrade && struck.executes && struck.end?.bytes != 0 ? 101 : 0)
    record(
      .answer(
        TruthAnswer(
          connection: request.connection, number: request.number, status: status, code: answer?.error?.code ?? 0,
          wasExecuted: struck.executes, faults: struck.ids)))
  }
}
