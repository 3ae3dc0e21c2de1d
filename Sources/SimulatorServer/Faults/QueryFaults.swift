import Presentation
import Time
import ServiceRuntime
import TradingModel
import ExchangeSimulation

/// Answers of queries as of a while ago, or without some rows.
enum QueryFaults {
  static func changed(_ answer: APIAnswer, _ request: FaultedRequest, _ struck: RequestFaults, _ simulation: Simulation) -> APIAnswer {
    if request.name.hasPrefix("GET "), ArchiveRoutes.isFile(String(request.name.dropFirst(4))) {
      let omitted = (newest: struck.omitsNewest, numbers: Set(struck.omitsIDs))
      return ArchiveRoutes.answer(simulation, path: String(request.name.dropFirst(4)), omitted: omitted) ?? answer
    }
    guard answer.error == nil, let tree = JSONTree(answer.body) else { return answer }
    let account = request.apiKey.flatMap { key in simulation.configuration.accounts.firstIndex { $0.apiKey == key } } ?? 0
    let time = struck.lag.map { WallClock.now().advanced(byMilliseconds: -$0) }
    switch tree {
    case .array(let rows):
      var rows = rows
      if let time { rows = lagged(rows, request, at: time, account: account, simulation.queryHistory) }
      rows.removeAll { row in number(row).map(struck.omitsIDs.contains) ?? false }
      rows.removeLast(min(struck.omitsNewest, rows.count))
      return answered(answer, .array(rows))
    case .object where tree["orderId"] != nil:
      if struck.omitsNewest > 0 || tree["orderId"]?.integer.map(struck.omitsIDs.contains) == true { return missing }
      guard let time else { return answer }
      switch state(tree, at: time, simulation.queryHistory) {
      case .unchanged: return answer
      case .absent: return missing
      case .order(let order): return answered(answer, row(order))
      }
    default: return answer
    }
  }

  private static var missing: APIAnswer { .failure(ExchangeError(-2013, "Order does not exist.")) }

  private static func answered(_ answer: APIAnswer, _ tree: JSONTree) -> APIAnswer {
    var json = JSONWriter(capacity: answer.body.count + 64)
    json.value(tree)
    var changed = answer
    changed.body = json.bytes
    return changed
  }

  /// Rows of trades have a number of their own.
  private static func number(_ row: JSONTree) -> Int64? { (row["id"] ?? row["orderId"])?.integer }

  private static func row(_ order: ExchangeOrder) -> JSONTree {
    var json = JSONWriter(capacity: 640)
    OrderPayloads.queried(order, to: &json)
    return JSONTree(json.bytes) ?? .null
  }

  private static func state(_ row: JSONTree, at time: Timestamp, _ history: QueryHistory) -> QueryHistory.State {
    guard let symbol = row["symbol"]?.text.flatMap({ Symbol($0) }), let id = row["orderId"]?.integer else { return .unchanged }
    return history.state(symbol: symbol, orderID: id, at: time)
  }

  private static func lagged(
    _ rows: [JSONTree], _ request: FaultedRequest, at time: Timestamp, account: Int, _ history: QueryHistory
  ) -> [JSONTree] {
    if request.name.hasSuffix("myTrades"), let symbol = request.parameters["symbol"].flatMap({ Symbol($0) }) {
      let later = history.trades(after: time, symbol: symbol, account: account)
      return rows.filter { row in !(row["id"]?.integer.map(later.contains) ?? false) }
    }
    let isOpenOnly = request.name.contains("openOrders")
    var seen: Set<[String]> = []
    var changed: [JSONTree] = []
    for entry in rows {
      guard entry["orderId"] != nil else {
        changed.append(entry)
        continue
      }
      seen.insert([entry["symbol"]?.text ?? "", entry["orderId"]?.parameterText ?? ""])
      switch state(entry, at: time, history) {
      case .unchanged: changed.append(entry)
      case .absent: continue
      case .order(let order): if !isOpenOnly || order.status.isOpen { changed.append(row(order)) }
      }
    }
    guard isOpenOnly else { return changed }
    for order in history.opened(at: time, account: account) {
      let isWanted = request.parameters["symbol"].map { $0 == order.symbol.text } ?? true
      if isWanted, !seen.contains([order.symbol.text, String(order.orderID)]) { changed.append(row(order)) }
    }
    return changed
  }
}
