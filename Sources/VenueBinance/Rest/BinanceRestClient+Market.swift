public import Time
import HTTPClient
public import BinanceJSON
import NIOCore
import Signing
public import TradingModel
public import Venue

extension BinanceRestClient: CandleHistory {
  static let candlesPerPage = 1_000

  /// Closed candles, oldest first: all that open after `after`, or the newest `limit` (at most 1000) when `after` is `nil`; rows that cannot
  /// be are skipped and named.
  public func closedCandles(
    _ series: SeriesKey, after: Timestamp?, limit: Int, completion: @escaping (Result<FetchedCandles, BinanceError>) -> Void
  ) {
    guard let after else {
      // One more than asked for: the last one is usually unfinished.
      page(series, start: nil, limit: min(max(limit + 1, 1), Self.candlesPerPage)) { result in completion(result.map(\.closed)) }
      return
    }
    collect(series, after: after, into: FetchedCandles(candles: []), completion: completion)
  }

  private func collect(
    _ series: SeriesKey, after: Timestamp, into collected: FetchedCandles,
    completion: @escaping (Result<FetchedCandles, BinanceError>) -> Void
  ) {
    page(series, start: after.advanced(byMilliseconds: 1), limit: Self.candlesPerPage) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let found):
        let all = FetchedCandles(
          candles: collected.candles + found.closed.candles, refused: collected.refused + found.closed.refused)
        // A full page may have a successor; an answer that does not move on ends the paging.
        guard found.isFull, let last = found.closed.newest, last > after, all.candles.count + all.refused.count < 1_000_000 else {
          completion(.success(all))
          return
        }
        collect(series, after: last, into: all, completion: completion)
      }
    }
  }

  /// One page, without the candles that were not closed yet when it was asked for: a candle that closes while the answer is under way
  /// may be in it unfinished.
  private func page(
    _ series: SeriesKey, start: Timestamp?, limit: Int,
    completion: @escaping (Result<(closed: FetchedCandles, isFull: Bool), BinanceError>) -> Void
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
        found.flatMap { fetched in
          if fetched.candles.isEmpty, let first = fetched.refused.first {
            return .failure(
              BinanceError(
                .malformedAnswer, "not one of \(fetched.refused.count) rows can be read, the first because \(first.reason)"))
          }
          // What has two candles behind it was closed a whole interval ago, whatever our estimate of the exchange's clock says.
          let opened = (fetched.candles.map(\.openTime) + fetched.refused.compactMap(\.openTime)).sorted()
          let settled = opened.count > 2 ? opened[opened.count - 3] : Timestamp(nanoseconds: .min)
          let isClosed: (Timestamp) -> Bool = { $0 <= settled || series.interval.nextOpenTime(after: $0) <= asked }
          let closed = FetchedCandles(
            candles: fetched.candles.filter { isClosed($0.openTime) }, refused: fetched.refused.filter { $0.openTime.map(isClosed) ?? true }
          )
          return .success((closed, fetched.candles.count + fetched.refused.count >= Self.candlesPerPage))
        })
    }
  }

  /// The best bid and ask of a symbol; `nil` when it cannot be had within a second.
  public func quote(of symbol: Symbol, completion: @escaping (Quote?) -> Void) {
    let call = RestCall(
      method: .get, path: "/api/v3/ticker/bookTicker", parameters: [RequestParameter("symbol", symbol.text)], weight: 2,
      timeoutMilliseconds: 1_000)
    perform(call) { [self] result in
      let quote = result.decoded { value throws(FrameRefusal) in
        Quote(
          symbol: symbol, bidPrice: try value.requireDecimal("bidPrice"), bidQuantity: try value.requireDecimal("bidQty"),
          askPrice: try value.requireDecimal("askPrice"), askQuantity: try value.requireDecimal("askQty"), time: exchangeTime)
      }
      completion(try? quote.get())
    }
  }

  /// The trading rules of these symbols, of all when none is named; unknown symbols are refused by the exchange (-1121). A symbol whose
  /// rules cannot be read is left out by name; an answer in which none can be read is malformed. Also takes over the announced rate limits.
  public func tradingRules(_ symbols: [Symbol], completion: @escaping (Result<ExchangeInformation.Listing, BinanceError>) -> Void) {
    let list = symbols.sorted().map { "\"\($0.text)\"" }.joined(separator: ",")
    let parameters = symbols.isEmpty ? [] : [RequestParameter("symbols", "[\(list)]")]
    let call = RestCall(method: .get, path: "/api/v3/exchangeInfo", parameters: parameters, weight: 20, timeoutMilliseconds: 30_000)
    perform(
      call,
      decode: { result -> (Result<ExchangeInformation.Listing, BinanceError>, RateGovernor?) in
        var limits: RateGovernor?
        if case .answered(let value) = result {
          let (weights, orders) = RestDecoding.rateLimits(value)
          limits = RateGovernor()
          limits?.announce(weights: weights, orders: orders)
        }
        let listing = result.decoded { value throws(FrameRefusal) in try ExchangeInformation.tradingRules(value) }
        if case .success(let found) = listing, found.rules.isEmpty, let first = found.leftOut.first {
          return (.failure(BinanceError(.malformedAnswer, "the rules of no symbol can be read, for example of \(first)")), limits)
        }
        return (listing, limits)
      },
      completion: { [self] found, _ in
        if let limits = found.1 { announce(weights: limits.weights, orders: limits.orders) }
        if case .success(let listing) = found.0 {
          for rules in listing.rules {
            let terms = listing.terms[rules.symbol]
            preventions[rules.symbol] = terms?.selfTradePrevention
            if terms?.takesReplacements == false { unreplaceable.insert(rules.symbol) }
          }
        }
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
