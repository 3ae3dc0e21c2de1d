import Backtest
import Foundation
import Testing
import Time
import TradingModel

@testable import ReportPage

/// The script's functions give what the page's own drawings and rows have. They run in node, which the clients' tests need too.
@Suite(.enabled(if: Node.path != nil, "node is not installed"))
struct ScriptTests {
  /// What `body`, a function's body that sees the script's functions, returns for `input`, as JSON.
  private static func run(_ body: String, _ input: String = "null") throws -> Any {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Node.path))
    process.arguments = ["-"]
    let (words, answer) = (Pipe(), Pipe())
    process.standardInput = words
    process.standardOutput = answer
    try process.run()
    let text = """
      'use strict';
      \(HTMLReportScript.functions)
      var input = \(input);
      process.stdout.write(JSON.stringify([(function () { \(body) })()]));
      """
    try words.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try words.fileHandleForWriting.close()
    let output = try answer.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try #require((try JSONSerialization.jsonObject(with: output) as? [Any])?.first)
  }

  /// The JSON that a page holds.
  private static func data(_ page: String) throws -> String {
    String(try #require(page.firstMatch(of: /<script type="application\/json" id="report-data">([^<]*)<\/script>/)?.1))
  }

  @Test func theScriptIsWhole() throws {
    #expect(try Self.run("new Function(input); return 1;", HTMLEscape.json(HTMLReportScript.text)) as? Int == 1)
  }

  @Test func rowsReadAsThePagesOwn() throws {
    var report = HTMLReportViewTests.full(trades: 60, symbols: ["BTCUSDT", "ETHUSDT"])
    let prices = ["0.00001234", "0.5", "9.99", "123.456", "61234.5", "1"].compactMap { FixedDecimal(text: $0) }
    for index in report.trades.indices {
      report.trades[index].entryPrice = prices[index % prices.count]
      report.trades[index].exitPrice = prices[(index + 1) % prices.count]
      report.trades[index].profit = Amount(raw: Int128(index * 7_919 - 200_000) * 1_000_000)
      report.trades[index].fraction = Double(index - 30) / 997
      report.trades[index].fees = Amount(raw: Int128(index) * 125_000_000)
      if index % 4 == 0 { report.trades[index].openedAt = report.trades[index].openedAt.advanced(byMilliseconds: 17_000) }
      if index % 5 == 0 { report.trades[index].adverseExcursion = nil }
    }
    let page = HTMLReport(report)
    let own = report.trades.map(page.tradeTexts)
    let rows = try Self.run(
      """
      var at = {};
      input.trades.names.forEach(function (name, index) { at[name] = index; });
      return input.trades.rows.map(function (row) {
        return input.trades.columns.map(function (column) { return cell(column.style, row, at, input.trades.texts, input.digits); });
      });
      """, try Self.data(HTMLReport.page(report)))
    let found = try #require(rows as? [[String]])
    #expect(found.count == own.count)
    for (mine, script) in zip(own, found) { #expect(mine == script) }
  }

  @Test func instantsAddUp() throws {
    let report = HTMLReportViewTests.full()
    let found = try Self.run("return sums(input.equity.time);", try Self.data(HTMLReport.page(report)))
    #expect(found as? [Double] == report.equity.map { $0.time.drawnSeconds.rounded(.down) })
  }

  @Test func valueAxesAreThePagesOwn() throws {
    let ranges: [[Double]] = [
      [9_231.5, 17_450], [0], [5], [-3, 0.2], [0.000_012, 0.000_019], [1e6, 4.2e6], [60_000, 60_000.01], [1e17, 5e18],
    ]
    for values in ranges {
      let axis = ValueAxis(values, target: 6)
      let found = try Self.run(
        """
        var axis = valueAxis(input, 6, 0.04, false);
        return [axis.low, axis.high, axis.ticks.map(function (tick) { return tickText(tick.value, tick.step); })];
        """, "[\(values.map { "\($0)" }.joined(separator: ","))]")
      let parts = try #require(found as? [Any])
      #expect((try #require(parts[0] as? Double) - axis.low).magnitude <= axis.low.magnitude * 1e-12)
      #expect(parts[2] as? [String] == axis.ticks.map { NumberText.tick($0, step: axis.step) })
    }
  }

  @Test(arguments: [60, 7_200, 86_400, 4 * 86_400, 40 * 86_400, 200 * 86_400, 1_460 * 86_400, 9_000 * 86_400])
  func timeAxesAreThePagesOwn(seconds: Int) throws {
    let start = Timestamp(milliseconds: 1_698_796_800_000)
    let axis = TimeAxis(start: start, end: start.advanced(byMilliseconds: Int64(seconds) * 1_000))
    for target in [4, 9] {
      let found = try Self.run(
        """
        return timeTicks(input[0], input[1], \(target)).map(function (tick) { return tick.at + ' ' + tick.label + ' ' + tick.parent; });
        """, "[\(Int64(axis.start)),\(Int64(axis.end))]")
      #expect(found as? [String] == axis.ticks(target: target).map { "\(Int64($0.seconds)) \($0.label) \($0.parent)" })
    }
  }

  @Test func aPartOfACurveBeginsAndEndsOnIt() throws {
    let found = try Self.run(
      """
      var times = [0, 10, 20, 30, 40], values = [0, 100, null, 300, 200];
      return [cut(times, values, 5, 35), cut(times, values, 10, 30), cut(times, values, 32, 34), cut(times, values, -50, 90), cut([], [], 0, 1)];
      """)
    let parts = try #require(found as? [[[Double]]])
    #expect(parts[0] == [[5, 50], [10, 100], [30, 300], [35, 250]])
    #expect(parts[1] == [[10, 100], [30, 300]])
    #expect(parts[2] == [[32, 280], [34, 260]])
    #expect(parts[3].count == 4 && parts[4].isEmpty)
  }

  @Test func linesKeepTheirExtremes() throws {
    let found = try Self.run(
      """
      var points = [], index;
      for (index = 0; index < 100000; index += 1) points.push([index, index === 70001 ? 1000 : index % 7]);
      var path = linePath(points, function (x) { return x / 100; }, function (y) { return y; });
      return [path.length, path.indexOf(' 1000') > 0, linePath([], Number, Number), linePath([[1, 2]], Number, Number)];
      """)
    let parts = try #require(found as? [Any])
    #expect(try #require(parts[0] as? Int) < 60_000)
    #expect(parts[1] as? Bool == true && parts[2] as? String == "" && parts[3] as? String == "M1 2")
  }

  @Test(arguments: [(9_000, 11_000), (100, 9_000), (1e-9, 5), (1, 1e12), (5, 5.001)] as [(Double, Double)])
  func logarithmicAxesHaveTicksInside(low: Double, high: Double) throws {
    let found = try Self.run(
      """
      var axis = valueAxis([input[0], null, 0, input[1]], 6, 0.05, true);
      return [axis.low, axis.high].concat(axis.ticks.map(function (tick) { return tick.value; }));
      """, "[\(low),\(high)]")
    let parts = try #require(found as? [Double])
    #expect(parts[0] > 0 && parts[0] < low && parts[1] > high)
    #expect(parts.count >= 4 && parts.count < 40 && parts.dropFirst(2).allSatisfy { $0 >= parts[0] && $0 <= parts[1] * 1.000_001 })
  }
}

private enum Node {
  static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/node" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}
