import CommandTestSupport
import ControlCommands
import Foundation
import Testing

/// Names as the exchange, its archive and other programs write them: symbols of any script, any quote asset, any interval.
@Suite struct SymbolGrammarTests {
  private static let strategy = ["--strategy", "rsi", "--param", "period=2", "--param", "oversold=45", "--param", "overbought=55"]

  private static func folder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sg-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
  }

  /// 200 candles of five minutes (or of `step` milliseconds) around `price`.
  private static func file(_ folder: String, _ name: String, price: Int = 1_250_000, decimals: Int = 0, step: Int = 300_000) throws
    -> String
  {
    func text(_ value: Int) -> String {
      guard decimals > 0 else { return "\(value)" }
      let digits = String(repeating: "0", count: max(0, decimals + 1 - "\(value)".count)) + "\(value)"
      return digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }
    var rows = "open_time,open,high,low,close,volume\n"
    for row in 0..<200 {
      let swing = price + (row % 20 < 10 ? row % 10 : 10 - row % 10) * price / 500
      rows += "\(1_704_067_200_000 + row * step),\(text(swing)),\(text(swing + 2)),\(text(swing - 2)),\(text(swing + 1)),1000000\n"
    }
    try rows.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    return "\(folder)/\(name)"
  }

  private static func run(_ words: [String]) async -> CommandResult { await CommandLineUnderTest().run(words) }

  private static func settings(_ words: [String]) async throws -> (title: String, capital: String, trades: Int) {
    let result = await run(["backtest"] + words + strategy + ["--output", "json"])
    #expect(result.status == .ok, "\(words): \(result.err)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any], "\(result.out.prefix(300))")
    let table = await run(["backtest"] + words + strategy)
    let line = table.out.split(separator: "\n").first { $0.lowercased().contains("starting capital") } ?? ""
    return (json["title"] as? String ?? "", String(line), (json["trades"] as? [Any])?.count ?? -1)
  }

  @Test(arguments: [
    ("BTCTRY-5m.csv", "BTCTRY", "TRY"), ("WBTC_USDT-5m.csv", "WBTCUSDT", "USDT"), ("WBTC-USDT-5m.csv", "WBTCUSDT", "USDT"),
    ("BTC_USDT-5m-2023-10-27.csv", "BTCUSDT", "USDT"), ("BTCUSDT-5m-2023-10.csv", "BTCUSDT", "USDT"),
    ("币安人生USDT-5m.csv", "币安人生USDT", "USDT"), ("ADAEUR-5m.csv", "ADAEUR", "EUR"), ("binance_ETH_BTC_5m.csv", "ETHBTC", "BTC"),
    ("BTC_USDT_USDT-5m-futures.csv", "BTCUSDT", "USDT"), ("btcfdusd-5m.csv", "BTCFDUSD", "FDUSD"), ("usdttry-5m.csv", "USDTTRY", "TRY"),
  ])
  func fileNamesAreRead(name: String, symbol: String, quote: String) async throws {
    try await Self.folder { folder in
      let (title, capital, trades) = try await Self.settings(["--candles", try Self.file(folder, name)])
      #expect(title.contains("rsi on \(symbol), 5m"), "\(title)")
      #expect(capital.contains("10,000.00 \(quote)"), "\(capital)")
      #expect(trades > 0)
    }
  }

  @Test(arguments: [":WBTC/USDT", ":WBTC-USDT", ":wbtc_usdt", ":WBTCUSDT", ":WBTC/USDT:5m"])
  func pairsAreReadAsOptionsSpellThem(suffix: String) async throws {
    try await Self.folder { folder in
      let file = try Self.file(folder, "prices.csv")
      let (title, capital, _) = try await Self.settings(["--candles", file + suffix])
      #expect(title.contains("rsi on WBTCUSDT, 5m") && capital.contains("USDT"), "\(title) \(capital)")
      let (named, _, _) = try await Self.settings(["--candles", file + suffix, "--symbol", "wbtc/usdt"])
      #expect(named == title)
    }
  }

  @Test func assetsComeFromTheExchangesAnswer() async throws {
    try await Self.folder { folder in
      let info = "\(folder)/info.json"
      let filters = """
        [{"filterType":"LOT_SIZE","minQty":"0.001","maxQty":"1000000000","stepSize":"0.001"},
        {"filterType":"PRICE_FILTER","minPrice":"1","maxPrice":"100000000","tickSize":"1"}]
        """
      let text = """
        {"symbols":[{"symbol":"BTCTRY","status":"TRADING","baseAsset":"BTC","quoteAsset":"TRY","filters":\(filters)},
        {"symbol":"这是测试币456","status":"TRADING","baseAsset":"这是测试币","quoteAsset":"456","filters":\(filters)},
        {"symbol":"OTHERUSDT","status":"TRADING","baseAsset":"OTHER","quoteAsset":"USDT","filters":[
        {"filterType":"LOT_SIZE","minQty":"1e-99","maxQty":"10","stepSize":"0.01"}]}]}
        """
      try text.write(toFile: info, atomically: true, encoding: .utf8)
      for (name, symbol, quote) in [("BTCTRY-5m.csv", "BTCTRY", "TRY"), ("这是测试币456-5m.csv", "这是测试币456", "456")] {
        let file = try Self.file(folder, name)
        let (title, capital, _) = try await Self.settings(["--candles", file, "--exchange-info", info])
        #expect(title.contains("rsi on \(symbol), 5m") && capital.contains("10,000.00 \(quote)"), "\(title) \(capital)")
      }
      // The one that cannot be read is refused alone, with the reason.
      let other = await Self.run(["backtest", "--candles", try Self.file(folder, "OTHERUSDT-5m.csv"), "--exchange-info", info])
      #expect(other.status == .invalidArgument && other.err.contains("OTHERUSDT") && other.err.contains("LOT_SIZE"), "\(other.err)")
    }
  }

  @Test func anUnknownQuoteIsAskedFor() async throws {
    try await Self.folder { folder in
      let file = try Self.file(folder, "prices.csv")
      let asked = await Self.run(["backtest", "--candles", file + ":FOOBAR"])
      #expect(asked.status == .invalidArgument && asked.err.contains("FOOBAR") && asked.err.contains("BASE/QUOTE"), "\(asked.err)")
      let (title, capital, _) = try await Self.settings(["--candles", file + ":FOO/BAR"])
      #expect(title.contains("FOOBAR") && capital.contains("10,000.00 BAR"), "\(title) \(capital)")
      let unnamed = await Self.run(["backtest", "--candles", file])
      #expect(unnamed.err.contains("say which symbol it holds"), "\(unnamed.err)")
    }
  }

  @Test func severalSymbolsOfOneScriptAreBotsOfTheirOwn() async throws {
    try await Self.folder { folder in
      let files = try ["币安人生USDT-5m.csv", "龙虾USDT-5m.csv"].flatMap { ["--candles", try Self.file(folder, $0)] }
      let result = await Self.run(["backtest"] + files + Self.strategy)
      #expect(result.status == .ok, "\(result.err)")
    }
  }

  @Test func aMonthIsAnInterval() async throws {
    try await Self.folder { folder in
      let daily = try Self.file(folder, "BTCUSDT-1d.csv", step: 86_400_000)
      let (title, _, _) = try await Self.settings(["--candles", daily, "--interval", "1M"])
      #expect(title.contains("BTCUSDT, 1M"), "\(title)")
      let help = await Self.run(["backtest", "--help"])
      #expect(help.out.contains("1w, 1M"), "\(help.out)")
      let wrong = await Self.run(["backtest", "--candles", daily, "--interval", "7m"])
      #expect(wrong.err.contains("1w, 1M"), "\(wrong.err)")
      var months = "open_time,open,high,low,close,volume\n"
      for (row, days) in [0, 31, 60, 91, 121, 152, 182, 213].enumerated() {
        months += "\(1_704_067_200_000 + days * 86_400_000),\(100 + row),\(102 + row),\(99 + row),\(101 + row),5\n"
      }
      for name in ["BTCUSDT-1M.csv", "BTCUSDT-1mo-2024-01.csv", "BTC_USDT-1Mo.csv"] {
        try months.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        let result = await Self.run(["backtest", "--candles", "\(folder)/\(name)"])
        #expect(result.status == .ok && result.out.contains("BTCUSDT, 1M"), "\(result.err)")
      }
    }
  }
}
