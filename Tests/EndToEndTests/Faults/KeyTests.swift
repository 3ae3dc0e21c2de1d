import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Keys change; accounts do not.
@Suite(.serialized) struct KeyTests {
  /// Fault 66: the owner replaces the key of an account under an open position: the old one opens nothing any more, the new one goes on with
  /// the same journal, and a key of another account is refused.
  @Test func keysRotateWithinOneAccount() throws {
    let setup = try FaultyExchange("rotate")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    let uid = try setup.uid()
    try setup.daemon.control("pause", "one")
    setup.daemon.stop()
    let (key, secret) = ("thenewkeythenewkeythenewkey", "thenewsecret")
    _ = try setup.simulator.get("/sim/key?apiKey=\(key)&secret=\(secret)")
    let before = try setup.requests().count

    // The old key opens nothing: nothing leaves, and it says why.
    try setup.daemon.launch()
    try setup.reach("that the old key is refused") { try setup.daemon.control("health").output.contains("Invalid API-key") }
    setup.daemon.stop()
    #expect(try setup.requests().count == before)

    try setup.daemon.launch(["BINANCE_API_KEY": key, "BINANCE_API_SECRET": secret])
    try setup.reach("the account") { try setup.health("account") == "ok" }
    #expect(try setup.uid() == uid)
    #expect(try setup.daemon.control("show", "one").output.contains("rests on the exchange"))
    #expect(try setup.daemon.control("close", "one").code == 0)
    try setup.reach("the sale under the new key") { try setup.openOrders().isEmpty && setup.balance("BTC") < 0.000_1 }
    setup.daemon.stop()

    // The same exchange, another account.
    let directory = try TemporaryDirectory("rotateother")
    let other = try Simulator(
      directory,
      ["--symbol", "BTCUSDT,ETHUSDT", "--api-key", "otherkeyotherkeyotherkey", "--api-secret", "othersecret", "--balance", "USDT=1000"])
    var environment = FaultyExchange.environment(other)
    environment["BINANCE_API_KEY"] = "otherkeyotherkeyotherkey"
    environment["BINANCE_API_SECRET"] = "othersecret"
    try setup.daemon.launch(environment)
    #expect(setup.daemon.process?.exitCode(within: 15) == 1, "\(setup.daemon.tail)")
    #expect(try (other.get("/sim/orders") as? [Any])?.isEmpty == true)
  }
}
