import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Wrong prices in the feed of a real run: nothing is bought, sold or stopped because of one, and the journal is decided the same again.
@Suite(.serialized) struct PriceFaultTests {
  @Test func oneWrongPriceDoesNothing() throws {
    let setup = try FaultyExchange("prices")
    defer { setup.daemon.kill() }
    try setup.createEager("one", ["--stop-loss", "0.05", "--take-profit", "0.04", "--trailing-stop", "0.03"])
    #expect(try setup.daemon.control("risk", "set", "--max-daily-loss", "20", "--max-drawdown", "0.02").code == 0)
    try setup.reach("a resting pair") { try setup.openOrders().count == 2 }
    for (number, (event, factor)) in [("trade", "1.2"), ("trade", "0.5"), ("kline", "0.1"), ("bookTicker", "0.7")].enumerated() {
      try setup.fault(#"{"on":"marketEvent","do":"price","symbol":"BTCUSDT","event":"\#(event)","factor":"\#(factor)"}"#)
      try setup.reach("\(event) × \(factor)") { try setup.strikes() > number }
    }
    try setup.fault(#"{"on":"marketEvent","do":"price","event":"kline","symbol":"BTCUSDT","closed":true,"factor":"0.1"}"#)
    try setup.reach("a wrong candle that closed") { try setup.strikes() == 5 }
    // What a wrong price had wanted would have left by the next candles.
    let looked = try setup.simulator.get("/sim/status") as? [String: Any]
    let from = looked?["marketTime"] as? Int ?? 0
    try setup.reach("three seconds of market") { setup.simulator.status["marketTime"] as? Int ?? 0 > from + 3_000 }
    #expect(try setup.requests().count == 2, "the entry and its pair: \(setup.daemon.tail)")
    #expect(try setup.openOrders().count == 2)
    let risk = try setup.daemon.control("risk", "show").output
    #expect(risk.contains("active") && !risk.contains("reducing  "), "\(risk)")
    let alerts = try setup.daemon.control("events", "--from", "0").output
    #expect(alerts.contains("is not believed before something confirms it"))
    // A real rise sells at the target.
    try setup.movePrice(to: 64_000)
    try setup.reach("a sale at the target") { try setup.openOrders().isEmpty && setup.balance("BTC") < 0.000_02 }
    try setup.daemon.control("stop-all")
    setup.daemon.stop()
    let replay = try run([try Programs.path("botctl"), "replay", setup.daemon.stateDirectory])
    #expect(replay.code == 0, "\(replay.output)")
  }

  /// The exchange says of a symbol that it takes no amounts.
  @Test func aSymbolWithoutAmountsIsBoughtByLimit() throws {
    let setup = try FaultyExchange("noamounts", start: false)
    defer { setup.daemon.kill() }
    _ = try setup.simulator.get("/sim/symbol?symbol=BTCUSDT&quoteOrderQtyMarketAllowed=false")
    try setup.daemon.start()
    try setup.createEager("one", ["--stop-loss", "0.05"])
    try setup.reach("a resting stop") { try setup.openOrders().count == 1 }
    let entry = try #require(try setup.requests().first)
    #expect((entry["order"] as? String ?? "").hasPrefix("buy limit"), "\(entry)")
    #expect(try setup.balance("USDT") > 1_000_000 - 101)
  }
}
