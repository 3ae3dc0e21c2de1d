import CommandTestSupport
import Foundation
import ControlCommands
import Testing

@testable import ResearchCommands

/// What is said of wrong files, ranges and names: always which option or file it is, and what to do.
@Suite struct MistakeTests {
  private static func folder(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("mistakes-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  private static func file(_ folder: String, _ name: String) throws -> String {
    var text = "open_time,open,high,low,close,volume\n"
    for row in 0..<60 { text += "\(1_704_067_200_000 + row * 300_000),100,102,99,101,5\n" }
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    return "\(folder)/\(name)"
  }

  @Test func aFileThatIsNotThereIsNotAskedForItsSymbol() async {
    let result = await CommandLineUnderTest.run("backtest", "--candles", "/nonexistent/prices.csv", "--strategy", "rsi")
    #expect(result.err.contains("/nonexistent/prices.csv: cannot be opened: No such file or directory"), "\(result.err)")
    #expect(!result.err.contains("symbol"), "\(result.err)")
  }

  @Test(arguments: [":BTCUSDT:9m", ":9m"]) func anUnknownIntervalBehindAFileIsNamed(suffix: String) async throws {
    try await Self.folder { folder in
      let file = try Self.file(folder, "btcusdt.csv")
      let result = await CommandLineUnderTest.run("backtest", "--candles", file + suffix, "--strategy", "rsi")
      #expect(result.err.contains("9m is no interval: one of 1s, 1m, 3m"), "\(result.err)")
    }
  }

  @Test func anAnswerOfTheExchangeThatIsNoneSaysWhichIsMeant() async throws {
    try await Self.folder { folder in
      let file = try Self.file(folder, "btcusdt-5m.csv")
      try "{\"symbols\": [".write(toFile: "\(folder)/info.json", atomically: true, encoding: .utf8)
      let result = await CommandLineUnderTest.run(
        "backtest", "--candles", file, "--strategy", "rsi", "--exchange-info", "\(folder)/info.json")
      #expect(result.err.contains("; it must be the exchange's answer to GET /api/v3/exchangeInfo"), "\(result.err)")
    }
  }

  @Test(arguments: ["--report", "--trades"]) func aFileThatCannotBeWrittenIsNamedBeforeTheRun(option: String) async throws {
    try await Self.folder { folder in
      let file = try Self.file(folder, "btcusdt-5m.csv")
      let result = await CommandLineUnderTest.run("backtest", "--candles", file, "--strategy", "rsi", option, "/nonexistent/out")
      #expect(result.err.contains("\(option): cannot write /nonexistent/out: No such file or directory"), "\(result.err)")
      #expect(result.out.isEmpty && result.status == .invalidArgument, "\(result.out)")
    }
  }

  @Test func aRangeThatIsNoneSaysHowOneIsWritten() async throws {
    try await Self.folder { folder in
      let file = try Self.file(folder, "btcusdt-5m.csv")
      let result = await CommandLineUnderTest.run("optimize", "--candles", file, "--strategy", "rsi", "--range", "period=7-21")
      #expect(result.err.contains("not \"7-21\"; a range is period=from:to:step or period=a,b,c"), "\(result.err)")
    }
  }

  @Test func nothingIsPrintedOfAnIndicatorWithoutCandles() async {
    let result = await CommandLineUnderTest.run("indicator", "rsi")
    #expect(result.out.isEmpty && result.err.contains("name one file with --candles"), "\(result.out)")
  }
}
