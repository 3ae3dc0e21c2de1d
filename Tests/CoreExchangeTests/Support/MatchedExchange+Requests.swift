import BinanceJSON
import CoreTestSupport
import ExchangeSimulation
import HTTPClient
import Signing
@testable import SimulatorServer
import Time
@testable import TradingCore
import TradingModel
import Venue
@testable import VenueBinance

/// One request to the exchange: what is sent, what the exchange does with it, and what its answer means to the core.
struct WireRequest {
  typealias Endpoint = (RequestParameters, Timestamp, inout [ExchangeEvent]) throws(ExchangeError) -> [UInt8]

  var parameters: [RequestParameter]
  /// How long after it was sent the exchange takes it, in milliseconds; `nil`: it is sent again with another time until it does.
  var window: Int64?
  var timeout: Int64 = 10_000
  /// The orders that it places.
  var names: [ClientOrderID] = []
  var endpoint: Endpoint
  var events: (RestResult, _ at: Timestamp) -> [CoreEvent]
}

extension MatchedExchange {
  // MARK: The way

  func send(_ request: WireRequest, at now: Timestamp) {
    let timeout = now.advanced(byMilliseconds: request.timeout)
    if happens(faults.lostRequest) {
      // The connection is reset, or nothing is heard.
      let heard = network.integer(below: 2) == 0 ? timeout : now.advanced(byMilliseconds: Int64(10 + network.integer(below: 3_000)))
      return answer(request, .unknown("reset"), at: heard)
    }
    let isLate = happens(faults.lateRequest)
    let arrival = isLate ? now.advanced(byMilliseconds: Int64(1_000 + network.integer(below: 15_000))) : delay(from: now)
    if arrival > timeout { answer(request, .unknown("timeout"), at: timeout) }
    let life = life
    later(arrival) { [unowned self] in
      let response = serve(request, sent: now, at: arrival)
      guard arrival <= timeout, life == self.life else { return nil }
      let back = delay(from: arrival)
      if happens(faults.lostAnswer) || back > timeout {
        answer(request, .unknown("timeout"), at: max(arrival, network.integer(below: 2) == 0 ? timeout : back))
      } else if happens(faults.cutAnswer) {
        let cut = HTTPResponse(
          status: response.status, headers: [], body: Array(response.body.prefix(network.integer(below: response.body.count))))
        answer(request, .judge(cut), at: back)
      } else {
        answer(request, .judge(response), at: back)
      }
      return nil
    }
  }

  private func answer(_ request: WireRequest, _ result: RestResult, at time: Timestamp) {
    coverage.count(result, isPlacing: !request.names.isEmpty)
    for event in request.events(result, time) { deliver(event, at: time) }
  }

  /// What the exchange's gate may say before a request reaches the books.
  private static let refusals: [ExchangeError] = [
    ExchangeError(-1003, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."),
    ExchangeError(-1015, "Too many new orders; current limit is 50 orders per 10 SECOND."),
    ExchangeError(-1021, "Timestamp for this request is outside of the recvWindow."),
    ExchangeError(-1022, "Signature for this request is not valid."),
    ExchangeError(-2015, "Invalid API-key, IP, or permissions for action."),
    ExchangeError(-2010, "Account has insufficient balance for requested action."),
    ExchangeError(-2010, "This symbol is restricted for this account."),
    ExchangeError(-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    ExchangeError(-1111, "Parameter 'quantity' has too much precision."),
    ExchangeError(-9_999, "A refusal that nobody has seen before."),
  ]

  private static let doubts: [(status: Int, code: Int, message: String)] = [
    (504, -1007, "Timeout waiting for response from backend server. Send status unknown; execution status unknown."),
    (400, -1006, "An unexpected response was received from the message bus. Execution status unknown."),
    (503, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes."),
    (500, -1000, "An unknown error occurred while processing the request."),
  ]

  private func serve(_ request: WireRequest, sent: Timestamp, at now: Timestamp) -> HTTPResponse {
    for id in request.names { book.arrived(id) }
    if happens(faults.refusal) {
      return response(.failure(Self.refusals[network.integer(below: request.names.isEmpty ? 5 : Self.refusals.count)]))
    }
    if happens(faults.undecided) {
      let doubt = Self.doubts[network.integer(below: Self.doubts.count)]
      if network.integer(below: 2) == 0 { _ = execute(request, sent: sent, at: now) }
      return response(.failure(ExchangeError(doubt.code, doubt.message), status: doubt.status))
    }
    return execute(request, sent: sent, at: now)
  }

  private func execute(_ request: WireRequest, sent: Timestamp, at now: Timestamp) -> HTTPResponse {
    if let window = request.window, now.nanoseconds(since: sent) > window * 1_000_000 {
      return response(.failure(ExchangeError(-1021, "Timestamp for this request is outside of the recvWindow.")))
    }
    let parameters = RequestParameters(query: "", body: String(decoding: RequestSigner.query(request.parameters), as: UTF8.self))
    var events: [ExchangeEvent] = []
    let answer: APIAnswer
    do throws(ExchangeError) {
      answer = APIAnswer(status: 200, body: try request.endpoint(parameters, now, &events))
    } catch {
      answer = .failure(error)
    }
    tell(events, at: now)
    write("\(now) \(parameters.sortedPayload): \(answer.status) \(String(decoding: answer.body.prefix(160), as: UTF8.self))")
    return response(answer)
  }

  private func response(_ answer: APIAnswer) -> HTTPResponse { HTTPResponse(status: answer.status, headers: [], body: answer.body) }

  // MARK: Orders

  func submit(_ order: ApprovedOrder, at now: Timestamp) {
    for request in order.requests {
      requests[request.clientOrderID] = request
      if request.trailingDelta > 0 { coverage.count("sent a stop that the exchange moves") }
    }
    if let stop = order.stop {
      let kind: ExchangeListKind = order.target == nil ? .onePaysOther : .onePaysPair
      coverage.count(order.target == nil ? "sent OPO" : "sent OPOCO")
      sendList(
        kind,
        BinanceRestClient.parameters(ofEntry: order.request, stop: stop, target: order.target)
          + BinanceRestClient.preventing(stop, prevention), order.requests, window: 5_000, at: now
      )
    } else if let target = order.target {
      coverage.count("sent OCO")
      sendList(
        .oneCancelsOther,
        BinanceRestClient.parameters(ofStop: order.request, target: target) + BinanceRestClient.preventing(order.request, prevention),
        [order.request, target],
        window: Int64(BinanceRestClient.protectiveWindowMilliseconds), at: now)
    } else if let old = order.replaces {
      coverage.count("sent replacement")
      sendReplacement(order.request, of: old, at: now)
    } else {
      coverage.count("sent \(order.request.type) \(order.request.side)")
      let request = order.request
      let isProtective = request.side == .sell || request.type.isContingent
      send(
        WireRequest(
          parameters: BinanceRestClient.parameters(of: request) + BinanceRestClient.preventing(request, prevention),
          window: isProtective ? Int64(BinanceRestClient.protectiveWindowMilliseconds) : 5_000,
          timeout: Int64(BinanceRestClient.orderTimeoutMilliseconds), names: [request.clientOrderID],
          endpoint: { [unowned self] p, now, events throws(ExchangeError) in try place(p, now, &events) },
          events: { result, _ in [.submitted(request.clientOrderID, BinanceRestClient.submitOutcome(result))] }), at: now)
    }
  }

  private func place(_ p: RequestParameters, _ now: Timestamp, _ events: inout [ExchangeEvent]) throws(ExchangeError) -> [UInt8] {
    let request = try TradingRequests.order(p)
    let detail = try TradingRequests.detail(p, of: request)
    let placed = try exchange.place(request, account: Self.account, arrival: now, at: now, events: &events)
    return TradingEndpoints.json { OrderPayloads.placed(placed.order, fills: placed.fills, detail: detail, to: &$0) }
  }

  private func sendList(
    _ kind: ExchangeListKind, _ parameters: [RequestParameter], _ orders: [OrderRequest], window: Int64, at now: Timestamp
  ) {
    let names = orders.map(\.clientOrderID)
    send(
      WireRequest(
        parameters: parameters, window: window, timeout: Int64(BinanceRestClient.orderTimeoutMilliseconds), names: names,
        endpoint: { [unowned self] p, now, events throws(ExchangeError) in try placeList(kind, p, now, &events) },
        events: { result, _ in names.map { .submitted($0, BinanceRestClient.submitOutcome(result, of: $0)) } }), at: now)
  }

  private func placeList(
    _ kind: ExchangeListKind, _ p: RequestParameters, _ now: Timestamp, _ events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> [UInt8] {
    let list = ExchangeListRequest(kind: kind, symbol: symbol, orders: try TradingEndpoints.legs(of: kind, p))
    let detail = try TradingRequests.detail(p, of: nil)
    let placed = try exchange.placeList(list, account: Self.account, arrival: now, at: now, events: &events)
    coverage.count("taken \(kind)")
    return TradingEndpoints.json {
      OrderPayloads.placedList(placed.list, orders: placed.orders, fills: placed.fills, detail: detail, to: &$0)
    }
  }

  private func sendReplacement(_ request: OrderRequest, of old: ClientOrderID, at now: Timestamp) {
    let parameters =
      BinanceRestClient.parameters(of: request) + BinanceRestClient.preventing(request, prevention) + [
        RequestParameter("cancelReplaceMode", "STOP_ON_FAILURE"), RequestParameter("cancelOrigClientOrderId", old.text),
        RequestParameter("cancelRestrictions", "ONLY_NEW"),
      ]
    send(
      WireRequest(
        parameters: parameters, window: Int64(BinanceRestClient.protectiveWindowMilliseconds),
        timeout: Int64(BinanceRestClient.orderTimeoutMilliseconds), names: [request.clientOrderID],
        endpoint: { [unowned self] p, now, events throws(ExchangeError) in try replace(p, now, &events) },
        events: { result, _ in
          let replaced = BinanceRestClient.replacement(result, of: old)
          return replaced.others.map { .report($0) } + [
            .canceled(old, replaced.cancel), .submitted(request.clientOrderID, replaced.submit),
          ]
        }), at: now)
  }

  private func replace(_ p: RequestParameters, _ now: Timestamp, _ events: inout [ExchangeEvent]) throws(ExchangeError) -> [UInt8] {
    let request = try TradingRequests.order(p)
    let cancel = ExchangeCancelRequest(
      symbol: symbol, clientOrderID: p["cancelOrigClientOrderId"], restriction: try TradingRequests.restriction(p))
    let outcome = try exchange.cancelReplace(
      cancel, with: request, stopsOnFailure: p["cancelReplaceMode"] == "STOP_ON_FAILURE", account: Self.account, arrival: now, at: now,
      events: &events)
    let detail = try TradingRequests.detail(p, of: request)
    let body = TradingEndpoints.json { OrderPayloads.replacement(outcome, detail: detail, prevented: [], at: now, to: &$0) }
    guard var error = TradingEndpoints.failure(of: outcome) else { return body }
    error.data = String(decoding: body, as: UTF8.self)
    coverage.count("replacement \(error.code)")
    throw error
  }

  func cancel(_ id: ClientOrderID, _ symbol: Symbol, at now: Timestamp) {
    coverage.count("sent cancel")
    send(
      WireRequest(
        parameters: [RequestParameter("symbol", symbol.text), RequestParameter("origClientOrderId", id.text)],
        timeout: Int64(BinanceRestClient.orderTimeoutMilliseconds),
        endpoint: { [unowned self] p, now, events throws(ExchangeError) in
          let result = try exchange.cancel(
            ExchangeCancelRequest(symbol: symbol, clientOrderID: p["origClientOrderId"]), account: Self.account, arrival: now, at: now,
            events: &events)
          return TradingEndpoints.json {
            OrderPayloads.canceled(result.order, cancelClientOrderID: result.cancelClientOrderID, at: now, to: &$0)
          }
        },
        events: { result, _ in
          BinanceRestClient.others(of: id, result).map { .report($0) } + [.canceled(id, BinanceRestClient.cancelOutcome(result, of: id))]
        }), at: now)
  }

  // MARK: Questions

  func query(_ id: ClientOrderID, _ symbol: Symbol, at now: Timestamp) {
    ask([RequestParameter("origClientOrderId", id.text)], at: now) { [.queried(id, BinanceRestClient.queryOutcome($0))] }
  }

  func identify(_ symbol: Symbol, _ id: VenueOrderID, at now: Timestamp) {
    ask([RequestParameter("orderId", String(id.value))], at: now) { [.identified(symbol, id, BinanceRestClient.queryOutcome($0))] }
  }

  private func ask(_ parameters: [RequestParameter], at now: Timestamp, _ events: @escaping (RestResult) -> [CoreEvent]) {
    send(
      WireRequest(
        parameters: [RequestParameter("symbol", symbol.text)] + parameters,
        endpoint: { [unowned self] p, now, _ throws(ExchangeError) in
          let order = try exchange.order(
            account: Self.account, symbol: symbol, orderID: try p.integer("orderId"), clientOrderID: p["origClientOrderId"], at: now)
          guard isVisible(order, at: now) else { throw ExchangeError(-2013, "Order does not exist.") }
          return TradingEndpoints.json { OrderPayloads.queried(order, to: &$0) }
        }, events: { result, _ in events(result) }), at: now)
  }

  /// The venue repeats a listing until it succeeds.
  func listTrades(_ symbol: Symbol, from: TradeListStart, at now: Timestamp) {
    let life = life
    send(
      WireRequest(
        parameters: [],
        endpoint: { [unowned self] _, _, _ in
          var (id, time): (Int64?, Timestamp?) = (nil, nil)
          switch from {
          case .trade(let trade): id = trade.value
          case .time(let start): time = start
          }
          let fills = exchange.fills(account: Self.account, symbol: symbol, fromID: id, from: time, limit: 1_000)
          return TradingEndpoints.json { $0.array { for fill in fills { OrderPayloads.fill(fill, to: &$0) } } }
        },
        events: { [unowned self] result, time in
          if case .answered(let value) = result, let trades = try? value.array?.map({ try ReportDecoding.trade($0) }) {
            return [.trades(symbol, trades)]
          }
          let again = time.advanced(byMilliseconds: 1_000)
          later(again) { [unowned self] in
            if life == self.life { listTrades(symbol, from: from, at: again) }
            return nil
          }
          return []
        }), at: now)
  }

  /// Nothing comes where it fails.
  func readAccount(at now: Timestamp) {
    guard !happens(faults.lostRequest + faults.lostAnswer + faults.refusal) else { return }
    let read = delay(from: now)
    later(read) { [unowned self, life] in
      if life == self.life { deliver(.balances(allBalances, isComplete: true), at: delay(from: read)) }
      return nil
    }
  }

  /// Nothing comes where one of its three parts fails.
  func readLocks(askedAt: Timestamp, at now: Timestamp) {
    guard !happens(faults.lostRequest + faults.lostAnswer) else { return }
    let life = life
    let first = delay(from: now)
    later(first) { [unowned self] in
      let before = accountOrders(at: first)
      let second = delay(from: delay(from: first))
      later(second) { [unowned self] in
        let balances = allBalances
        let third = delay(from: delay(from: second))
        later(third) { [unowned self] in
          guard life == self.life else { return nil }
          let read = AccountLocks(before: before, balances: balances, after: accountOrders(at: third), askedAt: askedAt)
          deliver(.locks(read), at: delay(from: third))
          return nil
        }
        return nil
      }
      return nil
    }
  }

  private func accountOrders(at now: Timestamp) -> [AccountOrder] {
    visibleOrders(at: now).map { order in
      let text = TradingEndpoints.json { OrderPayloads.queried(order, to: &$0) }
      guard let row = try? JSONValue(parsing: text), let read = try? BinanceRestClient.accountOrder(row, name: "clientOrderId") else {
        preconditionFailure("an open order cannot be read")
      }
      return read
    }
  }

  /// Nothing comes where it fails.
  func askQuote(_ symbol: Symbol, at now: Timestamp) {
    guard !happens(faults.lostRequest + faults.lostAnswer) else { return }
    let read = delay(from: now)
    later(read) { [unowned self] in
      guard var quote = exchange.quote(symbol) else { return nil }
      let told = delay(from: read)
      quote.time = told
      deliver(.market(.quote(quote)), at: told)
      return nil
    }
  }
}
