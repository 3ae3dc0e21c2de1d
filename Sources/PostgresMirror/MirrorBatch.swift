import Time
import Journal
import Strategies
import TradingCore
import TradingModel
import Venue

/// What a run of journal rows changes in the database: the parameters of each statement of ``MirrorSchema``.
struct MirrorBatch {
  /// A bot's position as it is folded on from batch to batch.
  struct Holding: Hashable, Sendable {
    var symbol: Symbol
    var position = Position()
    var realizedPnL: Amount = .zero
  }

  let journalID: String
  private let rows: [JournalRow]
  private var configurations: [BotID: (configuration: BotConfiguration, time: Timestamp)] = [:]
  private var states: [BotID: (change: BotStateChange, time: Timestamp)] = [:]
  private var removals: [BotID: Timestamp] = [:]
  private var intents: [(intent: OrderIntent, entry: JournalEntry)] = []
  private var updates: [ClientOrderID: (update: OrderUpdate, time: Timestamp)] = [:]
  private var fills: [(fill: FillRecord, sequence: UInt64)] = []
  private var equity: [(point: EquityPoint, entry: JournalEntry)] = []
  private var holdings: [BotID: (holding: Holding, time: Timestamp)] = [:]

  /// Folds `rows`; `known` returns a bot's holding before them.
  init(journalID: String, rows: [JournalRow], known: [BotID: Holding]) {
    self.journalID = journalID
    self.rows = rows
    for row in rows { add(row.entry, known: known) }
  }

  /// The holdings after the batch, of the bots that it touched.
  var changedHoldings: [BotID: Holding] { holdings.mapValues(\.holding) }

  private mutating func add(_ entry: JournalEntry, known: [BotID: Holding]) {
    switch entry.record {
    case .botCreated(let value):
      states[value.id] = nil
      removals[value.id] = nil
      configurations[value.id] = (value, entry.time)
    case .botUpdated(let value): configurations[value.id] = (value, entry.time)
    case .botStateChanged(let value): states[value.botID] = (value, entry.time)
    case .botRemoved(let id): removals[id] = entry.time
    case .orderIntent(let value): intents.append((value, entry))
    case .orderUpdated(let value): updates[value.clientOrderID] = (value, entry.time)
    case .fill(let value):
      fills.append((value, entry.sequence))
      if let bot = value.botID { apply(value, bot, entry.time, known) }
    case .equity(let value): equity.append((value, entry))
    case .opened, .orderDenied, .cancelRequested, .exitRequested, .tradingStateChanged, .balances, .alert, .peakRaised,
      .riskLimitsChanged:
      break
    }
  }

  private mutating func apply(_ record: FillRecord, _ bot: BotID, _ time: Timestamp, _ known: [BotID: Holding]) {
    var holding = holdings[bot]?.holding ?? known[bot] ?? Holding(symbol: record.fill.symbol)
    if holding.symbol != record.fill.symbol { holding.symbol = record.fill.symbol }
    // The symbol is base and quote in one word; a commission asset that starts it is the base, one that ends it the quote.
    let asset = record.fill.commissionAsset
    let isBase = !asset.isEmpty && record.fill.symbol.text.hasPrefix(asset)
    let isQuote = !isBase && !asset.isEmpty && record.fill.symbol.text.hasSuffix(asset)
    _ = holding.position.apply(
      record.fill, side: record.side, baseAsset: isBase ? asset : "", quoteAsset: isQuote ? asset : "", closes: record.closesPosition)
    holding.realizedPnL += record.realizedPnL
    holdings[bot] = (holding, time)
  }

  /// Statement names and parameters, in the order to run; statements without rows are left out.
  func commands() -> [(name: String, parameters: [[UInt8]])] {
    var commands = [journalCommand()]
    commands += botCommands()
    commands += orderCommands()
    if !fills.isEmpty { commands.append(fillCommand()) }
    if !holdings.isEmpty { commands.append(positionCommand()) }
    if !equity.isEmpty { commands.append(equityCommand()) }
    return commands
  }

  private func command(_ name: String, _ arrays: [[UInt8]]) -> (String, [[UInt8]]) { (name, [PostgresValue.text(journalID)] + arrays) }

  private func journalCommand() -> (name: String, parameters: [[UInt8]]) {
    command(
      "journal",
      [
        PostgresValue.integers(rows.map { Int64(clamping: $0.entry.sequence) }),
        PostgresValue.integers(rows.map { $0.entry.time.nanoseconds }),
        PostgresValue.integers(rows.map { Int64($0.entry.record.kind.rawValue) }), PostgresValue.texts(rows.map(\.entry.requestID)),
        PostgresValue.blobs(rows.map(\.payload)),
      ])
  }

  private func botCommands() -> [(name: String, parameters: [[UInt8]])] {
    var commands: [(name: String, parameters: [[UInt8]])] = []
    let made = configurations.keys.sorted().compactMap { configurations[$0] }
    if !made.isEmpty {
      func texts(_ value: (BotConfiguration) -> String) -> [UInt8] { PostgresValue.texts(made.map { value($0.configuration) }) }
      commands.append(
        command(
          "bots",
          [
            texts { $0.id.text }, texts { $0.symbol.text }, texts { $0.interval.rawValue }, texts { $0.strategyName },
            texts { $0.parameters.entries.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }, texts { "\($0.capital)" },
            texts { "\($0.riskPerTrade)" }, texts { "\($0.maximumPosition)" }, texts { "\($0.stopLoss)" }, texts { "\($0.takeProfit)" },
            texts { "\($0.trailingStop)" }, PostgresValue.integers(made.map { microseconds($0.time) }),
          ]))
    }
    let changed = states.keys.sorted().compactMap { states[$0] }
    if !changed.isEmpty {
      commands.append(
        command(
          "bot_states",
          [
            PostgresValue.texts(changed.map(\.change.botID.text)), PostgresValue.texts(changed.map(\.change.state.description)),
            PostgresValue.texts(changed.map(\.change.reason)), PostgresValue.integers(changed.map { microseconds($0.time) }),
          ]))
    }
    let removed = removals.keys.sorted()
    if !removed.isEmpty {
      let times = removed.compactMap { removals[$0] }
      commands.append(
        command("bots_removed", [PostgresValue.texts(removed.map(\.text)), PostgresValue.integers(times.map(microseconds))]))
    }
    return commands
  }

  private func orderCommands() -> [(name: String, parameters: [[UInt8]])] {
    var commands: [(name: String, parameters: [[UInt8]])] = []
    if !intents.isEmpty {
      func texts(_ value: (OrderIntent) -> String) -> [UInt8] { PostgresValue.texts(intents.map { value($0.intent) }) }
      commands.append(
        command(
          "orders",
          [
            texts { $0.request.clientOrderID.text }, PostgresValue.integers(intents.map { Int64(clamping: $0.entry.sequence) }),
            texts { $0.botID.text }, texts { $0.request.symbol.text }, texts { $0.request.side.description },
            texts { $0.request.type.description }, texts { $0.request.timeInForce.description }, texts { "\($0.request.quantity)" },
            texts { "\($0.request.price)" }, texts { "\($0.request.stopPrice)" }, texts { $0.purpose.description }, texts { $0.reason },
            texts { "\($0.decisionPrice)" }, PostgresValue.integers(intents.map { microseconds($0.entry.time) }),
          ]))
    }
    let changed = updates.keys.sorted().compactMap { updates[$0] }
    if !changed.isEmpty {
      func texts(_ value: (OrderUpdate) -> String) -> [UInt8] { PostgresValue.texts(changed.map { value($0.update) }) }
      commands.append(
        command(
          "order_updates",
          [
            texts { $0.clientOrderID.text }, texts { $0.status.description },
            PostgresValue.integers(changed.map(\.update.venueOrderID.value)),
            texts { "\($0.executedQuantity)" }, texts { "\($0.cumulativeQuote)" }, texts { $0.reason },
            PostgresValue.integers(changed.map { microseconds($0.time) }),
          ]))
    }
    return commands
  }

  private func fillCommand() -> (name: String, parameters: [[UInt8]]) {
    func texts(_ value: (FillRecord) -> String?) -> [UInt8] { PostgresValue.texts(fills.map { value($0.fill) }) }
    func integers(_ value: (FillRecord) -> Int64) -> [UInt8] { PostgresValue.integers(fills.map { value($0.fill) }) }
    return command(
      "fills",
      [
        PostgresValue.integers(fills.map { Int64(clamping: $0.sequence) }), texts { $0.fill.symbol.text },
        integers { $0.fill.tradeID.value },
        integers { $0.fill.venueOrderID.value }, texts { $0.botID?.text }, texts { $0.clientOrderID?.text }, texts { $0.side.description },
        texts { $0.purpose.description }, texts { "\($0.fill.price)" }, texts { "\($0.fill.quantity)" },
        texts { "\($0.fill.quoteQuantity)" },
        texts { "\($0.fill.commission)" }, texts { $0.fill.commissionAsset }, integers { $0.fill.isMaker ? 1 : 0 },
        texts { "\($0.realizedPnL)" }, integers { $0.closesPosition ? 1 : 0 }, texts { $0.reason }, integers { microseconds($0.fill.time) },
      ])
  }

  private func positionCommand() -> (name: String, parameters: [[UInt8]]) {
    let bots = holdings.keys.sorted()
    let values = bots.compactMap { holdings[$0] }
    func texts(_ value: (Holding) -> String) -> [UInt8] { PostgresValue.texts(values.map { value($0.holding) }) }
    return command(
      "positions",
      [
        PostgresValue.texts(bots.map(\.text)), texts { $0.symbol.text }, texts { "\($0.position.quantity)" },
        texts { "\($0.position.cost)" },
        texts { "\($0.position.averageEntryPrice)" }, texts { "\($0.realizedPnL)" },
        PostgresValue.integers(values.map { $0.holding.position.isOpen ? 1 : 0 }),
        PostgresValue.integers(values.map { microseconds($0.holding.position.openedAt) }),
        PostgresValue.integers(values.map { microseconds($0.time) }),
      ])
  }

  private func equityCommand() -> (name: String, parameters: [[UInt8]]) {
    func texts(_ value: (EquityPoint) -> Amount) -> [UInt8] { PostgresValue.texts(equity.map { "\(value($0.point))" }) }
    return command(
      "equity",
      [
        PostgresValue.integers(equity.map { Int64(clamping: $0.entry.sequence) }),
        PostgresValue.integers(equity.map { microseconds($0.entry.time) }),
        texts(\.equity), texts(\.realized), texts(\.unrealized), texts(\.exposure),
      ])
  }

  private func microseconds(_ time: Timestamp) -> Int64 { time.nanoseconds / 1_000 }
}
