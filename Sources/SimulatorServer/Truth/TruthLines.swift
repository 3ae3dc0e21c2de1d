import Presentation
import Time
import ServiceRuntime
import TradingModel
import Venue
import ExchangeSimulation

/// The truth as lines of JSON. All that comes from the machine's clock stands at a line's end, in `wallNanoseconds`, or is left out.
enum TruthLines {
  /// The first line: what these lines are, and from which entry on they are there.
  static func header(seed: UInt64, firstKept: Int64, next: Int64) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("record", "truth")
      $0.field("name", "botsim")
      $0.field("version", ProductVersion.text)
      $0.field("seed", seed)
      $0.field("firstKept", firstKept)
      $0.field("next", next)
    }
    return json.bytes + [10]
  }

  static func line(_ entry: TruthEntry, wall: Bool) -> [UInt8] {
    var json = JSONWriter(capacity: 512)
    json.object {
      $0.field("sequence", entry.sequence)
      $0.field("marketTime", entry.time)
      write(entry.event, wall: wall, to: &$0)
      if wall { $0.field("wallNanoseconds", entry.wall.nanoseconds) }
    }
    return json.bytes + [10]
  }

  private static func write(_ event: TruthEvent, wall: Bool, to json: inout JSONWriter) {
    switch event {
    case .connection(let number, let change):
      json.field("record", "connection")
      json.field("connection", number)
      json.field("change", change)
    case .request(let request):
      json.field("record", "request")
      json.field("connection", request.connection)
      json.field("number", request.number)
      json.field("protocol", request.isWebSocket ? "webSocket" : "http")
      json.field("name", request.name)
      if request.isCut { json.field("cut", true) }
      json.base64("bytes", request.bytes)
    case .answer(let answer):
      json.field("record", "answer")
      json.field("connection", answer.connection)
      json.field("number", answer.number)
      json.field("status", answer.status)
      json.field("code", answer.code)
      json.field("executed", answer.wasExecuted)
      if !answer.faults.isEmpty { json.array("faults") { for id in answer.faults { $0.integer(id) } } }
    case .execution(let execution):
      json.field("record", "execution")
      json.field("account", execution.order.account)
      json.key("report")
      json.literal(OrderPayloads.executionReport(execution))
    case .list(let list, let type):
      json.field("record", "list")
      json.field("account", list.account)
      json.key("report")
      json.literal(OrderPayloads.listStatus(list, type))
    case .balances(let account, let balances):
      json.field("record", "balances")
      json.field("account", account)
      json.array("balances") {
        for balance in balances {
          $0.object {
            $0.field("asset", balance.asset)
            $0.field("free", balance.free)
            $0.field("locked", balance.locked)
          }
        }
      }
    case .order(let record):
      json.field("record", "order")
      write(record, wall: wall, to: &json)
    case .command(let text):
      json.field("record", "command")
      json.field("command", text)
    }
  }

  /// The fields of one order request.
  static func write(_ record: TruthRecord, wall: Bool = true, to json: inout JSONWriter) {
    json.field("kind", record.kind.rawValue)
    json.field("symbol", record.symbol)
    json.field("clientOrderId", record.clientOrderID)
    if record.kind == .placeList { json.array("memberClientOrderIds") { for id in record.memberClientOrderIDs { $0.string(id) } } }
    json.field("order", record.order)
    if wall { json.field("arrivalNanoseconds", record.arrival.nanoseconds) }
    json.field("code", record.code)
    json.field("orderId", record.orderID)
    json.field("outcome", record.outcome)
  }
}

extension JSONWriter {
  /// A key and its bytes in base64.
  mutating func base64(_ name: String, _ bytes: [UInt8]) {
    var text = JSONText(capacity: bytes.count / 3 * 4 + 8)
    text.value(bytes)
    key(name)
    literal(text.bytes)
  }
}
