import Accounting
import Journal
import Strategies
import Time
import TradingCore
import TradingModel
import Venue

/// A statement of ``MirrorSchema`` by name, with its parameters.
typealias MirrorCommand = (name: String, parameters: [[UInt8]])

extension MirrorBatch {
  /// What to run, in order: the rows themselves, then what is derived from them.
  var commands: [MirrorCommand] { [journalCommand] + tableCommands }

  /// What to run for the derived tables; statements without rows are left out.
  var tableCommands: [MirrorCommand] {
    var commands = botCommands + orderCommands
    if !fills.isEmpty { commands.append(fillCommand) }
    if !positions.isEmpty { commands.append(positionCommand) }
    if !samples.isEmpty { commands.append(sampleCommand) }
    if !equity.isEmpty { commands.append(equityCommand) }
    if !figures.isEmpty { commands.append(MirrorFigures.command(journalID, figures)) }
    if !alerts.isEmpty { commands.append(alertCommand) }
    return commands
  }

  private func command(_ name: String, _ arrays: [[UInt8]]) -> MirrorCommand { (name, [PostgresValue.text(journalID)] + arrays) }

  private var journalCommand: MirrorCommand {
    command(
      "journal",
      [
        PostgresValue.integers(rows.map { Int64(clamping: $0.entry.sequence) }),
        PostgresValue.integers(rows.map { $0.entry.time.nanoseconds }),
        PostgresValue.integers(rows.map { Int64($0.entry.record.kind.rawValue) }), PostgresValue.texts(rows.map(\.entry.requestID)),
        PostgresValue.blobs(rows.map(\.payload)),
      ])
  }

  private var botCommands: [MirrorCommand] {
    var commands: [MirrorCommand] = []
    let made = settings.keys.sorted()
    if !made.isEmpty {
      let values = made.compactMap { settings[$0] }
      func texts(_ value: (BotConfiguration) -> String) -> [UInt8] { PostgresValue.texts(values.map { value($0.configuration) }) }
      func integers(_ value: (Settings) -> Int64) -> [UInt8] { PostgresValue.integers(values.map(value)) }
      commands.append(
        command(
          "bots",
          [
            ids(made), sequences(made), texts { $0.symbol.text }, texts { $0.interval.rawValue }, texts { $0.strategyName },
            texts { $0.parameters.entries.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }, texts { "\($0.capital)" },
            texts { "\($0.riskPerTrade)" }, texts { "\($0.maximumPosition)" }, texts { "\($0.stopLoss)" }, texts { "\($0.takeProfit)" },
            texts { "\($0.trailingStop)" }, texts { "\($0.trailingStopRanges)" }, integers { Int64($0.configuration.timeStopCandles) },
            integers { Int64($0.configuration.cooldownCandles) }, texts { $0.sizing.description }, texts { "\($0.sizingRanges)" },
            integers { $0.configuration.compounds ? 1 : 0 }, integers { $0.configuration.autoStart ? 1 : 0 },
            integers { microseconds($0.createdAt) }, integers { microseconds($0.time) }, texts { TradeGuard.text($0.guards) },
            texts { $0.entry.kind.description }, texts { "\($0.entry.offset)" }, integers { Int64($0.configuration.entry.lifetime) },
            texts { $0.entry.sequel.description },
          ]))
    }
    let changed = states.keys.sorted()
    if !changed.isEmpty {
      let values = changed.compactMap { states[$0] }
      commands.append(
        command(
          "bot_states",
          [
            ids(changed), sequences(changed), PostgresValue.texts(values.map(\.change.state.description)),
            PostgresValue.texts(values.map { Self.name(of: $0.change.cause) }), PostgresValue.texts(values.map(\.change.reason)),
            PostgresValue.integers(values.map { microseconds($0.time) }),
          ]))
    }
    let removed = removals.keys.sorted()
    if !removed.isEmpty {
      let times = removed.compactMap { removals[$0] }
      commands.append(command("bots_removed", [ids(removed), sequences(removed), PostgresValue.integers(times.map(microseconds))]))
    }
    return commands
  }

  private var orderCommands: [MirrorCommand] {
    var commands: [MirrorCommand] = []
    if !intents.isEmpty {
      func texts(_ value: (OrderIntent) -> String) -> [UInt8] { PostgresValue.texts(intents.map { value($0.intent) }) }
      commands.append(
        command(
          "orders",
          [
            texts { $0.request.clientOrderID.text }, PostgresValue.integers(intents.map { Int64(clamping: $0.entry.sequence) }),
            texts { $0.botID.text }, optionalSequences(intents.map(\.key)), texts { $0.request.symbol.text },
            texts { $0.request.side.description },
            texts { $0.request.type.description }, texts { $0.request.timeInForce.description }, texts { "\($0.request.quantity)" },
            texts { "\($0.request.price)" }, texts { "\($0.request.stopPrice)" }, texts { $0.purpose.description }, texts { $0.reason },
            texts { "\($0.decisionPrice)" }, texts { "\($0.request.quoteQuantity)" },
            PostgresValue.integers(intents.map { microseconds($0.entry.time) }),
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

  private var fillCommand: MirrorCommand {
    func texts(_ value: (FillRecord) -> String?) -> [UInt8] { PostgresValue.texts(fills.map { value($0.fill) }) }
    func integers(_ value: (FillRecord) -> Int64) -> [UInt8] { PostgresValue.integers(fills.map { value($0.fill) }) }
    return command(
      "fills",
      [
        PostgresValue.integers(fills.map { Int64(clamping: $0.sequence) }), texts { $0.fill.symbol.text },
        integers { $0.fill.tradeID.value },
        integers { $0.fill.venueOrderID.value }, texts { $0.botID?.text }, optionalSequences(fills.map(\.key)),
        texts { $0.clientOrderID?.text }, texts { $0.side.description },
        texts { $0.purpose.description }, texts { "\($0.fill.price)" }, texts { "\($0.fill.quantity)" },
        texts { "\($0.fill.quoteQuantity)" },
        texts { "\($0.fill.commission)" }, texts { $0.fill.commissionAsset },
        texts { $0.commissionRate.isPositive ? "\($0.commissionRate)" : nil }, integers { $0.fill.isMaker ? 1 : 0 },
        texts { "\($0.realizedPnL)" }, integers { $0.closesPosition ? 1 : 0 }, texts { $0.reason }, integers { microseconds($0.fill.time) },
      ])
  }

  private var positionCommand: MirrorCommand {
    let keys = positions.map(\.account.key)
    func texts(_ value: (PositionRow) -> String) -> [UInt8] { PostgresValue.texts(positions.map(value)) }
    func integers(_ value: (PositionRow) -> Int64) -> [UInt8] { PostgresValue.integers(positions.map(value)) }
    return command(
      "positions",
      [
        ids(keys), sequences(keys), texts { $0.account.symbol.text }, texts { "\($0.account.position.quantity)" },
        texts { "\($0.account.position.cost)" }, texts { "\($0.account.position.averageEntryPrice)" }, texts { "\($0.account.realized)" },
        integers { $0.account.position.isOpen && $0.account.removedAt == nil ? 1 : 0 },
        integers { microseconds($0.account.position.openedAt) }, integers { microseconds($0.time) },
      ])
  }

  private var sampleCommand: MirrorCommand {
    func texts(_ value: (EquityPoint) -> Amount) -> [UInt8] { PostgresValue.texts(samples.map { "\(value($0.point))" }) }
    return command(
      "equity_samples",
      [
        PostgresValue.integers(samples.map { Int64(clamping: $0.entry.sequence) }),
        PostgresValue.integers(samples.map { microseconds($0.entry.time) }),
        texts(\.equity), texts(\.realized), texts(\.unrealized), texts(\.exposure),
      ])
  }

  private var equityCommand: MirrorCommand {
    func texts(_ value: (EquityRow) -> Amount) -> [UInt8] { PostgresValue.texts(equity.map { "\(value($0))" }) }
    return command(
      "equity",
      [
        PostgresValue.integers(equity.map { Int64(clamping: $0.sequence) }),
        PostgresValue.integers(equity.map { microseconds($0.point.time) }), optionalIDs(equity.map(\.key)),
        optionalSequences(equity.map(\.key)), PostgresValue.texts(equity.map(\.quoteAsset)), texts(\.point.equity),
        texts(\.point.netProfit), texts(\.point.realized), texts(\.point.unrealized), texts(\.point.positionValue), texts(\.point.flow),
      ])
  }

  private var alertCommand: MirrorCommand {
    command(
      "alerts",
      [
        PostgresValue.integers(alerts.map { Int64(clamping: $0.entry.sequence) }),
        PostgresValue.integers(alerts.map { microseconds($0.entry.time) }), PostgresValue.texts(alerts.map(\.alert.code.description)),
        PostgresValue.texts(alerts.map { Self.name(of: $0.alert.severity) }), PostgresValue.texts(alerts.map(\.alert.botID?.text)),
        optionalSequences(alerts.map(\.key)), PostgresValue.texts(alerts.map(\.alert.message)),
      ])
  }

  private func ids(_ keys: [BotKey]) -> [UInt8] { PostgresValue.texts(keys.map(\.id.text)) }
  private func sequences(_ keys: [BotKey]) -> [UInt8] { PostgresValue.integers(keys.map { Int64(clamping: $0.createdSequence) }) }
  private func optionalIDs(_ keys: [BotKey?]) -> [UInt8] { PostgresValue.texts(keys.map { $0?.id.text }) }
  private func optionalSequences(_ keys: [BotKey?]) -> [UInt8] {
    PostgresValue.optionalIntegers(keys.map { $0.map { Int64(clamping: $0.createdSequence) } })
  }
  private func microseconds(_ time: Timestamp) -> Int64 { time.nanoseconds / 1_000 }

  private static func name(of cause: BotStateChange.Cause) -> String {
    switch cause {
    case .request: "request"
    case .creation: "creation"
    case .daemonStart: "daemon_start"
    case .refusals: "refusals"
    case .settingsInvalid: "settings_invalid"
    case .resumption: "resumption"
    case .strategyAway: "strategy_away"
    case .strategyBack: "strategy_back"
    }
  }

  private static func name(of severity: Alert.Severity) -> String {
    switch severity {
    case .info: "info"
    case .warning: "warning"
    case .critical: "critical"
    }
  }
}
