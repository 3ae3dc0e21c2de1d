import BotAPI
import CommandTestSupport
import ControlCommands
import Foundation
import TTRPC
import Testing

/// Backtest, optimize and indicator as a person runs them: a file, options, tables, JSON, and what is said when something is wrong.
@Suite struct ResearchTests {
  /// A temporary folder with a candle file of a price that swings: 2,000 minutes.
  private static func withFile(_ more: String = "", _ body: (String, String) async throws -> Void) async throws {
    let folder = URL(fileURLWithPath: "/tmp/br-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var text = "open_time,open,high,low,close,volume\n"
    for row in 0..<2_000 {
      let price = 60_000 + (row % 40 < 20 ? row % 20 : 20 - row % 20) * 100
      text += "\(1_764_547_200_000 + row * 60_000),\(price),\(price + 60),\(price - 60),\(price + 20),1.5\n"
    }
    let file = folder.appendingPathComponent("btcusdt-1m-swing.csv").path
    try (text + more).write(toFile: file, atomically: true, encoding: .utf8)
    try await body(file, folder.path)
  }

  private static let fast = ["--strategy", "rsi", "--param", "period=3", "--param", "oversold=40", "--param", "overbought=60"]

  private static func run(_ words: [String]) async -> CommandResult { await CommandLineUnderTest().run(words) }

  private static func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text.prefix(300))")
  }

  @Test func aBacktestNeedsAFileAndNothingElse() async throws {
    try await Self.withFile { file, folder in
      let result = await Self.run(["backtest", "--candles", file])
      #expect(result.status == .ok, "\(result.err)")
      #expect(result.out.contains("rsi on BTCUSDT, 1m") && result.out.contains("Profit factor") && result.out.contains("Why trades ended"))
      let page = folder + "/page.html"
      let trades = folder + "/trades.csv"
      let written = await Self.run(["backtest", "--candles", file, "--report", page, "--trades", trades, "--check"] + Self.fast)
      #expect(written.status == .ok && written.err.contains("none depends on later candles"), "\(written.err)")
      let (html, csv) = (try String(contentsOfFile: page, encoding: .utf8), try String(contentsOfFile: trades, encoding: .utf8))
      #expect(html.lowercased().hasPrefix("<!doctype html>"))
      #expect(csv.split(separator: "\n").count > 10)
    }
  }

  @Test func jsonHasEveryFigureAndTwiceTheSameBytes() async throws {
    try await Self.withFile { file, _ in
      let words = ["backtest", "--candles", file, "--output", "json", "--fills"] + Self.fast
      let first = await Self.run(words)
      #expect(first.out == (await Self.run(words)).out)
      let value = try Self.json(first.out)
      let figures = try #require(value["figures"] as? [String: Any])
      for key in [
        "net_profit", "gross_profit_before_fees", "profit_factor", "expectancy", "win_rate", "largest_fall", "break_even_cost",
        "average_trade_seconds", "longest_trade_seconds", "best_trade", "worst_trade", "longest_win_streak", "longest_loss_streak",
        "max_drawdown", "drawdown_start", "drawdown_bottom", "longest_underwater_seconds", "time_in_market", "fees",
        "market_change_fraction",
      ] { #expect(figures[key] != nil, "\(key)") }
      // A day and a half says nothing of a year: what is not known is not there.
      for key in ["cagr", "sharpe", "sortino", "calmar", "annual_volatility"] { #expect(figures[key] == nil, "\(key)") }
      // Ratios are numbers, also whole ones (no trade won here); amounts and counts are strings.
      #expect(figures["win_rate"] is NSNumber && figures["profit_factor"] is NSNumber)
      #expect(figures["net_profit"] is String && figures["wins"] is String)
      let trades = try #require(value["trades"] as? [[String: Any]])
      #expect(figures["trades"] as? String == "\(trades.count { $0["is_closed"] as? Bool == true })")
      #expect((value["fills"] as? [Any])?.count ?? 0 >= 2 * trades.count - 1)
      #expect((value["months"] as? [Any])?.isEmpty == false && (value["exits"] as? [Any])?.isEmpty == false)
    }
  }

  @Test func everyWrongOptionIsNamedAtOnce() async throws {
    try await Self.withFile { file, _ in
      let result = await Self.run([
        "backtest", "--candles", file, "--param", "period=1", "--taker-fee", "2", "--from", "yesterday", "--intrabar", "up", "--on-breach",
        "x",
        "--stop-loss", "0.01",
      ])
      #expect(result.status == .invalidArgument)
      for text in ["5 things", "--param period", "from 2 to", "--taker-fee", "--from", "2024-03-01", "--intrabar", "--on-breach"] {
        #expect(result.err.contains(text), "\(text): \(result.err)")
      }
      #expect((await Self.run(["backtest", "--candles", file, "--sizing", "big"])).err.contains("risk, volatility, fraction"))
      #expect((await Self.run(["backtest", "--candles", file, "--interval", "7m"])).status == .invalidArgument)
      #expect((await Self.run(["backtest", "--candles", file + ":BTCUSDT:5m"])).err.contains("5m"))
      #expect((await Self.run(["backtest"])).err.contains("--candles"))
      #expect((await Self.run(["backtest", "--candles", "/nowhere/btcusdt-1m.csv"])).err.contains("/nowhere/btcusdt-1m.csv"))
      #expect((await Self.run(["backtest", "--candles", file, "--data-file", "x"])).err.contains("--on-daemon"))
    }
  }

  @Test func aBadRowNamesItsLineAndTheWayOut() async throws {
    let broken = "1764667200000,60000,60010,59990,NaN,1\n"
    try await Self.withFile(broken) { file, _ in
      let refused = await Self.run(["backtest", "--candles", file])
      #expect(
        refused.status == .invalidArgument && refused.err.contains("line 2002") && refused.err.contains("--skip-bad"), "\(refused.err)")
      let skipped = await Self.run(["backtest", "--candles", file, "--skip-bad", "--output", "json"])
      #expect(skipped.status == .ok)
      let notes = try #require(try Self.json(skipped.out)["notes"] as? [String])
      #expect(notes.contains { $0.contains("1 row was skipped") } && notes.contains { $0.contains("line 2002") })
    }
    try await Self.withFile("1764667320000,60000,60010,59990,60000,1\n") { file, _ in
      let refused = await Self.run(["backtest", "--candles", file])
      #expect(refused.err.contains("line 2002") && refused.err.contains("--fill-gaps"), "\(refused.err)")
      let filled = await Self.run(["backtest", "--candles", file, "--fill-gaps"])
      #expect(filled.status == .ok && filled.out.contains("2 missing candles were filled"), "\(filled.err)")
    }
  }

  @Test func theExchangesFiltersAreTaken() async throws {
    try await Self.withFile { file, folder in
      let info = folder + "/info.json"
      let filters = """
        {"symbols":[{"symbol":"BTCUSDT","status":"BREAK","baseAsset":"BTC","quoteAsset":"USDT","filters":[
        {"filterType":"LOT_SIZE","minQty":"0.01","maxQty":"10","stepSize":"0.01"},
        {"filterType":"PRICE_FILTER","minPrice":"1","maxPrice":"1000000","tickSize":"10"}]}]}
        """
      try filters.write(toFile: info, atomically: true, encoding: .utf8)
      let result = await Self.run(
        [
          "backtest", "--candles", file, "--exchange-info", info, "--max-position", "0.9", "--sizing", "fraction", "--output", "json",
          "--fills",
        ]
          + Self.fast)
      #expect(result.status == .ok, "\(result.err)")
      let fills = try #require(try Self.json(result.out)["fills"] as? [[String: Any]])
      let buys = fills.filter { $0["side"] as? String == "buy" }
      // Lots of a hundredth, prices in tens.
      #expect(!buys.isEmpty && buys.allSatisfy { ($0["quantity"] as? String ?? "").utf8.count <= 4 })
      #expect(fills.allSatisfy { ($0["price"] as? String ?? "").hasSuffix("0") })
      let other = await Self.run(["backtest", "--candles", file + ":ETHUSDT", "--exchange-info", info])
      #expect(other.err.contains("does not name ETHUSDT"))
    }
  }

  @Test func indicatorPrintsCSVWithEmptyCellsBeforeItsWarmUp() async throws {
    try await Self.withFile { file, _ in
      let lines =
        (await Self.run(["indicator", "macd", "--param", "fast=3", "--param", "slow=6", "--param", "signal=2", "--candles", file])).out
        .split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines[0] == "open_time,macd,signal,histogram")
      #expect(lines[1] == "1764547200000,,,")
      let warm = lines.dropFirst().firstIndex { !$0.hasSuffix(",,,") }
      // slow + signal - 2 candles without a value.
      #expect(warm == 1 + 6)
      #expect(lines.count == 2_002 && lines[2_001].isEmpty)
      #expect(lines[2_000].split(separator: ",").count == 4)
    }
    let list = await Self.run(["indicator"])
    #expect(list.out.contains("supertrend") && list.out.contains("period=14"))
    let unknown = await Self.run(["indicator", "sigh"])
    #expect(unknown.status == .notFound && unknown.err.contains("sma"))
    #expect((await Self.run(["indicator", "rsi", "--param", "period=1", "--candles", "x"])).err.contains("from 2 to"))
  }

  @Test func indicatorTakesTheDaemonsCandles() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.MarketDataService.getCandles) { (request: V1.GetCandlesRequest) throws(RPCError) -> V1.GetCandlesResponse in
        V1.GetCandlesResponse(
          symbol: request.symbol, interval: request.interval,
          candles: (1...3).map {
            V1.Candle(openTimeNs: Int64($0) * 60_000_000_000, open: "1", high: "3", low: "1", close: "\($0)", volume: "1")
          })
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("indicator", "sma", "--param", "period=2", "--symbol", "btcusdt", at: daemon)
      #expect(result.out == "open_time,sma\n60000,\n120000,1.5\n180000,2.5\n", "\(result.err)")
    }
  }

  @Test func theDaemonRunsABacktestToo() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.server.register(
        V1.BacktestService.runBacktest,
        stream: { _, stream in
          stream.onMessage { bytes in
            guard let request = try? V1.RunBacktestRequest.decode(bytes) else { return }
            let figure = V1.BacktestFigure(section: "Result", key: "net_profit", label: "Net profit", text: "12 USDT", number: "12")
            let result = V1.BacktestResult(
              figures: [figure], notes: ["seen \(request.dataFile) \(request.spec?.symbol ?? "")"], candles: 5, title: "rsi on BTCUSDT, 1m")
            for message in [
              V1.RunBacktestResponse(payload: .progress(V1.BacktestProgress(candlesDone: 1, candlesTotal: 5))),
              V1.RunBacktestResponse(payload: .result(result)),
            ] {
              if let bytes = try? message.encode() { _ = stream.send(bytes) }
            }
            stream.finish()
          }
          stream.onHalfClose {}
        })
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "backtest", "--on-daemon", "--symbol", "BTCUSDT", "--data-file", "swing.csv", at: daemon)
      #expect(result.status == .ok, "\(result.err)")
      #expect(result.out.contains("Net profit") && result.out.contains("12 USDT") && result.out.contains("seen swing.csv BTCUSDT"))
    }
  }

  @Test func replayOfNothingSaysWhatItNeeds() async throws {
    let result = await Self.run(["replay", "/nowhere/state"])
    #expect(result.status == .notFound && result.err.contains("holds no journal"))
  }
}
