import Foundation
import Testing

@testable import SimulatorServer

/// A public client that nobody here wrote, unmodified, against the simulator.
@Suite struct PythonClientTests {
  private static let script = """
    import sys
    from binance.client import Client
    base, key, secret = sys.argv[1:4]
    Client.API_URL = base + "/api"
    client = Client(key, secret)
    client.API_URL = base + "/api"
    print("symbols", ",".join(s["symbol"] for s in client.get_exchange_info()["symbols"]))
    print("klines", len(client.get_klines(symbol="BTCUSDT", interval="1m", limit=3)))
    print("usdt", client.get_asset_balance(asset="USDT")["free"])
    order = client.create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01", newClientOrderId="python-1")
    print("placed", order["status"], order["executedQty"])
    known = client.get_order(symbol="BTCUSDT", origClientOrderId="python-1")
    print("queried", known["status"], known["orderId"] == order["orderId"])
    rest = client.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price="40000.00")
    print("open", len(client.get_open_orders(symbol="BTCUSDT")))
    print("canceled", client.cancel_order(symbol="BTCUSDT", orderId=rest["orderId"])["status"])
    trades = client.get_my_trades(symbol="BTCUSDT")
    print("trades", [t["id"] for t in trades] == [f["tradeId"] for f in order["fills"]])
    """

  private struct Outcome {
    var status: Int32
    var output: String
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
  }

  /// The Python of a fresh virtual environment with python-binance from PyPI; `nil` where that cannot be had.
  private static let python: String? = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("botsim-python-\(UUID().uuidString)").path
    guard let made = try? run("python3", ["-m", "venv", folder]), made.status == 0 else { return nil }
    let python = folder + "/bin/python"
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "20", "--retries", "1", "python-binance"]
    guard let installed = try? run(python, install), installed.status == 0 else { return nil }
    return python
  }()

  @Test(.enabled("python-binance cannot be installed here (no python3 with venv, or PyPI is unreachable)") { python != nil })
  func pythonBinanceTradesUnmodified() async throws {
    let python = try #require(Self.python)
    let folder = URL(fileURLWithPath: python).deletingLastPathComponent().deletingLastPathComponent()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await ServerFixture.run({
      $0.startsPaused = false
      $0.startTime = nil
    }) { fixture in
      let outcome = try Self.run(
        python,
        [
          "-c", Self.script, "http://127.0.0.1:\(fixture.server.port)", SimulatorConfiguration.testAPIKey,
          SimulatorConfiguration.testAPISecret,
        ])
      #expect(outcome.status == 0, "\(outcome.output)")
      #expect(
        outcome.output.split(separator: "\n").map(String.init) == [
          "symbols BTCUSDT,ETHUSDT", "klines 3", "usdt 100000.00000000", "placed FILLED 0.01000000", "queried FILLED True", "open 1",
          "canceled CANCELED", "trades True",
        ])
    }
  }
}
