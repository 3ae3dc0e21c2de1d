import Time
import Strategies
import TradingCore
import TradingModel
import Venue

extension BotConfiguration {
  /// Settings that came after the first format: a record carries them only where one of them is not its default.
  var hasExtendedSettings: Bool {
    trailingStopRanges != Defaults.trailingStopRanges || timeStopCandles != Defaults.timeStopCandles
      || cooldownCandles != Defaults.cooldownCandles || sizing != Defaults.sizing || sizingRanges != Defaults.sizingRanges
  }
}

extension ByteWriter {
  mutating func record(_ record: Record) {
    switch record {
    case .opened(let value): identity(value)
    case .botCreated(let value), .botUpdated(let value): configuration(value)
    case .botStateChanged(let value): stateChange(value)
    case .botRemoved(let value): keys.bot = text(value.text)
    case .orderDenied(let value): denial(value)
    case .orderIntent(let value): intent(value)
    case .orderUpdated(let value): update(value)
    case .cancelRequested(let value):
      keys.clientOrderID = text(value.clientOrderID.text)
      keys.bot = text(value.botID.text)
      text(value.reason)
    case .fill(let value): fillRecord(value)
    case .exitRequested(let value):
      keys.bot = text(value.botID.text)
      byte(value.purpose.rawValue)
      text(value.reason)
      decimal(value.decisionPrice)
    case .tradingStateChanged(let value):
      byte(value.state.rawValue)
      text(value.reason)
    case .balances(let values): balances(values)
    case .equity(let value):
      decimal(value.equity)
      decimal(value.realized)
      decimal(value.unrealized)
      decimal(value.exposure)
    case .alert(let value):
      byte(value.severity.rawValue)
      keys.bot = optional(value.botID?.text)
      text(value.message)
    case .peakRaised(let value):
      keys.bot = text(value.botID.text)
      decimal(value.price)
    case .riskLimitsChanged(let value): limits(value)
    }
  }

  private mutating func identity(_ value: JournalIdentity) {
    text(value.id)
    byte(value.mode.rawValue)
    varint(UInt64(value.formatVersion))
  }

  private mutating func configuration(_ value: BotConfiguration) {
    keys.bot = text(value.id.text)
    keys.symbol = text(value.symbol.text)
    text(value.interval.rawValue)
    text(value.strategyName)
    parameters(value.parameters)
    decimal(value.capital)
    decimal(value.riskPerTrade)
    decimal(value.maximumPosition)
    decimal(value.stopLoss)
    decimal(value.takeProfit)
    decimal(value.trailingStop)
    guard value.hasExtendedSettings else { return }
    decimal(value.trailingStopRanges)
    varint(UInt64(max(value.timeStopCandles, 0)))
    varint(UInt64(max(value.cooldownCandles, 0)))
    byte(value.sizing.rawValue)
    decimal(value.sizingRanges)
  }

  private mutating func limits(_ value: RiskLimits) {
    decimal(value.orderNotionalMaximum)
    decimal(value.symbolNotionalMaximum)
    decimal(value.totalNotionalMaximum)
    decimal(value.dailyLossMaximum)
    decimal(value.drawdownMaximum)
    varint(UInt64(max(value.openPositionsMaximum, 0)))
    varint(UInt64(max(value.openOrdersMaximum, 0)))
    varint(UInt64(max(value.ordersPerMinuteMaximum, 0)))
    byte(value.breachState.rawValue)
  }

  private mutating func parameters(_ value: StrategyParameters) {
    varint(UInt64(value.entries.count))
    for entry in value.entries {
      text(entry.name)
      text(entry.value)
    }
  }

  private mutating func stateChange(_ value: BotStateChange) {
    keys.bot = text(value.botID.text)
    byte(value.state.rawValue)
    text(value.reason)
    decimal(value.referencePrice)
  }

  private mutating func denial(_ value: OrderDenial) {
    keys.bot = text(value.botID.text)
    byte(value.side.rawValue)
    byte(value.code.rawValue)
    text(value.message)
    text(value.signalReason)
    decimal(value.decisionPrice)
  }

  private mutating func intent(_ value: OrderIntent) {
    keys.clientOrderID = text(value.request.clientOrderID.text)
    keys.bot = text(value.botID.text)
    keys.symbol = text(value.request.symbol.text)
    byte(value.request.side.rawValue)
    byte(value.request.type.rawValue)
    byte(value.request.timeInForce.rawValue)
    decimal(value.request.quantity)
    decimal(value.request.price)
    decimal(value.request.stopPrice)
    byte(value.purpose.rawValue)
    text(value.reason)
    decimal(value.decisionPrice)
    if !value.volatility.isZero { decimal(value.volatility) }
  }

  private mutating func update(_ value: OrderUpdate) {
    keys.clientOrderID = text(value.clientOrderID.text)
    keys.bot = text(value.botID.text)
    byte(value.status.rawValue)
    signed(value.venueOrderID.value)
    decimal(value.executedQuantity)
    decimal(value.cumulativeQuote)
    text(value.reason)
  }

  private mutating func fillRecord(_ value: FillRecord) {
    keys.symbol = text(value.fill.symbol.text)
    signed(value.fill.tradeID.value)
    signed(value.fill.venueOrderID.value)
    decimal(value.fill.price)
    decimal(value.fill.quantity)
    decimal(value.fill.quoteQuantity)
    decimal(value.fill.commission)
    text(value.fill.commissionAsset)
    flag(value.fill.isMaker)
    signed(value.fill.time.nanoseconds)
    keys.bot = optional(value.botID?.text)
    keys.clientOrderID = optional(value.clientOrderID?.text)
    byte(value.side.rawValue)
    byte(value.purpose.rawValue)
    text(value.reason)
    decimal(value.realizedPnL)
    flag(value.closesPosition)
  }

  private mutating func balances(_ values: [AssetBalance]) {
    varint(UInt64(values.count))
    for value in values {
      text(value.asset)
      decimal(value.free)
      decimal(value.locked)
    }
  }
}
