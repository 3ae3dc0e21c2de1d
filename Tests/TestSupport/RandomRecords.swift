import Time
import Strategies
public import TradingCore
import TradingModel
import Venue

/// Makes random records of every kind, with extreme values, from a seed.
public struct RandomRecords: Sendable {
  public var random: SeededRandom
  public init(seed: UInt64) { random = SeededRandom(seed: seed) }

  public mutating func entry(sequence: UInt64) -> JournalEntry {
    entry(sequence: sequence, kind: random.pick(RecordKind.allCases))
  }

  public mutating func entry(sequence: UInt64, kind: RecordKind) -> JournalEntry {
    JournalEntry(
      sequence: sequence, time: Timestamp(nanoseconds: integer()), requestID: random.chance(30) ? text() : "",
      requestFingerprint: random.chance(30) ? random.next() : 0, record: record(kind))
  }

  public mutating func record(_ kind: RecordKind) -> Record {
    switch kind {
    case .opened:
      .opened(JournalIdentity(id: text(), mode: random.pick(TradingMode.allCases), formatVersion: UInt32(random.below(1 << 20))))
    case .botCreated: .botCreated(configuration())
    case .botUpdated: .botUpdated(configuration())
    case .botStateChanged:
      .botStateChanged(
        BotStateChange(botID: botID(), state: random.pick(BotState.allCases), reason: text(), referencePrice: decimal()))
    case .botRemoved: .botRemoved(botID())
    case .orderDenied:
      .orderDenied(
        OrderDenial(
          botID: botID(), side: random.pick(Side.allCases), code: random.pick(DenialCode.allCases), message: text(), signalReason: text(),
          decisionPrice: decimal()))
    case .orderIntent: .orderIntent(intent())
    case .orderUpdated:
      .orderUpdated(
        OrderUpdate(
          clientOrderID: clientOrderID(), botID: botID(), status: random.pick(OrderStatus.allCases), venueOrderID: VenueOrderID(integer()),
          executedQuantity: decimal(), cumulativeQuote: decimal(), reason: text()))
    case .cancelRequested: .cancelRequested(CancelRequest(clientOrderID: clientOrderID(), botID: botID(), reason: text()))
    case .fill: .fill(fill())
    case .exitRequested:
      .exitRequested(
        ExitRequest(botID: botID(), purpose: random.pick(OrderPurpose.allCases), reason: text(), decisionPrice: decimal()))
    case .tradingStateChanged: .tradingStateChanged(TradingStateChange(state: random.pick(TradingState.allCases), reason: text()))
    case .balances:
      .balances((0..<random.below(6)).map { _ in AssetBalance(asset: text(), free: decimal(), locked: decimal()) })
    case .equity: .equity(EquityPoint(equity: decimal(), realized: decimal(), unrealized: decimal(), exposure: decimal()))
    case .alert:
      .alert(Alert(severity: random.pick([.info, .warning, .critical]), botID: random.chance(50) ? botID() : nil, message: text()))
    case .peakRaised: .peakRaised(PeakRecord(botID: botID(), price: decimal()))
    case .riskLimitsChanged: .riskLimitsChanged(limits())
    }
  }

  mutating func intent() -> OrderIntent {
    let request = OrderRequest(
      clientOrderID: clientOrderID(), symbol: symbol(), side: random.pick(Side.allCases), type: random.pick(OrderType.allCases),
      timeInForce: random.pick(TimeInForce.allCases), quantity: decimal(), price: decimal(), stopPrice: decimal())
    return OrderIntent(
      request: request, botID: botID(), purpose: random.pick(OrderPurpose.allCases), reason: text(), decisionPrice: decimal(),
      volatility: random.chance(30) ? decimal() : .zero)
  }

  mutating func limits() -> RiskLimits {
    RiskLimits(
      orderNotionalMaximum: decimal(), symbolNotionalMaximum: decimal(), totalNotionalMaximum: decimal(), dailyLossMaximum: decimal(),
      drawdownMaximum: decimal(), openPositionsMaximum: random.below(1_000), openOrdersMaximum: random.below(1_000),
      ordersPerMinuteMaximum: random.below(1_000), breachState: random.pick(TradingState.allCases))
  }

  mutating func fill() -> FillRecord {
    let fill = Fill(
      symbol: symbol(), tradeID: TradeID(integer()), venueOrderID: VenueOrderID(integer()), price: decimal(), quantity: decimal(),
      quoteQuantity: decimal(), commission: decimal(), commissionAsset: text(), isMaker: random.chance(50),
      time: Timestamp(nanoseconds: integer()))
    return FillRecord(
      fill: fill, botID: random.chance(80) ? botID() : nil, clientOrderID: random.chance(80) ? clientOrderID() : nil,
      side: random.pick(Side.allCases), purpose: random.pick(OrderPurpose.allCases), reason: text(), realizedPnL: decimal(),
      closesPosition: random.chance(50))
  }

  mutating func configuration() -> BotConfiguration {
    BotConfiguration(
      id: botID(), symbol: symbol(), interval: random.pick(Interval.allCases), strategyName: text(),
      parameters: StrategyParameters((0..<random.below(4)).map { _ in .init(name: text(), value: text()) }), capital: decimal(),
      riskPerTrade: decimal(), maximumPosition: decimal(), stopLoss: decimal(), takeProfit: decimal(), trailingStop: decimal(),
      trailingStopRanges: random.chance(30) ? decimal() : BotConfiguration.Defaults.trailingStopRanges,
      timeStopCandles: random.chance(30) ? random.below(1_000) : BotConfiguration.Defaults.timeStopCandles,
      cooldownCandles: random.chance(30) ? random.below(1_000) : BotConfiguration.Defaults.cooldownCandles,
      sizing: random.chance(30) ? random.pick(PositionSizing.allCases) : BotConfiguration.Defaults.sizing)
  }

  mutating func decimal() -> FixedDecimal {
    switch random.below(8) {
    case 0: .zero
    case 1: FixedDecimal(raw: random.pick([.max, .min, -1, 1, Int128(Int64.max), Int128(Int64.min), Int128(UInt64.max)]))
    case 2: FixedDecimal(raw: Int128(truncatingIfNeeded: UInt128(random.next()) << 64 | UInt128(random.next())))
    default: FixedDecimal(raw: Int128(Int64(bitPattern: random.next()) >> Int64(random.below(64))))
    }
  }

  mutating func integer() -> Int64 {
    random.chance(10) ? random.pick([.max, .min, 0, -1, 1, 127, 128]) : Int64(bitPattern: random.next()) >> Int64(random.below(64))
  }

  mutating func text() -> String {
    let odd = [
      "", "RSI 29.4 below 30", "Überschuß ≥ 5 €", "'; DROP TABLE entries;--", "a\u{0}b", "\u{202E}rtl", "😀👨‍👩‍👧", "\r\n\t\\\"",
      "*3\r\n$3\r\nSET",
    ]
    if random.chance(60) { return random.pick(odd) }
    return String(repeating: random.pick(odd), count: random.below(random.chance(5) ? 400 : 8))
  }

  mutating func name(_ alphabet: String, _ maximum: Int) -> String {
    let letters = Array(alphabet)
    return String((0..<(1 + random.below(maximum))).map { _ in random.pick(letters) })
  }

  mutating func botID() -> BotID { BotID(name("abcxyz019_-", 32)) ?? Samples.botID }
  mutating func symbol() -> Symbol { Symbol(name("ABCXYZ019", 20)) ?? Samples.symbol }
  mutating func clientOrderID() -> ClientOrderID { ClientOrderID(name("abcXYZ019_-", 36)) ?? Samples.clientOrderID(0) }
}
