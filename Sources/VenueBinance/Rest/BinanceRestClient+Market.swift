public import Time
import HTTPClient
import BinanceJSON
import NIOCore
import Signing
public import TradingModel

extension BinanceRestClient: CandleHistory {
  static let candlesPerPage = 1_000

  /// Closed candles, oldest first: all that open after `after`, or the newest `limit` (at most 1000) when `after` is `nil`.
  public func closedCandles(
    _ series: SeriesKey, after: Timestamp?, limit: Int, completion: @escaping (Result<[Candle], BinanceError>) -> Void
  ) {
    guard let after else {
      // One more than asked for: the last one is usually unfinished.
      page(series, start: nil, limit: min(max(limit + 1, 1), Self.candlesPerPage)) { result in completion(result.map(\.closed)) }
      return
    }
    collect(series, after: after, into: [], completion: completion)
  }

  private func collect(
    _ series: SeriesKey, after: Timestamp, into collected: [Candle], completion: @escaping (Result<[Candle], BinanceError>) -> Void
  ) {
    page(series, start: after.advanced(byMilliseconds: 1), limit: Self.candlesPerPage) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let found):
        let all = collected + found.closed
        // A full page may have a successor; an answer that does not move on ends the paging.
        guard found.isFull, let last = found.closed.last, last.openTime > after, all.count < 1_000_000 else {
          completion(.success(all))
          return
        }
        collect(series, after: last.openTime, into: all, completion: completion)
      }
    }
  }

  /// One page, without the candles that were not closed yet when it was asked for: a candle that closes while the answer is under way
  /// may be in it unfinished.
  private func page(
    _ series: SeriesKey, start: Timestamp?, limit: Int,
    completion: @escaping (Result<(closed: [Candle], isFull: Bool), BinanceError>) -> Void
  ) {
    let asked = exchangeTime
    var parameters = [
      RequestParameter("symbol", series.symbol.text), RequestParameter("interval", series.interval.rawValue),
      RequestParameter("limit", String(limit)),
    ]
    if let start { parameters.append(RequestParameter("startTime", String(max(0, start.milliseconds)))) }
    performRepeatable(RestCall(method: .get, path: "/api/v3/klines", parameters: parameters, weight: 2)) { result in
      let found = result.decoded { value throws(FrameRefusal) in try RestDecoding.candles(value) }
      completion(
        found.map { candles in
          (candles.filter { series.interval.nextOpenTime(after: $0.openTime) <= asked }, candles.count >= Self.candlesPerPage)
        })
    }
  }

  /// The trading rules of these symbols; unknown symbols are refused by the exchange (-1121). Also takes over the announced rate limits.
  public func tradingRules(_ symbols: [Symbol], completion: @escaping (Result<[TradingRules], BinanceError>) -> Void) {
    let list = symbols.sorted().map { "\"\($0.text)\"" }.joined(separator: ",")
    let parameters = symbols.isEmpty ? [] : [RequestParameter("symbols", "[\(list)]")]
    let call = RestCall(method: .get, path: "/api/v3/exchangeInfo", parameters: parameters, weight: 20, timeoutMilliseconds: 30_000)
    perform(
      call,
      decode: { result -> (Result<[TradingRules], BinanceError>, RateGovernor?) in
        var limits: RateGovernor?
        if case .answered(let value) = result {
          let (weights, orders) = RestDecoding.rateLimits(value)
          limits = RateGovernor()
          limits?.announce(weights: weights, orders: orders)
        }
        return (result.decoded { value throws(FrameRefusal) in try ExchangeInformation.tradingRules(value) }, limits)
      },
      completion: { [self] found, _ in
        if let limits = found.1 { announce(weights: limits.weights, orders: limits.orders) }
        completion(found.0)
      })
  }
}

extension RestResult {
  /// The decoded answer, or why there is none.
  func decoded<Value>(_ decode: (JSONValue) throws(FrameRefusal) -> Value) -> Result<Value, BinanceError> {
    guard case .answered(let value) = self else {
      return .failure(error ?? BinanceError(.unknown, "no answer"))
    }
    do throws(FrameRefusal) {
      return .success(try decode(value))
    } catch {
      return .failure(BinanceError(.malformedAnswer, "the answer cannot be read: \(error)"))
    }
  }
}
