import Time
import TradingModel
import Venue

/// Limits over bots of several quote assets: their amounts are converted into one currency, at journaled rates; never one to one.
extension TradingCore {
  /// Rates are taken again after this long, in nanoseconds; a minute: often enough for ``Conversion/lifetime``, and one entry a minute.
  private static let ratesEvery: Int64 = 60_000_000_000
  /// While some rate is missing it is looked for this often, in nanoseconds.
  private static let ratesPause: Int64 = 1_000_000_000

  /// Quote assets of the bots that are there, in alphabetical order. Cost: linear in symbols.
  var quoteAssets: [String] {
    var assets: Set<String> = []
    for at in symbols.indices where !symbols[at].bots.isEmpty { assets.insert(quoteAsset(at)) }
    return assets.sorted()
  }

  func quoteAsset(_ at: Int) -> String { symbols[at].assets?.quote ?? "" }

  /// Whether amounts of limits may have to be converted: there are bots of several quote assets, or a currency was chosen.
  private var mayConvert: Bool { portfolios.list.count > 1 || !riskLimits.currency.isEmpty }

  /// What limits are in; `nil`: bots have several quote assets and no currency was chosen.
  public var accountCurrency: String? {
    if !riskLimits.currency.isEmpty { return riskLimits.currency }
    guard portfolios.list.count > 1 else { return portfolios.list.first?.asset }
    let assets = quoteAssets
    return assets.count > 1 ? nil : assets.first
  }

  /// How amounts of a quote asset become the account's currency.
  enum Rate {
    case same
    case converted(Conversion)
    /// Half a sentence.
    case unknown(String)

    func worth(_ amount: Amount) -> Amount? {
      switch self {
      case .same: amount
      case .converted(let conversion): conversion.worth(amount)
      case .unknown: nil
      }
    }
  }

  func rate(of asset: String) -> Rate {
    guard mayConvert else { return .same }
    guard let currency = accountCurrency else {
      return .unknown(
        "bots have the quote assets \(quoteAssets.joined(separator: ", ")), and limits need one currency: botctl risk set --currency \(asset)"
      )
    }
    guard asset != currency else { return .same }
    guard rates.currency == currency, let known = rates.conversions.first(where: { $0.asset == asset }) else {
      return .unknown("no rate of \(asset) in \(currency) is known: \(missingWay(from: asset, to: currency))")
    }
    guard now.nanoseconds(since: known.pricedAt) <= Conversion.lifetime else {
      return .unknown("the rate of \(asset) in \(currency) by \(known.path) is too old: its price is of \(known.pricedAt)")
    }
    return .converted(known)
  }

  private func missingWay(from asset: String, to currency: String) -> String {
    guard let way = way(from: asset, to: currency) else { return "no symbol, and no two, lead from one to the other" }
    return "\(way.map { symbolNames[$0.symbol].text }.joined(separator: " and ")) had no price yet"
  }

  /// Why amounts of the bots that are there cannot be added up; `nil` when they can.
  public var conversionProblem: String? {
    guard mayConvert, riskLimits.sumsAmounts else { return nil }
    for asset in quoteAssets { if case .unknown(let reason) = rate(of: asset) { return reason } }
    return nil
  }

  /// The rates in use, of the currency that limits are in.
  public var conversions: [Conversion] { rates.currency == accountCurrency ? rates.conversions : [] }

  /// What limits compare with, in the account's currency; `nil` while a rate is not known. Cost: some comparisons with one quote asset,
  /// linear in symbols with several.
  public var portfolioTotals: PortfolioTotals? {
    var totals = PortfolioTotals()
    for part in portfolios.list {
      let (asset, watch) = (part.asset, part.watch)
      let rate = rate(of: asset)
      guard let day = rate.worth(watch.dayProfit), let fall = rate.worth(watch.drawdown), let peak = rate.worth(watch.peakEquity) else {
        return nil
      }
      totals.dayProfit += day
      totals.drawdown += fall
      totals.peakEquity += peak
    }
    return totals
  }

  // MARK: Rates

  /// Takes the rates that limits need when their time has come, and asks for the prices that are missing.
  mutating func takeRates(_ effects: inout [Effect]) {
    guard mayConvert, riskLimits.sumsAmounts, journalIsHealthy, !lossLimitsAreOff, now >= nextRates else { return }
    nextRates = now.advanced(byNanoseconds: Self.ratesPause)
    guard let currency = accountCurrency else { return }
    let assets = (Set(quoteAssets).union(portfolios.list.map(\.asset))).filter { $0 != currency && !$0.isEmpty }.sorted()
    var taken = ConversionRates(currency: currency)
    for asset in assets {
      guard let way = way(from: asset, to: currency) else { continue }
      follow(way, &effects)
      if let conversion = conversion(of: asset, way) { taken.conversions.append(conversion) }
    }
    guard !taken.conversions.isEmpty else { return }
    let isComplete = taken.conversions.count > rates.conversions.count || taken.currency != rates.currency
    guard isComplete || now.nanoseconds(since: ratesTakenAt) >= Self.ratesEvery, taken != rates else { return }
    append(.ratesTaken(taken), &effects)
  }

  private func conversion(of asset: String, _ way: [(symbol: Int, isInverse: Bool)]) -> Conversion? {
    var legs: [Conversion.Leg] = []
    var pricedAt = Timestamp.distantFuture
    for (at, isInverse) in way {
      guard symbols[at].lastPrice.isPositive, let priced = symbols[at].pricedAt else { return nil }
      legs.append(Conversion.Leg(symbol: symbolNames[at], isInverse: isInverse, price: symbols[at].lastPrice))
      pricedAt = min(pricedAt, priced)
    }
    return Conversion(asset: asset, legs: legs, pricedAt: pricedAt)
  }

  /// The symbols from one asset to another: one, or one inverted, or two over a third asset. Cost: linear in symbols.
  private func way(from asset: String, to currency: String) -> [(symbol: Int, isInverse: Bool)]? {
    var from: [String: (symbol: Int, isInverse: Bool)] = [:]
    var into: [String: (symbol: Int, isInverse: Bool)] = [:]
    for at in symbols.indices {
      guard let rules = symbols[at].rules, rules.status == .trading else { continue }
      let (base, quote) = (rules.baseAsset, rules.quoteAsset)
      if base == asset { from[quote] = (at, false) }
      if quote == asset, from[base] == nil { from[base] = (at, true) }
      if quote == currency { into[base] = (at, false) }
      if base == currency, into[quote] == nil { into[quote] = (at, true) }
    }
    if let direct = from[currency] { return [direct] }
    let middles = from.keys.filter { into[$0] != nil }.sorted()
    guard let middle = Conversion.middles.first(where: middles.contains) ?? middles.first, let first = from[middle],
      let second = into[middle]
    else { return nil }
    return [first, second]
  }

  /// Has the prices of symbols brought that no bot follows.
  private mutating func follow(_ way: [(symbol: Int, isInverse: Bool)], _ effects: inout [Effect]) {
    for (at, _) in way where !series.contains(where: { $0.symbolIndex == at && !$0.listeners.isEmpty }) {
      let isFresh = symbols[at].pricedAt.map { now.nanoseconds(since: $0) < Conversion.lifetime / 2 } ?? false
      guard !isFresh, now >= symbols[at].followAgainAt else { continue }
      symbols[at].followAgainAt = now.advanced(byNanoseconds: Self.ratesEvery)
      effects.append(.watch(SeriesKey(symbol: symbolNames[at], interval: .oneMinute)))
    }
  }
}
