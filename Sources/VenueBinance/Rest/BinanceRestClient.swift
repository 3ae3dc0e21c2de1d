public import Time
public import HTTPClient
import BinanceJSON
public import NIOCore
import ServiceRuntime
public import Signing
import TradingModel

/// Binance's REST API on one event loop: signing, the exchange's clock, rate limits and the meaning of every answer.
///
/// Nothing is repeated on its own, with two harmless exceptions after -1021 (wrong clock): reads and cancels are sent once more with the
/// re-measured clock. Everything but `init` must be called on ``loop``; completions come there too.
public final class BinanceRestClient: @unchecked Sendable {
  /// How long the exchange may take a signed request after its timestamp, in milliseconds (at most 60000).
  public let receiveWindowMilliseconds: Int
  public let loop: any EventLoop
  private let base: String
  private let signer: RequestSigner?
  private let http: HTTPClient
  private let orderHTTP: HTTPClient
  private(set) var governor = RateGovernor()
  /// Symbols that take no cancelReplace, as their rules or a refusal said.
  var unreplaceable: Set<Symbol> = []
  /// What symbols allow, as the last list of rules said.
  var preventions: [Symbol: SymbolTerms.SelfTradePrevention] = [:]

  /// The exchange's clock; measured by ``synchronizeClock(completion:)``.
  public let clock: ExchangeClock
  /// Called when the clock was measured anew, with how far it is ahead of the machine's at present, in nanoseconds.
  public var clockChanged: ((Int64) -> Void)?
  private let largeAnswers = try? PinnedThread(name: "rest-answers", capacity: 64)
  /// The exchange said that our idea of its clock is wrong.
  private var isClockRefuted = false
  /// A measurement that took longer says too little to replace one that holds, in nanoseconds.
  private static let roundTripMaximum: Int64 = 1_000_000_000
  private var clockWaiters: [(Result<Int64, BinanceError>) -> Void] = []

  /// - Parameters:
  ///   - orderHTTP: carries orders, cancels and the measuring of the clock (which keeps its connection open), so that no slow answer of
  ///     market data or of a query holds up an order; `nil`: `http` carries everything.
  ///   - signer: may be `nil` for public data only.
  public init(
    endpoints: BinanceEndpoints, http: HTTPClient, orderHTTP: HTTPClient? = nil, loop: any EventLoop, signer: RequestSigner? = nil,
    receiveWindowMilliseconds: Int = 5_000, clock: ExchangeClock = ExchangeClock()
  ) {
    self.orderHTTP = orderHTTP ?? http
    self.clock = clock
    base = endpoints.rest.hasSuffix("/") ? String(endpoints.rest.dropLast()) : endpoints.rest
    self.http = http
    self.loop = loop
    self.signer = signer
    self.receiveWindowMilliseconds = min(max(receiveWindowMilliseconds, 1), 60_000)
  }

  deinit { largeAnswers?.stop() }

  /// The exchange's time as far as known.
  public var exchangeTime: Timestamp { clock.now.exchange }

  /// Counts the weight of a request that goes another way than through this client (the WebSocket API shares the limits); false when there
  /// is no room for it.
  func admits(weight: Int) -> Bool { governor.admit(weight: weight, purpose: .query, at: clock.now) == .granted }

  // MARK: Calls

  /// Sends a call once and judges the answer.
  func perform(_ call: RestCall, completion: @escaping (RestResult) -> Void) {
    perform(call, decode: { $0 }, completion: { result, _ in completion(result) })
  }

  /// Sends a call once, judges and decodes the answer off the loop, and completes on it. The completion's second value is the
  /// exchange's error code, 0 when it gave none.
  func perform<Value: Sendable>(
    _ call: RestCall, decode: @escaping @Sendable (RestResult) -> Value, completion: @escaping (Value, Int) -> Void
  ) {
    if case .refused(_, let reason) = governor.admit(
      weight: call.weight, purpose: call.purpose, orders: call.orderCount, at: clock.now)
    {
      completion(decode(.notSent(reason)), 0)
      return
    }
    let request: HTTPRequest
    do throws(SigningError) {
      request = try makeRequest(call)
    } catch {
      completion(decode(.notSent(error.message)), 0)
      return
    }
    let bound = NIOLoopBound(completion, eventLoop: loop)
    let carrier = call.goesWithOrders ? orderHTTP : http
    carrier.send(request) { [self] outcome in
      let finish: @Sendable () -> Void = { [self] in
        let judged = Self.judge(outcome)
        let value = decode(judged)
        let code = judged.code
        loop.execute { [self] in
          received(outcome, code)
          bound.value(value, code)
        }
      }
      // A large answer (all trading rules) would hold up the orders behind it.
      guard case .success(let response) = outcome, response.body.count > Self.largeAnswerBytes, largeAnswers?.submit(finish) == true else {
        finish()
        return
      }
    }
  }

  private static let largeAnswerBytes = 128 << 10

  /// As ``perform(_:completion:)``; after -1021 measures the clock and sends once more. For calls that may be repeated: reads, cancels.
  func performRepeatable(_ call: RestCall, completion: @escaping (RestResult) -> Void) {
    perform(call) { [self] result in
      guard case .refused(let error, _) = result, error.code == -1_021 else { return completion(result) }
      synchronizeClock { [self] _ in perform(call, completion: completion) }
    }
  }

  private func makeRequest(_ call: RestCall) throws(SigningError) -> HTTPRequest {
    var headers: [HTTPHeader] = []
    let payload: [UInt8]
    switch call.security {
    case .none: payload = RequestSigner.query(call.parameters)
    case .signed:
      guard let signer else { throw SigningError.missingKey }
      headers.append(HTTPHeader("X-MBX-APIKEY", signer.apiKey))
      let stamped =
        call.parameters + [
          RequestParameter("recvWindow", String(min(call.receiveWindowMilliseconds ?? .max, receiveWindowMilliseconds))),
          RequestParameter("timestamp", String(exchangeTime.milliseconds)),
        ]
      payload = try signer.signedQuery(stamped)
    }
    // POST carries the form in its body, everything else in the query: the signed bytes are exactly those that are sent.
    if call.method == .post {
      headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded"))
      return HTTPRequest(
        method: .post, url: base + call.path, headers: headers, body: payload, timeoutMilliseconds: call.timeoutMilliseconds)
    }
    let query = payload.isEmpty ? "" : "?" + String(decoding: payload, as: UTF8.self)
    return HTTPRequest(
      method: call.method, url: base + call.path + query, headers: headers, timeoutMilliseconds: call.timeoutMilliseconds)
  }

  private static func judge(_ outcome: Result<HTTPResponse, HTTPError>) -> RestResult {
    switch outcome {
    case .failure(let error): error.mayHaveBeenSent ? .unknown(error.message) : .notSent(error.message)
    case .success(let response): .judge(response)
    }
  }

  private func received(_ outcome: Result<HTTPResponse, HTTPError>, _ code: Int) {
    if case .success(let response) = outcome { readLimits(response, code) }
    if code == -1_021 {
      isClockRefuted = true
      synchronizeClock { _ in }
    }
  }

  private func readLimits(_ response: HTTPResponse, _ code: Int) {
    let now = clock.now
    for header in response.headers {
      let name = header.name.lowercased()
      guard name.hasPrefix("x-mbx-"), let used = Int(header.value), (0...100_000_000).contains(used) else { continue }
      if name.hasPrefix("x-mbx-used-weight-"), let length = RateGovernor.milliseconds(ofHeaderInterval: name.dropFirst(18)) {
        governor.reported(usedWeight: used, lengthMilliseconds: length, at: now)
      } else if name.hasPrefix("x-mbx-order-count-"), let length = RateGovernor.milliseconds(ofHeaderInterval: name.dropFirst(18)) {
        governor.reported(orderCount: used, lengthMilliseconds: length, at: now)
      }
    }
    guard response.status == 429 || response.status == 418 else { return }
    let retryAfter = response.header("Retry-After").flatMap { Int($0) }
    if code == -1_015 {
      governor.ordersBlocked(retryAfterSeconds: retryAfter, at: now)
    } else {
      governor.silenced(retryAfterSeconds: retryAfter, at: now)
    }
  }

  func announce(weights: [RateGovernor.Window], orders: [RateGovernor.Window]) {
    governor.announce(weights: weights, orders: orders)
  }

  /// Request weight and order counts as known now.
  public var rateLimits: RateGovernor { governor }

  // MARK: Clock

  /// Measures the exchange's clock: half of the round trip is taken off. Calls that come while a measurement runs share it.
  public func synchronizeClock(completion: @escaping (Result<Int64, BinanceError>) -> Void) {
    clockWaiters.append(completion)
    guard clockWaiters.count == 1 else { return }
    let sent = clock.now.monotonicNanoseconds
    var call = RestCall(method: .get, path: "/api/v3/time", weight: 1, purpose: .query, timeoutMilliseconds: 5_000)
    call.goesWithOrders = true
    perform(call) { [self] result in
      let roundTrip = clock.now.monotonicNanoseconds - sent
      let outcome: Result<Int64, BinanceError>
      if case .answered(let value) = result, let server = value["serverTime"]?.integer, server > 0, server < 9_000_000_000_000 {
        // The answer is in whole milliseconds, cut off: half of one is added.
        if roundTrip <= Self.roundTripMaximum || isClockRefuted || !clock.isMeasured {
          isClockRefuted = false
          clock.measured(Timestamp(milliseconds: server).advanced(byNanoseconds: roundTrip / 2 + 500_000))
          governor.realign(to: clock.now)
        }
        let offset = clock.offsetNanoseconds
        outcome = .success(offset)
        clockChanged?(offset)
      } else {
        outcome = .failure(result.error ?? BinanceError(.malformedAnswer, "the time answer has no serverTime"))
      }
      let waiters = clockWaiters
      clockWaiters.removeAll()
      for waiter in waiters { waiter(outcome) }
    }
  }
}

extension SigningError {
  /// A signed call without a key is a mistake of ours, not of the exchange.
  fileprivate static var missingKey: SigningError { SigningError(.missingKey, "no API key is configured for a signed request") }
}
