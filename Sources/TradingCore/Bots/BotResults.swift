public import TradingModel
import Venue

/// What decisions need to know of a bot's past. Every figure that people see is folded apart from the core, from the same entries.
public struct BotResults: Hashable, Sendable, Codable {
  /// Realized ever, fees in the pair's own assets taken off.
  public internal(set) var realizedPnL: Amount = .zero
  public internal(set) var fillCount = 0
  /// Round trips that ended.
  public internal(set) var tradeCount = 0
  /// Profit or loss of the last one; zero before the first.
  public internal(set) var lastTradePnL: Amount = .zero
  /// What its entry cost, fees in quote asset included; zero before the first.
  public internal(set) var lastTradeCost: Amount = .zero
  /// Of the one in progress.
  var openTradePnL: Amount = .zero
  var openTradeCost: Amount = .zero
  /// It was started once.
  public internal(set) var hasStarted = false

  /// Nothing yet.
  public init() {}

  /// Books what leaving coins realized.
  mutating func book(_ adjustment: PositionAdjustment) {
    realizedPnL += adjustment.realizedPnL
    openTradePnL = adjustment.closesPosition ? .zero : openTradePnL + adjustment.realizedPnL
    openTradeCost = adjustment.closesPosition ? .zero : openTradeCost + max(adjustment.flow, .zero)
  }

  mutating func book(_ record: FillRecord, _ fee: FillFee) {
    fillCount += 1
    realizedPnL += record.realizedPnL
    openTradePnL += record.realizedPnL
    if record.side == .buy { openTradeCost += record.fill.quoteQuantity + fee.quote }
    guard record.side == .sell, record.closesPosition else { return }
    tradeCount += 1
    lastTradePnL = openTradePnL
    lastTradeCost = openTradeCost
    openTradePnL = .zero
    openTradeCost = .zero
  }
}
