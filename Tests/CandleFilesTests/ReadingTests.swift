import Time
import CandleFiles
import Foundation
import TestSupport
import Testing
import TradingModel

@Suite struct ReadingTests {
  private func number(_ text: String) throws -> FixedDecimal { try #require(FixedDecimal(text: text)) }

  @Test func aPlainFileIsReadAsItStands() throws {
    let series = try CandleText.read(CandleText.file(0..<3))
    #expect(series.interval == .oneMinute && series.repairs.isEmpty && series.candles.count == 3)
    #expect(
      series.candles[1]
        == Candle(
          openTime: Timestamp(milliseconds: CandleText.time(1)), open: try number("101.5"), high: try number("103"), low: try number("100"),
          close: try number("102.25"), volume: try number("1.125")))
  }

  @Test func lineEndsMarksAndEmptyLinesDoNotMatter() throws {
    let plain = CandleText.file(0..<5)
    let wanted = try CandleText.read(plain).candles
    let forms = [
      plain.replacingOccurrences(of: "\n", with: "\r\n"), "\u{FEFF}" + plain, String(plain.dropLast()), plain + "\n", plain + "\r\n\r\n",
      plain.replacingOccurrences(of: "\n", with: "\n\n"), String(plain.replacingOccurrences(of: "\n", with: "\r\n").dropLast(1)),
    ]
    for form in forms { #expect(try CandleText.read(form).candles == wanted, "\(form.debugDescription)") }
  }

  @Test func columnsAreFoundByName() throws {
    let text = """
      note,trades,close,low,quote_volume,open_time,high,open,volume,rest
      a,7,102,99,1234.5,1700000040000,103,100,0.25,x
      ,123456789012,102,99,12345678901.5,1700000100000,103,100,0.25,

      """
    let series = try CandleText.read(text)
    #expect(series.candles.map(\.tradeCount) == [7, 123_456_789_012])
    #expect(series.candles.map(\.quoteVolume) == [try number("1234.5"), try number("12345678901.5")])
    let usual = try CandleText.read(
      "open_time,open,high,low,close,volume,x,quote_volume,trades\n1700000040000,1,1,1,1,2,?,3.5,4\n", .minute)
    #expect(usual.candles[0].quoteVolume == (try number("3.5")) && usual.candles[0].tradeCount == 4)
  }

  @Test func microsecondsAreToldByTheirDigits() throws {
    let text = CandleText.header + "1735689540000,1,1,1,1,1\n1735689600000000,2,2,2,2,1\n1735689660000000,2,2,2,2,1\n"
    #expect(try CandleText.read(text).candles.map(\.openTime.milliseconds) == [1_735_689_540_000, 1_735_689_600_000, 1_735_689_660_000])
  }

  @Test func numbersAreExactAtEveryLength() throws {
    let cells = [
      "1", "0.00000001", "12345678", "123456789", "1234567890", "12345678901", "1234567890.12345678", "999999999999999999.99999999", "7.5",
      "12345678.12345678", "1.10000000", "1.1000000000000", "00012.5", "96466.11", "100000.25", "1.12345678", "12.1234567", "9.123456",
    ]
    for cell in cells {
      let row = "1700000040000,\(cell),\(cell),\(cell),\(cell),\(cell)\n"
      let candle = try #require(try CandleText.read(CandleText.header + row, .minute).candles.first)
      let wanted = try number(cell)
      #expect([candle.open, candle.high, candle.low, candle.close, candle.volume].allSatisfy { $0 == wanted }, "\(cell)")
    }
    let zero = try CandleText.read(CandleText.header + "1700000040000,1,1,1,1,-0\n", .minute)
    #expect(zero.candles[0].volume == .zero)
  }

  @Test func theIntervalIsTheMostCommonDistance() throws {
    func text(_ times: [Int64]) -> String { CandleText.header + times.map { "\($0),1,1,1,1,1\n" }.joined() }
    let day: Int64 = 86_400_000
    let months = [0, 31, 60, 91, 121, 152].map { 1_704_067_200_000 + $0 * day }
    #expect(try CandleText.read(text(months)).interval == .oneMonth)
    #expect(try CandleText.read(text((0..<4).map { 1_704_067_200_000 + $0 * 7 * day })).interval == .oneWeek)
    #expect(try CandleText.read(text((0..<4).map { 1_704_067_200_000 + $0 * 1_000 })).interval == .oneSecond)
  }

  @Test func aPartIsReadByTime() throws {
    let (from, to) = (Timestamp(milliseconds: CandleText.time(3)), Timestamp(milliseconds: CandleText.time(6)))
    let part = try CandleText.read(CandleText.file(0..<9), CandleReadOptions(from: from, to: to))
    #expect(part.candles.map(\.openTime.milliseconds) == [3, 4, 5].map(CandleText.time))
    // A hole outside the part is none of its business, nor is what comes after it.
    let holes = CandleText.file([0, 2, 3, 4, 5, 6]) + "garbage\n"
    #expect(try CandleText.read(holes, CandleReadOptions(from: from, to: to)).candles == part.candles)
    #expect(try CandleText.read(CandleText.file(0..<9), CandleReadOptions(rowsMaximum: 9)).candles.count == 9)
  }

  @Test func progressRisesToOne() throws {
    let directory = try TemporaryDirectory("candles")
    defer { withExtendedLifetime(directory) {} }
    let path = directory.file("long.csv")
    try CandleText.file(0..<40_000).write(toFile: path, atomically: true, encoding: .utf8)
    var seen: [Double] = []
    let series = try CandleFile.read(path: path) { seen.append($0) }
    #expect(series.candles.count == 40_000 && seen.count > 1 && seen.last == 1 && seen == seen.sorted())
    #expect(series.path == path)
  }
}

extension CandleReadOptions {
  /// For files of one row, which do not tell.
  static var minute: CandleReadOptions { CandleReadOptions(interval: .oneMinute) }
}
