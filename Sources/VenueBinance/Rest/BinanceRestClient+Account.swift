import HTTPClient
import BinanceJSON
import Signing
public import TradingModel
public import Venue

extension BinanceRestClient {
  static let orderTimeoutMilliseconds = 8_000
  /// How long the exchange may take a stop or an exit after its timestamp: what is late is not to be sold blindly, and its fate is known the
  /// sooner.
  static let protectiveWindowMilliseconds = 2_000

  /// Sends an order once. The answer to a lost or undecided request is ``SubmitOutcome/unknown(message:)``; a request that certainly never
  /// left this machine is `rejected` with code 0.
  public func submit(_ request: OrderRequest, completion: @escaping (SubmitOutcome) -> Void) {
    // On spot a sell, and every contingent order of a long position, reduces risk.
    let isProtective = request.side == .sell || request.type.isContingent
    var call = RestCall(
      method: .post, path: "/api/v3/order", parameters: Self.parameters(of: request) + preventing(request), security: .signed, weight: 1,
      purpose: isProtective ? .protective : .entry, timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    if isProtective { call.receiveWindowMilliseconds = Self.protectiveWindowMilliseconds }
    perform(call) { completion(Self.submitOutcome($0)) }
  }

  /// Sends a stop and a target as one pair (OCO) once; the outcome of each, as of ``submit(_:completion:)``.
  public func submit(
    stop: OrderRequest, target: OrderRequest, completion: @escaping ((stop: SubmitOutcome, target: SubmitOutcome)) -> Void
  ) {
    var call = RestCall(
      method: .post, path: "/api/v3/orderList/oco", parameters: Self.parameters(ofStop: stop, target: target) + preventing(stop),
      security: .signed, weight: 1, purpose: .protective, timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    call.orderCount = 2
    call.receiveWindowMilliseconds = Self.protectiveWindowMilliseconds
    perform(call) { result in
      completion((Self.submitOutcome(result, of: stop.clientOrderID), Self.submitOutcome(result, of: target.clientOrderID)))
    }
  }

  /// When bots of one account meet, the protection of one outlives the entry of another (faqs/stp_faq.md: the mode of the order that comes
  /// decides): an entry that comes expires, and for a sale that comes what rests expires. Asked for only where the symbol allows it.
  func preventing(_ request: OrderRequest) -> [RequestParameter] { Self.preventing(request, preventions[request.symbol] ?? []) }

  static func preventing(_ request: OrderRequest, _ allowed: SymbolTerms.SelfTradePrevention) -> [RequestParameter] {
    let mode: SymbolTerms.SelfTradePrevention = request.side == .buy ? .expireTaker : .expireMaker
    guard allowed.contains(mode) else { return [] }
    return [RequestParameter("selfTradePreventionMode", mode == .expireTaker ? "EXPIRE_TAKER" : "EXPIRE_MAKER")]
  }

  /// A sale's target lies above the price and its stop below (rest-api.md, "New Order List - OCO").
  static func parameters(ofStop stop: OrderRequest, target: OrderRequest) -> [RequestParameter] {
    [
      RequestParameter("symbol", stop.symbol.text), RequestParameter("side", stop.side == .buy ? "BUY" : "SELL"),
      RequestParameter("quantity", stop.quantity.description), RequestParameter("aboveType", ReportDecoding.word(target.type)),
      RequestParameter("aboveClientOrderId", target.clientOrderID.text), RequestParameter("abovePrice", target.price.description),
      RequestParameter("belowType", ReportDecoding.word(stop.type)), RequestParameter("belowClientOrderId", stop.clientOrderID.text),
      trigger(of: stop, trailing: "belowTrailingDelta", fixed: "belowStopPrice"), RequestParameter("newOrderRespType", "FULL"),
    ]
  }

  /// - Parameter id: the order of a list that is meant; `nil`: the answer is of one order.
  static func submitOutcome(_ result: RestResult, of id: ClientOrderID? = nil) -> SubmitOutcome {
    switch result {
    case .answered(let value):
      do throws(FrameRefusal) {
        return .accepted(try ReportDecoding.answer(id.map { id throws(FrameRefusal) in try ReportDecoding.member(id, of: value) } ?? value))
      } catch {
        return .unknown(message: "the answer cannot be read: \(error)")
      }
    // The id is among open orders: it is probably ours, sent earlier (FACTS §17).
    case .refused(let error, _) where error.code == -2_010 && error.message.contains("Duplicate order"):
      return .unknown(message: error.message)
    case .refused(let error, _): return .rejected(code: error.code, message: error.message)
    case .notSent(let message): return .rejected(code: 0, message: "not sent: \(message)")
    case .unknown(let message): return .unknown(message: message)
    }
  }

  static func parameters(of request: OrderRequest) -> [RequestParameter] {
    var parameters = [
      RequestParameter("symbol", request.symbol.text), RequestParameter("side", request.side == .buy ? "BUY" : "SELL"),
      RequestParameter("type", ReportDecoding.word(request.type)),
      request.isByAmount
        ? RequestParameter("quoteOrderQty", request.quoteQuantity.description)
        : RequestParameter("quantity", request.quantity.description),
      RequestParameter("newClientOrderId", request.clientOrderID.text), RequestParameter("newOrderRespType", "FULL"),
    ]
    if request.type.hasLimitPrice {
      parameters.append(RequestParameter("price", request.price.description))
      if request.type != .limitMaker {
        parameters.append(RequestParameter("timeInForce", ReportDecoding.word(request.timeInForce)))
      }
    }
    if request.type.isContingent { parameters.append(trigger(of: request, trailing: "trailingDelta", fixed: "stopPrice")) }
    return parameters
  }

  /// When a stop acts (faqs/trailing-stop-faq.md: without a `stopPrice` the exchange follows the price from the next trade on).
  private static func trigger(of stop: OrderRequest, trailing: String, fixed: String) -> RequestParameter {
    stop.trailingDelta > 0 ? RequestParameter(trailing, String(stop.trailingDelta)) : RequestParameter(fixed, stop.stopPrice.description)
  }

  /// Cancels an order by our id. Harmless to repeat, so a wrong clock (-1021) is corrected and the cancel sent once more. Where the order
  /// was one of a list, the whole list ends: the reports of its other orders come beside.
  public func cancel(
    _ clientOrderID: ClientOrderID, symbol: Symbol, completion: @escaping (CancelOutcome, _ others: [ExecutionReport]) -> Void
  ) {
    let call = RestCall(
      method: .delete, path: "/api/v3/order",
      parameters: [RequestParameter("symbol", symbol.text), RequestParameter("origClientOrderId", clientOrderID.text)], security: .signed,
      weight: 1, purpose: .cancel, timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    performRepeatable(call) { completion(Self.cancelOutcome($0, of: clientOrderID), Self.others(of: clientOrderID, $0)) }
  }

  /// What the answer to a cancel says of the other orders of its list.
  static func others(of id: ClientOrderID, _ result: RestResult) -> [ExecutionReport] {
    guard case .answered(let value) = result, let members = value["orderReports"]?.array else { return [] }
    return members.compactMap { member in
      let report = try? ReportDecoding.order(member, source: .answer, clientOrderIDName: "origClientOrderId")
      return report?.clientOrderID == id ? nil : report
    }
  }

  static func cancelOutcome(_ result: RestResult, of id: ClientOrderID) -> CancelOutcome {
    switch result {
    case .answered(let value):
      do throws(FrameRefusal) {
        let member = try ReportDecoding.member(id, of: value, name: "origClientOrderId")
        return .canceled(try ReportDecoding.order(member, source: .answer, clientOrderIDName: "origClientOrderId"))
      } catch {
        return .unknown(message: "the answer cannot be read: \(error)")
      }
    case .refused(let error, _) where error.code == -2_011 || error.code == -2_013: return .notOpen(message: error.message)
    case .refused(let error, _): return .rejected(code: error.code, message: error.message)
    case .notSent(let message): return .rejected(code: 0, message: "not sent: \(message)")
    case .unknown(let message): return .unknown(message: message)
    }
  }

  /// Asks for an order by our id.
  public func query(_ clientOrderID: ClientOrderID, symbol: Symbol, completion: @escaping (QueryOutcome) -> Void) {
    let call = RestCall(
      method: .get, path: "/api/v3/order",
      parameters: [RequestParameter("symbol", symbol.text), RequestParameter("origClientOrderId", clientOrderID.text)], security: .signed,
      weight: 4, purpose: .query)
    performRepeatable(call) { completion(Self.queryOutcome($0)) }
  }

  /// Asks for an order by the exchange's number. An order that it does not have any more, or whose name is not of our grammar, is
  /// `notFound`: it is none of ours.
  public func query(_ venueOrderID: VenueOrderID, symbol: Symbol, completion: @escaping (QueryOutcome) -> Void) {
    let call = RestCall(
      method: .get, path: "/api/v3/order",
      parameters: [RequestParameter("symbol", symbol.text), RequestParameter("orderId", String(venueOrderID.value))], security: .signed,
      weight: 4, purpose: .query)
    performRepeatable(call) { result in
      switch result {
      case .answered(let value) where value["clientOrderId"]?.string.map({ ClientOrderID($0) == nil }) ?? false: completion(.notFound)
      // -2026: archived, over 90 days old (errors.md).
      case .refused(let error, _) where error.code == -2_026: completion(.notFound)
      default: completion(Self.queryOutcome(result))
      }
    }
  }

  static func queryOutcome(_ result: RestResult) -> QueryOutcome {
    switch result {
    case .answered(let value):
      do throws(FrameRefusal) {
        return .found(try ReportDecoding.order(value, source: .query))
      } catch {
        return .unknown(message: "the answer cannot be read: \(error)")
      }
    case .refused(let error, _) where error.code == -2_013: return .notFound
    case .refused(let error, _): return .unknown(message: "\(error.message) (\(error.code))")
    case .notSent(let message), .unknown(let message): return .unknown(message: message)
    }
  }

  /// Every open order of the account, or of one symbol. Orders whose client id or symbol we cannot carry
  /// (placed by other software) are left out.
  public func openOrders(_ symbol: Symbol?, completion: @escaping (Result<[ExecutionReport], BinanceError>) -> Void) {
    let call = RestCall(
      method: .get, path: "/api/v3/openOrders", parameters: symbol.map { [RequestParameter("symbol", $0.text)] } ?? [],
      security: .signed, weight: symbol == nil ? 80 : 6, purpose: .query)
    performRepeatable(call) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value.array else { throw FrameRefusal(.badField, field: "openOrders") }
          var reports: [ExecutionReport] = []
          for row in rows {
            guard row["clientOrderId"]?.string.flatMap({ ClientOrderID($0) }) != nil, row["symbol"]?.string.flatMap({ Symbol($0) }) != nil
            else { continue }
            reports.append(try ReportDecoding.order(row, source: .query))
          }
          return reports
        })
    }
  }

  /// All balances that are not zero, absolute.
  public func balances(completion: @escaping (Result<[AssetBalance], BinanceError>) -> Void) {
    let call = RestCall(
      method: .get, path: "/api/v3/account", parameters: [RequestParameter("omitZeroBalances", "true")], security: .signed, weight: 20,
      purpose: .query)
    performRepeatable(call) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value["balances"]?.array else { throw FrameRefusal(.missingField, field: "balances") }
          return try RestDecoding.balances(rows, "asset", "free", "locked")
        })
    }
  }
}
