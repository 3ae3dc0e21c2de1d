import Time
import TradingModel
import Venue
import ExchangeSimulation

/// User events.
extension OrderPayloads {
  /// An executionReport, without the envelope.
  static func executionReport(_ execution: ExchangeExecution) -> [UInt8] {
    let order = execution.order
    let fill = execution.fill
    let isCancel = execution.kind == .canceled
    var json = JSONWriter(capacity: 640)
    json.object {
      $0.field("e", "executionReport")
      $0.field("E", execution.time)
      $0.field("s", order.symbol.text)
      $0.field("c", isCancel ? execution.cancelClientOrderID ?? order.clientOrderID : order.clientOrderID)
      $0.field("S", order.side.wireName)
      $0.field("o", order.type.wireName)
      $0.field("f", order.timeInForce.wireName)
      $0.field("q", order.quantity)
      $0.field("p", order.price)
      $0.field("P", order.stopPrice)
      $0.field("F", order.icebergQuantity)
      $0.field("g", order.listID)
      $0.field("C", isCancel ? order.clientOrderID : execution.originalClientOrderID ?? "")
      $0.field("x", execution.kind.rawValue)
      $0.field("X", order.status.rawValue)
      $0.field("r", "NONE")
      $0.field("i", order.orderID)
      $0.field("l", fill?.quantity ?? .zero)
      $0.field("z", order.executed)
      $0.field("L", fill?.price ?? .zero)
      if let fill { $0.field("n", fill.commission) } else { $0.field("n", "0") }
      if let fill { $0.field("N", fill.commissionAsset) } else { $0.nullField("N") }
      $0.field("T", execution.time)
      $0.field("t", fill?.tradeID ?? -1)
      $0.field("I", execution.executionID)
      $0.field("w", order.workingTime != nil && (execution.kind == .new || (order.status.isOpen && order.type.hasLimitPrice)))
      $0.field("m", fill?.isMaker ?? false)
      $0.field("M", fill != nil)
      $0.field("O", order.time)
      $0.field("Z", order.cumulativeQuote)
      $0.field("Y", fill?.quoteQuantity ?? .zero)
      $0.field("Q", order.quoteQuantity)
      if let working = order.workingTime { $0.field("W", working) }
      $0.field("V", order.selfTradePrevention.wireName)
      labels(execution, to: &$0)
      if let reason = order.expiryReason, reason != .selfTradePrevention { $0.field("eR", reason.rawValue) }
    }
    return json.bytes
  }

  /// What only some reports have.
  private static func labels(_ execution: ExchangeExecution, to json: inout JSONWriter) {
    let order = execution.order
    if let delta = order.trailingDelta {
      json.field("d", delta)
      if let time = order.trailingTime { json.field("D", time) }
    }
    if let id = order.strategyID { json.field("j", id) }
    if let type = order.strategyType { json.field("J", type) }
    guard let match = execution.prevention else { return }
    let isTaker = match.takerOrderID == order.orderID
    let quantity = (isTaker ? match.takerQuantity : match.makerQuantity) ?? .zero
    json.field("v", match.id)
    json.field("A", order.prevented)
    json.field("B", quantity)
    json.field("u", OrderPayloads.tradeGroupID)
    json.field("U", isTaker ? match.makerOrderID : match.takerOrderID)
    json.field("Cs", order.symbol.text)
    json.field("pl", quantity)
    json.field("pL", match.price)
    json.field("pY", quantity * match.price)
  }

  /// No account here is in a trade group.
  static let tradeGroupID: Int64 = -1

  /// A listStatus, without the envelope.
  static func listStatus(_ list: ExchangeOrderList, _ type: ExchangeListStatusType) -> [UInt8] {
    var json = JSONWriter(capacity: 512)
    json.object {
      $0.field("e", "listStatus")
      $0.field("E", list.updateTime)
      $0.field("s", list.symbol.text)
      $0.field("g", list.id)
      $0.field("c", list.kind.contingencyType)
      $0.field("l", type.rawValue)
      $0.field("L", list.orderStatus)
      $0.field("r", "NONE")
      $0.field("C", list.clientID)
      $0.field("T", list.updateTime)
      $0.array("O") {
        for (id, name) in zip(list.orderIDs, list.clientOrderIDs) {
          $0.object {
            $0.field("s", list.symbol.text)
            $0.field("i", id)
            $0.field("c", name)
          }
        }
      }
    }
    return json.bytes
  }

  /// An outboundAccountPosition, without the envelope.
  static func accountPosition(_ balances: [AssetBalance], at time: Timestamp) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("e", "outboundAccountPosition")
      $0.field("E", time)
      $0.field("u", time)
      $0.array("B") {
        for balance in balances {
          $0.object {
            $0.field("a", balance.asset)
            $0.field("f", balance.free)
            $0.field("l", balance.locked)
          }
        }
      }
    }
    return json.bytes
  }
}
