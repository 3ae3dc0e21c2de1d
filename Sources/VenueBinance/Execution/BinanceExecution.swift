public import Time
import BinanceJSON
public import NIOCore
public import NIOSSL
import ServiceRuntime
public import Signing
public import TradingModel
public import Venue

/// Orders on Binance: requests by REST, each written at most once; reports by the user data stream. Lives on the core's event loop;
/// everything but `init` must be called there, and the delegate is called there.
///
/// `executionStreamChanged(isLive: true)` comes after the stream is subscribed **and** balances and open orders have been read and
/// delivered. What was missed while the stream was down is for the core to ask by ``query(clientOrderID:symbol:)`` and
/// ``listTrades(symbol:from:)``.
///
/// The stream counts as alive while the exchange lists its subscription and brings the report of every order that it answered by REST; a
/// report that cannot be read is a gap, after which the account is read again as after a disconnect.
public final class BinanceExecution: ExecutionVenue, @unchecked Sendable {
  /// Times; the defaults are the product's.
  public struct Configuration: Sendable {
    public var replaceAfterNanoseconds: Int64 = 23 * 3_600_000_000_000
    public var stableNanoseconds: Int64 = 60_000_000_000
    public var subscribeTimeoutNanoseconds: Int64 = 10_000_000_000
    /// Not even a ping for this long: the connection is re-made.
    public var deadNanoseconds: Int64 = 65_000_000_000
    /// How often the exchange is asked whether the subscription is there; weight 2 each time.
    public var checkEveryNanoseconds: Int64 = 2_000_000_000
    /// How long its answer may take; together with the above a dead stream is known after five seconds.
    public var checkPatienceNanoseconds: Int64 = 3_000_000_000
    /// How long the stream may take to tell of an order that REST has answered.
    public var reportPatienceNanoseconds: Int64 = 2_000_000_000
    /// The first pause after a refused subscription; it doubles up to the other.
    public var refusalPauseNanoseconds: Int64 = 5_000_000_000
    public var refusalPauseMaximumNanoseconds: Int64 = 60_000_000_000
    /// How often the exchange's clock is measured; the same request keeps the orders' connection open.
    public var clockEveryNanoseconds: Int64 = 60_000_000_000
    public init() {}
  }

  public let loop: any EventLoop
  public weak var delegate: (any ExecutionVenueDelegate)?
  /// Reports and events of the stream that could not be read.
  public private(set) var refusedEvents: UInt64 = 0
  /// Whether the stream is subscribed and reconciled.
  public private(set) var isLive = false

  /// Called when a refusal or a fill contradicts what was read from the exchange before, with its words; each kind at most once a minute.
  public var contradicted: ((VenueEvidence, String) -> Void)?
  private var evidence = EvidenceWatch()

  private let rest: BinanceRestClient
  private let signer: RequestSigner
  private let url: WebSocketURL
  private let tls: NIOSSLContext?
  private let configuration: Configuration
  private var stream: UserDataStream?
  private var retry = BackoffMachine(firstNanoseconds: 250_000_000, maximumNanoseconds: 10_000_000_000)
  private var reports = ReportWatch()
  /// Between the stream's coming up and going down, reconciled or not.
  private var isSubscribed = false
  /// The account is being read, or will be after a pause.
  private var isReconciling = false
  /// A report was lost since the account was last begun to be read.
  private var hasGap = false
  private var lastGap: Int64?
  private var gapPause = BackoffMachine(firstNanoseconds: 1_000_000_000, maximumNanoseconds: 60_000_000_000)
  private var clockTicker: RepeatedTask?
  /// Grows with each coming up and going down, so that a reconciliation of an earlier life is forgotten.
  private var epoch = 0
  /// Symbols whose trades are being listed.
  private var listed: Set<Symbol> = []
  /// From where they must be listed once more, because more was asked meanwhile.
  private var listAgain: [Symbol: TradeListStart] = [:]

  /// Prepares the venue; connects at ``start()``. `rest` must live on the same loop and have the same signer.
  ///
  /// - Throws: ``BinanceError`` with `badEndpoint`.
  public init(
    endpoints: BinanceEndpoints, rest: BinanceRestClient, signer: RequestSigner, configuration: Configuration = Configuration(),
    tlsConfiguration: TLSConfiguration = .makeClientConfiguration()
  ) throws(BinanceError) {
    url = try WebSocketURL(endpoints.webSocketAPI)
    do {
      tls = url.isSecure ? try NIOSSLContext(configuration: tlsConfiguration) : nil
    } catch {
      throw BinanceError(.badEndpoint, "cannot set up TLS: \(String(describing: error).prefix(200))")
    }
    self.rest = rest
    self.signer = signer
    self.configuration = configuration
    loop = rest.loop
  }

  /// Measures the clock and starts the user data stream.
  public func start() {
    guard stream == nil else { return }
    let stream = UserDataStream(
      loop: loop, url: url, tls: tls, signer: signer, rest: rest, configuration: configuration, owner: self)
    self.stream = stream
    let every = TimeAmount.nanoseconds(configuration.clockEveryNanoseconds)
    clockTicker = loop.scheduleRepeatedTask(initialDelay: every, delay: every) { [weak self] _ in self?.rest.synchronizeClock { _ in } }
    rest.synchronizeClock { [weak self] _ in
      guard let self, self.stream === stream else { return }
      stream.start()
    }
  }

  /// Ends the stream; requests under way still answer.
  public func stop() {
    clockTicker?.cancel()
    stream?.stop()
    stream = nil
    isSubscribed = false
    epoch += 1
    isLive = false
  }

  /// User-stream connections lost or never made.
  public var reconnects: Int { stream?.failures ?? 0 }

  // MARK: ExecutionVenue

  public func submit(_ request: OrderRequest) {
    if isSubscribed { reports.sent(request.clientOrderID) }
    rest.submit(request) { [weak self] outcome in self?.placed(request, outcome) }
  }

  private func placed(_ request: OrderRequest, _ outcome: SubmitOutcome) {
    var report: ExecutionReport?
    switch outcome {
    case .accepted(let reports): report = reports.last
    case .rejected(let code, let message): refused(request.symbol, code, message)
    case .notAttempted, .unknown: break
    }
    expectReport(request.clientOrderID, report)
    delegate?.submitted(request.clientOrderID, symbol: request.symbol, outcome: outcome)
  }

  public func submit(stop: OrderRequest, target: OrderRequest) {
    let pair = [stop, target]
    if isSubscribed { for request in pair { reports.sent(request.clientOrderID) } }
    rest.submit(stop: stop, target: target) { [weak self] outcomes in
      if case .rejected(let code, let message) = outcomes.stop { self?.refused(stop.symbol, code, message) }
      for (request, outcome) in zip(pair, [outcomes.stop, outcomes.target]) {
        var report: ExecutionReport?
        if case .accepted(let list) = outcome { report = list.last }
        self?.expectReport(request.clientOrderID, report)
        self?.delegate?.submitted(request.clientOrderID, symbol: request.symbol, outcome: outcome)
      }
    }
  }

  public func submit(entry: OrderRequest, stop: OrderRequest, target: OrderRequest?) {
    // Orders that are not placed yet need not be told of by the stream.
    if isSubscribed { reports.sent(entry.clientOrderID) }
    rest.submit(entry: entry, stop: stop, target: target) { [weak self] outcomes in
      if case .rejected(let code, let message) = outcomes[0] { self?.refused(entry.symbol, code, message) }
      var report: ExecutionReport?
      if case .accepted(let list) = outcomes[0] { report = list.last }
      self?.expectReport(entry.clientOrderID, report)
      for (request, outcome) in zip([entry, stop] + [target].compactMap { $0 }, outcomes) {
        self?.delegate?.submitted(request.clientOrderID, symbol: request.symbol, outcome: outcome)
      }
    }
  }

  public func submit(_ request: OrderRequest, replacing old: ClientOrderID) {
    if isSubscribed { for id in [old, request.clientOrderID] { reports.sent(id) } }
    rest.replace(old, with: request) { [weak self] outcome in
      var canceled: ExecutionReport?
      if case .canceled(let report) = outcome.cancel { canceled = report }
      self?.expectReport(old, canceled)
      for other in outcome.others { self?.delegate?.reported(other) }
      self?.delegate?.canceled(old, symbol: request.symbol, outcome: outcome.cancel)
      self?.placed(request, outcome.submit)
    }
  }

  public func cancel(clientOrderID: ClientOrderID, symbol: Symbol) {
    if isSubscribed { reports.sent(clientOrderID) }
    rest.cancel(clientOrderID, symbol: symbol) { [weak self] outcome, others in
      var report: ExecutionReport?
      if case .canceled(let canceled) = outcome { report = canceled }
      self?.expectReport(clientOrderID, report)
      for other in others { self?.delegate?.reported(other) }
      self?.delegate?.canceled(clientOrderID, symbol: symbol, outcome: outcome)
    }
  }

  public func query(clientOrderID: ClientOrderID, symbol: Symbol) {
    rest.query(clientOrderID, symbol: symbol) { [weak self] outcome in
      self?.delegate?.queried(clientOrderID, symbol: symbol, outcome: outcome)
    }
  }

  public func readAccount() { refreshBalances() }

  /// Weight 180.
  public func readLocks(askedAt: Timestamp) {
    let expected = epoch
    rest.accountOrders(purpose: .query) { [weak self] before in
      guard let self, epoch == expected, case .success(let before) = before else { return }
      rest.balances { [weak self] balances in
        guard let self, epoch == expected, case .success(let balances) = balances else { return }
        rest.accountOrders(purpose: .query) { [weak self] after in
          guard let self, epoch == expected, case .success(let after) = after else { return }
          delegate?.locksRead(AccountLocks(before: before, balances: balances, after: after, askedAt: askedAt))
        }
      }
    }
  }

  public func identify(venueOrderID: VenueOrderID, symbol: Symbol) {
    rest.query(venueOrderID, symbol: symbol) { [weak self] outcome in
      self?.delegate?.identified(venueOrderID, symbol: symbol, outcome: outcome)
    }
  }

  /// Lists the account's trades of a symbol from there on, in order, paged to the end. At most one list per symbol is under way; it is asked
  /// for, slower and slower, until it comes, since the core waits for it. Each page weighs 20.
  public func listTrades(symbol: Symbol, from: TradeListStart) {
    guard listed.insert(symbol).inserted else {
      listAgain[symbol] = listAgain[symbol].map { Self.earlier($0, from) } ?? from
      return
    }
    fetchTrades(symbol, from, delaySeconds: 1)
  }

  /// Asks for the best bid and ask at once; an answer later than a second is of no use to anyone, so the request ends then. Weight 2.
  public func askQuote(symbol: Symbol) {
    rest.quote(of: symbol) { [weak self] quote in
      if let quote { self?.delegate?.quoted(quote) }
    }
  }

  /// A time is asked from where no trade is known, so it is the earlier one.
  private static func earlier(_ a: TradeListStart, _ b: TradeListStart) -> TradeListStart {
    switch (a, b) {
    case (.trade(let first), .trade(let second)): .trade(min(first, second))
    case (.time(let first), .time(let second)): .time(min(first, second))
    case (.time, .trade): a
    case (.trade, .time): b
    }
  }

  private func fetchTrades(_ symbol: Symbol, _ from: TradeListStart, delaySeconds: Int64) {
    var from = from
    rest.trades(symbol, from: from, skippedTo: { from = .time($0) }) { [weak self] result in
      guard let self else { return }
      switch result {
      case .success(let trades):
        listed.remove(symbol)
        let next = listAgain.removeValue(forKey: symbol)
        delegate?.tradesListed(symbol, trades: trades)
        if let next { listTrades(symbol: symbol, from: next) }
      case .failure(let error):
        let reached = from
        delegate?.executionWarned(
          "the account's trades of \(symbol) could not be listed, trying again in \(delaySeconds) s: \(error.message)")
        loop.scheduleTask(in: .seconds(delaySeconds)) { [weak self] in
          guard let self else { return }
          let start = listAgain.removeValue(forKey: symbol).map { Self.earlier($0, reached) } ?? reached
          fetchTrades(symbol, start, delaySeconds: min(delaySeconds * 2, 30))
        }
      }
    }
  }

  // MARK: Coming up

  private func readAccount(_ completion: @escaping (Result<([AssetBalance], [ExecutionReport]), BinanceError>) -> Void) {
    rest.openOrders(nil) { [rest] orders in
      switch orders {
      case .failure(let error): completion(.failure(error))
      case .success(let orders): rest.balances { completion($0.map { ($0, orders) }) }
      }
    }
  }

  private func comeUp(_ expected: Int) {
    isReconciling = true
    hasGap = false
    readAccount { [weak self] result in
      guard let self, epoch == expected, stream != nil else { return }
      switch result {
      case .success(let (balances, orders)):
        retry.reset()
        for report in orders { delegate?.reported(report) }
        delegate?.balancesChanged(balances, isComplete: true)
        // What was lost while the account was read may be missing there too.
        guard !hasGap else { return comeUp(expected, after: gapPause.nextDelayNanoseconds(jitter: .random(in: .min ... .max))) }
        isReconciling = false
        isLive = true
        delegate?.executionStreamChanged(isLive: true, message: "subscribed and reconciled")
      case .failure(let error):
        delegate?.executionStreamChanged(isLive: false, message: "cannot read the account: \(error.message)")
        comeUp(expected, after: retry.nextDelayNanoseconds(jitter: .random(in: .min ... .max)))
      }
    }
  }

  private func comeUp(_ expected: Int, after nanoseconds: Int64) {
    isReconciling = true
    loop.scheduleTask(in: .nanoseconds(nanoseconds)) { [weak self] in
      guard let self, epoch == expected else { return }
      comeUp(expected)
    }
  }

  /// A report did not come, or came unreadable: the account is read again, the trades are for the core to list. The more often that happens,
  /// the slower.
  private func missed(_ reason: String) {
    guard isSubscribed, stream != nil else { return }
    hasGap = true
    guard !isReconciling else { return }
    let now = MonotonicClock.nanoseconds()
    let isRare = lastGap.map { now - $0 > gapPause.maximumNanoseconds } ?? true
    if isRare { gapPause.reset() }
    lastGap = now
    isLive = false
    epoch += 1
    delegate?.executionStreamChanged(isLive: false, message: reason)
    comeUp(epoch, after: isRare ? 0 : gapPause.nextDelayNanoseconds(jitter: .random(in: .min ... .max)))
  }

  /// The stream must tell of what REST has just answered, before long.
  private func expectReport(_ id: ClientOrderID, _ report: ExecutionReport?) {
    guard reports.answered(id, report, at: MonotonicClock.nanoseconds()) else { return }
    let patience = configuration.reportPatienceNanoseconds
    loop.scheduleTask(in: .nanoseconds(patience)) { [weak self] in
      guard let self, reports.isOverdue(id, at: MonotonicClock.nanoseconds(), patienceNanoseconds: patience) else { return }
      stream?.giveUpConnection(reason: "the stream did not tell of order \(id) within \(patience / 1_000_000) ms of its answer")
    }
  }

  private func refused(_ symbol: Symbol, _ code: Int, _ message: String) {
    guard let found = evidence.refused(symbol, code: code, message: message, at: MonotonicClock.nanoseconds()) else { return }
    contradicted?(found, "\(message) (\(code))")
  }

  private func filled(_ report: ExecutionReport) {
    guard let fill = report.fill, let found = evidence.filled(fill, report.side, at: MonotonicClock.nanoseconds()) else { return }
    contradicted?(found, "\(fill.commission) \(fill.commissionAsset) was charged for trade \(fill.tradeID)")
  }

  private func subscribed(_ isSubscribed: Bool) {
    self.isSubscribed = isSubscribed
    isLive = false
    isReconciling = false
    epoch += 1
    reports.forget()
  }

  private func refreshBalances() {
    let expected = epoch
    rest.balances { [weak self] result in
      guard let self, epoch == expected, case .success(let balances) = result else { return }
      delegate?.balancesChanged(balances, isComplete: true)
    }
  }
}

extension BinanceExecution: UserDataStreamOwner {
  func userStream(_ stream: UserDataStream, received message: UserStreamMessage) {
    switch message {
    case .report(let report):
      reports.heard(report)
      filled(report)
      delegate?.reported(report)
    case .balances(let balances): delegate?.balancesChanged(balances, isComplete: false)
    case .balanceUpdate: refreshBalances()
    case .answer, .terminated, .serverShutdown, .ignored: break
    }
  }

  func userStream(_ stream: UserDataStream, refused refusal: FrameRefusal) {
    refusedEvents &+= 1
    missed("an event of the account cannot be read (\(refusal)); the account is read again")
  }

  func userStreamCameUp(_ stream: UserDataStream) {
    subscribed(true)
    comeUp(epoch)
  }

  func userStreamWentDown(_ stream: UserDataStream, reason: String) {
    subscribed(false)
    delegate?.executionStreamChanged(isLive: false, message: reason)
  }

  func userStream(_ stream: UserDataStream, waits reason: String) {
    // While another connection carries the events (one is being replaced), nothing is lost yet.
    if isSubscribed {
      delegate?.executionWarned(reason)
    } else {
      delegate?.executionStreamChanged(isLive: false, message: reason)
    }
  }
}
