import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import TradingModel
import Venue
import VenueBinance

/// The best bid and ask, asked for by REST when no stream tells it.
@Suite struct QuoteTests {
  @Test func aQuoteIsDeliveredOnceOrNotAtAll() async throws {
    let loop = NIOAsyncTestingEventLoop()
    let setup = try ExecutionSetup(loop: loop)
    setup.script("GET /api/v3/ticker/bookTicker") { request, _ in
      guard request.parameter("symbol") == "BTCUSDT" else { return .ok("{\"symbol\":\"ETHUSDT\"}") }
      return .ok(
        "{\"symbol\":\"BTCUSDT\",\"bidPrice\":\"59999.99000000\",\"bidQty\":\"1.5\",\"askPrice\":\"60000.00000000\",\"askQty\":\"2\"}")
    }
    try await setup.onLoop {
      $0.execution.askQuote(symbol: Samples.ether)
      $0.execution.askQuote(symbol: Samples.bitcoin)
    }
    try await Eventually.holds("a quote") { setup.recorder.seen.withLock { !$0.quotes.isEmpty } }
    let quote = setup.recorder.seen.withLock { $0.quotes[0] }
    #expect(quote.symbol == Samples.bitcoin && quote.bidPrice == Samples.decimal("59999.99") && quote.askPrice == Samples.decimal("60000"))
    try await Eventually.holds("both answers") { setup.exchange.requests("/api/v3/ticker/bookTicker").count == 2 }
    #expect(setup.recorder.seen.withLock { $0.quotes.count } == 1, "an answer that cannot be read is none")
    await ListTradesTests.stop(setup, loop)
  }
}
