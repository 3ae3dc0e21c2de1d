import Foundation
import MarketModel
import Presentation
import Testing
import Time
import TradingModel
import ExchangeSimulation

@testable import SimulatorServer

/// Recordings as they are downloaded, and the trading rules that fit them.
@Suite struct MarketRecordingTests {
  /// Three rows of the public archive, deflated by zip 2.0.
  private static let archive =
    "UEsDBBQAAAAIAAAQXFc8jyGAyAAAANwBAAAZAAAAQlRDVVNEVC0xaC0yMDIzLTEwLTI3LmNzdm2QS65DMQhD528tEeKP2f/GHklv0w7KIJIFmBNLNiwdvGuZSwhl8pUlpHhL"
    + "61Kyvl2WIK1HNmNEs2whxxbWu5ZxWyGbUo113JeLR8+b5IDhrLhgvJSKI5iTF/89Nv7z4Mhw8g9dgYn5SjjI38PiNuelGBevpF94G8FrpsUkuoNXWmevgFGGeZ+VBsskRTmp"
    + "sNvFK/19ccZcZ/rTlW88Z4Di4u2vWMfZfvAinvQCZT7pVQ1+96RnlbVCjSq1XwaFYY8id8z6wfsHUEsBAhQDFAAAAAgAABBcVzyPIYDIAAAA3AEAABkAAAAAAAAAAAAAAIAB"
    + "AAAAAEJUQ1VTRFQtMWgtMjAyMy0xMC0yNy5jc3ZQSwUGAAAAAAEAAQBHAAAA/wAAAAAA"
  private static let archiveDigest = "8142c9877880176293a36191b62a0fb08af7f28cd54e05ffada5bd82ec0a7528"

  private func json(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  /// Calls `body` with a folder that is gone afterwards.
  private func inFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("botsim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  private func write(_ text: String, _ name: String, _ folder: URL) throws -> String {
    let path = folder.appendingPathComponent(name).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func series(_ symbol: String, _ interval: Interval) throws -> SeriesKey {
    SeriesKey(symbol: try #require(Symbol(symbol)), interval: interval)
  }

  private func zip(_ folder: URL) throws -> String {
    let path = folder.appendingPathComponent("BTCUSDT-1h-2023-10-27.zip").path
    try #require(Data(base64Encoded: Self.archive)).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func aZipOfTheArchiveIsReplayedAsItIs() async throws {
    try await inFolder { folder in
      let path = try zip(folder)
      _ = try write("\(Self.archiveDigest)  BTCUSDT-1h-2023-10-27.zip\n", "BTCUSDT-1h-2023-10-27.zip.CHECKSUM", folder)
      let rows = try CandleFileSource.read(path, .oneHour)
      #expect(rows.map(\.openTime.milliseconds) == [1_698_364_800_000, 1_698_368_400_000, 1_698_372_000_000])
      #expect(rows[0].close == FixedDecimal(text: "34015.27") && rows[2].tradeCount == 43_767)
      try await ServerFixture.run({ $0.replays = [ReplayFile(path: path)] }) { fixture in
        _ = try await fixture.get("/sim/advance", "ms=3600000")
        let price = try json(try await fixture.get("/api/v3/ticker/price", "symbol=BTCUSDT"))
        #expect(price["price"]?.text == "33848.47000000" || price["price"]?.text == "34015.27000000")
        #expect(try json(try await fixture.get("/sim/status"))["rules"]?["BTCUSDT"]?.text?.contains("recorded in 2025") == true)
      }
    }
  }

  @Test func aZipThatIsNotWhatItsChecksumSaysIsRefused() async throws {
    try await inFolder { folder in
      let path = try zip(folder)
      _ = try write(String(repeating: "0", count: 64) + "  x.zip\n", "BTCUSDT-1h-2023-10-27.zip.CHECKSUM", folder)
      #expect { try CandleFileSource.read(path, .oneHour) } throws: { "\($0)".contains("download both again") }
    }
  }

  @Test(arguments: [0, 21, 22, 100, 300, 340])
  func aZipThatIsCutIsRefused(count: Int) async throws {
    try await inFolder { folder in
      let path = folder.appendingPathComponent("BTCUSDT-1h-2023-10-27.zip").path
      try #require(Data(base64Encoded: Self.archive)).prefix(count).write(to: URL(fileURLWithPath: path))
      #expect { try CandleFileSource.read(path, .oneHour) } throws: { "\($0)".contains("zip") }
    }
  }

  @Test func ourOwnArchiveCanBeReplayed() async throws {
    try await inFolder { folder in
      try await ServerFixture.run({ $0.historySeconds = 2 * 86_400 }) { fixture in
        let name = "BTCUSDT-15m-2023-11-13.zip"
        let bytes = try await fixture.bytes("/data/spot/daily/klines/BTCUSDT/15m/\(name)")
        let path = folder.appendingPathComponent(name).path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(try CandleFileSource.read(path, .fifteenMinutes).count == 96)
      }
    }
  }

  private static func rows(_ start: Int64, _ count: Int64, _ scale: Int64) -> String {
    (0..<count).map { index in
      let opens = start + index * 60_000
      return "\(opens * scale),1.5,1.6,1.4,1.5,10,\((opens + 60_000) * scale - 1),15,7,5,7.5,0\n"
    }.joined()
  }

  @Test func monthsAreJoinedInWhateverOrderAndUnit() async throws {
    try await inFolder { folder in
      let december = try write(Self.rows(1_735_689_480_000, 2, 1), "ADAUSDT-1m-2024-12.csv", folder)
      let january = try write(Self.rows(1_735_689_600_000, 3, 1_000), "ADAUSDT-1m-2025-01.csv", folder)
      let key = try series("ADAUSDT", .oneMinute)
      let rows = try CandleFileSource.read([january, december], key)
      #expect(rows.map(\.openTime.milliseconds) == (0..<5).map { 1_735_689_480_000 + $0 * 60_000 })
      #expect { try CandleFileSource.read([january, december, january], key) } throws: { "\($0)".contains("given twice") }
    }
  }

  private static let shib = """
    open_time,open,high,low,close,volume
    1704067200000,0.00001021,0.00001021,0.00001021,0.00001021,1000000
    1704067500000,0.00001021,0.00001021,0.00001019,0.00001019,1000000
    """

  /// A recording of a coin of tiny prices: 900000 of it cost about nine dollars.
  @Test func theRulesFitARecordingOfTinyPrices() async throws {
    try await inFolder { folder in
      let path = try write(Self.shib, "SHIBUSDT-5m.csv", folder)
      try await ServerFixture.run({ $0.replays = [ReplayFile(path: path)] }) { fixture in
        _ = try await fixture.get("/sim/advance", "ms=1000")
        let info = try json(try await fixture.get("/api/v3/exchangeInfo", "symbol=SHIBUSDT"))["symbols"]?.elements?.first
        let filters = try #require(info?["filters"]?.elements)
        #expect(filters.compactMap { $0["tickSize"]?.text } == ["0.00000001"])
        #expect(filters.first { $0["filterType"]?.text == "LOT_SIZE" }?["stepSize"]?.text == "1.00000000")
        let status = try json(try await fixture.get("/sim/status"))
        #expect(status["rules"]?["SHIBUSDT"]?.text == "tick 0.00000001 and step 1 from the decimals of the recording")
        let order = try json(
          try await fixture.signed("POST", "/api/v3/order", "symbol=SHIBUSDT&side=BUY&type=MARKET&quantity=900000").text)
        let spent = try #require(order["cummulativeQuoteQty"]?.text.flatMap { FixedDecimal(text: $0) })
        #expect(spent > FixedDecimal(9) && spent < FixedDecimal(text: "9.4") ?? .zero, "\(spent)")
        // More than the bounds of an ordinary symbol: a thousand dollars' worth.
        let large = try await fixture.signed("POST", "/api/v3/order", "symbol=SHIBUSDT&side=BUY&type=MARKET&quantity=98522160")
        #expect(large.status == 200, "\(large.text)")
      }
    }
  }

  @Test(arguments: [
    ("FOOUSDT", "1250000", "1000000", "1", "0.00000001"), ("FOOUSDT", "42000.5", "1", "0.1", "0.000001"),
    ("FOOUSDT", "0.3", "1", "0.000001", "0.1"), ("BTCUSDT", "42000", "1", "0.01", "0.00001"),
    // Finer than the filters recorded in 2025.
    ("BTCUSDT", "600.123", "0.123456", "0.001", "0.000001"),
  ])
  func stepsFollowDecimalsAndMagnitude(symbol: String, price: String, volume: String, tick: String, step: String) throws {
    let symbol = try #require(Symbol(symbol))
    let price = try #require(FixedDecimal(text: price))
    let candle = Candle(
      openTime: .zero, open: price, high: price, low: price, close: price, volume: try #require(FixedDecimal(text: volume)))
    let derived = try #require(DerivedRules(symbol: symbol, referencePrice: price))
    let rules = try #require(ObservedRules(derived, [candle])).rules
    #expect(rules.tickSize.description == tick && rules.stepSize.description == step)
    #expect(rules.priceMaximum > price && rules.quantityMaximum >= FixedDecimal(9_000_000))
  }

  /// Pairs of several quote assets cost what their dollar prices say.
  @Test(arguments: [("BTCFDUSD", "60000"), ("ETHBTC", "0.05"), ("BNBBTC", "0.01"), ("BNBETH", "0.2")])
  func crossPricesFit(symbol: String, price: String) throws {
    let symbol = try #require(Symbol(symbol))
    #expect(SimulatedInstrument(symbol: symbol)?.referencePrice.description == price)
  }

  @Test func aThinBookIsThin() async throws {
    try await ServerFixture.run({
      $0.bookLevels = 2
      $0.bookLevelNotional = FixedDecimal(100)
    }) { fixture in
      _ = try await fixture.get("/sim/advance", "ms=5000")
      let depth = try json(try await fixture.get("/api/v3/depth", "symbol=BTCUSDT"))
      for side in ["bids", "asks"] {
        let levels = try #require(depth[side]?.elements)
        // What was traded through comes back with the next quote.
        #expect((1...2).contains(levels.count))
        for level in levels.compactMap(\.elements) {
          let numbers = level.compactMap { $0.text.flatMap { FixedDecimal(text: $0) } }
          #expect(numbers[0] * numbers[1] <= FixedDecimal(101))
        }
      }
      let order = try json(try await fixture.signed("POST", "/api/v3/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1").text)
      #expect(order["status"]?.text == "EXPIRED" && order["executedQty"]?.text != "0.00000000")
    }
  }
}
