import Foundation
import ProgramTestSupport
import TestSupport

/// `botd` in testnet mode against a `botsim` whose faults are asked for as a test goes on.
struct FaultyExchange {
  static let key = "testkeytestkeytestkeytestkey"
  static let secret = "testsecrettestsecrettestsecret"

  let directory: TemporaryDirectory
  let simulator: Simulator
  let daemon: Daemon

  /// - Parameters:
  ///   - faults: asked for before the daemon starts.
  ///   - balances: `ASSET=AMOUNT`.
  ///   - environment: of the daemon, beside the exchange's addresses and keys.
  init(
    _ label: String, faults: [String] = [], balances: [String] = ["USDT=1000000"], speed: Int = 1, environment: [String: String] = [:],
    start: Bool = true
  ) throws {
    directory = try TemporaryDirectory(label)
    simulator = try Simulator(
      directory,
      [
        "--symbol", "BTCUSDT,ETHUSDT", "--seed", "11", "--speed", "\(speed)", "--api-key", Self.key, "--api-secret", Self.secret,
      ] + balances.flatMap { ["--balance", $0] })
    daemon = Daemon(
      directory, arguments: ["--mode", "testnet"], environment: Self.environment(simulator).merging(environment) { $1 })
    for fault in faults { try self.fault(fault) }
    if start { try daemon.start() }
  }

  static func environment(_ simulator: Simulator) -> [String: String] {
    [
      "BINANCE_REST_URL": "http://\(simulator.address)", "BINANCE_STREAM_URL": "ws://\(simulator.address)",
      "BINANCE_WS_API_URL": "ws://\(simulator.address)/ws-api/v3", "BINANCE_API_KEY": key, "BINANCE_API_SECRET": secret,
    ]
  }

  /// Asks for a fault (JSON).
  func fault(_ json: String) throws { _ = try HTTP.post("http://\(simulator.address)/sim/faults", json) }

  /// How often faults have struck.
  func strikes() throws -> Int {
    let faults = try simulator.get("/sim/faults") as? [[String: Any]] ?? []
    return faults.reduce(0) { $0 + ($1["struck"] as? Int ?? 0) }
  }

  /// Moves the market, by a trade of others at that price.
  func movePrice(of symbol: String = "BTCUSDT", to price: Int) throws {
    _ = try simulator.get("/sim/price?symbol=\(symbol)&price=\(price)")
  }

  /// Creates a bot that buys at the next closed second when it holds nothing, and sells only by a stop or when it is told to.
  func createEager(_ name: String, symbol: String = "BTCUSDT", _ settings: [String] = []) throws {
    try daemon.create(
      [
        name, "--symbol", symbol, "--strategy", "rsi", "--param", "period=14", "--param", "oversold=98", "--param", "overbought=99",
        "--interval", "1s", "--capital", "1000", "--start",
      ] + settings)
  }

  /// Waits until a condition of the test's beginning holds; it fails with `what` where it does not.
  func reach(_ what: String, within seconds: Double = 60, _ condition: () throws -> Bool) throws {
    guard try eventually(within: seconds, condition) else { throw TestFailure("\(what) did not come about: \(daemon.tail)") }
  }

  /// Waits until a bot holds something.
  func reachPosition(of name: String) throws {
    try reach("a position of \(name)") { try daemon.control("positions").output.contains(name) }
  }

  /// The order requests that arrived at the exchange.
  func requests() throws -> [[String: Any]] { (try simulator.get("/sim/orders") as? [[String: Any]]) ?? [] }

  /// What rests at the exchange.
  func openOrders() throws -> [[String: Any]] { try account("openOrders") }

  /// Free and locked of an asset, by the exchange's word.
  func balance(_ asset: String) throws -> Double {
    guard let found = try account("balances").first(where: { $0["asset"] as? String == asset }) else { return 0 }
    return [found["free"], found["locked"]].reduce(0) { $0 + (Double($1 as? String ?? "") ?? 0) }
  }

  /// Asked of the simulator, not of the exchange: whoever looks again and again would use up the daemon's request weight.
  private func account(_ part: String) throws -> [[String: Any]] {
    (try simulator.get("/sim/account") as? [String: Any])?[part] as? [[String: Any]] ?? []
  }

  /// The number of the account, as the daemon found it.
  func uid() throws -> String {
    let answer = try daemon.control("panic", "--dry-run").output
    guard let uid = answer.firstMatch(of: /account (\d+) of botsim/)?.output.1 else { throw TestFailure("no account in \(answer)") }
    return String(uid)
  }

  /// A part of `botctl health`: `ok`, `degraded`, `down`, …
  func health(_ part: String) throws -> String {
    // Exit code 8 says that a part is not well: the JSON is there all the same.
    let answer = try run([try Programs.path("botctl"), "health", "--output", "json", "--address", daemon.address])
    let tree = try? JSONSerialization.jsonObject(with: Data(answer.output.utf8))
    let parts = (tree as? [String: Any])?["components"] as? [[String: Any]] ?? []
    return (parts.first { $0["name"] as? String == part }?["status"] as? String ?? "").lowercased()
  }
}
