import MarketTape
import Time
import Foundation
import Journal
import TestSupport
import Testing
import TradingModel

/// What the market said, beside the journal: read back as it was heard, whole lines only.
@Suite struct MarketTapeTests {
  private static func candle(_ minute: Int64) -> Candle {
    Candle(
      openTime: Timestamp(milliseconds: 1_764_547_200_000 + minute * 60_000), open: FixedDecimal(raw: 6_000_050_000_000),
      high: FixedDecimal(61_000),
      low: FixedDecimal(59_000), close: FixedDecimal(60_500), volume: FixedDecimal(raw: 12_345))
  }

  @Test func symbolsOfOtherScriptsComeBack() throws {
    let directory = try TemporaryDirectory("tape")
    let symbol = try #require(Symbol("币安人生币安人生USDT"))
    let key = SeriesKey(symbol: symbol, interval: .oneMonth)
    let tape = try MarketTapeWriter(stateDirectory: directory.path)
    tape.history([Self.candle(0)], of: key)
    tape.learn(TradingRules(symbol: symbol, baseAsset: "币安人生币安人生", quoteAsset: "USDT"))
    tape.stop()
    let read = try #require(MarketTape.read(stateDirectory: directory.path))
    #expect(read.series.map(\.key) == [key] && read.series.first?.rows.map(\.candle) == [Self.candle(0)])
    #expect(read.rules.map(\.symbol) == [symbol] && read.rules.first?.baseAsset == "币安人生币安人生")
  }

  @Test func candlesComeBackWithWhenTheyWereHeard() throws {
    let directory = try TemporaryDirectory("tape")
    let key = SeriesKey(symbol: Samples.symbol, interval: .oneMinute)
    let month = SeriesKey(symbol: Samples.symbol, interval: .oneMonth)
    let heard = Timestamp(milliseconds: 1_764_547_380_025)
    let tape = try MarketTapeWriter(stateDirectory: directory.path)
    tape.history([Self.candle(0), Self.candle(1)], of: key)
    tape.closed(Self.candle(2), of: key, at: heard)
    // Twice the same, and one from before, say nothing new.
    tape.closed(Self.candle(2), of: key, at: heard)
    tape.history([Self.candle(1)], of: key)
    tape.closed(Self.candle(0), of: month, at: heard)
    tape.stop()
    let read = try #require(MarketTape.read(stateDirectory: directory.path))
    #expect(Set(read.series.map(\.key)) == [key, month])
    let rows = try #require(read.series.first { $0.key == key }).rows
    #expect(rows.map(\.candle) == [Self.candle(0), Self.candle(1), Self.candle(2)])
    #expect(rows.map(\.heardAt) == [nil, nil, heard])
  }

  /// As it is carried elsewhere: pieces that end anywhere give the same as the file whole.
  @Test func piecesOfFilesGiveWhatTheFilesHold() throws {
    let directory = try TemporaryDirectory("tape")
    let key = SeriesKey(symbol: Samples.symbol, interval: .oneMinute)
    let tape = try MarketTapeWriter(stateDirectory: directory.path)
    for minute in 0..<50 { tape.closed(Self.candle(Int64(minute)), of: key, at: Timestamp(milliseconds: 1_764_547_200_000)) }
    let first = TapeArrival(order: try #require(ClientOrderID("one")), decided: FixedDecimal(100), arrived: FixedDecimal(101))
    tape.arrived(first)
    tape.learn(TradingRules(symbol: Samples.symbol, baseAsset: "BTC", quoteAsset: "USDT"))
    tape.stop()
    let again = try MarketTapeWriter(stateDirectory: directory.path)
    let second = TapeArrival(order: try #require(ClientOrderID("two")), decided: FixedDecimal(7), arrived: FixedDecimal(raw: 1))
    again.arrived(second)
    again.stop()
    let files = MarketTape.files(stateDirectory: directory.path)
    #expect(files.map(\.name) == ["\(Samples.symbol)-1m.csv", "arrivals.csv", "rules.csv"].sorted())
    for length in [1, 7, 64, 1 << 20] {
      for (name, size) in files {
        var reader = try #require(MarketTape.Reader(file: name))
        var offset: Int64 = 0
        while offset < size {
          let piece = try #require(
            MarketTape.bytes(of: name, stateDirectory: directory.path, from: offset, maximum: length))
          #expect(!piece.isEmpty)
          reader.add(piece)
          offset += Int64(piece.count)
        }
        switch reader.contents {
        case .series(let found, let rows):
          #expect(found == key && rows.count == 50)
          #expect(rows == MarketTape.read(stateDirectory: directory.path)?.series.first?.rows)
        case .arrivals(let found): #expect(found == [first, second])
        case .rules(let found): #expect(found.map(\.symbol) == [Samples.symbol])
        }
      }
    }
    #expect(MarketTape.Reader(file: "notes.csv").map { _ in true } == nil)
    #expect(MarketTape.bytes(of: "../journal.sqlite", stateDirectory: directory.path, from: 0, maximum: 10) == nil)
    #expect(MarketTape.files(stateDirectory: directory.file("nowhere")).isEmpty)
  }

  @Test func aTornLastLineIsCutOffAndWritingGoesOn() throws {
    let directory = try TemporaryDirectory("tape")
    let key = SeriesKey(symbol: Samples.symbol, interval: .oneMinute)
    let first = try MarketTapeWriter(stateDirectory: directory.path)
    first.history([Self.candle(0), Self.candle(1)], of: key)
    first.stop()
    let path = directory.file("market/\(Samples.symbol.text)-1m.csv")
    let whole = try String(contentsOfFile: path, encoding: .utf8)
    try (whole + "17645473200").write(toFile: path, atomically: true, encoding: .utf8)
    let second = try MarketTapeWriter(stateDirectory: directory.path)
    second.closed(Self.candle(2), of: key, at: Timestamp(milliseconds: 1))
    second.stop()
    let rows = try #require(MarketTape.read(stateDirectory: directory.path)).series[0].rows
    #expect(rows.map(\.candle) == [Self.candle(0), Self.candle(1), Self.candle(2)])
  }

  @Test func rulesComeBack() throws {
    let directory = try TemporaryDirectory("tape")
    let rules = TradingRules(
      symbol: Samples.symbol, status: .halt, baseAsset: "BTC", quoteAsset: "USDT", baseAssetPrecision: 6, quoteAssetPrecision: 7,
      priceMinimum: FixedDecimal(1), priceMaximum: FixedDecimal(2), tickSize: FixedDecimal(raw: 3), quantityMinimum: FixedDecimal(raw: 4),
      quantityMaximum: FixedDecimal(5), stepSize: FixedDecimal(raw: 6), marketQuantityMinimum: FixedDecimal(raw: 7),
      marketQuantityMaximum: FixedDecimal(8), marketStepSize: FixedDecimal(raw: 9), notionalMinimum: FixedDecimal(10),
      notionalMaximum: FixedDecimal(11), notionalMinimumAppliesToMarket: false, notionalMaximumAppliesToMarket: true, openOrdersMaximum: 12,
      openAlgorithmicOrdersMaximum: 13)
    let tape = try MarketTapeWriter(stateDirectory: directory.path)
    tape.learn(rules)
    tape.learn(rules)
    tape.stop()
    #expect(try #require(MarketTape.read(stateDirectory: directory.path)).rules == [rules])
    let nothing = MarketTape.read(stateDirectory: directory.file("nowhere"))
    #expect(nothing?.rules == nil)
  }
}
