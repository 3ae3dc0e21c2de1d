public import HTTPClient
import MarketFrames
public import NIOCore
import ServiceRuntime
public import Signing
public import TradingModel

/// Binance's REST API on one event loop: signing, the exchange's clock, rate limits and the meaning of every answer.
///
/// Nothing is repeated on its own, with two harmless exceptions after -1021 (wrong clock): reads and cancels are sent once more with the
/// re-measured clock. Everything but `init` and the `async` methods must be called on ``loop``; completions come there too.
public final class BinanceRestClient: @unchecked Sendable {
  /// How long the exchange may take a signed request after its timestamp, in milliseconds (at most 60000).
  public let receiveWindowMilliseconds: Int
  public let loop: any EventLoop
  private let base: String
  private let signer: RequestSigner?
  private let http: HTTPClient
  private(set) var governor = RateGovernor()

  /// Added to the local wall clock it gives the exchange's, in nanoseconds; measured by ``synchronizeClock(completion:)``.
  public private(set) var clockOffsetNanoseconds: Int64 = 0
  /// Called when the offset was measured anew.
  public var clockChanged: ((Int64) -> Void)?
  private var clockWaiters: [(Result<Int64, BinanceError>) -> Void] = []

  /// `signer` may be `nil` for public data only.
  public init(
    endpoints: BinanceEndpoints, http: HTTPClient, loop: any EventLoop, signer: RequestSigner? = nil, receiveWindowMilliseconds: Int = 5_000
  ) {
    base = endpoints.rest.hasSuffix("/") ? String(endpoints.rest.dropLast()) : endpoints.rest
    self.http = http
    self.loop = loop
    self.signer = signer
    self.receiveWindowMilliseconds = min(max(receiveWindowMilliseconds, 1), 60_000)
  }

  /// The exchange's time as far as known.
  public var exchangeTime: Timestamp { WallClock.now().advanced(byNanoseconds: clockOffsetNanoseconds) }

  // MARK: Calls

  /// Sends a call once and judges the answer.
  func perform(_ call: RestCall, completion: @escaping (RestResult) -> Void) {
    if case .refused(_, let reason) = governor.admit(weight: call.weight, purpose: call.purpose, at: exchangeTime) {
      completion(.notSent(reason))
      return
    }
    let request: HTTPRequest
    do throws(SigningError) {
      request = try makeRequest(call)
    } catch {
      completion(.notSent(error.message))
      return
    }
    let bound = NIOLoopBound(completion, eventLoop: loop)
    http.send(request) { [self] result in
      loop.execute { [self] in bound.value(received(result)) }
    }
  }

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
          RequestParameter("recvWindow", String(receiveWindowMilliseconds)),
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

  private func received(_ result: Result<HTTPResponse, HTTPError>) -> RestResult {
    switch result {
    case .failure(let error): return error.mayHaveBeenSent ? .unknown(error.message) : .notSent(error.message)
    case .success(let response):
      readLimits(response)
      let judged = RestResult.judge(response)
      if case .refused(let error, _) = judged, error.code == -1_021 { synchronizeClock { _ in } }
      return judged
    }
  }

  private func readLimits(_ response: HTTPResponse) {
    let now = exchangeTime
    for header in response.headers {
      let name = header.name.lowercased()
      guard name.hasPrefix("x-mbx-"), let used = Int(header.value), used >= 0 else { continue }
      if name.hasPrefix("x-mbx-used-weight-"), let length = RateGovernor.milliseconds(ofHeaderInterval: name.dropFirst(18)) {
        governor.reported(usedWeight: used, lengthMilliseconds: length, at: now)
      } else if name.hasPrefix("x-mbx-order-count-"), let length = RateGovernor.milliseconds(ofHeaderInterval: name.dropFirst(18)) {
        governor.reported(orderCount: used, lengthMilliseconds: length, at: now)
      }
    }
    guard response.status == 429 || response.status == 418 else { return }
    let retryAfter = response.header("Retry-After").flatMap { Int($0) }
    let code = (try? JSONValue(parsing: response.body))?["code"]?.integer
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
    let sent = MonotonicClock.nanoseconds()
    perform(RestCall(method: .get, path: "/api/v3/time", weight: 1, purpose: .orderCare, timeoutMilliseconds: 5_000)) { [self] result in
      let roundTrip = MonotonicClock.nanoseconds() - sent
      let outcome: Result<Int64, BinanceError>
      if case .answered(let value) = result, let server = value["serverTime"]?.integer, server > 0, server < 9_000_000_000_000 {
        // The answer is in whole milliseconds, cut off: half of one is added.
        let exchange = Timestamp(milliseconds: server).advanced(byNanoseconds: roundTrip / 2 + 500_000)
        clockOffsetNanoseconds = exchange.nanoseconds(since: WallClock.now())
        outcome = .success(clockOffsetNanoseconds)
        clockChanged?(clockOffsetNanoseconds)
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
