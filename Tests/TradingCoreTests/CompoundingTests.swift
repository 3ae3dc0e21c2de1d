import Testing
import TradingCore
import TradingModel
import Venue

/// What an entry is a fraction of: the bot's capital, or its equity.
@Suite struct CompoundingTests {
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  /// The value of each entry beside what its bot had when it was decided.
  private static func entries(_ sizing: PositionSizing, compounds: Bool) -> [(value: Amount, equity: Amount, price: Price)] {
    var configuration = Samples.configuration(maximum: sizing == .risk ? "1" : "0.5", risk: "0.01")
    configuration.sizing = sizing
    configuration.compounds = compounds
    var bench = PaperBench()
    bench.trade(d("60000"))
    bench.command(.createBot(configuration, start: true))
    bench.play(Samples.market(seed: 5, hours: 6, volatility: 3))
    var equity = configuration.capital
    var found: [(value: Amount, equity: Amount, price: Price)] = []
    for entry in bench.journal {
      switch entry.record {
      case .orderIntent(let intent) where intent.purpose == .entry:
        found.append((intent.request.quoteQuantity, equity, intent.decisionPrice))
      case .fill(let fill): equity += fill.realizedPnL
      default: break
      }
    }
    return found
  }

  /// Both sizings put a half of the base into an entry: the maximum position, or 1 % of it lost over a stop of 2 %.
  @Test(arguments: [PositionSizing.fraction, .risk]) func anEntryIsAFractionOfTheEquityIfItCompounds(_ sizing: PositionSizing) throws {
    for compounds in [false, true] {
      let entries = Self.entries(sizing, compounds: compounds)
      #expect(entries.count > 10)
      for entry in entries {
        let wanted = (compounds ? entry.equity : Self.d("10000")) * Self.d("0.5")
        // Rounded down to a step of the lot, 0.00001; what earlier exits left, less than another step, is not available.
        #expect(entry.value <= wanted && entry.value > wanted - entry.price * Self.d("0.00002"), "\(compounds) \(entry)")
      }
      // Far enough from the capital that the two differ.
      let last = try #require(entries.last)
      #expect((last.equity - Self.d("10000")).statisticValue.magnitude > 20)
    }
  }
}
