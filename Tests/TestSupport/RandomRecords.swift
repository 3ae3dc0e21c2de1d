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
        BotStateChange(
          botID: botID(), state: random.pick(BotState.allCases), cause: random.pick(BotStateChange.Cause.allCases),
          reason: text(), referencePrice: decimal()))
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
          executedQuantity: decimal(), cumulativeQuote: decimal(), quantity: random.chance(30) ? decimal() : .zero,
          cause: random.pick(OrderUpdate.Cause.allCases), reason: text()))
    case .cancelRequested: .cancelRequested(CancelRequest(clientOrderID: clientOrderID(), botID: botID(), reason: text()))
    case .fill: .fill(fill())
    case .exitRequested:
      .exitRequested(
        ExitRequest(
          botID: botID(), purpose: random.pick(OrderPurpose.allCases), reason: text(), decisionPrice: decimal(),
          part: random.below(3) == 0 ? decimal() : nil))
    case .tradingStateChanged:
      .tradingStateChanged(
        TradingStateChange(
          state: random.pick(TradingState.allCases), cause: random.pick(TradingStateChange.Cause.allCases), reason: text()))
    case .balances:
      .balances((0..<random.below(6)).map { _ in AssetBalance(asset: text(), free: decimal(), locked: decimal()) })
    case .equity: .equity(EquityPoint(equity: decimal(), realized: decimal(), unrealized: decimal(), exposure: decimal()))
    case .alert:
      .alert(
        Alert(
          severity: random.pick(Alert.Severity.allCases), code: random.pick(Alert.Code.allCases),
          botID: random.chance(50) ? botID() : nil, message: text()))
    case .peakRaised: .peakRaised(PeakRecord(botID: botID(), price: decimal()))
    case .riskLimitsChanged: .riskLimitsChanged(limits())
    case .entriesLocked:
      .entriesLocked(
        EntryLock(
          scope: scope(), cause: random.pick(EntryLock.Cause.allCases), until: Timestamp(nanoseconds: integer()), reason: text()))
    case .profitSampled: .profitSampled(ProfitSample(quoteAsset: text(), profit: decimal()))
    case .ratesTaken: .ratesTaken(rates())
    case .entriesUnlocked:
      .entriesUnlocked(LockEnd(lock: random.next(), scope: scope(), cause: random.pick(LockEnd.Cause.allCases), reason: text()))
    case .symbolAssets: .symbolAssets(SymbolAssets(symbol: symbol(), base: text(), quote: text()))
    case .marked:
      .marked(
        MarkRecord(
          symbol: symbol(), interval: random.pick(Interval.allCases), closeTime: Timestamp(nanoseconds: integer()), close: decimal(),
          low: decimal(), high: decimal()))
    case .signal:
      .signal(
        ServedSignal(
          botID: botID(), action: random.pick([Signal.Action.hold, .buy, .sell]), confidence: Double(random.below(1_001)) / 1_000,
          reason: text(), closeTime: Timestamp(nanoseconds: integer()), delayNanoseconds: integer()))
    case .positionAdjusted:
      .positionAdjusted(
        PositionAdjustment(
          botID: botID(), cause: random.pick(PositionAdjustment.Cause.allCases), quantity: decimal(), price: decimal(),
          entryPrice: decimal(), realizedPnL: decimal(), closesPosition: random.chance(50)))
    case .accountBound: .accountBound(AccountBinding(exchange: text(), uid: integer()))
    case .started:
      .started(
        StartRecord(
          epoch: random.next(), place: StatePlace(machine: random.next(), inode: random.next(), birth: integer()),
          acceptsEarlier: random.chance(50)))
    case .candleDoubted:
      .candleDoubted(
        CandleDoubt(
          symbol: symbol(), interval: random.pick(Interval.allCases), closeTime: Timestamp(nanoseconds: integer()), close: decimal()))
    case .answered: .answered(AnswerRecord(response: (0..<random.below(300)).map { _ in UInt8(random.below(256)) }))
    }
  }

  mutating func intent() -> OrderIntent {
    let request = OrderRequest(
      clientOrderID: clientOrderID(), symbol: symbol(), side: random.pick(Side.allCases), type: random.pick(OrderType.allCases),
      timeInForce: random.pick(TimeInForce.allCases), quantity: decimal(), quoteQuantity: random.chance(30) ? decimal() : .zero,
      price: decimal(), stopPrice: decimal(), linked: random.chance(30) ? clientOrderID() : nil,
      waitsFor: random.chance(30) ? clientOrderID() : nil, trailingDelta: random.chance(30) ? 1 + random.below(9_999) : 0)
    let bot = botID()
    var shares: [OrderShare] = []
    if random.chance(20) {
      for index in 0...random.below(5) { shares.append(OrderShare(botID: index == 0 ? bot : botID(), quantity: decimal())) }
    }
    return OrderIntent(
      request: request, botID: bot, purpose: random.pick(OrderPurpose.allCases), reason: text(), decisionPrice: decimal(),
      volatility: random.chance(30) ? decimal() : .zero, shares: shares)
  }

  mutating func limits() -> RiskLimits {
    RiskLimits(
      orderNotionalMaximum: decimal(), symbolNotionalMaximum: decimal(), totalNotionalMaximum: decimal(), dailyLossMaximum: decimal(),
      drawdownMaximum: decimal(), openPositionsMaximum: random.below(1_000), openOrdersMaximum: random.below(1_000),
      ordersPerMinuteMaximum: random.below(1_000), breachState: random.pick(TradingState.allCases),
      symbolGuards: guards(), accountGuards: guards(), currency: random.chance(30) ? text() : "")
  }

  mutating func guards() -> [TradeGuard] {
    guard random.chance(30) else { return [] }
    return (0..<(1 + random.below(3))).map { _ in
      TradeGuard(
        kind: random.pick(TradeGuard.Kind.allCases), lookback: span(), tradesMinimum: random.below(1_000), duration: span(),
        limit: decimal())
    }
  }

  mutating func rates() -> ConversionRates {
    ConversionRates(
      currency: text(),
      conversions: (0..<random.below(4)).map { _ in
        Conversion(
          asset: text(),
          legs: (0..<random.below(3)).map { _ in Conversion.Leg(symbol: symbol(), isInverse: random.chance(50), price: decimal()) },
          pricedAt: Timestamp(nanoseconds: integer()))
      })
  }

  mutating func span() -> TradeGuard.Span { random.chance(50) ? .candles(random.below(1_000)) : .minutes(random.below(1_000)) }

  mutating func scope() -> LockScope {
    switch random.below(3) {
    case 0: .account
    case 1: .bot(botID())
    default: .symbol(symbol())
    }
  }

  mutating func fill() -> FillRecord {
    let fill = Fill(
      symbol: symbol(), tradeID: TradeID(integer()), venueOrderID: VenueOrderID(integer()), price: decimal(), quantity: decimal(),
      quoteQuantity: decimal(), commission: decimal(), commissionAsset: text(), isMaker: random.chance(50),
      time: Timestamp(nanoseconds: integer()))
    return FillRecord(
      fill: fill, botID: random.chance(80) ? botID() : nil, clientOrderID: random.chance(80) ? clientOrderID() : nil,
      side: random.pick(Side.allCases), purpose: random.pick(OrderPurpose.allCases), reason: text(), realizedPnL: decimal(),
      closesPosition: random.chance(50), commissionRate: random.chance(30) ? decimal() : .zero)
  }

  mutating func configuration() -> BotConfiguration {
    let served = random.chance(30) ? served() : nil
    return BotConfiguration(
      id: botID(), symbol: symbol(), interval: random.pick(Interval.allCases), strategyName: served?.name ?? text(),
      parameters: StrategyParameters((0..<random.below(4)).map { _ in .init(name: text(), value: text()) }), capital: decimal(),
      riskPerTrade: decimal(), maximumPosition: decimal(), stopLoss: decimal(), takeProfit: decimal(), trailingStop: decimal(),
      trailingStopRanges: random.chance(30) ? decimal() : BotConfiguration.Defaults.trailingStopRanges,
      timeStopCandles: random.chance(30) ? random.below(1_000) : BotConfiguration.Defaults.timeStopCandles,
      cooldownCandles: random.chance(30) ? random.below(1_000) : BotConfiguration.Defaults.cooldownCandles,
      sizing: random.chance(30) ? random.pick(PositionSizing.allCases) : BotConfiguration.Defaults.sizing,
      compounds: random.chance(30), autoStart: random.chance(30), guards: guards(), served: served)
  }

  mutating func served() -> ServedStrategy {
    let parameters = (0..<random.below(4)).map { _ in
      ParameterDescriptor(
        name: text(), type: random.pick([ParameterDescriptor.Kind.integer, .number, .boolean, .text]), defaultValue: text(),
        minimum: text(),
        maximum: text(), meaning: text(), choices: (0..<random.below(3)).map { _ in text() })
    }
    return ServedStrategy(
      name: text(), summary: text(), details: text(), parameters: parameters, warmUp: random.below(1_000))
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
