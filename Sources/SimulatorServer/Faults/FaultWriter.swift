import TradingModel
import ExchangeSimulation

/// Faults as `GET /sim/faults` lists them: in the form in which they were asked for, with their number and counts.
enum FaultWriter {
  static func list(_ plan: FaultPlan) -> [UInt8] {
    var json = JSONWriter(capacity: 1_024)
    json.array { for entry in plan.entries { write(entry, to: &$0) } }
    return json.bytes
  }

  private static func write(_ entry: FaultPlan.Entry, to json: inout JSONWriter) {
    let fault = entry.fault
    json.object {
      $0.field("id", entry.id)
      $0.field("matched", entry.matched)
      $0.field("struck", entry.struck)
      $0.field("spent", entry.isSpent)
      $0.field("on", fault.target.rawValue)
      write(fault.action, to: &$0)
      write(fault.selector, of: fault.target, to: &$0)
      $0.field("count", fault.count ?? 0)
      $0.field("after", fault.after)
      $0.field("probability", fault.probability)
      if let seed = fault.seed { $0.field("seed", seed) }
    }
  }

  private static func write(_ selector: FaultSelector, of target: FaultTarget, to json: inout JSONWriter) {
    func field(_ name: String, _ value: String?) { if let value { json.field(name, value) } }
    switch target {
    case .request: field("request", selector.name)
    case .userEvent, .marketEvent: field("event", selector.name)
    case .connection: field("kind", selector.name)
    }
    field("symbol", selector.symbol)
    field("side", selector.side)
    field("type", selector.orderType)
    field("clientIdPrefix", selector.clientOrderIDPrefix)
    field("execution", selector.execution)
    field("interval", selector.interval)
    if let isClosed = selector.isClosed { json.field("closed", isClosed) }
    if let account = selector.account { json.field("account", account) }
    if let connection = selector.connection { json.field("connection", connection) }
  }

  private static func write(_ action: FaultAction, to json: inout JSONWriter) {
    switch action {
    case .swallow(let executes, let resets):
      json.field("do", "swallow")
      json.field("executed", executes)
      json.field("reset", resets)
    case .delay(let before, let after):
      json.field("do", "delay")
      json.field("beforeMs", before)
      json.field("afterMs", after)
    case .answer(let answer):
      json.field("do", "answer")
      json.field("status", answer.status)
      json.field("code", answer.code)
      json.field("message", answer.message)
      if let body = answer.body { json.field("body", body) }
      json.object("headers") { for header in answer.headers { $0.field(header.name, header.value) } }
      json.field("executed", answer.executes)
    case .cut(let bytes, let resets):
      json.field("do", "cut")
      json.field("bytes", bytes)
      json.field("reset", resets)
    case .partial(let quantity, let fraction):
      json.field("do", "partial")
      if let quantity { json.field("quantity", quantity) }
      if let fraction { json.field("fraction", fraction) }
    case .lag(let milliseconds):
      json.field("do", "lag")
      json.field("ms", milliseconds)
    case .omit(let newest, let ids):
      json.field("do", "omit")
      if newest > 0 { json.field("newest", newest) }
      if !ids.isEmpty { json.array("ids") { for id in ids { $0.integer(id) } } }
    case .lose: json.field("do", "lose")
    case .double: json.field("do", "double")
    case .postpone(let milliseconds):
      json.field("do", "delay")
      json.field("ms", milliseconds)
    case .reorder(let milliseconds):
      json.field("do", "reorder")
      json.field("ms", milliseconds)
    case .garble(let text):
      json.field("do", "garble")
      if let text { json.field("text", text) }
    case .price(let factor):
      json.field("do", "price")
      json.field("factor", factor)
    case .silent: json.field("do", "silent")
    case .oneWay(let lost):
      json.field("do", "oneWay")
      json.field("lost", lost.rawValue)
    case .blackHole: json.field("do", "blackHole")
    case .terminate: json.field("do", "terminate")
    case .shutdown: json.field("do", "shutdown")
    case .unsubscribe: json.field("do", "unsubscribe")
    case .drop(let resets):
      json.field("do", "drop")
      json.field("reset", resets)
    }
  }
}
