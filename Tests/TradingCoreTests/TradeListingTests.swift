import Testing
import Time
import TradingModel
import Venue
@testable import TradingCore

/// What is asked for when the account's trades are listed, and when.
@Suite struct TradeListingTests {
  private final class Driver {
    private(set) var core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    private(set) var journal: [JournalEntry] = []
    /// What lists were asked for.
    private(set) var asked: [TradeListStart] = []
    private(set) var now = Samples.start
    private var effects: [Effect] = []

    init() {
      core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: now, effects: &effects)
      step(.rules([Samples.rules()]))
    }

    func step(_ event: CoreEvent, after milliseconds: Int64 = 0) {
      now = now.advanced(byMilliseconds: milliseconds)
      core.step(event, at: now, effects: &effects)
      take()
    }

    private func take() {
      let batch = effects
      effects.removeAll()
      for effect in batch {
        switch effect {
        case .append(let entry): journal.append(entry)
        case .listTrades(_, let from): asked.append(from)
        // They are nobody's here.
        case .identify(let symbol, let id): step(.identified(symbol, id, .notFound))
        default: break
        }
      }
    }

    func create(_ name: String) {
      step(
        .command(
          CommandEnvelope(
            id: 1, requestID: name, fingerprint: 1, command: .createBot(Samples.configuration(name, stopLoss: "0.01"), start: true))))
    }

    /// A fill of somebody else's order.
    func fill(_ id: Int64, at time: Timestamp? = nil) -> AccountTrade {
      AccountTrade(
        fill: Fill(
          symbol: Samples.rules().symbol, tradeID: TradeID(id), venueOrderID: VenueOrderID(9_000 + id), price: FixedDecimal(50_000),
          quantity: FixedDecimal(1), quoteQuantity: FixedDecimal(50_000), commission: .zero, commissionAsset: "", isMaker: false,
          time: time ?? now),
        side: .buy)
    }

    func list(_ trades: [AccountTrade]) { step(.trades(Samples.rules().symbol, trades), after: 200) }

    func pass(seconds: Int) { for _ in 0..<seconds * 4 { step(.clock, after: 250) } }

    var booked: [Int64] { journal.compactMap { if case .fill(let record) = $0.record { record.fill.tradeID.value } else { nil } } }

    /// The same journal in a new process.
    func restart() {
      var fresh = TradingCore(configuration: core.configuration)
      for entry in journal { do { try fresh.recover(entry) } catch { preconditionFailure("\(error)") } }
      core = fresh
      step(.rules([Samples.rules()]))
      core.resume(at: now, effects: &effects)
      take()
    }
  }

  private static let hour: Int64 = 3_600_000

  @Test func aSymbolNeverSeenIsReadFromItsOldestBotOn() {
    let driver = Driver()
    driver.pass(seconds: 3)
    let created = driver.now
    driver.create("a")
    driver.pass(seconds: 60)
    #expect(driver.asked.isEmpty, "there is no stream yet")
    driver.step(.executionStream(isLive: true))
    #expect(driver.asked == [.time(created)])
  }

  @Test func aListOverlapsByAnHour() {
    let driver = Driver()
    driver.create("a")
    driver.step(.executionStream(isLive: true))
    driver.list([driver.fill(5)])
    #expect(driver.asked.count == 1)
    // A later one, and then a list that shows an earlier one of which no report told.
    driver.step(.executionStream(isLive: false), after: 600_000)
    driver.step(.executionStream(isLive: true))
    #expect(driver.asked.last == .trade(TradeID(5)))
    driver.list([driver.fill(5), driver.fill(9), driver.fill(7), driver.fill(9)])
    #expect(driver.booked == [5, 7, 9], "each once, in their order")
    // Two hours later the newest known one is enough, and within the hour the oldest of the hour.
    driver.step(.executionStream(isLive: true), after: 2 * Self.hour)
    #expect(driver.asked.last == .trade(TradeID(5)), "the last list that came is two hours old")
    driver.list([])
    driver.step(.executionStream(isLive: true), after: 1_000)
    #expect(driver.asked.last == .trade(TradeID(9)))
  }

  @Test func oneListIsUnderWayAndWhatIsWantedMeanwhileComesNext() {
    let driver = Driver()
    driver.create("a")
    for _ in 0..<5 { driver.step(.executionStream(isLive: true), after: 10) }
    #expect(driver.asked.count == 1)
    driver.list([driver.fill(1)])
    #expect(driver.asked.count == 2)
    driver.list([driver.fill(1)])
    #expect(driver.asked.count == 2 && driver.booked == [1])
    // An answer that never comes is not waited for for ever.
    driver.step(.executionStream(isLive: true))
    driver.step(.executionStream(isLive: true), after: 119_000)
    #expect(driver.asked.count == 3)
    driver.step(.executionStream(isLive: true), after: 1_000)
    #expect(driver.asked.count == 4)
  }

  @Test func afterAStartTheListBeginsAnHourBeforeTheLastFill() {
    let driver = Driver()
    driver.create("a")
    driver.step(.executionStream(isLive: true))
    let first = driver.now
    driver.list((1...4).map { driver.fill($0, at: first.advanced(byMilliseconds: $0 * 1_500_000)) })
    driver.restart()
    driver.step(.executionStream(isLive: true), after: 50 * Self.hour)
    // Fills at 25, 50, 75 and 100 minutes: an hour before the last one there was the second.
    #expect(driver.asked.last == .trade(TradeID(2)))
  }

  /// A fill that was missed may have a lower number than all that are known: those known from later are no beginning.
  @Test func whatIsKnownFromLaterIsNoBeginning() {
    let driver = Driver()
    driver.create("a")
    let created = driver.now
    driver.step(.executionStream(isLive: true))
    driver.step(.executionStream(isLive: false), after: 1_000)
    // Told by the stream of an earlier life, after everything that was missed.
    driver.step(.executionStream(isLive: true), after: 1_000)
    driver.list([driver.fill(9, at: driver.now.advanced(byMilliseconds: 5_000))])
    #expect(driver.asked.last == .time(created))
  }

  @Test func nothingIsListedWithoutAGround() {
    let driver = Driver()
    driver.create("a")
    driver.step(.executionStream(isLive: true))
    driver.list([])
    driver.pass(seconds: 120)
    #expect(driver.asked.count == 1)
  }
}
