import Time
import TradingModel
import ExchangeSimulation

/// `/sim/…`: what tests and people ask of the simulator itself. Any method; no key.
///
/// - `status`: counts of everything · `truth?from=N&limit=N`: the log of order requests
/// - `pause`, `resume`, `advance?ms=N` (only while paused, up to an hour per call)
/// - `shutdown-streams`: announces `serverShutdown` to every WebSocket and closes them · `drop-connections`: breaks them without a word
/// - `transfer?asset=USDT&amount=-5[&account=0]`: a deposit or withdrawal
enum AdminRoutes {
  static func answer(_ simulation: Simulation, path: String, query: String) -> APIAnswer {
    simulation.pump()
    let parameters = RequestParameters(query: query, body: "")
    do throws(ExchangeError) {
      switch path {
      case "/sim/status", "/sim", "/sim/": return APIAnswer(status: 200, body: status(simulation))
      case "/sim/truth": return APIAnswer(status: 200, body: try truth(simulation, parameters))
      case "/sim/pause": simulation.pause()
      case "/sim/resume": simulation.resume()
      case "/sim/advance": try advance(simulation, parameters)
      case "/sim/shutdown-streams": simulation.shutdownStreams()
      case "/sim/drop-connections": simulation.dropConnections()
      case "/sim/transfer": try transfer(simulation, parameters)
      default: return .failure(ExchangeError(-1000, "Path \(path) is unknown"), status: 404)
      }
      return APIAnswer(status: 200, body: status(simulation))
    } catch {
      return .failure(error)
    }
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
      $0.field("orderRequests", simulation.exchange.truthCount)
      $0.array("orders") { for record in simulation.exchange.truth.suffix(100) { write(record, to: &$0) } }
    }
    return json.bytes
  }

  private static func truth(_ simulation: Simulation, _ parameters: RequestParameters) throws(ExchangeError) -> [UInt8] {
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
      $0.field("kind", record.kind.rawValue)
      $0.field("symbol", record.symbol)
      $0.field("clientOrderId", record.clientOrderID)
      $0.field("order", record.order)
      $0.field("arrivalNanoseconds", record.arrival.nanoseconds)
      $0.field("marketTime", record.marketTime)
      $0.field("code", record.code)
      $0.field("orderId", record.orderID)
      $0.field("outcome", record.outcome)
    }
  }
}
