import Time
import Testing
import TradingModel

struct CandleBuilderTests {
  private func decimal(_ text: String) throws -> FixedDecimal { try #require(FixedDecimal(text: text)) }

  private func minute(_ number: Int64, second: Int64 = 0) -> Timestamp { Timestamp(milliseconds: number * 60_000 + second * 1_000) }

  @Test func tradesMakeACandle() throws {
    var builder = CandleBuilder(interval: .oneMinute)
    var closed: [Candle] = []
    for (price, quantity, second) in [("10", "1", 1), ("12", "2", 5), ("9.5", "0.5", 30), ("11", "1", 59)] as [(String, String, Int64)] {
      builder.add(price: try decimal(price), quantity: try decimal(quantity), at: minute(7, second: second), closed: &closed)
    }
    #expect(closed.isEmpty)
    builder.advance(to: minute(8), closed: &closed)
    let expected = Candle(
      openTime: minute(7), open: try decimal("10"), high: try decimal("12"), low: try decimal("9.5"), close: try decimal("11"),
      volume: try decimal("4.5"), quoteVolume: try decimal("49.75"), tradeCount: 4)
    #expect(closed == [expected])
  }

  @Test func aMinuteWithoutTradesRepeatsTheClose() throws {
    var builder = CandleBuilder(interval: .oneMinute)
    var closed: [Candle] = []
    builder.add(price: try decimal("10"), quantity: .one, at: minute(0), closed: &closed)
    builder.add(price: try decimal("20"), quantity: .one, at: minute(3), closed: &closed)
    #expect(closed.map(\.openTime) == [minute(0), minute(1), minute(2)])
    let ten = try decimal("10")
    let flat = [1, 2].map { Candle(openTime: minute($0), open: ten, high: ten, low: ten, close: ten, volume: .zero) }
    #expect(Array(closed.dropFirst()) == flat)
    #expect(builder.current?.open == (try decimal("20")), "the first trade opens the candle, not the close before it")
    #expect(builder.current?.low == (try decimal("20")))
  }

  @Test func aTradeBeforeTheCandleInProgressIsIgnored() throws {
    var builder = CandleBuilder(interval: .oneMinute)
    var closed: [Candle] = []
    builder.add(price: .one, quantity: .one, at: minute(5), closed: &closed)
    let before = builder.current
    builder.add(price: try decimal("99"), quantity: .one, at: minute(4, second: 59), closed: &closed)
    #expect(builder.current == before && closed.isEmpty)
  }

  @Test func aLeapInTimeFillsABoundedGap() throws {
    var builder = CandleBuilder(interval: .oneSecond)
    var closed: [Candle] = []
    builder.add(price: .one, quantity: .one, at: .zero, closed: &closed)
    builder.add(price: .one, quantity: .one, at: Timestamp(milliseconds: 4_000_000_000_000), closed: &closed, gapLimit: 100)
    #expect(closed.count <= 101)
    #expect(builder.current?.openTime == Timestamp(milliseconds: 4_000_000_000_000))
    closed = []
    builder.advance(to: .distantFuture, closed: &closed, gapLimit: 10)
    #expect(closed.count <= 11)
  }

  @Test func nothingClosesBeforeTheFirstTrade() {
    var builder = CandleBuilder(interval: .oneMinute)
    var closed: [Candle] = []
    builder.advance(to: minute(1_000), closed: &closed)
    #expect(closed.isEmpty && builder.current == nil)
  }

  @Test(
    .enabled("needs recorded trades and candles beside the checkout") {
      RecordedData.exists("btcusdt-trades-2024-08-08.csv") && RecordedData.exists("btcusdt-5m-2024.csv")
    })
  func recordedTradesGiveTheExchangesCandles() throws {
    var builder = CandleBuilder(interval: .fiveMinutes)
    var closed: [Candle] = []
    for row in try RecordedData.rows("btcusdt-trades-2024-08-08.csv") {
      let time = Timestamp(milliseconds: try #require(Int64(row[1])))
      builder.add(
        price: try #require(FixedDecimal(text: row[2])), quantity: try #require(FixedDecimal(text: row[3])), at: time, closed: &closed)
    }
    // 23:50 began before the recording; 23:55 and 00:00 are whole.
    let whole = closed.filter { [1_723_161_300_000, 1_723_161_600_000].contains($0.openTime.milliseconds) }
    #expect(whole.count == 2)
    let rows = try RecordedData.rows("btcusdt-5m-2024.csv")
    for candle in whole {
      let row = try #require(rows.first { $0[0] == String(candle.openTime.milliseconds) })
      #expect([candle.open, candle.high, candle.low, candle.close, candle.volume] == row[1...5].map { FixedDecimal(text: $0) })
      #expect(candle.isConsistent)
    }
  }
}
