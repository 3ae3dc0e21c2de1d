import Strategies
import Time
import TradingModel
import Venue

/// All that ``TradingCore/recover(_:)`` folds of a journal, for a snapshot: entries that come after it are folded on top.
///
/// Only of a core that has folded and done nothing else: what a running core learned from the venue is not in it.
public struct CoreState: Sendable, Codable {
  /// The sequence of the last entry that is in it.
  public var sequence: UInt64 { nextSequence &- 1 }
  /// Which journal it is of.
  public private(set) var identity: JournalIdentity?

  var nextSequence: UInt64
  var now: Timestamp
  var tradingState: TradingState
  var tradingStateReason: String
  var tradingStateCause: TradingStateChange.Cause
  var wasBreached: Bool
  var riskLimits: RiskLimits
  var portfolios: PortfolioWatches
  var rates: ConversionRates
  var ratesTakenAt: Timestamp
  var closedTrades: ClosedTrades
  var locks: EntryLocks
  var recentOrders: RecentOrders
  var balances: [AssetBalance]
  var account: AccountBinding?
  var starts: KnownStarts
  /// Those that are there, with their numbers; names of all that ever were.
  var bots: [Bot]
  var botNumbers: [Int]
  var botIDs: [BotID]
  var symbols: [FoldedSymbol]
  var series: [FoldedSeries]
  var orders: OrderTable
  var finished: RingOfOrders
  var requests: RequestMemory
  var nextEquityAt: Timestamp
  var highestVenueOrderID: VenueOrderID
}

/// What of a symbol is folded from the journal.
struct FoldedSymbol: Sendable, Codable {
  var symbol: Symbol
  var assets: SymbolAssets?
  var bots: [Int]
  var areHoldersStale: Bool
  var trades: RecentTrades
}

/// What of a series is folded from the journal: who listens, and what each was shown last.
struct FoldedSeries: Sendable, Codable {
  var key: SeriesKey
  var symbolAt: Int
  var measuresRange: Bool
  var listeners: [Listener]

  struct Listener: Sendable, Codable {
    var bot: Int
    var position: StrategyPosition
    var openedAt: Timestamp
  }
}

extension TradingCore {
  /// What was folded so far. Cost: copies that are made when the core changes.
  public var state: CoreState {
    CoreState(
      identity: identity, nextSequence: nextSequence, now: now, tradingState: tradingState, tradingStateReason: tradingStateReason,
      tradingStateCause: tradingStateCause, wasBreached: wasBreached, riskLimits: riskLimits, portfolios: portfolios, rates: rates,
      ratesTakenAt: ratesTakenAt, closedTrades: closedTrades, locks: locks,
      recentOrders: recentOrders, balances: balances, account: account, starts: starts,
      bots: bots.compactMap { $0 }, botNumbers: bots.indices.filter { bots[$0] != nil }, botIDs: botIDs,
      symbols: symbols.map {
        FoldedSymbol(symbol: $0.symbol, assets: $0.assets, bots: $0.bots, areHoldersStale: $0.areHoldersStale, trades: $0.trades)
      }, series: series.map(\.folded), orders: orders, finished: finished, requests: requests, nextEquityAt: nextEquityAt,
      highestVenueOrderID: highestVenueOrderID)
  }

  /// Goes on from a snapshot, as if the entries up to ``CoreState/sequence`` had been folded here. Call it on a core that is new.
  ///
  /// - Throws: ``RecoveryError`` when it is of another mode, or its parts do not fit together; the core is not to be used then.
  public mutating func restore(_ state: CoreState) throws(RecoveryError) {
    guard let identity = state.identity, identity.mode == configuration.mode, nextSequence == 1 else {
      throw RecoveryError(sequence: state.sequence, message: "the snapshot is of another mode")
    }
    guard state.isWhole else { throw RecoveryError(sequence: state.sequence, message: "the snapshot's parts do not fit together") }
    self.identity = identity
    nextSequence = state.nextSequence
    now = state.now
    tradingState = state.tradingState
    tradingStateReason = state.tradingStateReason
    tradingStateCause = state.tradingStateCause
    wasBreached = state.wasBreached
    riskLimits = state.riskLimits
    portfolios = state.portfolios
    rates = state.rates
    ratesTakenAt = state.ratesTakenAt
    closedTrades = state.closedTrades
    locks = state.locks
    recentOrders = state.recentOrders
    balances = state.balances
    account = state.account
    starts = state.starts
    orders = state.orders
    finished = state.finished
    requests = state.requests
    nextEquityAt = state.nextEquityAt
    highestVenueOrderID = state.highestVenueOrderID
    for folded in state.symbols {
      let at = symbolState(for: folded.symbol)
      symbols[at].assets = folded.assets
      symbols[at].bots = folded.bots
      symbols[at].areHoldersStale = folded.areHoldersStale
      symbols[at].trades = folded.trades
    }
    for folded in state.series { _ = seriesState(for: folded.key) }
    restoreBots(state)
    for (at, folded) in state.series.enumerated() { series[at].restore(folded) }
  }

  private mutating func restoreBots(_ state: CoreState) {
    botIDs = state.botIDs
    bots = [Bot?](repeating: nil, count: botIDs.count)
    isBotThere = [Bool](repeating: false, count: botIDs.count)
    dirtyMarks = [Bool](repeating: false, count: botIDs.count)
    for (number, var bot) in zip(state.botNumbers, state.bots) {
      let (strategy, problem, isServed) = strategy(of: bot.configuration)
      bot.settingsProblem = problem
      bot.instance = isServed ? ServedInstance() : nil
      series[bot.seriesAt].add(number, strategy, bot.configuration, isServed: isServed)
      bots[number] = bot
      isBotThere[number] = true
      botTable.add(number, botIDs[number].fingerprint)
      markDirty(number)
      for key in bot.openOrders {
        if orders.isShared(key) { symbols[bot.symbolAt].mayShareStops = true }
        guard let order = orders[key], order.intent.purpose == .entry, !order.intent.request.isImmediate else { continue }
        waitingEntries.append(key)
      }
    }
    waitingEntries.sort { orders[$0]?.sequence ?? 0 < orders[$1]?.sequence ?? 0 }
  }
}

extension CoreState {
  /// Numbers lead to what is there, and nothing is there twice.
  fileprivate var isWhole: Bool {
    let numbers = Set(botNumbers)
    func areBots(_ list: [Int]) -> Bool { list.allSatisfy { numbers.contains($0) } }
    return nextSequence > 1 && bots.count == botNumbers.count && numbers.count == bots.count
      && botNumbers.allSatisfy(botIDs.indices.contains)
      && zip(botNumbers, bots).allSatisfy { botIDs[$0] == $1.configuration.id }
      && Set(botNumbers.map { botIDs[$0] }).count == bots.count
      && bots.allSatisfy { symbols.indices.contains($0.symbolAt) && series.indices.contains($0.seriesAt) }
      && Set(symbols.map(\.symbol)).count == symbols.count && symbols.allSatisfy { areBots($0.bots) }
      && Set(series.map(\.key)).count == series.count
      && closedTrades.list.allSatisfy { botIDs.indices.contains($0.bot) && symbols.indices.contains($0.symbol) }
      && series.allSatisfy { one in
        symbols.indices.contains(one.symbolAt) && symbols[one.symbolAt].symbol == one.key.symbol && areBots(one.listeners.map(\.bot))
      }
  }
}
