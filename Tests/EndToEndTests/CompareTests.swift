import Foundation
import Presentation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl compare`: the bots of a daemon beside the same bots backtested on the daemon's own tape, the difference in money without a remainder.
@Suite(.serialized) struct CompareTests {
  private static let parts = ["feed", "decision", "protection_path", "latency", "fill_price", "fee", "refused_or_denied"]

  private struct Comparison {
    var root: [String: Any]
    var totals: [[String: Any]] { root["totals"] as? [[String: Any]] ?? [] }
    var bots: [[String: Any]] { root["bots"] as? [[String: Any]] ?? [] }
    var trades: [[String: Any]] { root["trades"] as? [[String: Any]] ?? [] }

    /// An amount in units of 10⁻⁸; 0 where it is absent.
    static func units(_ object: [String: Any], _ key: String) -> Int128 { DecimalText.units(object[key] as? String ?? "0") ?? 0 }

    /// The sum of a part over all bots.
    func sum(_ part: String) -> Int128 { bots.reduce(0) { $0 + Self.units($1, part) } }

    /// Every line adds up: parts to the difference, trades to bots, bots to totals. Whatever differs has a part, whatever stands alone a cause.
    func expectExact() {
      for line in totals + bots + trades {
        let sum = CompareTests.parts.reduce(Int128(0)) { $0 + Self.units(line, $1) }
        let difference = Self.units(line, "bot_profit") - Self.units(line, "backtest_profit")
        #expect(sum == difference && difference == Self.units(line, "difference"), "\(line)")
      }
      for part in CompareTests.parts + ["bot_profit", "backtest_profit"] {
        #expect(totals.reduce(0) { $0 + Self.units($1, part) } == bots.reduce(0) { $0 + Self.units($1, part) }, "\(part)")
        #expect(trades.reduce(0) { $0 + Self.units($1, part) } == bots.reduce(0) { $0 + Self.units($1, part) }, "\(part)")
      }
      for trade in trades where trade["sides"] as? String != "both" { #expect(!(trade["cause"] as? String ?? "").isEmpty, "\(trade)") }
    }
  }

  private static func read(_ words: [String]) throws -> Comparison {
    let answer = try run([try Programs.path("botctl"), "compare", "--output", "json"] + words)
    #expect(answer.code == 0, "\(answer.output.suffix(800))")
    return Comparison(root: try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]))
  }

  /// A random walk in minutes, whole cents.
  private static func candles(_ directory: TemporaryDirectory, _ count: Int) throws -> String {
    var random = SeededRandom(seed: 13)
    var text = "open_time,open,high,low,close,volume\n"
    var price = 6_000_000
    for row in 0..<count {
      let open = price
      price = max(price + random.below(12_001) - 6_000, 100_000)
      let high = max(open, price) + random.below(3_000)
      let low = min(open, price) - random.below(3_000)
      func cents(_ value: Int) -> String { "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)" }
      text += "\(1_764_547_200_000 + row * 60_000),\(cents(open)),\(cents(high)),\(cents(low)),\(cents(price)),1.5\n"
    }
    let file = directory.file("btcusdt-1m-walk.csv")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  @Test func aReplayedPaperRunDiffersInNoPart() throws {
    let directory = try TemporaryDirectory("compare")
    let file = try Self.candles(directory, 1_500)
    let settings = [
      "--strategy", "rsi", "--param", "period=5", "--param", "oversold=35", "--param", "overbought=65", "--capital", "10000", "--stop-loss",
      "0.004", "--take-profit", "0.006", "--trailing-stop", "0.005", "--time-stop", "60", "--cooldown", "2",
    ]
    let (fills, _, stateDirectory) = try ParityRun(settings).paperTrading(directory, file, "1m")
    #expect(fills.count > 40, "it hardly trades: the comparison says nothing")
    let compared = try Self.read(["--state-dir", stateDirectory])
    compared.expectExact()
    let bot = try #require(compared.bots.first)
    #expect(Ledgers.integer(bot["paired_trades"]) >= fills.count / 2 - 1 && Ledgers.integer(bot["paired_trades"]) > 20, "\(bot)")
    #expect(Ledgers.integer(bot["backtest_only_trades"]) == 0 && Ledgers.integer(bot["bot_only_trades"]) == 0, "\(bot)")
    for part in Self.parts { #expect(Comparison.units(bot, part) == 0, "\(part): \(bot)") }
    #expect(Comparison.units(bot, "bot_profit") != 0)
    for trade in compared.trades { for part in Self.parts { #expect(Comparison.units(trade, part) == 0, "\(trade)") } }

    let table = try run([try Programs.path("botctl"), "compare", "--state-dir", stateDirectory], environment: ["NO_COLOR": "1"])
    #expect(table.code == 0 && table.output.contains("difference") && table.output.contains("0.00 USDT"), "\(table.output)")
  }

  @Test func onAnExchangeEveryPartIsExplained() throws {
    let exchange = try FaultyExchange(
      "compared",
      faults: [
        #"{"on":"request","do":"delay","request":"place","beforeMs":400,"count":0,"probability":0.6,"seed":5}"#,
        #"{"on":"request","do":"answer","request":"place","side":"BUY","status":400,"code":-2010,"message":"Account has insufficient balance for requested action.","count":0,"probability":0.15,"seed":6}"#,
      ])
    defer { exchange.daemon.kill() }
    for (number, symbol) in ["BTCUSDT", "ETHUSDT", "BTCUSDT"].enumerated() {
      let made = try exchange.daemon.control(
        "create", "bot-\(number)", "--symbol", symbol, "--strategy", "rsi", "--param", "period=2", "--param", "oversold=49.9", "--param",
        "overbought=50.1", "--interval", "1s", "--capital", "\(1_000 + number)", "--stop-loss", "0.001", "--start")
      #expect(made.code == 0, "\(made.output)")
    }
    func trades() throws -> Int { try Ledgers.control(exchange.daemon).rows.count }
    try exchange.reach("trades", within: 120) { try trades() >= 30 }
    // For ten seconds nobody hears the market.
    exchange.daemon.kill()
    func time() throws -> Int {
      let answer =
        try JSONSerialization.jsonObject(with: try HTTP.get("http://\(exchange.simulator.address)/api/v3/time")) as? [String: Any]
      return answer?["serverTime"] as? Int ?? 0
    }
    let until = try time() + 10_000
    try exchange.reach("ten seconds") { try time() >= until }
    try exchange.daemon.start()
    let before = try trades()
    try exchange.reach("trades after the restart", within: 120) { try trades() >= before + 20 }

    // While the bots trade.
    let compared = try Self.read(["--address", exchange.daemon.address])
    compared.expectExact()
    #expect(compared.trades.count > 15)
    #expect(compared.trades.contains { $0["sides"] as? String == "both" })
    for part in ["feed", "latency", "fill_price", "refused_or_denied"] { #expect(compared.sum(part) != 0, "\(part)") }
    let causes = compared.trades.compactMap { $0["cause"] as? String }
    #expect(causes.contains { $0.contains("-2010") }, "\(causes.suffix(20))")
    #expect(causes.contains { $0.contains("history only") }, "\(causes.suffix(20))")
    // Nothing is put down to the bot's own will where the exchange is the cause.
    let ownWill = compared.trades.filter { $0["sides"] as? String == "backtest" && Comparison.units($0, "decision") != 0 }
    #expect(ownWill.count * 4 <= compared.trades.count, "\(ownWill)")

    let one = try Self.read(["--address", exchange.daemon.address, "--bot", "bot-0"])
    one.expectExact()
    #expect(one.bots.count == 1)
    let csv = try exchange.daemon.control("compare", "--output", "csv", "--trades")
    #expect(csv.code == 0 && csv.output.hasPrefix("bot,bot_number,symbol"), "\(csv.output.prefix(300))")
    #expect(try exchange.daemon.control("compare", "--bot", "nobody").code == 4)
    // It reads and disturbs nothing: trading goes on.
    let now = try trades()
    try exchange.reach("more trades", within: 60) { try trades() > now }
  }

  @Test func botsWithoutTradesSaySo() throws {
    let exchange = try FaultyExchange("nothing-compared")
    defer { exchange.daemon.kill() }
    #expect(try exchange.daemon.control("compare").output.contains("no bots"))
    #expect(
      try exchange.daemon.control("create", "idle", "--symbol", "BTCUSDT", "--strategy", "rsi", "--interval", "1d", "--capital", "1000")
        .code == 0)
    let answer = try exchange.daemon.control("compare")
    #expect(answer.code == 0 && answer.output.contains("idle") && !answer.output.contains("0.00"), "\(answer.output)")
  }
}
