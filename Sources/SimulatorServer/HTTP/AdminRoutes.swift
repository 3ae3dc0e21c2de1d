import Time
import TradingModel
import ExchangeSimulation

/// `/sim/…`: what tests and people ask of the simulator itself. No key, no weight; any method but where one is named.
///
/// - `identity`: who answers here; a real exchange knows no such path · `status`: counts of everything · `connections`: the open ones
/// - `account[?account=0]`: its balances and open orders, without the weight that the exchange's own calls cost
/// - `orders?from=N&limit=N`: the log of order requests · `truth`: everything, see ``TruthFollower``
/// - `pause`, `resume`, `advance?ms=N` (only while paused, up to an hour per call)
/// - `clock?offset=MS` or `?step=MS`: how far the time that is served and judged by is from the true one
/// - `shutdown-streams`: announces `serverShutdown` to every WebSocket and closes them · `drop-connections`: breaks them without a word
/// - `transfer?asset=USDT&amount=-5[&account=0]`: a deposit or withdrawal
/// - `symbol?symbol=BTCUSDT&status=HALT&tickSize=0.1…`: rules and terms (`minPrice`, `maxPrice`, `tickSize`, `minQty`, `maxQty`, `stepSize`,
///   `minNotional`, `maxNotional`, `maxNumOrders`, `maxNumAlgoOrders`, `maxPosition`, `sellingFrom`, `referencePrice`,
///   `permissionSets=SPOT,MARGIN;TRD_GRP_004`) · `delist?symbol=…[&at=MS]`: at once, or announced
///   and done when market time is there
/// - `wipe?account=0&balances=USDT=1000,BTC=1`: everything of an account is gone · `permissions?account=0&permissions=SPOT`
/// - `key?mayWithdraw=true`: what the exchange says that keys may do · `key?apiKey=…&secret=…[&account=0]`: an account's key is another one from
///   now on, its number stays
/// - `hand?account=0&symbol=…&side=…`: an order as its owner places it elsewhere, or `hand?symbol=…&cancel=ID` a cancel
/// - `take`, `make?symbol=…&side=BUY&quantity=1&price=…`, `unmake?symbol=…&id=-7`: other participants · `price?symbol=…&price=…`
/// - `POST faults` (one fault or an array, as JSON), `GET faults`, `DELETE faults`, `DELETE faults/ID`
enum AdminRoutes {
  static func answer(_ simulation: Simulation, method: String, path: String, query: String, body: [UInt8]) -> APIAnswer {
    simulation.pump()
    let parameters = RequestParameters(query: query, body: "")
    do throws(ExchangeError) {
      switch path {
      case "/sim/status", "/sim", "/sim/": return APIAnswer(status: 200, body: status(simulation))
      case "/sim/identity": return APIAnswer(status: 200, body: identity(simulation))
      case "/sim/connections": return APIAnswer(status: 200, body: connections(simulation))
      case "/sim/account": return APIAnswer(status: 200, body: try accountNow(simulation, parameters))
      case "/sim/orders": return APIAnswer(status: 200, body: try orders(simulation, parameters))
      default: break
      }
      if path == "/sim/faults" || path.hasPrefix("/sim/faults/") {
        let answer = try faults(simulation, method: method, path: path, body: body)
        if method != "GET" { record(simulation, method, path, query, body) }
        return APIAnswer(status: 200, body: answer)
      }
      switch path {
      case "/sim/pause": simulation.pause()
      case "/sim/resume": simulation.resume()
      case "/sim/advance": try advance(simulation, parameters)
      case "/sim/clock":
        try clock(simulation, parameters)
        record(simulation, method, path, query, body)
        return APIAnswer(status: 200, body: clock(simulation))
      case "/sim/shutdown-streams": simulation.shutdownStreams()
      case "/sim/drop-connections": simulation.dropConnections()
      case "/sim/transfer": try transfer(simulation, parameters)
      default:
        if try keep(simulation, path: path, parameters) { break }
        return .failure(ExchangeError(-1000, "Path \(path) is unknown"), status: 404)
      }
      record(simulation, method, path, query, body)
      return APIAnswer(status: 200, body: status(simulation))
    } catch {
      return .failure(error)
    }
  }

  private static func record(_ simulation: Simulation, _ method: String, _ path: String, _ query: String, _ body: [UInt8]) {
    let target = query.isEmpty ? path : "\(path)?\(query)"
    let text = String(decoding: body.prefix(65_536), as: UTF8.self)
    simulation.record(.command("\(method) \(target)" + (text.isEmpty ? "" : " \(text)")))
  }

  private static func advance(_ simulation: Simulation, _ parameters: RequestParameters) throws(ExchangeError) {
    guard let milliseconds = try parameters.integer("ms"), (0...3_600_000).contains(milliseconds) else {
      throw ExchangeError(-1102, "ms must be 0 to 3600000")
    }
    guard simulation.isPaused else { throw ExchangeError(-1128, "pause first") }
    simulation.advance(milliseconds: milliseconds)
  }

  private static func transfer(_ simulation: Simulation, _ parameters: RequestParameters) throws(ExchangeError) {
    let asset = try parameters.required("asset")
    guard let amount = FixedDecimal(text: try parameters.required("amount")) else { throw ExchangeError(-1102, "amount must be a decimal") }
    let account = try parameters.integer("account") ?? 0
    var events: [ExchangeEvent] = []
    let isDone = simulation.exchange.transfer(
      account: Int(truncatingIfNeeded: account), asset: asset, amount: amount, at: simulation.marketTime, events: &events)
    guard isDone else { throw ExchangeError(-2010, "Account has insufficient balance for requested action.") }
    simulation.handle(events)
    simulation.flush()
  }

  private static func status(_ simulation: Simulation) -> [UInt8] {
    var json = JSONWriter(capacity: 4_096)
    json.object {
      $0.field("marketTime", simulation.marketTime)
      $0.field("marketTimeText", simulation.marketTime.description)
      $0.field("started", simulation.hasStarted)
      $0.field("paused", simulation.isPaused)
      $0.field("finished", simulation.isFinished)
      if let progress = simulation.progress {
        $0.key("progress")
        $0.literal(FixedDecimal(nearestTo: progress)?.description ?? "0")
      }
      if !simulation.sourceError.isEmpty { $0.field("error", simulation.sourceError) }
      $0.array("symbols") { for board in simulation.boards { $0.string(board.symbol.text) } }
      $0.object("rules") {
        for (symbol, origin) in simulation.ruleOrigins.sorted(by: { $0.key < $1.key }) { $0.field(symbol.text, origin) }
      }
      $0.object("connections") {
        $0.field("total", simulation.counters.connectionsTotal)
        $0.field("streams", simulation.hub.sessions.count)
        $0.field("webSocketAPI", simulation.apiSessions.count)
        $0.field("overflows", simulation.counters.overflows)
      }
      $0.field("requests", simulation.counters.requests)
      $0.field("marketSteps", simulation.counters.marketSteps)
      $0.field("subscriptions", simulation.hub.subscriptionCount)
      $0.object("streams") {
        for name in simulation.hub.topics.keys.sorted() { $0.field(name, simulation.hub.topics[name]?.listeners.count ?? 0) }
      }
      $0.field("userDataSubscriptions", simulation.apiSessions.values.reduce(0) { $0 + $1.subscriptionCount })
      $0.object("truth") {
        $0.field("firstKept", simulation.truth.firstKept)
        $0.field("next", simulation.truth.next)
        if let file = simulation.truthFile {
          $0.field("file", file.path)
          if !file.fault.isEmpty { $0.field("error", file.fault) }
        }
      }
      $0.field("faults", simulation.faults.entries.count)
      $0.field("orderRequests", simulation.exchange.truthCount)
      $0.array("orders") { for record in simulation.exchange.truth.suffix(100) { write(record, to: &$0) } }
    }
    return json.bytes
  }

  private static func orders(_ simulation: Simulation, _ parameters: RequestParameters) throws(ExchangeError) -> [UInt8] {
    let from = try parameters.integer("from") ?? 1
    let limit = try parameters.limit(default: 1_000_000, maximum: 1_000_000)
    let first = simulation.exchange.truth.firstIndex { $0.sequence >= from } ?? simulation.exchange.truth.endIndex
    var json = JSONWriter(capacity: 65_536)
    json.array { for record in simulation.exchange.truth[first...].prefix(limit) { write(record, to: &$0) } }
    return json.bytes
  }

  private static func write(_ record: TruthRecord, to json: inout JSONWriter) {
    json.object {
      $0.field("sequence", record.sequence)
      $0.field("marketTime", record.marketTime)
      TruthLines.write(record, to: &$0)
    }
  }
}
