import Time
import Venue
import MarketData
import BotAPI
import MarketData
import Strategies
import TradingCore
import TradingModel
import Venue

/// Turns board entries into what clients see, valued at the latest prices.
struct BotValues {
  let context: ControlContext

  /// Latest price of what a bot trades; zero when there is none.
  func mark(of configuration: BotConfiguration) -> Price {
    if let trade = context.market.trade(configuration.symbol) { return trade.price }
    if let ticker = context.market.ticker(configuration.symbol) { return ticker.last }
    return context.market.candles(configuration.series, limit: 1).last?.close ?? .zero
  }

  func bot(_ entry: BoardBot) -> V1.Bot {
    let snapshot = entry.snapshot
    let mark = mark(of: snapshot.configuration)
    let unrealized = snapshot.position.unrealizedPnL(at: mark)
    return V1.Bot(
      id: entry.id.text, spec: Self.spec(of: snapshot.configuration, isRunning: snapshot.state == .running), state: Self.state(of: entry),
      stateReason: snapshot.stateReason, mode: V1.TradingMode(context.configuration.mode), position: position(entry, mark: mark),
      lastSignal: snapshot.lastSignal.map { Self.signal($0, snapshot.configuration) },
      netPnL: (snapshot.statistics.realizedPnL + unrealized).description, fills: Int64(snapshot.statistics.fillCount),
      createdTimeNs: snapshot.createdAt.nanoseconds, updatedTimeNs: snapshot.updatedAt.nanoseconds, quoteAsset: snapshot.quoteAsset,
      baseAsset: snapshot.baseAsset, warmUpRemaining: warmUpRemaining(snapshot))
  }

  static func state(of entry: BoardBot) -> V1.BotState {
    if entry.isRemoved { return .removed }
    let isNew = entry.snapshot.state == .stopped && entry.snapshot.statistics.firstStartTime == .zero
    return isNew ? .created : V1.BotState(entry.snapshot.state)
  }

  /// The settings with the strategy's defaults filled in. A running bot runs again after a restart, so that is its `auto_start`.
  static func spec(of configuration: BotConfiguration, isRunning: Bool) -> V1.BotSpec {
    let descriptor = StrategyCatalogue.descriptor(named: configuration.strategyName)
    let parameters = descriptor?.completed(configuration.parameters) ?? configuration.parameters
    return V1.BotSpec(
      symbol: configuration.symbol.text, strategy: configuration.strategyName,
      parameters: parameters.entries.map { V1.KeyValue(key: $0.name, value: $0.value) }, interval: configuration.interval.rawValue,
      capital: configuration.capital.description, riskPerTrade: configuration.riskPerTrade.description,
      maxPositionFraction: configuration.maximumPosition.description, stopLoss: configuration.stopLoss.description,
      takeProfit: configuration.takeProfit.textOrEmpty, trailingStop: configuration.trailingStop.textOrEmpty, autoStart: isRunning,
      trailingStopAtr: configuration.trailingStopRanges.textOrEmpty, timeStopCandles: Int64(configuration.timeStopCandles),
      cooldownCandles: Int64(configuration.cooldownCandles), sizing: configuration.sizing.description,
      sizingAtr: configuration.sizing == .volatility ? configuration.sizingRanges.description : "")
  }

  static func signal(_ signal: SignalRecord, _ configuration: BotConfiguration) -> V1.Signal {
    V1.Signal(
      side: V1.Side(signal.side), confidence: FixedDecimal.text(of: signal.confidence), reason: signal.reason,
      timeNs: signal.time.nanoseconds, symbol: configuration.symbol.text, botID: configuration.id.text)
  }

  func position(_ entry: BoardBot) -> V1.Position { position(entry, mark: mark(of: entry.snapshot.configuration)) }

  private func position(_ entry: BoardBot, mark: Price) -> V1.Position {
    let snapshot = entry.snapshot
    let held = snapshot.position
    var value = V1.Position(botID: entry.id.text, symbol: snapshot.configuration.symbol.text, quantity: held.quantity.description)
    value.markPrice = mark.textOrEmpty
    guard held.quantity.isPositive else { return value }
    value.averageEntryPrice = held.averageEntryPrice.description
    if mark.isPositive {
      value.marketValue = (mark * held.quantity).description
      value.unrealizedPnL = held.unrealizedPnL(at: mark).description
    }
    value.stopPrice = snapshot.stopPrice.textOrEmpty
    value.takeProfitPrice = snapshot.takeProfitPrice.textOrEmpty
    value.openedTimeNs = held.openedAt.nanoseconds
    if !snapshot.openOrders.isEmpty {
      let orders = context.board.openOrdersByID
      value.protectiveOrderID = snapshot.openOrders.first { orders[$0]?.intent.purpose == .stopLoss }?.text ?? ""
    }
    return value
  }

  /// Candles that the strategy still needs, as far as the market data held here tells.
  private func warmUpRemaining(_ snapshot: BotSnapshot) -> Int64 {
    guard snapshot.lastSignal == nil else { return 0 }
    let configuration = snapshot.configuration
    guard let strategy = try? StrategyCatalogue.make(name: configuration.strategyName, parameters: configuration.parameters) else {
      return 0
    }
    let held = context.market.candles(configuration.series, limit: strategy.warmUp).count
    return Int64(max(0, strategy.warmUp - held))
  }
}
