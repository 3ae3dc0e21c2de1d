import CommandTestSupport
import ControlCommands
import Foundation
import Testing

/// `--beside`: the JSON of one run beside another, in the table, in JSON and on the page.
@Suite struct BesideTests {
  private static func withFile(_ body: (String, String) async throws -> Void) async throws {
    let folder = "/tmp/bb-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var text = "open_time,open,high,low,close,volume\n"
    for row in 0..<2_000 {
      let price = 60_000 + (row % 40 < 20 ? row % 20 : 20 - row % 20) * 100
      text += "\(1_764_547_200_000 + row * 60_000),\(price),\(price + 60),\(price - 60),\(price + 20),1.5\n"
    }
    let file = folder + "/btcusdt-1m-swing.csv"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    try await body(file, folder)
  }

  private static func run(_ words: [String]) async -> CommandResult { await CommandLineUnderTest().run(words) }

  @Test func theSameRunBesideItselfDiffersInNothing() async throws {
    try await Self.withFile { file, folder in
      let words = ["backtest", "--candles", file, "--strategy", "rsi", "--param", "period=3"]
      let first = await Self.run(words + ["--output", "json"])
      let json = folder + "/first.json"
      try first.out.write(toFile: json, atomically: true, encoding: .utf8)
      let page = folder + "/page.html"
      let second = await Self.run(words + ["--beside", json, "--report", page])
      #expect(second.status == .ok, "\(second.err)")
      #expect(second.out.contains("Beside rsi on BTCUSDT, 1m (backtest, ") && !second.out.contains("Settings that differ"))
      let html = try String(contentsOfFile: page, encoding: .utf8)
      #expect(html.contains("id=\"beside\"") && html.contains("Parameters and settings are the same in both."))
      let both = await Self.run(words + ["--beside", json, "--output", "json"])
      let value = try #require(try JSONSerialization.jsonObject(with: Data(both.out.utf8)) as? [String: Any])
      let beside = try #require(value["beside"] as? [String: Any])
      let figures = try #require(beside["figures"] as? [[String: Any]])
      #expect(figures.count > 40)
      for figure in figures {
        #expect(figure["value"] as? String == figure["beside"] as? String, "\(figure)")
        if let difference = figure["difference"] as? String { #expect(Double(difference) == 0, "\(figure)") }
      }
    }
  }

  @Test func differencesAreNamed() async throws {
    try await Self.withFile { file, folder in
      let json = folder + "/first.json"
      let first = await Self.run(["backtest", "--candles", file, "--strategy", "macd", "--output", "json"])
      try first.out.write(toFile: json, atomically: true, encoding: .utf8)
      let second = await Self.run([
        "backtest", "--candles", file, "--strategy", "rsi", "--param", "period=3", "--capital", "500", "--beside", json,
      ])
      #expect(second.out.contains("Settings that differ") && second.out.contains("500 USDT") && second.out.contains("points"))
    }
  }

  @Test func whatIsNoResultIsRefusedBeforeTheRun() async throws {
    try await Self.withFile { file, folder in
      let path = folder + "/other.json"
      let start = ["backtest", "--candles", file, "--beside", path]
      for (text, words) in [
        ("", "is no JSON"), ("{", "is no JSON (byte 1)"), ("[]", "is no whole result"), ("{\"title\": 7}", "is no whole result"),
        (
          """
          {"title":"x","quote_asset":"USDT","start_time_ns":"1","end_time_ns":"2","capital":"1","figures":{},"equity":[{"time_ns":"1"}]}
          """, "is no whole result"
        ),
      ] {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let result = await Self.run(start)
        #expect(result.status == .invalidArgument && result.out.isEmpty, "\(result.out.prefix(200))")
        #expect(result.err.contains("--beside: \(path) \(words)") && result.err.contains("--output json"), "\(result.err)")
      }
      let missing = await Self.run(["backtest", "--candles", file, "--beside", folder + "/nothing"])
      #expect(missing.status == .invalidArgument && missing.err.contains("--beside: cannot read"), "\(missing.err)")
      let euro = """
        {"title":"x","quote_asset":"EUR","start_time_ns":"1","end_time_ns":"2","capital":"1","figures":{},"equity":[]}
        """
      try euro.write(toFile: path, atomically: true, encoding: .utf8)
      let other = await Self.run(start)
      #expect(other.status == .invalidArgument && other.err.contains("in EUR, this one in USDT"), "\(other.err)")
    }
  }
}
