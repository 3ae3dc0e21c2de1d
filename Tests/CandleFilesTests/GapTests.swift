import Time
import CandleFiles
import Testing
import TradingModel

@Suite struct GapTests {
  private static let fill = "; --fill-gaps puts flat candles of the previous close there"

  @Test func gapsAreNamedAndCounted() throws {
    #expect(
      try CandleText.complaint(CandleText.file([0, 1, 2, 4, 5]))
        == "line 5: 1 candle is missing between 2023-11-14T22:16:00.000Z and 2023-11-14T22:18:00.000Z\(Self.fill)")
    #expect(
      try CandleText.complaint(CandleText.file([0, 1, 4, 5, 9]))
        == "line 4: 2 candles are missing between 2023-11-14T22:15:00.000Z and 2023-11-14T22:18:00.000Z (5 in 2 gaps in all)\(Self.fill)")
    // Empty lines count as lines.
    let spaced = CandleText.file([0, 1]) + "\n\n" + CandleText.row(3) + "\n" + CandleText.row(4)
    #expect(try CandleText.complaint(spaced)?.hasPrefix("line 6: 1 ") == true)
  }

  @Test func gapsAreFilledWithThePreviousClose() throws {
    let series = try CandleText.read(CandleText.file([0, 1, 4, 5, 9]), CandleReadOptions(fillGaps: true))
    #expect(series.candles.map(\.openTime.milliseconds) == (0..<10).map(CandleText.time))
    let close = series.candles[1].close
    for flat in series.candles[2...3] {
      #expect([flat.open, flat.high, flat.low, flat.close].allSatisfy { $0 == close } && flat.volume == .zero && flat.tradeCount == 0)
    }
    #expect(series.repairs.gapsFilled == 5 && series.repairs.skippedRows == 0)
    #expect(
      series.repairs.descriptions == [
        "line 4: 2 candles are missing between 2023-11-14T22:15:00.000Z and 2023-11-14T22:18:00.000Z",
        "line 6: 3 candles are missing between 2023-11-14T22:19:00.000Z and 2023-11-14T22:23:00.000Z",
      ])
    let kept = try CandleText.read(CandleText.file([0, 1, 4, 5, 9]), CandleReadOptions(allowGaps: true))
    #expect(kept.candles.count == 5 && kept.repairs.isEmpty)
  }

  @Test func fillingHasBounds() throws {
    let far = CandleText.header + "1000000020000,1,1,1,1,1\n1000000080000,1,1,1,1,1\n1700000040000,1,1,1,1,1\n"
    #expect(
      try CandleText.complaint(far, CandleReadOptions(fillGaps: true))
        == "line 4: 11666665 candles are missing in 1 gap, more than the 10000000 that can be filled; --from and --to take a part of the file"
    )
    #expect(
      try CandleText.complaint(CandleText.file([0, 1, 9]), CandleReadOptions(fillGaps: true, rowsMaximum: 9))
        == "more than 9 candles with the 7 missing ones; --from and --to take a part of them")
  }

  @Test func monthsHaveTheirOwnLength() throws {
    func text(_ days: [Int64]) -> String { CandleText.header + days.map { "\(1_704_067_200_000 + $0 * 86_400_000),1,1,1,1,1\n" }.joined() }
    // March is missing.
    #expect(
      try CandleText.complaint(text([0, 31, 91, 121, 152]))
        == "line 4: 1 candle is missing between 2024-02-01T00:00:00.000Z and 2024-04-01T00:00:00.000Z\(Self.fill)")
    let filled = try CandleText.read(text([0, 31, 91, 121, 152]), CandleReadOptions(fillGaps: true))
    #expect(filled.candles[2].openTime.description == "2024-03-01T00:00:00.000Z")
  }

  @Test func openTimesBesideTheGridAreNamed() throws {
    let text = CandleText.file(0..<2) + "1700000190000,1,1,1,1,1\n" + CandleText.row(3) + "\n" + CandleText.row(4) + "\n"
    let problem = "open_time 2023-11-14T22:16:30.000Z is not the start of a candle of 1m, which would be 2023-11-14T22:16:00.000Z"
    #expect(try CandleText.complaint(text) == "line 4: \(problem); --skip-bad drops such rows")
    let mended = try CandleText.read(text, CandleReadOptions(fillGaps: true, skipBad: true))
    #expect(mended.candles.map(\.openTime.milliseconds) == (0..<5).map(CandleText.time))
    #expect(mended.repairs.descriptions.first == "line 4: \(problem)")
    // The line numbers of later gaps stay right.
    #expect(mended.repairs.descriptions.last?.hasPrefix("line 5: 1 candle is missing") == true)
    let shifted = CandleText.header + (0..<3).map { "\(CandleText.time($0) + 1),1,1,1,1,1\n" }.joined()
    #expect(try CandleText.complaint(shifted)?.hasPrefix("line 2: open_time 2023-11-14T22:14:00.001Z is not the start") == true)
  }

  @Test func intervalsMustFit() throws {
    let minutes = CandleText.file(1..<40)
    #expect(
      try CandleText.complaint(minutes, CandleReadOptions(interval: .fiveMinutes))
        == "holds candles of 1m, not of 5m; --interval 1m reads them as they are")
    // Not even when bad rows are dropped: that would make candles of five minutes from some of one.
    let mend = CandleReadOptions(interval: .fiveMinutes, fillGaps: true, skipBad: true)
    #expect(try CandleText.complaint(minutes, mend)?.hasPrefix("holds candles of 1m") == true)
    #expect(
      try CandleText.complaint(CandleText.file([1, 6, 11, 16]), CandleReadOptions(interval: .oneMinute, fillGaps: true))?
        .hasPrefix("holds candles of 5m, not of 1m") == true)
    #expect(
      try CandleText.complaint(CandleText.file([0, 7, 14]))
        == "most candles lie 420 s apart, which is the length of no interval; --interval names the candles' length")
    #expect(
      try CandleText.complaint(CandleText.file([0]))
        == "holds one candle, which does not tell how long it is; --interval names the candles' length")
    #expect(try CandleText.read(CandleText.file([0]), .minute).candles.count == 1)
  }

  @Test func manyRepairsAreCountedAndFewDescribed() throws {
    let text = CandleText.file(0..<5) + String(repeating: "x\n", count: 50) + CandleText.row(5)
    let series = try CandleText.read(text, CandleReadOptions(skipBad: true))
    #expect(series.candles.count == 6 && series.repairs.skippedRows == 50)
    #expect(series.repairs.descriptions.count == CandleRepairs.descriptionsMaximum)
    #expect(series.repairs.descriptions[9] == "line 16: has 1 cell, the header names 6")
  }
}
