import Strategies
import Testing
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// Fifty bots on two symbols, one account.
@Suite struct ManyBotsTests {
  @Test func botsShareSeriesAndNeverTouchEachOthersOrders() throws {
    var driver = PaperBench(symbols: ["BTCUSDT", "ETHUSDT"])
    for number in 0..<50 {
      let configuration = Samples.configuration(
        "bot-\(number)", symbol: number % 2 == 0 ? "BTCUSDT" : "ETHUSDT", stopLoss: number % 5 == 0 ? "0.005" : "0.02",
        parameters: ["period": "\(3 + number % 4)", "oversold": "\(35 + number % 15)", "overbought": "65"])
      #expect(driver.command(.createBot(configuration, start: true)).bots?.count == 1)
    }
    #expect(driver.watched.count == 2)
    #expect(driver.core.watchedSeries.count == 2)
    driver.play(Samples.market(seed: 11, symbols: ["BTCUSDT", "ETHUSDT"], hours: 8, volatility: 2))

    var owner: [ClientOrderID: BotID] = [:]
    for intent in driver.intents {
      #expect(owner.updateValue(intent.botID, forKey: intent.request.clientOrderID) == nil)
      #expect(driver.core.snapshot(of: intent.botID)?.configuration.symbol == intent.request.symbol)
    }
    #expect(Set(owner.values).count == 50, "every bot should have traded")
    for fill in driver.fills() {
      let id = try #require(fill.clientOrderID)
      #expect(fill.botID == owner[id])
    }
    for entry in driver.journal {
      if case .cancelRequested(let cancel) = entry.record { #expect(owner[cancel.clientOrderID] == cancel.botID) }
    }
    // Inventory of each bot is what its own orders brought.
    for number in 0..<50 {
      let id = Samples.bot("bot-\(number)")
      let snapshot = try #require(driver.core.snapshot(of: id))
      let base = snapshot.baseAsset
      let twin = NaiveStatistics(driver.fills(of: id.text), base: base, quote: "USDT")
      #expect(snapshot.position.quantity == twin.inventory && !twin.inventory.isNegative)
      for order in snapshot.openOrders { #expect(owner[order] == id) }
    }
    let resting = Set(driver.venue.openOrders.map(\.request.clientOrderID))
    #expect(resting == Set(driver.core.openOrders.map(\.clientOrderID)))
  }

  @Test func removingOneBotLeavesTheOthersAlone() {
    var driver = PaperBench()
    for name in ["a", "b", "c"] { driver.command(.createBot(Samples.configuration(name), start: true)) }
    driver.trade(Samples.decimal("60000"))
    for price in ["60000", "59700", "59400", "59100"] { driver.minute(Samples.decimal(price)) }
    #expect(driver.venue.openOrders.count == 6, "each its stop and its target")
    let b = Samples.bot("b")
    for command: Command in [.stopBot(b), .closePosition(b), .removeBot(b)] { driver.command(command) }
    #expect(driver.venue.openOrders.count == 4)
    let count = driver.fills().count
    driver.trade(Samples.decimal("70000"))
    #expect(Set(driver.fills()[count...].filter { $0.side == .sell }.compactMap { $0.botID?.text }) == ["a", "c"])
    #expect(driver.unwatched.isEmpty)
  }
}
