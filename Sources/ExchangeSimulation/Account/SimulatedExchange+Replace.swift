public import Time
import TradingModel

extension SimulatedExchange {
  /// What came of canceling one order and placing another.
  public struct Replacement: Sendable {
    public var cancel: Result<(order: ExchangeOrder, cancelClientOrderID: String), ExchangeError>
    /// `nil`: not attempted.
    public var placed: Result<(order: ExchangeOrder, fills: [ExchangeFill]), ExchangeError>?
  }

  /// Cancels an order and places a new one, one after the other; not atomic. Both are written to the truth log.
  ///
  /// Filters are judged first, with the old order still counted. Binance: rest-api.md, "Cancel an Existing Order and Send a New Order".
  /// - Parameters:
  ///   - stopsOnFailure: do not place the new order where the cancel failed.
  ///   - refusal: why the new order may not be placed at all (a limit is used up); then only the cancel is tried.
  /// - Throws: ``ExchangeError`` where the request breaks a filter; then nothing was done.
  public mutating func cancelReplace(
    _ cancelRequest: ExchangeCancelRequest, with request: ExchangeOrderRequest, stopsOnFailure: Bool, refusal: ExchangeError? = nil,
    account: Int, arrival: Timestamp, at time: Timestamp, events: inout [ExchangeEvent]
  ) throws(ExchangeError) -> Replacement {
    let index = try market(of: request.symbol)
    do throws(ExchangeError) {
      guard markets[index].terms.features.cancelReplace else {
        throw ExchangeError(-2010, "Order cancel-replace is not supported for this symbol.")
      }
      _ = try checked(request, account: account, at: time, ignoringDuplicates: true)
    } catch {
      record(
        .place, symbol: request.symbol.text, clientOrderID: request.clientOrderID ?? "", order: Self.describe(request), arrival: arrival,
        at: time, error: error)
      throw error
    }
    let canceled: Result<(order: ExchangeOrder, cancelClientOrderID: String), ExchangeError>
    do throws(ExchangeError) {
      canceled = .success(try cancel(cancelRequest, account: account, arrival: arrival, at: time, events: &events))
    } catch {
      canceled = .failure(error)
      if stopsOnFailure { return Replacement(cancel: canceled, placed: nil) }
    }
    if let refusal { return Replacement(cancel: canceled, placed: .failure(refusal)) }
    do throws(ExchangeError) {
      let placed = try place(request, account: account, arrival: arrival, at: time, events: &events)
      return Replacement(cancel: canceled, placed: .success(placed))
    } catch {
      return Replacement(cancel: canceled, placed: .failure(error))
    }
  }
}
