import CBounds
import Foundation
import Signing
import ServiceRuntime
import Synchronization

/// `botsim` as a process: how many market messages it sends to 50 WebSockets at full speed, and how many orders it answers while it sends
/// more than 20,000 a second, beside plain C that moves the same bytes.
enum SimulatorBenchmarks {
  private static let connections = 50
  private static let measuredNanoseconds: UInt64 = 4_000_000_000
  private static let symbols = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT"]
  /// What makes some 30,000 messages a second of the generated market.
  private static let marketSpeed = "120"
  static let key = "benchkeybenchkeybenchkey"
  static let secret = "benchsecretbenchsecret"

  static var all: [Benchmark] {
    let size = Mutex((message: 150, request: 400, answer: 900))
    return [
      Benchmark(
        name: "simulator.messages", title: "botsim: market messages to \(connections) connections at full speed", unit: "1/s",
        contestants: [
          Contestant(name: "ours") {
            let run = try measure(speed: "max", places: false)
            size.withLock { $0.message = run.messageBytes }
            return run.messages
          },
          Contestant(name: "C, same bytes") {
            var count: UInt64 = 0
            let time = bound_ws_fanout(connections, size.withLock { $0.message }, measuredNanoseconds, &count)
            return time > 0 ? Double(count) / Double(time) * 1e9 : nil
          },
        ], rounds: 3, figureToHold: 20_000, isRate: true, digits: 0),
      Benchmark(
        name: "simulator.orders", title: "botsim: orders answered one by one, 20,000 market messages a second beside them", unit: "1/s",
        contestants: [
          Contestant(name: "ours") {
            let run = try measure(speed: marketSpeed, places: true)
            size.withLock { $0 = (run.messageBytes, run.requestBytes, run.answerBytes) }
            guard run.messages >= 20_000 else {
              throw Failure(description: "only \(Int(run.messages)) messages a second beside the orders")
            }
            return run.orders
          },
          Contestant(name: "C echo, same bytes") {
            let (request, answer) = size.withLock { ($0.request, $0.answer) }
            let time = bound_pipelined(request, answer, 20_000, 1)
            return time > 0 ? 20_000 / Double(time) * 1e9 : nil
          },
        ], rounds: 3, figureToHold: 500, isRate: true, digits: 0),
    ]
  }

  private struct Run {
    var messages = 0.0
    var orders = 0.0
    var messageBytes = 0
    var requestBytes = 0
    var answerBytes = 0
  }

  private struct Failure: Error, CustomStringConvertible { var description: String }

  private static func measure(speed: String, places: Bool) throws -> Run {
    let program = try Program(
      symbols: symbols, speed: speed, waitsFor: connections * symbols.count, balances: ["USDT=100000000", "BTC=1000"],
      arguments: ["--clock", "wall"])
    defer { program.stop() }
    let port = program.port
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    let target = "/stream?streams=" + symbols.map { "\($0.lowercased())@trade" }.joined(separator: "/")
    for _ in 0..<connections {
      let socket = unsafe target.withCString { unsafe bound_ws_connect(port, $0) }
      guard socket >= 0 else { throw Failure(description: "botsim took no WebSocket") }
      sockets.append(socket)
    }
    let load = OrderLoad(port: port, signer: RequestSigner(apiKey: Secret(key), secret: Secret(secret)))
    if places { load.start() }
    var count: UInt64 = 0
    var bytes: UInt64 = 0
    let time = bound_ws_count(sockets, sockets.count, measuredNanoseconds, &count, &bytes)
    let orders = places ? try load.end() : (count: 0, requestBytes: 0, answerBytes: 0)
    guard time > 0, count > 0 else { throw Failure(description: "botsim closed a WebSocket") }
    let seconds = Double(time) / 1e9
    return Run(
      messages: Double(count) / seconds, orders: Double(orders.count) / seconds, messageBytes: Int(bytes / count),
      requestBytes: orders.requestBytes, answerBytes: orders.answerBytes)
  }

  /// A running `botsim`.
  struct Program {
    let port: Int32
    private let process = Process()

    /// - Parameters:
    ///   - waitsFor: stream subscriptions without which the market stands still.
    ///   - balances: `ASSET=AMOUNT`.
    init(symbols: [String], speed: String, waitsFor: Int, balances: [String], arguments: [String] = []) throws {
      process.executableURL = URL(fileURLWithPath: try DaemonBenchmarks.path(of: "botsim"))
      process.arguments =
        [
          "--port", "0", "--print-json-ready", "--symbol", symbols.joined(separator: ","), "--speed", speed, "--wait-for-subscribers",
          "\(waitsFor)", "--api-key", key, "--api-secret", secret,
        ] + balances.flatMap { ["--balance", $0] } + arguments
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      do { port = try Self.port(output.fileHandleForReading) } catch {
        process.terminate()
        throw error
      }
    }

    /// Reads the line that names the port.
    private static func port(_ output: FileHandle) throws -> Int32 {
      var text = ""
      while !text.contains("\n") {
        let data = output.availableData
        guard !data.isEmpty else { throw Failure(description: "botsim ended at its start") }
        text += String(decoding: data, as: UTF8.self)
      }
      let digits = text.firstRange(of: "\"port\":").map { text[$0.upperBound...].prefix { $0.isNumber } } ?? ""
      guard let port = Int32(digits) else { throw Failure(description: "botsim named no port: \(text)") }
      return port
    }

    func stop() {
      process.terminate()
      process.waitUntilExit()
    }
  }

  /// One thread that buys and sells at the market, each order after the answer to the one before.
  private final class OrderLoad: Sendable {
    private struct State {
      var ends = false
      var failure: String?
      var orders = (count: 0, requestBytes: 0, answerBytes: 0)
    }

    private let port: Int32
    private let signer: RequestSigner
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    init(port: Int32, signer: RequestSigner) {
      self.port = port
      self.signer = signer
    }

    func start() {
      Thread.detachNewThread {
        var socket: Int32 = -1
        var number = 0
        while self.state.withLock({ !$0.ends && $0.failure == nil }) {
          number += 1
          self.place(number, &socket)
        }
        if socket >= 0 { close(socket) }
        self.ended.signal()
      }
    }

    private func place(_ number: Int, _ socket: inout Int32) {
      do {
        let body = try signer.signedQuery([
          RequestParameter("symbol", "BTCUSDT"), RequestParameter("side", number % 2 == 1 ? "BUY" : "SELL"),
          RequestParameter("type", "MARKET"), RequestParameter("quantity", "0.001"), RequestParameter("recvWindow", "60000"),
          RequestParameter("timestamp", String(Int(Date().timeIntervalSince1970 * 1_000))),
        ])
        let request =
          Array(
            "POST /api/v3/order HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: \(signer.apiKey)\r\nContent-Length: \(body.count)\r\n\r\n".utf8
          )
          + body
        var answer = 0
        let status = unsafe request.withUnsafeBytes {
          unsafe bound_http_call(&socket, port, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, &answer)
        }
        state.withLock {
          if status == 200 {
            $0.orders = ($0.orders.count + 1, request.count, answer)
          } else {
            $0.failure = "an order was answered with status \(status)"
          }
        }
      } catch {
        state.withLock { $0.failure = "\(error)" }
      }
    }

    /// Ends it. Returns how many orders were answered.
    func end() throws -> (count: Int, requestBytes: Int, answerBytes: Int) {
      state.withLock { $0.ends = true }
      ended.wait()
      let (failure, orders) = state.withLock { ($0.failure, $0.orders) }
      if let failure { throw Failure(description: failure) }
      return orders
    }
  }
}
