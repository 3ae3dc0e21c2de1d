import Testing
import TradingCore
import TradingModel
import Venue

/// Which coins of the account a bot may be given.
@Suite struct AdoptTests {
  /// The owner's own order locks some: they are promised to somebody else.
  @Test func coinsThatTheOwnersOrdersLockAreNotThere() throws {
    var bench = HeldBotTests.Bench()
    bench.price(FixedDecimal(50_000))
    let bot = Samples.bot("one")
    func adopt(_ quantity: String) -> CommandResult? {
      bench.effects = []
      let command = Command.adoptPosition(bot, quantity: Samples.decimal(quantity), entryPrice: .zero)
      bench.step(.command(CommandEnvelope(id: 9, requestID: "", fingerprint: 0, command: command)))
      for case .reply(_, let result, _) in bench.effects { return result }
      return nil
    }
    bench.account("0.1", locked: "0.4")
    let refused = adopt("0.2")
    #expect(refused?.reasons == ["COINS_NOT_THERE"], "\(String(describing: refused))")
    #expect(adopt("0.1")?.code == nil)
    // What the bot's own stop locks is the bot's, and counted once.
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 60)
    bench.account("0.2", locked: "0.5")
    #expect(adopt("0.3")?.reasons == ["COINS_NOT_THERE"])
    #expect(adopt("0.2")?.code == nil)
  }
}
