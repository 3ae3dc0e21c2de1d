public import Time
import BinanceJSON
import HTTPClient
import Signing
public import TradingModel
public import Venue

/// The account's trades (`GET myTrades`; Binance: rest-api.md). Each request weighs 20.
extension BinanceRestClient {
  static let tradesPerPage = 1_000
  /// The longest time that one request may span, in milliseconds.
  static let tradeWindowMilliseconds: Int64 = 86_400_000

  /// The account's fills of a symbol from there on to the newest, in order, each once.
  ///
  /// From a trade they are paged by ids. From a time, the newest page is asked for first: mostly it reaches back far enough. Where it does
  /// not, the first trade is looked for in windows of a day, and then paged from.
  ///
  /// - Parameter skippedTo: called with the end of each day that was found to hold none; a later attempt may begin there.
  public func trades(
    _ symbol: Symbol, from: TradeListStart, skippedTo: @escaping (Timestamp) -> Void = { _ in },
    completion: @escaping (Result<[AccountTrade], BinanceError>) -> Void
  ) {
    switch from {
    case .trade(let id): page(symbol, from: max(0, id.value), into: [], completion: completion)
    case .time(let time):
      request(symbol, []) { [self] result in
        guard case .success(let newest) = result, newest.count >= Self.tradesPerPage, let oldest = newest.map(\.fill.time).min(),
          oldest >= time
        else {
          return completion(result.map { Self.ordered($0.filter { $0.fill.time >= time }) })
        }
        search(symbol, from: time, to: oldest, skippedTo: skippedTo, completion: completion)
      }
    }
  }

  /// Looks for the first trade at or after `from`; there is one at `to`.
  private func search(
    _ symbol: Symbol, from: Timestamp, to: Timestamp, skippedTo: @escaping (Timestamp) -> Void,
    completion: @escaping (Result<[AccountTrade], BinanceError>) -> Void
  ) {
    let end = from.advanced(byMilliseconds: Self.tradeWindowMilliseconds - 1)
    let window = [
      RequestParameter("startTime", String(max(0, from.milliseconds))), RequestParameter("endTime", String(max(0, end.milliseconds))),
    ]
    request(symbol, window) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let trades):
        if let first = trades.map(\.fill.tradeID).min() { return page(symbol, from: first.value, into: [], completion: completion) }
        let next = end.advanced(byMilliseconds: 1)
        guard next <= to, next > from else {
          return completion(.failure(BinanceError(.malformedAnswer, "the trades of \(symbol) are listed and then not found")))
        }
        skippedTo(next)
        search(symbol, from: next, to: to, skippedTo: skippedTo, completion: completion)
      }
    }
  }

  private func page(
    _ symbol: Symbol, from: Int64, into collected: [AccountTrade], completion: @escaping (Result<[AccountTrade], BinanceError>) -> Void
  ) {
    request(symbol, [RequestParameter("fromId", String(from))]) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let trades):
        let fresh = trades.filter { $0.fill.tradeID.value >= from }
        let all = Self.ordered(collected + fresh)
        guard trades.count >= Self.tradesPerPage, let last = fresh.map(\.fill.tradeID).max(), last.value < .max else {
          return completion(.success(all))
        }
        page(symbol, from: last.value + 1, into: all, completion: completion)
      }
    }
  }

  /// Pages may overlap or repeat (RELIABILITY §2, 20): the union by id, in order.
  private static func ordered(_ trades: [AccountTrade]) -> [AccountTrade] {
    var known: Set<TradeID> = []
    return trades.filter { known.insert($0.fill.tradeID).inserted }.sorted { $0.fill.tradeID < $1.fill.tradeID }
  }

  private func request(
    _ symbol: Symbol, _ parameters: [RequestParameter], completion: @escaping (Result<[AccountTrade], BinanceError>) -> Void
  ) {
    let call = RestCall(
      method: .get, path: "/api/v3/myTrades",
      parameters: [RequestParameter("symbol", symbol.text)] + parameters + [RequestParameter("limit", String(Self.tradesPerPage))],
      security: .signed, weight: 20, purpose: .query)
    performRepeatable(call) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value.array else { throw FrameRefusal(.badField, field: "myTrades") }
          var trades: [AccountTrade] = []
          for row in rows { trades.append(try ReportDecoding.trade(row)) }
          return trades
        })
    }
  }
}
