import Time
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
public final class BinanceExecution: ExecutionVenue, @unchecked Sendable {
  /// Times; the defaults are the product's.
  public struct Configuration: Sendable {
    public var replaceAfterNanoseconds: Int64 = 23 * 3_600_000_000_000
    public var stableNanoseconds: Int64 = 60_000_000_000
    public var subscribeTimeoutNanoseconds: Int64 = 10_000_000_000
    /// Not even a ping for this long: the connection is re-made.
    public var deadNanoseconds: Int64 = 65_000_000_000
    public init() {}
  }

  public let loop: any EventLoop
  public weak var delegate: (any ExecutionVenueDelegate)?
  /// Reports and events of the stream that could not be read.
  public private(set) var refusedEvents: UInt64 = 0
  /// Whether the stream is subscribed and reconciled.
  public private(set) var isLive = false

  private let rest: BinanceRestClient
  private let signer: RequestSigner
  private let url: WebSocketURL
  private let tls: NIOSSLContext?
  private let configuration: Configuration
  private var stream: UserDataStream?
  private var retry = BackoffMachine(firstNanoseconds: 250_000_000, maximumNanoseconds: 10_000_000_000)
  /// Grows with each coming up and going down, so that a reconciliation of an earlier life is forgotten.
  private var epoch = 0
  /// Symbols whose trades are being listed.
  private var listed: Set<Symbol> = []
  /// From where they must be listed once more, because more was asked meanwhile.
  private var listAgain: [Symbol: TradeID] = [:]

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
    rest.synchronizeClock { [weak self] _ in
      guard let self, self.stream === stream else { return }
      stream.start()
    }
  }

  /// Ends the stream; requests under way still answer.
  public func stop() {
    stream?.stop()
    stream = nil
    epoch += 1
    isLive = false
  }

  /// User-stream connections lost or never made.
  public var reconnects: Int { stream?.failures ?? 0 }

  // MARK: ExecutionVenue

  public func submit(_ request: OrderRequest) {
    rest.submit(request) { [weak self] outcome in
      self?.delegate?.submitted(request.clientOrderID, symbol: request.symbol, outcome: outcome)
    }
  }

  public func cancel(clientOrderID: ClientOrderID, symbol: Symbol) {
    rest.cancel(clientOrderID, symbol: symbol) { [weak self] outcome in
      self?.delegate?.canceled(clientOrderID, symbol: symbol, outcome: outcome)
    }
  }

  public func query(clientOrderID: ClientOrderID, symbol: Symbol) {
    rest.query(clientOrderID, symbol: symbol) { [weak self] outcome in
      self?.delegate?.queried(clientOrderID, symbol: symbol, outcome: outcome)
    }
  }

  /// Lists the account's trades of a symbol from this trade id on (inclusive), in order, paged to the end. At most one list per symbol is
  /// under way; it is asked for, slower and slower, until it comes, since the core waits for it. Each page weighs 20.
  public func listTrades(symbol: Symbol, from: TradeID) {
    guard listed.insert(symbol).inserted else {
      listAgain[symbol] = min(listAgain[symbol] ?? from, from)
      return
    }
    fetchTrades(symbol, from, delaySeconds: 1)
  }

  private func fetchTrades(_ symbol: Symbol, _ from: TradeID, delaySeconds: Int64) {
    rest.trades(symbol, from: from) { [weak self] result in
      guard let self else { return }
      switch result {
      case .success(let trades):
        listed.remove(symbol)
        let next = listAgain.removeValue(forKey: symbol)
        delegate?.tradesListed(symbol, trades: trades)
        if let next { listTrades(symbol: symbol, from: next) }
      case .failure(let error):
        delegate?.executionWarned(
          "the account's trades of \(symbol) could not be listed, trying again in \(delaySeconds) s: \(error.message)")
        loop.scheduleTask(in: .seconds(delaySeconds)) { [weak self] in
          guard let self else { return }
          fetchTrades(symbol, min(listAgain.removeValue(forKey: symbol) ?? from, from), delaySeconds: min(delaySeconds * 2, 30))
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
    readAccount { [weak self] result in
      guard let self, epoch == expected, stream != nil else { return }
      switch result {
      case .success(let (balances, orders)):
        retry.reset()
        for report in orders { delegate?.reported(report) }
        delegate?.balancesChanged(balances, isComplete: true)
        isLive = true
        delegate?.executionStreamChanged(isLive: true, message: "subscribed and reconciled")
      case .failure(let error):
        delegate?.executionStreamChanged(isLive: false, message: "cannot read the account: \(error.message)")
        loop.scheduleTask(in: .nanoseconds(retry.nextDelayNanoseconds(jitter: .random(in: .min ... .max)))) { [weak self] in
          guard let self, epoch == expected else { return }
          comeUp(expected)
        }
      }
    }
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
    case .report(let report): delegate?.reported(report)
    case .balances(let balances): delegate?.balancesChanged(balances, isComplete: false)
    case .balanceUpdate: refreshBalances()
    case .answer, .terminated, .serverShutdown, .ignored: break
    }
  }

  func userStream(_ stream: UserDataStream, refused refusal: FrameRefusal) { refusedEvents &+= 1 }

  func userStreamCameUp(_ stream: UserDataStream) {
    epoch += 1
    comeUp(epoch)
  }

  func userStreamWentDown(_ stream: UserDataStream, reason: String) {
    epoch += 1
    isLive = false
    delegate?.executionStreamChanged(isLive: false, message: reason)
  }

  func userStream(_ stream: UserDataStream, gaveUp reason: String) {
    epoch += 1
    isLive = false
    delegate?.executionStreamChanged(isLive: false, message: reason)
  }
}
