import Strategies
import TestSupport
import Time
import TradingCore
import TradingModel
import Venue

/// Journals as they might be: bots that trade, and everything else that is recorded in between, much of it about the same bots and orders.
enum RandomHistory {
  static func entries(count: Int, seed: UInt64) -> [JournalEntry] {
    var random = SeededRandom(seed: seed &* 7_919)
    var strange = RandomRecords(seed: seed)
    var entries: [JournalEntry] = []
    func add(_ record: Record, request: String = "") {
      let sequence = UInt64(entries.count + 1)
      let time = Samples.start.advanced(byMilliseconds: Int64(sequence) * 61_000)
      entries.append(
        JournalEntry(sequence: sequence, time: time, requestID: request, requestFingerprint: request.isEmpty ? 0 : sequence, record: record)
      )
    }
    for entry in Samples.session(count: count, seed: seed) {
      add(entry.record, request: entry.requestID)
      guard entries.count > 12, random.chance(30) else { continue }
      if random.chance(30) {
        let record = strange.record(random.pick(RecordKind.allCases.filter { $0 != .opened }))
        add(record, request: random.chance(20) ? "strange-\(entries.count)" : "")
      } else {
        add(likely(&random, entries))
      }
    }
    return Array(entries.prefix(count))
  }

  /// Something about a bot or an order that is known.
  private static func likely(_ random: inout SeededRandom, _ entries: [JournalEntry]) -> Record {
    let bot = Samples.bot(random.below(5))
    let price = FixedDecimal(60_000 + random.below(9_000))
    let known = entries.compactMap { entry in if case .orderIntent(let intent) = entry.record { intent } else { nil } }
    switch random.below(11) {
    case 0: return .botRemoved(bot)
    case 1, 2: return .botCreated(configuration(&random))
    case 3: return .botUpdated(configuration(&random))
    case 4:
      return .botStateChanged(
        BotStateChange(botID: bot, state: random.pick([.running, .paused, .stopped]), reason: "", referencePrice: price))
    case 5: return .exitRequested(ExitRequest(botID: bot, purpose: .exit, reason: "asked", decisionPrice: price))
    case 6: return .peakRaised(PeakRecord(botID: bot, price: price))
    case 7:
      return .positionAdjusted(
        PositionAdjustment(
          botID: bot, cause: random.pick(PositionAdjustment.Cause.allCases), quantity: FixedDecimal(1), price: price, entryPrice: price,
          realizedPnL: .zero, closesPosition: random.chance(30)))
    case 8:
      guard let intent = known.last else { return .botRemoved(bot) }
      return .cancelRequested(CancelRequest(clientOrderID: intent.request.clientOrderID, botID: intent.botID, reason: "asked"))
    case 9:
      // An order that stays open, so that some are in doubt wherever the journal is cut.
      return .orderIntent(
        OrderIntent(
          request: OrderRequest(
            clientOrderID: Samples.clientOrderID(100_000 + entries.count), symbol: Samples.pair(random.below(7)), side: .buy,
            type: random.chance(50) ? .limit : .market,
            quantity: FixedDecimal(1)), botID: bot, purpose: .entry, reason: "open", decisionPrice: price))
    default:
      guard let intent = known.isEmpty ? nil : random.pick(known) else { return .botRemoved(bot) }
      return .orderUpdated(
        OrderUpdate(
          clientOrderID: intent.request.clientOrderID, botID: intent.botID, status: random.pick(OrderStatus.allCases),
          venueOrderID: VenueOrderID(Int64(1 + random.below(1_000))), executedQuantity: intent.request.quantity, cumulativeQuote: price,
          reason: ""))
    }
  }

  private static func configuration(_ random: inout SeededRandom) -> BotConfiguration {
    var configuration = Samples.configuration(random.below(5))
    configuration.interval = random.pick([.oneMinute, .oneHour])
    if random.chance(30) {
      configuration.entry = EntryPlan(
        kind: random.pick([.limit, .maker]), offset: FixedDecimal(raw: Int128(random.below(1_000))), lifetime: 1 + random.below(9),
        sequel: random.pick(EntryPlan.Sequel.allCases))
    }
    if random.chance(40) { configuration.trailingStopRanges = FixedDecimal(2) }
    if random.chance(20) {
      let parameter = ParameterDescriptor(name: "depth", type: .integer, defaultValue: "3", minimum: "1", maximum: "9", meaning: "how deep")
      configuration.served = ServedStrategy(name: "outside", summary: "of another process", parameters: [parameter], warmUp: 5)
      configuration.strategyName = "outside"
      configuration.parameters = ["depth": "4"]
    }
    return configuration
  }
}
