import ControlPlane
import Engine
import Foundation
import Logging
import NIOCore
import PostgresMirror
import ServiceRuntime
import Time
import TradingCore
import TradingModel
import Venue
import VenueBinance

/// How it comes up, one step after the other, each again and again until it works: which exchange is it, its clock, whose account, what may
/// the key do, does anybody else trade it, its rules, its reports. What may not be ends the daemon; orders flow only at the end.
extension ExchangeAssembly {
  static let rulesEveryHours: Int64 = 4
  /// What stands in the way of entries is judged again this often.
  static let reviewSeconds: Int64 = 30
  /// Symbols of bots whose last orders are looked at for another daemon's; the open orders of all are. Each costs weight 20 of 6,000 a minute.
  static let historiesMaximum = 30
  /// The last orders of each.
  static let historyOrders = 50
  /// How long a lock that somebody else has may be one of a daemon that has just died.
  static let claimSeconds: Int64 = 5
  /// How long a database that does not answer is waited for; trading needs none.
  static let databaseSeconds: Int64 = 3

  func start() {
    if execution == nil { health.set("user_stream", .disabled, "orders are filled on paper") }
    wait(for: "the exchange at \(address)")
    if let gate {
      board.setAccount(engine.core.account, isVerified: false)
      gate.begin()
      gate.onOrder = { [weak self] in self?.judge($0.text) }
      gate.onReconciled = { [weak self] in self?.reconciled() }
      health.set("account", .degraded, "not verified yet: no order leaves before")
    }
    identify(choice.questions[...], isSimulator: false)
    let every = TimeAmount.hours(Self.rulesEveryHours)
    refresh = engine.loop.scheduleRepeatedTask(initialDelay: every, delay: every) { [weak self] _ in
      guard let self, rulesLoaded else { return }
      rest.synchronizeClock { [weak self] _ in self?.loadRules() }
      if isVerified { loadDelistings() }
    }
    let often = TimeAmount.seconds(Self.reviewSeconds)
    review = engine.loop.scheduleRepeatedTask(initialDelay: often, delay: often) { [weak self] _ in self?.reviewObstacles() }
  }

  // MARK: Which exchange

  private func identify(_ questions: ArraySlice<ExchangeAddress>, isSimulator: Bool) {
    guard let next = questions.first else {
      kind = choice.decided ?? (isSimulator ? .simulator : .real)
      feed.permit()
      return connect()
    }
    question.ask(next) { [weak self] result in
      guard let self, !hasFailed else { return }
      switch result {
      case .failure(let error): again(error.message) { $0.identify(questions, isSimulator: isSimulator) }
      case .success(let answer):
        if let refusal = choice.refusal(of: next, isSimulator: answer) { return end(refusal) }
        identify(questions.dropFirst(), isSimulator: isSimulator || answer)
      }
    }
  }

  private func connect() {
    rest.synchronizeClock { [weak self] result in
      guard let self, !hasFailed else { return }
      switch result {
      case .success: gate == nil ? loadRules() : verifyAccount()
      case .failure(let error): again(error.message) { $0.connect() }
      }
    }
  }

  // MARK: Whose account

  private func verifyAccount() {
    wait(for: "the account at \(address)")
    rest.accountStanding { [weak self] result in
      guard let self, !hasFailed else { return }
      switch result {
      case .failure(let error): again("the account cannot be read: \(error.message)") { $0.verifyAccount() }
      case .success(let found):
        let binding = AccountBinding(exchange: (kind ?? .real).rawValue, uid: found.uid)
        if let refusal = AccountCheck.refusal(binding, bound: engine.core.account, directory: settings.stateDirectory) {
          return end(refusal)
        }
        do throws(DaemonError) { try lock(binding) } catch { return end(error) }
        account = found
        retry.reset()
        checkKey(binding)
      }
    }
  }

  /// No lock for simulated accounts: the same key opens one in every simulator.
  private func lock(_ binding: AccountBinding) throws(DaemonError) {
    guard kind != .simulator, accountLock == nil,
      let home = HomeDirectory.path(environment: ProcessInfo.processInfo.environment)
    else { return }
    accountLock = try AccountLock(directory: home + "/.botd/accounts", name: "\(binding.exchange)-\(binding.uid)")
  }

  /// The testnet and the demo mode have no such question (Binance: testnet/general-info.md).
  private func checkKey(_ binding: AccountBinding) {
    guard kind == .real || kind == .simulator else { return claim(binding) }
    rest.keyRestrictions { [weak self] result in
      guard let self, !hasFailed else { return }
      switch result {
      case .failure(let error): again("what the key may do cannot be read: \(error.message)") { $0.checkKey(binding) }
      case .success(let key):
        if let refusal = AccountCheck.refusal(key, allowsWithdrawalKey: settings.allowsWithdrawalKey) { return end(refusal) }
        for words in AccountCheck.warnings(key, kind: kind ?? .real) { log.warning("\(words)") }
        claim(binding)
      }
    }
  }

  /// The lock of the database, where there is one that answers.
  private func claim(_ binding: AccountBinding) {
    let now = MonotonicClock.nanoseconds()
    let began = claimDeadline ?? now
    claimDeadline = began
    let waited = now - began
    stores.claim("\(binding.exchange) \(binding.uid)")
    switch stores.claim {
    case .none, .held: break
    case .pending where waited > Self.databaseSeconds * 1_000_000_000:
      log.warning("the database does not answer: it cannot tell whether another botd trades this account")
    case .taken where waited > Self.claimSeconds * 1_000_000_000:
      return end(
        DaemonError(
          "another botd trades account \(binding.uid) of \(binding.exchange): it holds the account in the database. Stop it first; nothing "
            + "was sent"))
    case .pending, .taken:
      engine.loop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { [weak self] in
        guard let self, !hasFailed else { return }
        claim(binding)
      }
      return
    }
    lookForStrangers(Set(feed.symbols.sorted().prefix(Self.historiesMaximum)), binding)
  }

  // MARK: Who else trades it

  /// Looks at the last orders of what the bots trade, all at once; the open ones come with the user data stream.
  private func lookForStrangers(_ symbols: Set<Symbol>, _ binding: AccountBinding) {
    guard !symbols.isEmpty else { return verified(binding) }
    var waiting = symbols.count
    var unread: Set<Symbol> = []
    var reason = ""
    for symbol in symbols.sorted() {
      rest.lastOrderNames(symbol, limit: Self.historyOrders) { [weak self] result in
        guard let self, !hasFailed else { return }
        switch result {
        case .success(let names): names.forEach(judge)
        // The exchange does not know the symbol any more.
        case .failure(let error) where error.code == .refused(code: -1_121): break
        case .failure(let error):
          unread.insert(symbol)
          reason = error.message
        }
        waiting -= 1
        guard waiting == 0, !hasFailed else { return }
        if unread.isEmpty { return verified(binding) }
        again("the account's last orders cannot be read: \(reason)") { [unread] in $0.lookForStrangers(unread, binding) }
      }
    }
  }

  private func judge(_ name: String) {
    guard !hasFailed, let journal = engine.core.identity?.id else { return }
    let own = UInt64(engine.core.configuration.orderTag, radix: 36) ?? 0
    if let stranger = StateClaim.stranger(name, journal: journal, engine.core.starts, own: own) { end(stranger) }
  }

  // MARK: Ready

  private func verified(_ binding: AccountBinding) {
    isVerified = true
    engine.handle(.account(binding))
    board.setAccount(binding, isVerified: true)
    gate?.open()
    health.set("account", .ok, "account \(binding.uid) of \(binding.exchange)")
    log.notice("the account is verified", metadata: ["uid": "\(binding.uid)", "exchange": "\(binding.exchange)"])
    loadDelistings()
    loadRules()
  }

  /// The rules are there for the first time: orders flow.
  func rulesCame() {
    guard !rulesLoaded else { return }
    rulesLoaded = true
    guard let execution else { return reconciled() }
    wait(for: "what the exchange knows of our orders and fills")
    execution.start()
  }

  private func reconciled() {
    waitsFor = ""
    guard !isReady else { return }
    isReady = true
    onReady?()
  }

  /// Calls `body` once everything is compared with the exchange, at once where it is.
  func whenReady(_ body: @escaping () -> Void) {
    if isReady { body() } else { onReady = body }
  }

  // MARK: Waiting and ending

  /// Says what is waited for.
  func wait(for what: String) {
    waitsFor = "waiting for \(what)"
    if !rulesLoaded { health.set("venue", .degraded, waitsFor) }
    log.info("waiting", metadata: ["for": "\(what)"])
    notice.waiting(waitsFor)
  }

  /// Tries a step again later, and says why.
  func again(_ reason: String, _ step: @escaping (ExchangeAssembly) -> Void) {
    let delay = retry.nextDelayNanoseconds(jitter: UInt64.random(in: 0...UInt64.max))
    let words = "\(address): \(reason)"
    if waitsFor.isEmpty == false || !rulesLoaded { waitsFor = "waiting for the exchange: \(words)" }
    health.set("venue", .down, "\(words); trying again in \(delay / 1_000_000) ms")
    if !isVerified, gate != nil { health.set("account", .down, "not verified yet, so no order, no stop and no cancel leaves: \(reason)") }
    log.warning("the exchange cannot be reached", metadata: ["error": "\(reason)"])
    engine.loop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { [weak self] in
      guard let self, !hasFailed else { return }
      step(self)
    }
  }

  private func end(_ error: any Error) {
    guard !hasFailed else { return }
    hasFailed = true
    gate?.shut()
    execution?.stop()
    health.set("account", .down, "\(error)")
    fail(error)
  }
}
