import Time
import Foundation
import Logging
import ServiceRuntime
import Signing
import SimulatorServer
import Testing
import TradingModel

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A running simulator and a signed HTTP client for it.
struct ServerFixture {
  let server: SimulatorServer

  struct Answer {
    var status: Int
    var text: String
    var headers: [String: String]
  }

  /// BTCUSDT and ETHUSDT, paused at a fixed time, unless changed.
  static func configuration(_ change: (inout SimulatorConfiguration) -> Void = { _ in }) throws -> SimulatorConfiguration {
    var configuration = SimulatorConfiguration()
    configuration.symbols = [try #require(Symbol("BTCUSDT")), try #require(Symbol("ETHUSDT"))]
    configuration.startTime = Timestamp(milliseconds: 1_700_000_000_000)
    configuration.historySeconds = 300
    configuration.startsPaused = true
    configuration.accounts = [
      SimulatorConfiguration.Account(
        apiKey: SimulatorConfiguration.testAPIKey, secret: Secret(SimulatorConfiguration.testAPISecret),
        balances: [("USDT", FixedDecimal(100_000)), ("BTC", .one)])
    ]
    change(&configuration)
    return configuration
  }

  /// Starts a simulator, runs `body`, and shuts it down.
  static func run(
    _ change: (inout SimulatorConfiguration) -> Void = { _ in }, _ body: (ServerFixture) async throws -> Void
  ) async throws {
    let server = try await SimulatorServer.start(configuration(change), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    do {
      try await body(ServerFixture(server: server))
    } catch {
      await server.shutdown()
      throw error
    }
    await server.shutdown()
  }

  func call(
    _ method: String, _ path: String, query: String = "", body: String? = nil, key: String? = nil, unit: String? = nil
  ) async throws -> Answer {
    let url = try #require(URL(string: "http://127.0.0.1:\(server.port)\(path)" + (query.isEmpty ? "" : "?\(query)")))
    var request = URLRequest(url: url, timeoutInterval: 20)
    request.httpMethod = method
    request.httpBody = body.map { Data($0.utf8) }
    if let key { request.setValue(key, forHTTPHeaderField: "X-MBX-APIKEY") }
    if let unit { request.setValue(unit, forHTTPHeaderField: "X-MBX-TIME-UNIT") }
    let (data, response) = try await URLSession.shared.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    var headers: [String: String] = [:]
    for (name, value) in http.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
    return Answer(status: http.statusCode, text: String(decoding: data, as: UTF8.self), headers: headers)
  }

  /// The bytes of a file.
  func bytes(_ path: String) async throws -> [UInt8] {
    let url = try #require(URL(string: "http://127.0.0.1:\(server.port)\(path)"))
    return Array(try await URLSession.shared.data(for: URLRequest(url: url, timeoutInterval: 20)).0)
  }

  func get(_ path: String, _ query: String = "") async throws -> String { try await call("GET", path, query: query).text }

  /// A signed call with the parameters in the query.
  func signed(_ method: String, _ path: String, _ parameters: String = "", timestamp: Int64? = nil) async throws -> Answer {
    let time = timestamp ?? WallClock.now().milliseconds
    let payload = (parameters.isEmpty ? "" : parameters + "&") + "timestamp=\(time)"
    let signature = HMACSHA256.hex(payload, secret: Secret(SimulatorConfiguration.testAPISecret))
    return try await call(method, path, query: "\(payload)&signature=\(signature)", key: SimulatorConfiguration.testAPIKey)
  }
}

/// The recorded data beside the package, if it is there.
enum SharedFolder {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared")
  static func path(_ name: String) -> String { root.appendingPathComponent(name).path }
  static func has(_ name: String) -> Bool { FileManager.default.isReadableFile(atPath: path(name)) }
}

struct ProbeTimeout: Error, CustomStringConvertible {
  var description: String
}
