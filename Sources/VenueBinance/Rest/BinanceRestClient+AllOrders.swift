import BinanceJSON
import HTTPClient
import Signing
import TradingModel
public import Venue

/// Every open order of the account, whoever placed it: for the brake. Both calls are of the first tier of the request weight.
extension BinanceRestClient {
  /// Weight 80 (Binance: rest-api.md, `GET /api/v3/openOrders` without a symbol).
  ///
  /// - Parameter purpose: whose share of the request weight it takes.
  public func accountOrders(
    purpose: RateGovernor.Purpose = .cancel, completion: @escaping (Result<[AccountOrder], BinanceError>) -> Void
  ) {
    var call = RestCall(method: .get, path: "/api/v3/openOrders", security: .signed, weight: 80, purpose: purpose)
    // Its answer may be long: the connections of orders stay free.
    call.goesWithOrders = false
    performRepeatable(call) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value.array else { throw FrameRefusal(.badField, field: "openOrders") }
          var orders: [AccountOrder] = []
          for row in rows { orders.append(try Self.accountOrder(row, name: "clientOrderId")) }
          return orders
        })
    }
  }

  /// Cancels every open order of a symbol, order lists too (Binance: rest-api.md, `DELETE /api/v3/openOrders`): those that were canceled. A
  /// symbol without open orders is a success. Weight 1.
  ///
  /// - Parameter symbol: as the exchange writes it.
  public func cancelAccountOrders(ofSymbol symbol: String, completion: @escaping (Result<[AccountOrder], BinanceError>) -> Void) {
    let call = RestCall(
      method: .delete, path: "/api/v3/openOrders", parameters: [RequestParameter("symbol", symbol)], security: .signed, weight: 1,
      purpose: .cancel, timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    performRepeatable(call) { result in
      if case .refused(let error, _) = result, error.code == -2_011 { return completion(.success([])) }
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value.array else { throw FrameRefusal(.badField, field: "openOrders") }
          var orders: [AccountOrder] = []
          for row in rows {
            // Plain orders and order lists stand side by side.
            for order in row["orderReports"]?.array ?? [row] { orders.append(try Self.accountOrder(order, name: "origClientOrderId")) }
          }
          return orders
        })
    }
  }

  static func accountOrder(_ row: JSONValue, name: StaticString) throws(FrameRefusal) -> AccountOrder {
    let left = try ReportDecoding.quantity(row, "origQty", list: "orderListId") - row.requireDecimal("executedQty")
    let price = try row.requireDecimal("price")
    return AccountOrder(
      symbol: try row.requireString("symbol"), clientOrderID: try row.requireString(name), side: try ReportDecoding.side(row, "side"),
      type: try row.requireString("type"), quantity: max(left, .zero),
      price: price.isPositive ? price : row["stopPrice"]?.decimal ?? .zero,
      list: row["orderListId"]?.integer.flatMap { $0 < 0 ? nil : $0 }, isPending: row["status"]?.string == "PENDING_NEW")
  }
}
