import HTTPClient
import BinanceJSON
import Signing
public import TradingModel
public import Venue

extension BinanceRestClient {
  static let orderTimeoutMilliseconds = 8_000
  static let tradesPerPage = 1_000

  /// Sends an order once. The answer to a lost or undecided request is ``SubmitOutcome/unknown(message:)``; a request that certainly never
  /// left this machine is `rejected` with code 0.
  public func submit(_ request: OrderRequest, completion: @escaping (SubmitOutcome) -> Void) {
    // On spot a sell, and every contingent order of a long position, reduces risk.
    let isProtective = request.side == .sell || request.type.isContingent
    let call = RestCall(
      method: .post, path: "/api/v3/order", parameters: Self.parameters(of: request), security: .signed, weight: 1,
      purpose: isProtective ? .protective : .entry, timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    perform(call) { completion(Self.submitOutcome($0)) }
  }

  static func submitOutcome(_ result: RestResult) -> SubmitOutcome {
    switch result {
    case .answered(let value):
      do throws(FrameRefusal) {
        return .accepted(try ReportDecoding.answer(value))
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
      RequestParameter("type", ReportDecoding.word(request.type)), RequestParameter("quantity", request.quantity.description),
      RequestParameter("newClientOrderId", request.clientOrderID.text), RequestParameter("newOrderRespType", "FULL"),
    ]
    if request.type.hasLimitPrice {
      parameters.append(RequestParameter("price", request.price.description))
      if request.type != .limitMaker {
        parameters.append(RequestParameter("timeInForce", ReportDecoding.word(request.timeInForce)))
      }
    }
    if request.type.isContingent { parameters.append(RequestParameter("stopPrice", request.stopPrice.description)) }
    return parameters
  }

  /// Cancels an order by our id. Harmless to repeat, so a wrong clock (-1021) is corrected and the cancel sent once more.
  public func cancel(_ clientOrderID: ClientOrderID, symbol: Symbol, completion: @escaping (CancelOutcome) -> Void) {
    let call = RestCall(
      method: .delete, path: "/api/v3/order",
      parameters: [RequestParameter("symbol", symbol.text), RequestParameter("origClientOrderId", clientOrderID.text)], security: .signed,
      weight: 1, purpose: .orderCare, timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    performRepeatable(call) { completion(Self.cancelOutcome($0)) }
  }

  static func cancelOutcome(_ result: RestResult) -> CancelOutcome {
    switch result {
    case .answered(let value):
      do throws(FrameRefusal) {
        return .canceled(try ReportDecoding.order(value, source: .answer, clientOrderIDName: "origClientOrderId"))
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
      weight: 4, purpose: .orderCare)
    performRepeatable(call) { completion(Self.queryOutcome($0)) }
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
      security: .signed, weight: symbol == nil ? 80 : 6, purpose: .orderCare)
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
      purpose: .orderCare)
    performRepeatable(call) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value["balances"]?.array else { throw FrameRefusal(.missingField, field: "balances") }
          return try RestDecoding.balances(rows, "asset", "free", "locked")
        })
    }
  }

  /// The account's fills of a symbol from this trade id on (inclusive), in order, paged to the end (FACTS §12).
  public func trades(_ symbol: Symbol, from: TradeID, completion: @escaping (Result<[AccountTrade], BinanceError>) -> Void) {
    page(symbol, from: max(0, from.value), into: [], completion: completion)
  }

  private func page(
    _ symbol: Symbol, from: Int64, into collected: [AccountTrade], completion: @escaping (Result<[AccountTrade], BinanceError>) -> Void
  ) {
    let call = RestCall(
      method: .get, path: "/api/v3/myTrades",
      parameters: [
        RequestParameter("symbol", symbol.text), RequestParameter("fromId", String(from)),
        RequestParameter("limit", String(Self.tradesPerPage)),
      ], security: .signed, weight: 20, purpose: .orderCare)
    performRepeatable(call) { [self] result in
      let decoded = result.decoded { value throws(FrameRefusal) in
        guard let rows = value.array else { throw FrameRefusal(.badField, field: "myTrades") }
        var trades: [AccountTrade] = []
        for row in rows { trades.append(try ReportDecoding.trade(row)) }
        return trades
      }
      switch decoded {
      case .failure(let error): completion(.failure(error))
      case .success(let trades):
        // Pages may overlap or repeat (RELIABILITY §2, 20): the union by id, in order.
        var known = Set(collected.map(\.fill.tradeID))
        let fresh = trades.filter { $0.fill.tradeID.value >= from && known.insert($0.fill.tradeID).inserted }
        let all = (collected + fresh).sorted { $0.fill.tradeID < $1.fill.tradeID }
        guard trades.count >= Self.tradesPerPage, let last = fresh.map(\.fill.tradeID).max(), last.value < .max else {
          completion(.success(all))
          return
        }
        page(symbol, from: last.value + 1, into: all, completion: completion)
      }
    }
  }
}
