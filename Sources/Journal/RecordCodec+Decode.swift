import Time
import Strategies
import TradingCore
import TradingModel
import Venue

extension ByteReader {
  mutating func record(_ kind: RecordKind) throws(CodecFault) -> Record {
    switch kind {
    case .opened: return .opened(try identity())
    case .botCreated: return .botCreated(try configuration())
    case .botUpdated: return .botUpdated(try configuration())
    case .botStateChanged:
      return .botStateChanged(try stateChange())
    case .botRemoved: return .botRemoved(try botID())
    case .orderDenied:
      return .orderDenied(
        OrderDenial(
          botID: try botID(), side: try value(Side.self), code: try value(DenialCode.self), message: try text(), signalReason: try text(),
          decisionPrice: try decimal()))
    case .orderIntent: return .orderIntent(try intent())
    case .orderUpdated: return .orderUpdated(try update())
    case .cancelRequested:
      return .cancelRequested(CancelRequest(clientOrderID: try clientOrderID(), botID: try botID(), reason: try text()))
    case .fill: return .fill(try fillRecord())
    case .exitRequested:
      var exit = ExitRequest(botID: try botID(), purpose: try value(OrderPurpose.self), reason: try text(), decisionPrice: try decimal())
      if version > 3, !isAtEnd { exit.part = try decimal() }
      return .exitRequested(exit)
    case .tradingStateChanged:
      return .tradingStateChanged(try tradingStateChange())
    case .balances: return .balances(try balances())
    case .equity:
      return .equity(EquityPoint(equity: try decimal(), realized: try decimal(), unrealized: try decimal(), exposure: try decimal()))
    case .alert:
      var alert = Alert(severity: try value(Alert.Severity.self), botID: try optionalBotID(), message: try text())
      if version > 1 { alert.code = try value(Alert.Code.self) }
      return .alert(alert)
    case .peakRaised: return .peakRaised(PeakRecord(botID: try botID(), price: try decimal()))
    case .riskLimitsChanged: return .riskLimitsChanged(try limits())
    case .entriesLocked:
      return .entriesLocked(
        EntryLock(
          scope: try scope(), cause: try value(EntryLock.Cause.self), until: Timestamp(nanoseconds: try signed()), reason: try text()))
    case .ratesTaken: return .ratesTaken(try rates())
    case .profitSampled: return .profitSampled(ProfitSample(quoteAsset: try text(), profit: try decimal()))
    case .entriesUnlocked:
      return .entriesUnlocked(
        LockEnd(lock: try varint(), scope: try scope(), cause: try value(LockEnd.Cause.self), reason: try text()))
    case .symbolAssets: return .symbolAssets(SymbolAssets(symbol: try symbol(), base: try text(), quote: try text()))
    case .marked: return .marked(try mark())
    case .answered: return .answered(AnswerRecord(response: try flag() ? try blob(maximum: AnswerRecord.bytesMaximum) : nil))
    case .signal:
      return .signal(try servedSignal())
    case .positionAdjusted:
      return .positionAdjusted(
        PositionAdjustment(
          botID: try botID(), cause: try value(PositionAdjustment.Cause.self), quantity: try decimal(), price: try decimal(),
          entryPrice: try decimal(), realizedPnL: try decimal(), closesPosition: try flag()))
    case .accountBound: return .accountBound(AccountBinding(exchange: try text(), uid: try signed()))
    case .started:
      let epoch = try varint()
      let place = StatePlace(machine: try varint(), inode: try varint(), birth: try signed())
      return .started(StartRecord(epoch: epoch, place: place, acceptsEarlier: try flag()))
    case .candleDoubted:
      return .candleDoubted(
        CandleDoubt(
          symbol: try symbol(), interval: try interval(), closeTime: Timestamp(nanoseconds: try signed()), close: try decimal()))
    }
  }

  private mutating func servedSignal() throws(CodecFault) -> ServedSignal {
    let signal = ServedSignal(
      botID: try botID(), action: try value(Signal.Action.self), confidence: Double(bitPattern: try varint()), reason: try text(),
      closeTime: Timestamp(nanoseconds: try signed()), delayNanoseconds: try signed())
    guard signal.confidence >= 0, signal.confidence <= 1 else { throw CodecFault(reason: "a confidence is not from 0 to 1") }
    return signal
  }

  private mutating func stateChange() throws(CodecFault) -> BotStateChange {
    var change = BotStateChange(
      botID: try botID(), state: try value(BotState.self), reason: try text(), referencePrice: try decimal())
    change.cause = version > 1 ? try value(BotStateChange.Cause.self) : FirstFormat.cause(of: change)
    return change
  }

  private mutating func tradingStateChange() throws(CodecFault) -> TradingStateChange {
    var change = TradingStateChange(state: try value(TradingState.self), reason: try text())
    change.cause = version > 1 ? try value(TradingStateChange.Cause.self) : FirstFormat.cause(of: change)
    return change
  }

  private mutating func mark() throws(CodecFault) -> MarkRecord {
    MarkRecord(
      symbol: try symbol(), interval: try interval(), closeTime: Timestamp(nanoseconds: try signed()), close: try decimal(),
      low: try decimal(), high: try decimal())
  }

  private mutating func interval() throws(CodecFault) -> Interval {
    guard let interval = Interval(rawValue: try text()) else { throw CodecFault(reason: "its interval is unknown") }
    return interval
  }

  private mutating func optionalBotID() throws(CodecFault) -> BotID? { try flag() ? try botID() : nil }

  private mutating func identity() throws(CodecFault) -> JournalIdentity {
    let id = try text()
    let mode = try value(TradingMode.self)
    guard let version = UInt32(exactly: try varint()) else { throw CodecFault(reason: "its format version is too large") }
    return JournalIdentity(id: id, mode: mode, formatVersion: version)
  }

  private mutating func configuration() throws(CodecFault) -> BotConfiguration {
    let id = try botID()
    let symbol = try symbol()
    let interval = try interval()
    var configuration = BotConfiguration(
      id: id, symbol: symbol, interval: interval, strategyName: try text(), parameters: try parameters(), capital: try decimal(),
      riskPerTrade: try decimal(), maximumPosition: try decimal(), stopLoss: try decimal(), takeProfit: try decimal(),
      trailingStop: try decimal())
    guard version > 1 || !isAtEnd else { return configuration }
    configuration.trailingStopRanges = try decimal()
    configuration.timeStopCandles = try whole()
    configuration.cooldownCandles = try whole()
    configuration.sizing = try value(PositionSizing.self)
    configuration.sizingRanges = try decimal()
    guard version > 1 else {
      guard configuration.hasExtendedSettings else { throw CodecFault(reason: "it repeats defaults") }
      return configuration
    }
    configuration.compounds = try flag()
    configuration.autoStart = try flag()
    if version > 2, try flag() { configuration.served = try served(configuration.strategyName) }
    guard version > 3, !isAtEnd else { return configuration }
    configuration.guards = try guards()
    if isAtEnd {
      guard !configuration.guards.isEmpty else { throw CodecFault(reason: "it repeats a default") }
      return configuration
    }
    configuration.entry = EntryPlan(
      kind: try value(EntryPlan.Kind.self), offset: try decimal(), lifetime: try whole(), sequel: try value(EntryPlan.Sequel.self))
    guard configuration.entry != .market else { throw CodecFault(reason: "it repeats a default") }
    return configuration
  }

  private mutating func served(_ name: String) throws(CodecFault) -> ServedStrategy {
    var strategy = ServedStrategy(name: name, summary: try text(), details: try text(), parameters: [], warmUp: try whole())
    let count = try count(bytesMinimum: 7)
    guard count <= ServedStrategy.parametersMaximum else { throw CodecFault(reason: "a strategy has \(count) parameters") }
    for _ in 0..<count {
      var parameter = ParameterDescriptor(
        name: try text(), type: try value(ParameterDescriptor.Kind.self), defaultValue: try text(), minimum: try text(),
        maximum: try text(), meaning: try text())
      let choices = try self.count(bytesMinimum: 1)
      guard choices <= ServedStrategy.choicesMaximum else { throw CodecFault(reason: "a parameter has \(choices) choices") }
      for _ in 0..<choices { parameter.choices.append(try text()) }
      strategy.parameters.append(parameter)
    }
    return strategy
  }

  private mutating func limits() throws(CodecFault) -> RiskLimits {
    var limits = RiskLimits(
      orderNotionalMaximum: try decimal(), symbolNotionalMaximum: try decimal(), totalNotionalMaximum: try decimal(),
      dailyLossMaximum: try decimal(), drawdownMaximum: try decimal(), openPositionsMaximum: try whole(), openOrdersMaximum: try whole(),
      ordersPerMinuteMaximum: try whole(), breachState: try value(TradingState.self))
    guard version > 3, !isAtEnd else { return limits }
    limits.symbolGuards = try guards()
    limits.accountGuards = try guards()
    limits.currency = try text()
    guard !limits.symbolGuards.isEmpty || !limits.accountGuards.isEmpty || !limits.currency.isEmpty else {
      throw CodecFault(reason: "it repeats a default")
    }
    return limits
  }

  private mutating func guards() throws(CodecFault) -> [TradeGuard] {
    let count = try count(bytesMinimum: 7)
    guard count <= TradeGuard.countMaximum else { throw CodecFault(reason: "it has \(count) guards") }
    var guards: [TradeGuard] = []
    for _ in 0..<count {
      guards.append(
        TradeGuard(
          kind: try value(TradeGuard.Kind.self), lookback: try span(), tradesMinimum: try whole(), duration: try span(),
          limit: try decimal()))
    }
    return guards
  }

  private mutating func rates() throws(CodecFault) -> ConversionRates {
    var rates = ConversionRates(currency: try text())
    let count = try count(bytesMinimum: 3)
    guard count <= ConversionRates.countMaximum else { throw CodecFault(reason: "it has \(count) rates") }
    for _ in 0..<count {
      var conversion = Conversion(asset: try text(), legs: [], pricedAt: Timestamp(nanoseconds: try signed()))
      let legs = try self.count(bytesMinimum: 3)
      guard legs <= Conversion.legsMaximum else { throw CodecFault(reason: "a rate goes over \(legs) symbols") }
      for _ in 0..<legs {
        conversion.legs.append(Conversion.Leg(symbol: try symbol(), isInverse: try flag(), price: try decimal()))
      }
      rates.conversions.append(conversion)
    }
    return rates
  }

  private mutating func span() throws(CodecFault) -> TradeGuard.Span { try flag() ? .candles(try whole()) : .minutes(try whole()) }

  private mutating func scope() throws(CodecFault) -> LockScope {
    switch try byte() {
    case 0: .account
    case 1: .bot(try botID())
    case 2: .symbol(try symbol())
    default: throw CodecFault(reason: "its scope is unknown")
    }
  }

  private mutating func whole() throws(CodecFault) -> Int {
    guard let value = Int(exactly: try varint()), value <= BotConfiguration.candlesMaximum else {
      throw CodecFault(reason: "a count exceeds \(BotConfiguration.candlesMaximum)")
    }
    return value
  }

  /// A count of elements that take at least `bytesMinimum` each, so that a lying count cannot allocate.
  private mutating func count(bytesMinimum: Int) throws(CodecFault) -> Int {
    let count = try varint()
    guard count <= UInt64(remaining / bytesMinimum) else { throw CodecFault(reason: "a list of \(count) does not fit") }
    return Int(count)
  }

  private mutating func parameters() throws(CodecFault) -> StrategyParameters {
    let count = try count(bytesMinimum: 2)
    var entries: [StrategyParameters.Entry] = []
    entries.reserveCapacity(count)
    for _ in 0..<count { entries.append(StrategyParameters.Entry(name: try text(), value: try text())) }
    return StrategyParameters(entries)
  }

  private mutating func intent() throws(CodecFault) -> OrderIntent {
    let clientOrderID = try clientOrderID()
    let bot = try botID()
    let request = OrderRequest(
      clientOrderID: clientOrderID, symbol: try symbol(), side: try value(Side.self), type: try value(OrderType.self),
      timeInForce: try value(TimeInForce.self), quantity: try decimal(), price: try decimal(), stopPrice: try decimal())
    var intent = OrderIntent(
      request: request, botID: bot, purpose: try value(OrderPurpose.self), reason: try text(), decisionPrice: try decimal())
    guard version > 1 || !isAtEnd else { return intent }
    intent.volatility = try decimal()
    guard version > 1 || !intent.volatility.isZero else { throw CodecFault(reason: "it repeats a default") }
    if version > 3 {
      intent.request.quoteQuantity = try decimal()
      intent.request.linked = try flag() ? try self.clientOrderID() : nil
      guard !isAtEnd else { return intent }
      let count = try count(bytesMinimum: 2)
      intent.shares.reserveCapacity(count)
      for _ in 0..<count { intent.shares.append(OrderShare(botID: try botID(), quantity: try decimal())) }
      guard count == 0 || intent.shares[0].botID == intent.botID else { throw CodecFault(reason: "its first share is another bot's") }
      guard !isAtEnd else {
        guard count > 0 else { throw CodecFault(reason: "it repeats a default") }
        return intent
      }
      intent.request.waitsFor = try flag() ? try self.clientOrderID() : nil
      if !isAtEnd {
        intent.request.trailingDelta = try whole()
        guard (1..<10_000).contains(intent.request.trailingDelta) else { throw CodecFault(reason: "a stop trails by no part of its price") }
      }
      guard intent.request.waitsFor != nil || intent.request.trailingDelta > 0 else { throw CodecFault(reason: "it repeats a default") }
    }
    return intent
  }

  private mutating func update() throws(CodecFault) -> OrderUpdate {
    var update = OrderUpdate(
      clientOrderID: try clientOrderID(), botID: try botID(), status: try value(OrderStatus.self),
      venueOrderID: VenueOrderID(try signed()), executedQuantity: try decimal(), cumulativeQuote: try decimal(), reason: try text())
    update.cause = version > 1 ? try value(OrderUpdate.Cause.self) : FirstFormat.cause(of: update)
    guard version > 3, !isAtEnd else { return update }
    update.quantity = try decimal()
    guard !update.quantity.isZero else { throw CodecFault(reason: "it repeats a default") }
    return update
  }

  private mutating func fillRecord() throws(CodecFault) -> FillRecord {
    let fill = Fill(
      symbol: try symbol(), tradeID: TradeID(try signed()), venueOrderID: VenueOrderID(try signed()), price: try decimal(),
      quantity: try decimal(), quoteQuantity: try decimal(), commission: try decimal(), commissionAsset: try text(), isMaker: try flag(),
      time: Timestamp(nanoseconds: try signed()))
    let bot = try optionalBotID()
    let order = try flag() ? try clientOrderID() : nil
    return FillRecord(
      fill: fill, botID: bot, clientOrderID: order, side: try value(Side.self), purpose: try value(OrderPurpose.self), reason: try text(),
      realizedPnL: try decimal(), closesPosition: try flag(), commissionRate: version > 1 ? try decimal() : .zero)
  }

  private mutating func balances() throws(CodecFault) -> [AssetBalance] {
    let count = try count(bytesMinimum: 3)
    var values: [AssetBalance] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(AssetBalance(asset: try text(), free: try decimal(), locked: try decimal())) }
    return values
  }
}

/// What the first format said in words only.
private enum FirstFormat {
  static func cause(of change: BotStateChange) -> BotStateChange.Cause {
    if change.state == .halted { return .refusals }
    switch change.reason {
    case "started at creation": return .creation
    case "resumed": return .resumption
    default: return .request
    }
  }

  static func cause(of change: TradingStateChange) -> TradingStateChange.Cause {
    guard change.state != .active, change.reason.hasPrefix("risk limit: ") else { return .request }
    return change.reason.hasPrefix("risk limit: equity fell") ? .drawdown : .dailyLoss
  }

  static func cause(of update: OrderUpdate) -> OrderUpdate.Cause {
    if update.status == .unknown { return .answerLost }
    return update.status == .expired && update.reason.hasPrefix("not found on the venue") ? .givenUp : .venue
  }
}
