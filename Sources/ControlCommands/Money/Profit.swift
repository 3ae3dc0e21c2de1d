package import BotAPI
import FigureMessages
package import Presentation
import Statistics
import Time
package import TradingModel

/// What was earned in a stretch of time, whole and by groups, out of the ledger. Pure; amounts are exact, and those of the groups of a quote
/// asset add up to its total.
///
/// A fill counts at the venue's time of it; a round trip, with all of its profit, where it ended. Realized is after all fees whose worth is
/// known.
package struct Profit: Sendable {
  /// What results are grouped by.
  package enum Grouping: String, CaseIterable, Sendable { case day, week, month, bot, symbol, reason, strategy }

  /// In the order of time, or of names.
  package private(set) var groups: [ProfitRow] = []
  /// One for each quote asset, in the order of their names.
  package private(set) var totals: [ProfitRow] = []

  private struct Key: Hashable {
    var name: String
    var quote: String
  }

  /// Sums of a group.
  private struct Sums {
    var realized = Amount.zero
    var unrealized = Amount.zero
    var unrealizedBefore = Amount.zero
    var trades = TradeStatistics()
    var activity = ActivityStatistics()

    mutating func add(_ entry: V1.LedgerEntry) {
      realized += entry.realized
      guard let trade = entry.trade else { return }
      activity.add(
        side: trade.side == .sell ? .sell : .buy, price: V1.LedgerEntry.decimal(trade.price),
        quantity: V1.LedgerEntry.decimal(trade.quantity), quoteQuantity: V1.LedgerEntry.decimal(trade.quoteQuantity), decisionPrice: .zero,
        fee: nil, isMaker: trade.isMaker)
      let fee = V1.LedgerEntry.decimal(trade.commission)
      if !fee.isZero {
        activity.add(fee: trade.commissionAsset, amount: fee, inQuote: FixedDecimal(text: entry.feeInQuote), isMaker: trade.isMaker)
      }
      if let profit = FixedDecimal(text: entry.tradeProfit) {
        trades.add(
          profit: profit, openedAt: Timestamp(nanoseconds: entry.tradeOpenedTimeNs), closedAt: Timestamp(nanoseconds: entry.timeNs))
      }
    }
  }

  /// - Parameters:
  ///   - entries: of the range, in the order of the journal.
  ///   - grouping: `nil`: only totals.
  ///   - calendar: whose days, weeks and months they are.
  package init(_ entries: [V1.LedgerEntry], by grouping: Grouping?, calendar: TimeReader) {
    var sums: [Key: Sums] = [:]
    var totals: [String: Sums] = [:]
    let bots = Self.botNames(entries)
    for entry in entries where !entry.botID.isEmpty {
      let name = grouping.map { Self.name(of: entry, by: $0, calendar, bots) }
      switch entry.kind {
      case .opening:
        let amount = V1.LedgerEntry.decimal(entry.unrealizedPnL)
        totals[entry.quoteAsset, default: Sums()].unrealizedBefore += amount
        if let name, grouping?.hasStates == true {
          sums[Key(name: name, quote: entry.quoteAsset), default: Sums()].unrealizedBefore += amount
        }
      case .closing:
        let amount = V1.LedgerEntry.decimal(entry.unrealizedPnL)
        totals[entry.quoteAsset, default: Sums()].unrealized += amount
        if let name, grouping?.hasStates == true { sums[Key(name: name, quote: entry.quoteAsset), default: Sums()].unrealized += amount }
      case _ where entry.isFact:
        totals[entry.quoteAsset, default: Sums()].add(entry)
        if let name { sums[Key(name: name, quote: entry.quoteAsset), default: Sums()].add(entry) }
      default: break
      }
    }
    if let unit = grouping?.unit { Self.fill(&sums, entries, unit, calendar) }
    groups = sums.sorted { ($0.key.name, $0.key.quote) < ($1.key.name, $1.key.quote) }.map {
      Self.row($0.key.name, $0.key.quote, $0.value, hasStates: grouping?.hasStates ?? true)
    }
    self.totals = totals.sorted { $0.key < $1.key }.map { Self.row("total", $0.key, $0.value, hasStates: true) }
  }

  /// Ids; of several bots that had the same id one after the other, with the place of their creation.
  private static func botNames(_ entries: [V1.LedgerEntry]) -> [String: String] {
    var sequences: [String: Set<Int64>] = [:]
    for entry in entries where !entry.botID.isEmpty { sequences[entry.botID, default: []].insert(entry.botCreatedSequence) }
    var names: [String: String] = [:]
    for (id, created) in sequences {
      for sequence in created { names["\(id)#\(sequence)"] = created.count > 1 ? "\(id) #\(sequence)" : id }
    }
    return names
  }

  private static func name(of entry: V1.LedgerEntry, by grouping: Grouping, _ calendar: TimeReader, _ bots: [String: String]) -> String {
    let time = Timestamp(nanoseconds: entry.timeNs)
    switch grouping {
    case .day: return calendar.name(of: .day, containing: time)
    case .week: return calendar.name(of: .week, containing: time)
    case .month: return calendar.name(of: .month, containing: time)
    case .bot: return bots[entry.account] ?? entry.botID
    case .symbol: return entry.symbol
    case .strategy: return entry.strategy.isEmpty ? "-" : entry.strategy
    case .reason: return reason(entry)
    }
  }

  /// Why the order was made: its purpose, and of a signal its words, in which figures are left out so that equal reasons meet.
  static func reason(_ entry: V1.LedgerEntry) -> String {
    guard let trade = entry.trade else { return entry.kind.name }
    guard trade.purpose == .entry || trade.purpose == .exit, !trade.reason.isEmpty else { return trade.purpose.name }
    var words = ""
    var isFigure = false
    for character in trade.reason.prefix(200) {
      let isDigit = character.isASCII && character.isNumber
      if isDigit || (isFigure && (character == "." || character == ",")) {
        if !isFigure { words.append("#") }
        isFigure = true
      } else {
        isFigure = false
        words.append(character)
      }
    }
    return "\(trade.purpose.name): \(words.prefix(60))"
  }

  /// Days without anything between the first and the last are lines too.
  private static func fill(_ sums: inout [Key: Sums], _ entries: [V1.LedgerEntry], _ unit: TimeReader.Unit, _ calendar: TimeReader) {
    let times = entries.filter { $0.isFact && !$0.botID.isEmpty }.map(\.timeNs)
    guard let first = times.min(), let last = times.max() else { return }
    let quotes = Set(sums.keys.map(\.quote))
    var at = calendar.start(of: unit, containing: Timestamp(nanoseconds: first))
    for _ in 0..<10_000 where at.nanoseconds <= last {
      let name = calendar.name(of: unit, containing: at)
      for quote in quotes where sums[Key(name: name, quote: quote)] == nil { sums[Key(name: name, quote: quote)] = Sums() }
      at = calendar.end(of: unit, containing: at)
    }
  }

  private static func row(_ name: String, _ quote: String, _ sums: Sums, hasStates: Bool) -> ProfitRow {
    var figures = PerformanceFigures()
    figures.quoteAsset = quote
    figures.realized = sums.realized
    figures.trades = sums.trades.figures
    figures.activity = sums.activity
    return ProfitRow(
      name: name, stats: V1.Stats(figures), unrealizedBefore: hasStates ? sums.unrealizedBefore : nil,
      unrealized: hasStates ? sums.unrealized : nil, realized: sums.realized,
      unknownFees: sums.activity.feesWithoutRate.map { "\($0.withoutRate) \($0.asset)" }.joined(separator: ", "))
  }

  /// The totals of all quote assets in one currency, with the rates that the account is valued with now.
  ///
  /// - Parameter account: the portfolio's statistics.
  package func converted(_ account: V1.Stats) -> (realized: Amount, fees: Amount, net: Amount, without: [String])? {
    guard totals.contains(where: { $0.stats.quoteAsset != account.quoteAsset }) else { return nil }
    var sum = (realized: Amount.zero, fees: Amount.zero, net: Amount.zero, without: [String]())
    for total in totals {
      let rate =
        total.stats.quoteAsset == account.quoteAsset
        ? FixedDecimal.one : account.rates.first { $0.asset == total.stats.quoteAsset }.flatMap { FixedDecimal(text: $0.rate) }
      guard let rate else {
        sum.without.append(total.stats.quoteAsset)
        continue
      }
      func worth(_ amount: Amount) -> Amount { amount.multiplied(by: rate, rounding: .nearestEven) }
      sum.realized += worth(total.realized)
      sum.fees += worth(V1.LedgerEntry.decimal(total.stats.feesTotal))
      sum.net += worth(total.net ?? .zero)
    }
    return sum
  }
}

extension Profit.Grouping {
  /// What is held has a bot, a symbol and a strategy, but no time and no reason.
  var hasStates: Bool { self == .bot || self == .symbol || self == .strategy }

  var unit: TimeReader.Unit? {
    switch self {
    case .day: .day
    case .week: .week
    case .month: .month
    default: nil
    }
  }
}

/// What one group earned in one quote asset. Figures have the names and the digits that they have in `Stats`.
package struct ProfitRow: Record, Sendable {
  package let name: String
  package let stats: V1.Stats
  /// Profit of what was held where the range begins and ends; `nil` where that is no figure of the group.
  let unrealizedBefore: Amount?
  let unrealized: Amount?
  let realized: Amount
  let unknownFees: String

  /// Realized, and what open positions gained or lost in the range.
  package var net: Amount? {
    guard let unrealized, let unrealizedBefore else { return nil }
    return realized + unrealized - unrealizedBefore
  }

  package static let names = [
    "group", "quote_asset", "realized_pnl", "unrealized_pnl_before", "unrealized_pnl", "net_pnl", "fees_total", "fees_unknown", "fills",
    "turnover", "trades", "wins", "losses", "break_even", "win_rate", "profit_factor", "expectancy", "average_win", "average_loss",
    "best_trade", "worst_trade",
  ]

  package var values: [RecordValue] {
    [
      .text(name), .text(stats.quoteAsset), .decimal(stats.realizedPnL), .decimal(unrealizedBefore?.description ?? ""),
      .decimal(unrealized?.description ?? ""), .decimal(net?.description ?? ""), .decimal(stats.feesTotal), .text(unknownFees),
      .count(stats.fills), .decimal(stats.turnover), .count(stats.trades), .count(stats.wins), .count(stats.losses),
      .count(stats.breakEven),
      .decimal(stats.winRate), .decimal(stats.profitFactor), .decimal(stats.expectancy), .decimal(stats.averageWin),
      .decimal(stats.averageLoss), .decimal(stats.bestTrade), .decimal(stats.worstTrade),
    ]
  }

  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("GROUP", flexible: true) { Cell($0.name, $0.name == "total" ? .bold : .accent) },
      TableColumn("IN") { Cell($0.stats.quoteAsset) },
      TableColumn("REALIZED", .right) { DecimalText.signed($0.stats.realizedPnL) },
      TableColumn("NET", .right) { $0.net.map { DecimalText.signed($0.description) } ?? Cell("") },
      TableColumn("FEES", .right) { Cell(DecimalText.fixed($0.stats.feesTotal, places: 2)) },
      TableColumn("TRADES", .right) { Cell("\($0.stats.trades)") },
      TableColumn("WIN RATE", .right) { Cell(DecimalText.percent($0.stats.winRate)) },
      TableColumn("PROFIT FACTOR", .right) { Cell(DecimalText.fixed($0.stats.profitFactor, places: 2)) },
      TableColumn("BEST", .right) { DecimalText.signed($0.stats.bestTrade) },
      TableColumn("WORST", .right) { DecimalText.signed($0.stats.worstTrade) },
      TableColumn("FILLS", .right) { Cell("\($0.stats.fills)") },
      TableColumn("TURNOVER", .right) { Cell(DecimalText.fixed($0.stats.turnover, places: 2)) },
    ]
  }

  package static var leftOutFirst: [String] {
    ["TURNOVER", "FILLS", "PROFIT FACTOR", "WORST", "BEST", "FEES", "IN", "WIN RATE", "TRADES", "NET"]
  }
}
