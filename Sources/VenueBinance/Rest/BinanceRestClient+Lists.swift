import BinanceJSON
import HTTPClient
import Signing
import TradingModel
public import Venue

extension BinanceRestClient {
  /// Sends an entry with the stop, and maybe the target, that the exchange places once it is filled as a whole, for what it bought (OPO, OPOCO);
  /// once. The outcomes of entry, stop and target, as of ``submit(_:completion:)``.
  public func submit(
    entry: OrderRequest, stop: OrderRequest, target: OrderRequest?, completion: @escaping ([SubmitOutcome]) -> Void
  ) {
    var call = RestCall(
      method: .post, path: "/api/v3/orderList/\(target == nil ? "opo" : "opoco")",
      parameters: Self.parameters(ofEntry: entry, stop: stop, target: target) + preventing(stop), security: .signed, weight: 1,
      purpose: .entry,
      timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    let requests = [entry, stop] + [target].compactMap { $0 }
    call.orderCount = requests.count
    perform(call) { result in completion(requests.map { Self.submitOutcome(result, of: $0.clientOrderID) }) }
  }

  /// Pending orders have no quantity; of a sale's two the target lies above and the stop below (rest-api.md, "New Order list - OPO", "OPOCO").
  static func parameters(ofEntry entry: OrderRequest, stop: OrderRequest, target: OrderRequest?) -> [RequestParameter] {
    var parameters = [
      RequestParameter("symbol", entry.symbol.text), RequestParameter("workingType", ReportDecoding.word(entry.type)),
      RequestParameter("workingSide", entry.side == .buy ? "BUY" : "SELL"),
      RequestParameter("workingClientOrderId", entry.clientOrderID.text), RequestParameter("workingPrice", entry.price.description),
      RequestParameter("workingQuantity", entry.quantity.description),
    ]
    if entry.type != .limitMaker { parameters.append(RequestParameter("workingTimeInForce", ReportDecoding.word(entry.timeInForce))) }
    parameters.append(RequestParameter("pendingSide", stop.side == .buy ? "BUY" : "SELL"))
    if let target {
      parameters += [
        RequestParameter("pendingAboveType", ReportDecoding.word(target.type)),
        RequestParameter("pendingAboveClientOrderId", target.clientOrderID.text),
        RequestParameter("pendingAbovePrice", target.price.description),
      ]
    }
    let leg = target == nil ? "pending" : "pendingBelow"
    parameters += [
      RequestParameter("\(leg)Type", ReportDecoding.word(stop.type)), RequestParameter("\(leg)ClientOrderId", stop.clientOrderID.text),
      RequestParameter("\(leg)StopPrice", stop.stopPrice.description), RequestParameter("newOrderRespType", "FULL"),
    ]
    return parameters
  }
}
