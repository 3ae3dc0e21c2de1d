import BinanceJSON
import ControlPlane
import Engine
import Logging
import NIOCore
import ServiceRuntime
import Time
import TradingCore
import TradingModel
import VenueBinance

/// The exchange's trading rules, and what else stands in the way of entries: read at the start, every few hours, and on evidence.
extension ExchangeAssembly {
  func loadRules() {
    rest.tradingRules([]) { [weak self] result in
      guard let self, !hasFailed else { return }
      switch result {
      case .success(let listing):
        retry.reset()
        self.listing = listing
        self.listing.rules += vanished(listing)
        let now = rest.exchangeTime
        self.listing.rules = self.listing.rules.map { rules in
          var rules = rules
          rules.entryObstacles = obstacles(rules.symbol, at: now)
          return rules
        }
        nameObstacles()
        board.setRules(self.listing.rules, leftOut: leftOut(listing))
        engine.handle(.rules(self.listing.rules))
        health.set(
          "venue", .ok, address + Self.note(listing.leftOut),
          counters: [("symbols", Int64(listing.rules.count)), ("symbols_left_out", Int64(listing.leftOut.count))])
        rulesCame()
      case .failure(let error): again(error.message) { $0.loadRules() }
      }
    }
  }

  /// Symbols of bots that the exchange does not list any more: what was known of them serves exits.
  private func vanished(_ listing: ExchangeInformation.Listing) -> [TradingRules] {
    guard gate != nil else { return [] }
    let listed = Set(listing.rules.map(\.symbol)).union(listing.leftOut.compactMap(\.symbol))
    let missing = feed.symbols.subtracting(listed).sorted().compactMap { engine.core.rules(for: $0) }
    vanishedSymbols = Set(missing.map(\.symbol))
    return missing
  }

  /// What the exchange contradicts is read again.
  func readAgain(_ evidence: VenueEvidence, _ words: String) {
    log.warning("the exchange contradicts what is known of it", metadata: ["about": "\(evidence)", "reason": "\(words)"])
    guard rulesLoaded else { return }
    switch evidence {
    case .fees: return
    case .rules, .permissions: break
    }
    rest.accountStanding { [weak self] result in
      guard let self, !hasFailed else { return }
      if case .success(let found) = result { account = found }
      loadRules()
    }
  }

  // MARK: Delisting

  /// When symbols will be delisted; only the real exchange tells, and a simulator of it. Read until it is there, in longer and longer pauses:
  /// without it a symbol would be bought that is gone tomorrow.
  func loadDelistings() {
    guard kind == .real || kind == .simulator, !asksForDelistings else { return }
    asksForDelistings = true
    rest.delistSchedule { [weak self] result in
      guard let self, !hasFailed else { return }
      switch result {
      case .success(let times):
        asksForDelistings = false
        delistRetry.reset()
        delistings = times
        reviewObstacles()
      case .failure(let error):
        let delay = delistRetry.nextDelayNanoseconds(jitter: UInt64.random(in: 0...UInt64.max))
        log.warning(
          "the exchange does not say what it will delist",
          metadata: ["error": "\(error.message)", "again_in_ms": "\(delay / 1_000_000)"])
        engine.loop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { [weak self] in
          guard let self, !hasFailed else { return }
          asksForDelistings = false
          loadDelistings()
        }
      }
    }
  }

  // MARK: Obstacles

  /// Why nothing may be bought; empty: nothing stands in the way.
  private func obstacles(_ symbol: Symbol, at now: Timestamp) -> [String] {
    guard gate != nil else { return [] }
    var found: [String] = []
    if vanishedSymbols.contains(symbol) { found.append("the exchange lists it no more") }
    if let time = delistings[symbol], now >= time.advanced(byMilliseconds: -Int64(settings.delistDays) * 86_400_000) {
      found.append("the exchange delists it at \(time)")
    }
    if account?.canTrade == false { found.append("the exchange lets the account not trade") }
    return found + (listing.terms[symbol]?.obstacles(permissions: account?.permissions, at: now) ?? [])
  }

  /// Time has passed, or something was learned: what changed is told to the core.
  func reviewObstacles() {
    guard rulesLoaded, gate != nil else { return }
    let now = rest.exchangeTime
    var changed: [TradingRules] = []
    for index in listing.rules.indices {
      let obstacles = obstacles(listing.rules[index].symbol, at: now)
      guard obstacles != listing.rules[index].entryObstacles else { continue }
      listing.rules[index].entryObstacles = obstacles
      changed.append(listing.rules[index])
    }
    guard !changed.isEmpty else { return }
    nameObstacles()
    board.setRules(changed, leftOut: leftOut(listing))
    engine.handle(.rules(changed))
  }

  /// Logs what stands in the way of symbols that bots trade, once each.
  private func nameObstacles() {
    let used = feed.symbols
    for rules in listing.rules where used.contains(rules.symbol) {
      let obstacles = rules.entryObstacles.joined(separator: "; ")
      guard namedObstacles[rules.symbol] != obstacles else { continue }
      if !obstacles.isEmpty {
        log.warning("no entries into a symbol", metadata: ["symbol": "\(rules.symbol)", "reason": "\(obstacles)"])
      }
      namedObstacles[rules.symbol] = obstacles
    }
  }

  // MARK: Symbols left out

  /// The symbols that can't be traded because their rules can't be read, with the reason. Each is logged when it appears.
  private func leftOut(_ listing: ExchangeInformation.Listing) -> [Symbol: String] {
    for entry in listing.leftOut where !namedLeftOut.contains(entry) {
      let facts: Logger.Metadata = ["symbol": "\(entry.name)", "reason": "\(entry.reason)"]
      log.warning("a symbol's trading rules cannot be read; it is left out", metadata: facts)
    }
    namedLeftOut = Set(listing.leftOut)
    let named = listing.leftOut.compactMap { entry in entry.symbol.map { ($0, entry.reason) } }
    return Dictionary(named, uniquingKeysWith: { first, _ in first })
  }

  private static func note(_ leftOut: [ExchangeInformation.LeftOut]) -> String {
    guard !leftOut.isEmpty else { return "" }
    let more = leftOut.count > 3 ? " and \(leftOut.count - 3) more" : ""
    return "; left out: \(leftOut.prefix(3).map(\.description).joined(separator: ", "))\(more)"
  }
}
