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
      return .botStateChanged(
        BotStateChange(botID: try botID(), state: try value(BotState.self), reason: try text(), referencePrice: try decimal()))
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
      return .exitRequested(
        ExitRequest(botID: try botID(), purpose: try value(OrderPurpose.self), reason: try text(), decisionPrice: try decimal()))
    case .tradingStateChanged:
      return .tradingStateChanged(TradingStateChange(state: try value(TradingState.self), reason: try text()))
    case .balances: return .balances(try balances())
    case .equity:
      return .equity(EquityPoint(equity: try decimal(), realized: try decimal(), unrealized: try decimal(), exposure: try decimal()))
    case .alert:
      return .alert(Alert(severity: try value(Alert.Severity.self), botID: try optionalBotID(), message: try text()))
    case .peakRaised: return .peakRaised(PeakRecord(botID: try botID(), price: try decimal()))
    case .riskLimitsChanged: return .riskLimitsChanged(try limits())
    }
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
    guard let interval = Interval(rawValue: try text()) else { throw CodecFault(reason: "its interval is unknown") }
    var configuration = BotConfiguration(
      id: id, symbol: symbol, interval: interval, strategyName: try text(), parameters: try parameters(), capital: try decimal(),
      riskPerTrade: try decimal(), maximumPosition: try decimal(), stopLoss: try decimal(), takeProfit: try decimal(),
      trailingStop: try decimal())
    guard !isAtEnd else { return configuration }
    configuration.trailingStopRanges = try decimal()
    configuration.timeStopCandles = try whole()
    configuration.cooldownCandles = try whole()
    configuration.sizing = try value(PositionSizing.self)
    configuration.sizingRanges = try decimal()
    guard configuration.hasExtendedSettings else { throw CodecFault(reason: "it repeats defaults") }
    return configuration
  }

  private mutating func limits() throws(CodecFault) -> RiskLimits {
    RiskLimits(
      orderNotionalMaximum: try decimal(), symbolNotionalMaximum: try decimal(), totalNotionalMaximum: try decimal(),
      dailyLossMaximum: try decimal(), drawdownMaximum: try decimal(), openPositionsMaximum: try whole(), openOrdersMaximum: try whole(),
      ordersPerMinuteMaximum: try whole(), breachState: try value(TradingState.self))
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
    guard !isAtEnd else { return intent }
    intent.volatility = try decimal()
    guard !intent.volatility.isZero else { throw CodecFault(reason: "it repeats a default") }
    return intent
  }

  private mutating func update() throws(CodecFault) -> OrderUpdate {
    OrderUpdate(
      clientOrderID: try clientOrderID(), botID: try botID(), status: try value(OrderStatus.self),
      venueOrderID: VenueOrderID(try signed()), executedQuantity: try decimal(), cumulativeQuote: try decimal(), reason: try text())
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
      realizedPnL: try decimal(), closesPosition: try flag())
  }

  private mutating func balances() throws(CodecFault) -> [AssetBalance] {
    let count = try count(bytesMinimum: 3)
    var values: [AssetBalance] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(AssetBalance(asset: try text(), free: try decimal(), locked: try decimal())) }
    return values
  }
}
