import BotAPI
import Foundation
import Time

@testable import ControlCommands

/// A daemon's answers for screens under test.
enum TopFixture {
  static let now = Timestamp(nanoseconds: 1_795_953_600_000_000_000)

  static let bots: [V1.Bot] = [
    V1.Bot(
      id: "rsi-btc", spec: V1.BotSpec(symbol: "BTCUSDT", strategy: "rsi", interval: "1m", capital: "1000"), state: .running, mode: .paper,
      position: V1.Position(
        botID: "rsi-btc", symbol: "BTCUSDT", quantity: "0.00150000", averageEntryPrice: "67012.50000000", markPrice: "66675.83",
        marketValue: "100.01", unrealizedPnL: "-0.50500000", stopPrice: "65672.25", openedTimeNs: 1_795_950_000_000_000_000),
      lastSignal: V1.Signal(side: .buy, reason: "RSI 27.41 below 30"), netPnL: "12.34567890", fills: 7, quoteAsset: "USDT",
      baseAsset: "BTC", createdSequence: 3),
    V1.Bot(
      id: "macd-eth", spec: V1.BotSpec(symbol: "ETHUSDT", strategy: "macd", interval: "15m"), state: .stopped, netPnL: "0",
      quoteAsset: "USDT", baseAsset: "ETH", createdSequence: 4),
    V1.Bot(
      id: "a-name-of-thirty-two-characters-", spec: V1.BotSpec(symbol: "币安人生USDT", strategy: "rsi", interval: "1h"), state: .paused,
      netPnL: "-1234.5", quoteAsset: "USDT", baseAsset: "币安人生", createdSequence: 5),
    V1.Bot(
      id: "halted", spec: V1.BotSpec(symbol: "SOLUSDT", strategy: "rsi", interval: "1m"), state: .halted,
      stateReason: "取引所 refused\u{1B}[31m five of its orders", netPnL: "3", quoteAsset: "USDT", baseAsset: "SOL", createdSequence: 6),
  ]

  static let orders = [
    V1.Order(
      clientOrderID: "abc-14", botID: "rsi-btc", symbol: "BTCUSDT", side: .sell, type: .stopLoss, quantity: "0.0015", stopPrice: "65672.25",
      executedQuantity: "0", status: .accepted, reason: "stop 0.02 below the average entry", createdTimeNs: 1_795_950_001_000_000_000)
  ]

  static let trades: [V1.Trade] = (1...9).reversed().map { trade(Int64($0)) }

  private static func trade(_ number: Int64) -> V1.Trade {
    let isSale = number % 2 == 0
    var trade = V1.Trade(sequence: number, symbol: "BTCUSDT", botID: "rsi-btc", side: isSale ? .sell : .buy, price: "\(67_000 + number)")
    trade.quantity = "0.0015"
    trade.quoteQuantity = "100.5"
    trade.commission = "0.1"
    trade.commissionAsset = "USDT"
    trade.realizedPnL = isSale ? "1.5" : "0"
    trade.timeNs = 1_795_950_000_000_000_000 + number * 60_000_000_000
    trade.reason = "RSI 27.41 below 30"
    return trade
  }

  static var data: TopData {
    var (bots, positions, orders) = (TopRowCache<V1.Bot>(), TopRowCache<V1.Position>(), TopRowCache<V1.Order>())
    var (fills, parts) = (TopRowCache<V1.Trade>(), TopRowCache<V1.ComponentHealth>())
    let components = [
      V1.ComponentHealth(name: "feed", status: .ok, message: "3 streams"),
      V1.ComponentHealth(name: "journal", status: .degraded, message: "slow"),
    ]
    var data = TopData(bots: Self.bots, version: "1.2.3", takenAt: now)
    data.lists[.bots] = bots.list(Self.bots) { ($0.id, $0.id) }
    data.lists[.positions] = positions.list(Self.bots.compactMap(\.position)) { ($0.botID, $0.botID) }
    data.lists[.orders] = orders.list(Self.orders) { ($0.clientOrderID, $0.botID) }
    data.lists[.fills] = fills.list(trades) { ("\($0.sequence)", $0.botID) }
    data.lists[.health] = parts.list(components) { ($0.name, "") }
    data.summary = V1.GetPortfolioSummaryResponse(
      stats: stats, bots: [V1.Counter(name: "running", value: 1), V1.Counter(name: "stopped", value: 1)], openPositions: 1, openOrders: 1,
      tradingState: .active, mode: .paper)
    data.health = V1.GetHealthResponse(status: .ok, components: components, uptimeNs: 93_784_000_000_000, tradingState: .active)
    for minute in 0..<60 {
      data.equity.append(
        time: now.nanoseconds - Int64(59 - minute) * 60_000_000_000, equity: "\(1_000 + (minute < 30 ? minute : 60 - minute)).25")
    }
    return data
  }

  static let stats = V1.Stats(
    quoteAsset: "USDT", equity: "1012.345", netPnL: "12.345", returnFraction: "0.012345", trades: 3, winRate: "0.5",
    maxDrawdownFraction: "0.02")

  static func state(_ columns: Int = 80, _ rows: Int = 24) -> TopState {
    var state = TopState()
    state.address = "unix:/run/botd.sock"
    _ = state.handle(.resized(ScreenSize(columns: columns, rows: rows)), now: now)
    _ = state.handle(.refreshed(data), now: now)
    return state
  }

  /// The state with one bot opened and all about it known.
  static func opened(_ columns: Int = 80, _ rows: Int = 24) -> TopState {
    var state = state(columns, rows)
    _ = state.press(.enter)
    var data = data
    var detail = TopDetail(botID: "rsi-btc", bot: bots[0], stats: stats)
    var (orders, fills) = (TopRowCache<V1.Order>(), TopRowCache<V1.Trade>())
    detail.orders = orders.list(Self.orders) { ($0.clientOrderID, $0.botID) }
    detail.fills = fills.list(trades) { ("\($0.sequence)", $0.botID) }
    data.detail = detail
    _ = state.handle(.refreshed(data), now: now)
    return state
  }
}

extension TopState {
  /// The screen as text.
  var screen: [String] { TopRender.render(self).map(\.text) }
}
