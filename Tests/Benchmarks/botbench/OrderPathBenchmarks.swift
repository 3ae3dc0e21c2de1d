import CBounds
import Foundation
import Synchronization

/// From a closed candle on a socket to the first byte of its order on another, the intent durable in between: `botd` in testnet mode against
/// `botsim`, through a tap that looks at the bytes; once with nothing else to do, once under a load of calls and subscribers
/// (``RPCLoad``). Beside it plain C that does the same work on the same disk at the same time.
enum OrderPathBenchmarks {
  /// Each has a bot that trades at every closed second.
  static let symbols = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "ADAUSDT"]
  /// So that the highest of a thousand is not one of some.
  private static let samples = 1_000
  private static let shares: [(name: String, share: Double)] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
  /// Bytes of a closed candle, an intent's row and an order, signature and headers included, as the daemon has them.
  private static let bytes = (candle: 400, record: 230, order: 520)

  static var all: [Benchmark] {
    [("idle", \Paths.idle), ("load", \Paths.load)].flatMap { name, path in shares.map { benchmark(name, path, $0.name, $0.share) } }
  }

  /// Nanoseconds from candle to order.
  private struct Times {
    var ours: [Double] = []
    var plain: [Double] = []
  }

  private struct Paths {
    var idle = Times()
    var load = Times()
  }

  private struct Failure: Error, CustomStringConvertible { var description: String }

  private static func benchmark(_ name: String, _ path: KeyPath<Paths, Times>, _ shareName: String, _ share: Double) -> Benchmark {
    Benchmark(
      name: "order.\(name).\(shareName)",
      title: "closed candle to order bytes, durable in between, "
        + (name == "idle" ? "nothing else to do" : "\(RPCLoad.callsPerSecond) calls a second and \(RPCLoad.subscribers) subscribers"),
      unit: "µs",
      contestants: [
        Contestant(name: "ours") { quantile(try measured.get()[keyPath: path].ours, share).map { $0 / 1_000 } },
        Contestant(name: "C, same work") { quantile(try measured.get()[keyPath: path].plain, share).map { $0 / 1_000 } },
      ], rounds: 1, digits: 0)
  }

  /// Measured once: all figures are of one run.
  private static let measured = Result { try inFolder { try measure($0) } }

  private static func measure(_ folder: String) throws -> Paths {
    let simulator = try SimulatorBenchmarks.Program(symbols: symbols, speed: "1", waitsFor: 0, balances: ["USDT=1000000"])
    defer { simulator.stop() }
    var port: Int32 = 0
    guard let tap = unsafe bound_tap_start(simulator.port, &port) else { throw Failure(description: "no tap") }
    unsafe setenv("BINANCE_REST_URL", "http://127.0.0.1:\(port)", 1)
    unsafe setenv("BINANCE_STREAM_URL", "ws://127.0.0.1:\(port)", 1)
    unsafe setenv("BINANCE_WS_API_URL", "ws://127.0.0.1:\(port)/ws-api/v3", 1)
    unsafe setenv("BINANCE_API_KEY", SimulatorBenchmarks.key, 1)
    unsafe setenv("BINANCE_API_SECRET", SimulatorBenchmarks.secret, 1)
    let program = try DaemonBenchmarks.path(of: "botd")
    let socket = folder + "/botd.sock"
    var pid: Int32 = -1
    let arguments = [
      program, "--mode", "testnet", "--state-dir", folder + "/state", "--listen", "unix:" + socket, "--log-level", "error",
    ]
    let started = unsafe DaemonBenchmarks.argv(arguments) { unsafe bound_start($0, folder + "/ready", 60, &pid) }
    for name in ["BINANCE_REST_URL", "BINANCE_STREAM_URL", "BINANCE_WS_API_URL", "BINANCE_API_KEY", "BINANCE_API_SECRET"] {
      unsafe unsetenv(name)
    }
    defer { if pid > 0 { _ = bound_stop(pid, 20) } }
    guard started > 0 else { throw Failure(description: "botd did not become ready") }
    for (number, symbol) in symbols.enumerated() { try createBot(number, symbol, socket) }
    _ = try unsafe times(tap, count: symbols.count * 5)
    var paths = Paths()
    paths.idle.ours = try unsafe times(tap, count: samples, saying: "order.idle")
    paths.idle.plain = try plain(folder)
    let load = try RPCLoad(socket: socket)
    defer { load.stop() }
    try load.start()
    _ = try unsafe times(tap, count: symbols.count * 5)
    load.begin()
    paths.load.ours = try unsafe times(tap, count: samples, saying: "order.load")
    paths.load.plain = try plain(folder)
    BacktestBenchmarks.note("order: " + (try load.summary()))
    return paths
  }

  /// A bot that buys at a closed second and sells at the next.
  private static func createBot(_ number: Int, _ symbol: String, _ socket: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try DaemonBenchmarks.path(of: "botctl"))
    process.arguments = [
      "create", "bot-\(number)", "--symbol", symbol, "--strategy", "rsi", "--param", "period=2", "--param", "oversold=98", "--param",
      "overbought=99", "--interval", "1s", "--capital", "10000", "--stop-loss", "0", "--time-stop", "1", "--start", "--address",
      "unix:" + socket,
    ]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "botctl made no bot") }
  }

  /// The next so many times of ours. They come at the market's pace: minutes pass, so it is said every ten seconds how many came.
  private static func times(_ tap: OpaquePointer, count: Int, saying name: String? = nil) throws -> [Double] {
    var said = bound_now()
    var times: [Double] = []
    var buffer = [UInt64](repeating: 0, count: 4_096)
    _ = unsafe bound_tap_take(tap, &buffer, buffer.count)
    let end = bound_now() + UInt64(count) * 2_000_000_000 / UInt64(symbols.count) + 30_000_000_000
    while times.count < count {
      guard bound_now() < end else { throw Failure(description: "only \(times.count) of \(count) orders came") }
      Thread.sleep(forTimeInterval: 0.2)
      let found = unsafe bound_tap_take(tap, &buffer, buffer.count)
      times += buffer.prefix(found).map { Double($0) }
      if let name, bound_now() > said + 10_000_000_000 {
        said = bound_now()
        BenchmarkCommand.write("\(name): \(times.count) of \(count) orders", to: .standardError)
      }
    }
    return times
  }

  /// The same work in C, a burst of as many candles every 50 ms.
  private static func plain(_ folder: String) throws -> [Double] {
    let bursts = samples / symbols.count + 1
    var times = [UInt64](repeating: 0, count: bursts * symbols.count)
    let code = unsafe bound_order_path(
      folder + "/plain", symbols.count, bursts, 50_000_000, bytes.candle, bytes.record, bytes.order, &times)
    guard code == 0 else { throw Failure(description: "the plain path broke") }
    return times.map { Double($0) }
  }
}
