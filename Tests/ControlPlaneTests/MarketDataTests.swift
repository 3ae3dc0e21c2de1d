import Time
import BotAPI
import MarketData
import TTRPC
import TestSupport
import Testing
import TradingModel
import Venue

@testable import ControlPlane

@Suite struct MarketDataTests {
  static func candle(_ minute: Int, _ price: Int) -> Candle {
    let price = FixedDecimal(price)
    return Candle(
      openTime: Samples.start.advanced(byMilliseconds: Int64(minute) * 60_000), open: price, high: price, low: price, close: price,
      volume: .one)
  }

  static func update(_ minute: Int, _ price: Int, isClosed: Bool = true) -> MarketEvent {
    .candle(
      CandleUpdate(
        symbol: Samples.symbol, interval: .oneMinute, candle: candle(minute, price), isClosed: isClosed,
        eventTime: Samples.start.advanced(byMilliseconds: Int64(minute + 1) * 60_000)))
  }

  @Test func aSymbolThatWasLeftOutIsRefusedWithTheReason() async throws {
    let harness = try await ControlHarness()
    let symbol = try #require(Symbol("币安人生USDT"))
    harness.board.setRules([], leftOut: [symbol: "its LOT_SIZE has a 'stepSize' that cannot be read"])
    let refused = try await failure { () async throws(RPCError) in
      try await harness.marketData.getTradingRules(V1.GetTradingRulesRequest(symbol: "币安人生USDT"))
    }
    #expect(refused.info?.reason == "SYMBOL_UNKNOWN" && refused.message.contains("'stepSize'"), "\(refused.message)")
    let bot = try await failure { () async throws(RPCError) in
      try await harness.bots.createBot(
        V1.CreateBotRequest(botID: "a", spec: V1.BotSpec(symbol: "币安人生USDT", strategy: "rsi", capital: "1000"), validateOnly: true))
    }
    #expect(bot.info?.violations.contains { $0.field == "spec.symbol" && $0.message.contains("'stepSize'") } == true, "\(bot)")
    harness.board.setRules([])
    let unknown = try await failure { () async throws(RPCError) in
      try await harness.marketData.getTradingRules(V1.GetTradingRulesRequest(symbol: "币安人生USDT"))
    }
    #expect(unknown.message.contains("the exchange has no symbol 币安人生USDT"))
  }

  @Test func symbolsRulesCandlesAndPricesAreThoseHeld() async throws {
    let harness = try await ControlHarness()
    #expect(try await harness.marketData.listSymbols(V1.ListSymbolsRequest(pageSize: 2)).symbols.map(\.symbol) == ["BTCUSDT", "ETHUSDT"])
    #expect(
      try await harness.marketData.listSymbols(V1.ListSymbolsRequest(pageSize: 2, pageToken: "ETHUSDT")).symbols.map(\.symbol) == [
        "SOLUSDT"
      ])
    let rules = try #require(try await harness.marketData.getTradingRules(V1.GetTradingRulesRequest(symbol: "BTCUSDT")).rules)
    #expect(rules.tickSize == "0.01")
    #expect(rules.minimumNotional == "5")
    for minute in 0..<5 { harness.market.take(Self.update(minute, 100 + minute)) }
    harness.market.take(Self.update(5, 200, isClosed: false))
    let candles = try await harness.marketData.getCandles(
      V1.GetCandlesRequest(symbol: "BTCUSDT", interval: "1m", limit: 3, includeOpen: true)
    ).candles
    #expect(candles.map(\.close) == ["102", "103", "104", "200"])
    #expect(candles.map(\.isClosed) == [true, true, true, false])
    let missing = try await failure { () async throws(RPCError) in
      try await harness.marketData.getTicker(V1.GetTickerRequest(symbol: "BTCUSDT"))
    }
    #expect(missing.info?.reason == "NO_PRICE")
    harness.market.take(
      .trade(
        MarketTrade(
          symbol: Samples.symbol, id: TradeID(1), price: FixedDecimal(123), quantity: .one, time: Samples.start, isBuyerMaker: false)))
    #expect(try await harness.marketData.getTicker(V1.GetTickerRequest(symbol: "BTCUSDT")).ticker?.lastPrice == "123")
    let unknown = try await failure { () async throws(RPCError) in
      try await harness.marketData.getTradingRules(V1.GetTradingRulesRequest(symbol: "XXXUSDT"))
    }
    #expect(unknown.code == .notFound)
    let quality = try await harness.marketData.getDataQuality(V1.GetDataQualityRequest(symbols: ["BTCUSDT"]))
    #expect(quality.feeds.first?.candlesHeld == 5)
    #expect(quality.feeds.first?.status == .ok)
    await harness.stop()
  }

  @Test func closedCandlesComeOnceInOrderAfterTheHistoryAskedFor() async throws {
    let harness = try await ControlHarness()
    for minute in 0..<10 { harness.market.take(Self.update(minute, 100 + minute)) }
    let after = Samples.start.advanced(byMilliseconds: 3 * 60_000).nanoseconds
    let closes = try await within {
      let stream = try await harness.marketData.subscribeCandles()
      try stream.send(V1.SubscribeCandlesRequest(symbols: ["BTCUSDT"], interval: "1m", afterOpenTimeNs: after, maxBatch: 4))
      var candles: [V1.Candle] = []
      while let message = try await stream.next() {
        candles += message.candles
        if message.caughtUp != nil { break }
      }
      for minute in 10..<20 { harness.market.take(Self.update(minute, 100 + minute)) }
      while candles.last?.close != "119", let message = try await stream.next() { candles += message.candles }
      return candles
    }
    #expect(closes.map(\.close) == (4..<20).map { "\(100 + $0)" })
    #expect(closes.map(\.sequence) == (1...16).map { Int64($0) })
    #expect(closes.map(\.previousSequence) == (0...15).map { Int64($0) })
    await harness.stop()
  }

  @Test func tickersAreLatestWinsAndNumberedWithoutGaps() async throws {
    let harness = try await ControlHarness()
    let tickers = try await within {
      let stream = try await harness.marketData.subscribeTickers()
      try stream.send(V1.SubscribeTickersRequest(symbols: ["BTCUSDT", "ETHUSDT"]))
      _ = try await stream.next()
      var tickers: [V1.Ticker] = []
      for number in 1...500 {
        harness.market.take(
          .trade(
            MarketTrade(
              symbol: Samples.symbol, id: TradeID(Int64(number)), price: FixedDecimal(number), quantity: .one,
              time: Samples.start.advanced(byMilliseconds: Int64(number)), isBuyerMaker: false)))
      }
      while tickers.last?.lastPrice != "500", let message = try await stream.next() { tickers += message.tickers }
      return tickers
    }
    #expect(tickers.count < 500)
    #expect(tickers.map(\.sequence) == (1...tickers.count).map { Int64($0) })
    let unknown = try await harness.marketData.subscribeTickers()
    try unknown.send(V1.SubscribeTickersRequest(symbols: ["NOPEUSDT"]))
    let error = try await failure { () async throws(RPCError) in try await unknown.next() }
    #expect(error.info?.violations.first?.reason == "SYMBOL_UNKNOWN")
    await harness.stop()
  }
}
