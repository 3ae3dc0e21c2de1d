import Time
import Strategies
import TradingCore
import TradingModel
import Venue

extension BotConfiguration {
  /// Settings that came within format 1: its records carry them only where one of them is not its default.
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
      if version > 3, let part = value.part { decimal(part) }
    case .tradingStateChanged(let value):
      byte(value.state.rawValue)
      text(value.reason)
      if version > 1 { byte(value.cause.rawValue) }
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
      if version > 1 { byte(value.code.rawValue) }
    case .peakRaised(let value):
      keys.bot = text(value.botID.text)
      decimal(value.price)
    case .riskLimitsChanged(let value): limits(value)
    case .entriesLocked(let value):
      scope(value.scope)
      byte(value.cause.rawValue)
      signed(value.until.nanoseconds)
      text(value.reason)
    case .ratesTaken(let value):
      text(value.currency)
      varint(UInt64(value.conversions.count))
      for conversion in value.conversions { self.conversion(conversion) }
    case .profitSampled(let value):
      text(value.quoteAsset)
      decimal(value.profit)
    case .entriesUnlocked(let value):
      varint(value.lock)
      scope(value.scope)
      byte(value.cause.rawValue)
      text(value.reason)
    case .symbolAssets(let value):
      keys.symbol = text(value.symbol.text)
      text(value.base)
      text(value.quote)
    case .marked(let value): mark(value)
    case .answered(let value):
      flag(value.response != nil)
      if let response = value.response { blob(response) }
    case .positionAdjusted(let value):
      keys.bot = text(value.botID.text)
      byte(value.cause.rawValue)
      decimal(value.quantity)
      decimal(value.price)
      decimal(value.entryPrice)
      decimal(value.realizedPnL)
      flag(value.closesPosition)
    case .signal(let value):
      keys.bot = text(value.botID.text)
      byte(value.action.rawValue)
      varint(value.confidence.bitPattern)
      text(value.reason)
      signed(value.closeTime.nanoseconds)
      signed(value.delayNanoseconds)
    case .accountBound(let value):
      text(value.exchange)
      signed(value.uid)
    case .started(let value):
      varint(value.epoch)
      varint(value.place.machine)
      varint(value.place.inode)
      signed(value.place.birth)
      flag(value.acceptsEarlier)
    case .candleDoubted(let value):
      keys.symbol = text(value.symbol.text)
      text(value.interval.rawValue)
      signed(value.closeTime.nanoseconds)
      decimal(value.close)
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
    guard version > 1 || value.hasExtendedSettings else { return }
    decimal(value.trailingStopRanges)
    varint(UInt64(max(value.timeStopCandles, 0)))
    varint(UInt64(max(value.cooldownCandles, 0)))
    byte(value.sizing.rawValue)
    decimal(value.sizingRanges)
    guard version > 1 else { return }
    flag(value.compounds)
    flag(value.autoStart)
    guard version > 2 else { return }
    flag(value.served != nil)
    if let served = value.served { self.served(served) }
    // Came within format 4: only where they are not the default.
    guard version > 3, !value.guards.isEmpty || value.entry != .market else { return }
    guards(value.guards)
    guard value.entry != .market else { return }
    byte(value.entry.kind.rawValue)
    decimal(value.entry.offset)
    varint(UInt64(max(value.entry.lifetime, 0)))
    byte(value.entry.sequel.rawValue)
  }

  private mutating func served(_ value: ServedStrategy) {
    text(value.summary)
    text(value.details)
    varint(UInt64(max(value.warmUp, 0)))
    varint(UInt64(value.parameters.count))
    for parameter in value.parameters {
      text(parameter.name)
      byte(parameter.type.rawValue)
      text(parameter.defaultValue)
      text(parameter.minimum)
      text(parameter.maximum)
      text(parameter.meaning)
      varint(UInt64(parameter.choices.count))
      for choice in parameter.choices { text(choice) }
    }
  }

  private mutating func mark(_ value: MarkRecord) {
    keys.symbol = text(value.symbol.text)
    text(value.interval.rawValue)
    signed(value.closeTime.nanoseconds)
    decimal(value.close)
    decimal(value.low)
    decimal(value.high)
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
    // Came within format 4: only where there are any.
    guard version > 3, !value.symbolGuards.isEmpty || !value.accountGuards.isEmpty || !value.currency.isEmpty else { return }
    guards(value.symbolGuards)
    guards(value.accountGuards)
    text(value.currency)
  }

  private mutating func guards(_ values: [TradeGuard]) {
    varint(UInt64(values.count))
    for value in values {
      byte(value.kind.rawValue)
      span(value.lookback)
      varint(UInt64(max(value.tradesMinimum, 0)))
      span(value.duration)
      decimal(value.limit)
    }
  }

  private mutating func conversion(_ value: Conversion) {
    text(value.asset)
    signed(value.pricedAt.nanoseconds)
    varint(UInt64(value.legs.count))
    for leg in value.legs {
      text(leg.symbol.text)
      flag(leg.isInverse)
      decimal(leg.price)
    }
  }

  private mutating func span(_ value: TradeGuard.Span) {
    if case .candles = value { flag(true) } else { flag(false) }
    varint(UInt64(max(value.count, 0)))
  }

  private mutating func scope(_ value: LockScope) {
    switch value {
    case .account: byte(0)
    case .bot(let id):
      byte(1)
      keys.bot = text(id.text)
    case .symbol(let symbol):
      byte(2)
      keys.symbol = text(symbol.text)
    }
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
    if version > 1 { byte(value.cause.rawValue) }
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
    if version > 1 || !value.volatility.isZero { decimal(value.volatility) }
    if version > 3 {
      decimal(value.request.quoteQuantity)
      optional(value.request.linked?.text)
      // Came within format 4, one after the other: only as far as there are any.
      let hasMore = value.request.waitsFor != nil || value.request.trailingDelta > 0
      guard !value.shares.isEmpty || hasMore else { return }
      varint(UInt64(value.shares.count))
      for share in value.shares {
        text(share.botID.text)
        decimal(share.quantity)
      }
      guard hasMore else { return }
      optional(value.request.waitsFor?.text)
      if value.request.trailingDelta > 0 { varint(UInt64(value.request.trailingDelta)) }
    }
  }

  private mutating func update(_ value: OrderUpdate) {
    keys.clientOrderID = text(value.clientOrderID.text)
    keys.bot = text(value.botID.text)
    byte(value.status.rawValue)
    signed(value.venueOrderID.value)
    decimal(value.executedQuantity)
    decimal(value.cumulativeQuote)
    text(value.reason)
    if version > 1 { byte(value.cause.rawValue) }
    if version > 3, !value.quantity.isZero { decimal(value.quantity) }
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
    if version > 1 { decimal(value.commissionRate) }
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
