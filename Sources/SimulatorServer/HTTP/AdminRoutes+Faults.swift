import ServiceRuntime
import TradingModel
import ExchangeSimulation

extension AdminRoutes {
  /// A day: further off the exchange's clock does not go.
  static let clockMillisecondsMaximum: Int64 = 86_400_000

  static func faults(_ simulation: Simulation, method: String, path: String, body: [UInt8]) throws(ExchangeError) -> [UInt8] {
    if path == "/sim/faults" {
      switch method {
      case "GET": return FaultWriter.list(simulation.faults)
      case "DELETE":
        _ = simulation.removeFault(nil)
        return FaultWriter.list(simulation.faults)
      case "POST":
        let ids = try simulation.addFaults(try FaultReader.read(body))
        var json = JSONWriter()
        json.object { $0.array("ids") { for id in ids { $0.integer(id) } } }
        return json.bytes
      default: throw ExchangeError(-1102, "The method must be GET, POST or DELETE.")
      }
    }
    guard method == "DELETE" else { throw ExchangeError(-1102, "The method must be DELETE.") }
    guard let id = Int64(path.dropFirst("/sim/faults/".count)), simulation.removeFault(id) else {
      throw ExchangeError(-1102, "There is no fault \(path.dropFirst("/sim/faults/".count)).")
    }
    return FaultWriter.list(simulation.faults)
  }

  static func clock(_ simulation: Simulation, _ parameters: RequestParameters) throws(ExchangeError) {
    let offset = try parameters.integer("offset")
    let step = try parameters.integer("step")
    guard offset == nil || step == nil else { throw ExchangeError(-1102, "offset and step cannot both be given.") }
    guard offset != nil || step != nil else { return }
    let sum = (offset ?? simulation.requestClock.offset).addingReportingOverflow(step ?? 0)
    guard !sum.overflow, (-clockMillisecondsMaximum...clockMillisecondsMaximum).contains(sum.partialValue) else {
      throw ExchangeError(-1102, "\(offset == nil ? "step" : "offset") must leave the clock within a day of the true time, in ms.")
    }
    simulation.requestClock.shift(to: sum.partialValue)
  }

  static func clock(_ simulation: Simulation) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("offset", simulation.requestClock.offset)
      $0.field("serverTime", simulation.requestClock.serve(market: simulation.marketTime, wall: WallClock.now()))
    }
    return json.bytes
  }

  static func identity(_ simulation: Simulation) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.field("name", "botsim")
      $0.field("simulator", true)
      $0.field("version", ProductVersion.text)
      $0.field("seed", simulation.configuration.seed)
    }
    return json.bytes
  }

  static func connections(_ simulation: Simulation) -> [UInt8] {
    var json = JSONWriter(capacity: 1_024)
    json.array {
      for wire in simulation.connections.values.sorted(by: { $0.number < $1.number }) {
        $0.object {
          $0.field("connection", wire.number)
          $0.field("kind", wire.kind)
          $0.field("requests", wire.requests)
        }
      }
    }
    return json.bytes
  }
}
