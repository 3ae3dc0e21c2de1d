import Foundation
import Testing

@testable import SimulatorServer

/// A public client that nobody here wrote, unmodified, against the simulator.
@Suite struct PythonClientTests {
  private static let script = """
    import sys
    from binance.client import Client
    address, key, secret = sys.argv[1:4]
    base = "http://" + address
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

  @Test(
    .enabled("python-binance cannot be installed here (no python3 with venv, or PyPI is out of reach)") {
      let packages = await PublicClients.packages
      return packages != nil || PublicClients.areRequired
    })
  func pythonBinanceTradesUnmodified() async throws {
    let packages = try #require(await PublicClients.packages)
    try await ServerFixture.run({
      $0.startsPaused = false
      $0.startTime = nil
    }) { fixture in
      let outcome = try await PublicClients.run(["-c", Self.script], of: .pythonBinance, packages, port: fixture.server.port)
      #expect(outcome.status == 0, "\(outcome.output)")
      #expect(
        outcome.output.split(separator: "\n").map(String.init) == [
          "symbols BTCUSDT,ETHUSDT", "klines 3", "usdt 100000.00000000", "placed FILLED 0.01000000", "queried FILLED True", "open 1",
          "canceled CANCELED", "trades True",
        ])
    }
  }
}
