import Time
import TradingModel
import Venue

/// What a journal says of stops, for a replay of it: how programs protect a position has changed.
public struct JournaledStops: Hashable, Sendable {
  /// The intents of trailing stops that went to the venue, by sequence, with what the venue was to trail by (0: it stays where it is).
  public var trailing: [UInt64: Int]
  /// Where stops were moved in one request: the first entry of each move.
  public var moves: Set<UInt64>

  public init(trailing: [UInt64: Int], moves: Set<UInt64>) {
    self.trailing = trailing
    self.moves = moves
  }
}

/// Trailing stops that rest on the exchange, so that they act while no process runs. The exchange follows the price itself where it can
/// (`trailingDelta`); else a stop rests at the level reached, and is moved up from here. Both are watched here as well, at the exact level.
/// On paper they are watched only: nothing happens there while no process runs.
extension TradingCore {
  /// How far a stop that rests may lag behind the level that its bot has reached: a tenth of its distance from the peak.
  private static let lag = 10
  /// How long a stop stays where it is after a move, in milliseconds.
  private static let moveEveryMilliseconds: Int64 = 2_000
  /// Why a stop is moved.
  static let follows = "the stop follows the price"

  /// Whether a bot wants a stop on the venue.
  func wantsStop(_ bot: Bot.Standing) -> Bool { bot.stopLoss.isPositive || bot.hasTrailingStop && !configuration.mode.isPaper }

  /// Where the stop of a position rests: at its stop-loss or, on an exchange, at its trailing stop where that is nearer. `nil`: nowhere.
  ///
  /// While trading is halted nothing is sold by a trailing stop that the price has reached: it is left out.
  mutating func stopLevel(_ index: Int, _ bot: Bot.Standing, price: Price, tick: Price) -> StopLevel? {
    guard var level = bots[index]?.stop(tick: tick) else { return nil }
    if bot.hasTrailingStop, !configuration.mode.isPaper, let trailing = bots[index]?.trailingLevel(tick: tick),
      tradingState != .halted || price > trailing.price
    {
      let delta = trailingDelta(index, bot.symbolAt, price: price)
      let isKnown = journaledStops.map { $0.trailing[nextSequence] != nil } ?? true
      if isKnown, delta != nil || trailing.price > level.price {
        level = trailing
        if let delta {
          level.trailingDelta = delta
          level.reason = "trailing stop, which the exchange moves"
        }
      }
    }
    return level.price.isPositive ? level : nil
  }

  /// What the exchange itself may trail by; `nil` where it cannot, or would begin too far below the level that was reached.
  private mutating func trailingDelta(_ index: Int, _ at: Int, price: Price) -> Int? {
    if let journaledStops { return journaledStops.trailing[nextSequence].flatMap { $0 > 0 ? $0 : nil } }
    guard let range = symbols[at].rules?.trailingDeltas, now >= symbols[at].trailsAgainAt, price.isPositive,
      let (settings, peak) = bots[index].map({ ($0.configuration, $0.position.peakPrice) }), let points = settings.trailingPoints,
      range.contains(points)
    else { return nil }
    // It begins with the next trade.
    let distance = peak * settings.trailingStop
    return price - price * settings.trailingStop + distance.divided(by: FixedDecimal(Self.lag), rounding: .towardZero) >= peak - distance
      ? points : nil
  }

  /// The exact peak that a level hangs from: whoever replays the journal must know it.
  mutating func journalPeak(of index: Int, _ effects: inout [Effect]) {
    guard let (peak, journaled) = bots[index]?.peaks(), peak > journaled else { return }
    append(.peakRaised(PeakRecord(botID: botIDs[index], price: peak)), &effects)
  }

  /// A stop that rests is moved up to the level that its trailing stop has reached, once it lags too far behind. Returns whether it was.
  mutating func follow(
    with key: OrderKey, _ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, price: Price, _ effects: inout [Effect]
  ) -> Bool {
    guard bot.hasTrailingStop, !configuration.mode.isPaper, tradingState != .halted, let request = orders[key]?.intent.request,
      request.trailingDelta == 0, let rules = symbols[bot.symbolAt].stopRules(), let peak = bots[index]?.peaks().peak,
      let trailing = bots[index]?.trailingLevel(tick: rules.tick), trailing.price > request.stopPrice
    else { return false }
    if journaledStops == nil {
      guard trailing.price < price else { return false }
      let step = max((peak - trailing.price).divided(by: FixedDecimal(Self.lag), rounding: .towardZero), rules.tick)
      guard trailing.price >= request.stopPrice + step, now >= bots[index]?.movesAgainAt ?? .zero else { return false }
    }
    guard replace(key, index, bot, quantity, by: trailing, reason: Self.follows, &effects) else { return false }
    bots[index]?.movesAgainAt = now.advanced(byMilliseconds: Self.moveEveryMilliseconds)
    return true
  }

  /// Rests a stop in the place of another one, by one request (Binance: `POST /api/v3/order/cancelReplace`), so that a process that dies on the
  /// way leaves one of them. The target beside the old one ends with it, and is watched here from then on. Not on paper. Returns whether it
  /// went.
  mutating func replace(
    _ key: OrderKey, _ index: Int, _ bot: Bot.Standing, _ quantity: Quantity, by level: StopLevel, reason: String,
    _ effects: inout [Effect]
  ) -> Bool {
    let at = bot.symbolAt
    guard replacesStops, !configuration.mode.isPaper, isUntouched(key), let old = orders[key], level.trailingDelta == 0,
      hasSpareStop(on: at), journaledStops.map({ $0.moves.contains(nextSequence) }) ?? true,
      symbols[at].stopObstacle(quantity, at: level.price, resting: 0) == nil,
      nextClientOrderID(index, level.purpose) != nil, mayRepeat(index)
    else { return false }
    if level.purpose == .trailingStop { journalPeak(of: index, &effects) }
    requestCancel(key, reason: reason, &effects)
    guard let id = nextClientOrderID(index, level.purpose) else { return false }
    let request = OrderRequest(
      clientOrderID: id, symbol: symbolNames[at], side: .sell, type: .stopLoss, quantity: quantity, stopPrice: level.price)
    guard
      let approved = RiskGate.approveReduction(
        request, held: bot.quantity, decisionPrice: level.price, replacing: old.venueName ?? old.clientOrderID)
    else { return false }
    send(approved, bot: botIDs[index], purpose: level.purpose, reason: level.reason, &effects)
    return true
  }

  /// The exchange does not move stops of a symbol: they are moved from here for some minutes. Said once. Returns whether that was the reason of
  /// a refusal.
  mutating func trailHere(_ key: OrderKey, _ refusal: Refusal, reason: String, _ effects: inout [Effect]) -> Bool {
    guard let order = orders[key], order.intent.request.trailingDelta > 0, refusal.concernsPairs, refusal != .stopsUsedUp,
      let at = symbolAt(order.intent.request.symbol)
    else { return false }
    symbols[at].trailsAgainAt = now.advanced(byMilliseconds: Refusal.unsuitableMilliseconds)
    guard !symbols[at].saidTrailingRefused else { return true }
    symbols[at].saidTrailingRefused = true
    alert(
      .warning, .orderRefused, nil,
      "\(symbolNames[at]) does not take a stop that the exchange moves (\(reason)); stops rest at the level reached, and are moved from here",
      &effects)
    return true
  }
}

extension BotConfiguration {
  /// What its trailing stop trails by in hundredths of a percent, where that says all: it is a fraction of the price alone, of whole hundredths,
  /// and no further away than the stop-loss.
  var trailingPoints: Int? {
    guard trailingStop.isPositive, !trailingStopRanges.isPositive, !stopLoss.isPositive || trailingStop <= stopLoss else { return nil }
    let points = trailingStop * FixedDecimal(10_000)
    guard points.rounded(toFractionDigits: 0) == points, points < FixedDecimal(10_000) else { return nil }
    return Int(points.description)
  }
}
