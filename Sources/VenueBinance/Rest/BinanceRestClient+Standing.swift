public import Time
import BinanceJSON
import HTTPClient
import Signing
public import TradingModel

/// Which account a key opens, and what the account may trade.
public struct AccountStanding: Hashable, Sendable {
  /// The exchange's number of the account, for good.
  public var uid: Int64
  /// What the account may trade, for example `SPOT`.
  public var permissions: [String]
  public var canTrade: Bool
  public init(uid: Int64, permissions: [String], canTrade: Bool) {
    self.uid = uid
    self.permissions = permissions
    self.canTrade = canTrade
  }
}

/// What a key may do, whatever its account may.
public struct KeyRestrictions: Hashable, Sendable {
  public var allowsWithdrawals: Bool
  /// Used from listed addresses only.
  public var isBoundToAddresses: Bool
  public var allowsSpotTrading: Bool
  public init(allowsWithdrawals: Bool, isBoundToAddresses: Bool, allowsSpotTrading: Bool) {
    self.allowsWithdrawals = allowsWithdrawals
    self.isBoundToAddresses = isBoundToAddresses
    self.allowsSpotTrading = allowsSpotTrading
  }
}

extension BinanceRestClient {
  /// The account behind the key (Binance: rest-api.md, `GET /api/v3/account`). Weight 20.
  public func accountStanding(completion: @escaping (Result<AccountStanding, BinanceError>) -> Void) {
    let call = RestCall(
      method: .get, path: "/api/v3/account", parameters: [RequestParameter("omitZeroBalances", "true")], security: .signed, weight: 20,
      purpose: .query)
    performRepeatable(call) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let uid = value["uid"]?.integer, uid > 0 else { throw FrameRefusal(.badField, field: "uid") }
          return AccountStanding(
            uid: uid, permissions: value["permissions"]?.array?.compactMap(\.string) ?? [], canTrade: value["canTrade"]?.bool ?? true)
        })
    }
  }

  /// What the key may do (`GET /sapi/v1/account/apiRestrictions`; the real exchange only). Costs no weight of `/api`.
  public func keyRestrictions(completion: @escaping (Result<KeyRestrictions, BinanceError>) -> Void) {
    performRepeatable(
      RestCall(method: .get, path: "/sapi/v1/account/apiRestrictions", security: .signed, weight: 0, purpose: .query)
    ) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let withdrawals = value["enableWithdrawals"]?.bool else { throw FrameRefusal(.missingField, field: "enableWithdrawals") }
          return KeyRestrictions(
            allowsWithdrawals: withdrawals, isBoundToAddresses: value["ipRestrict"]?.bool ?? false,
            allowsSpotTrading: value["enableSpotAndMarginTrading"]?.bool ?? true)
        })
    }
  }

  /// When symbols will be delisted (`GET /sapi/v1/spot/delist-schedule`; the real exchange only); of one that is named twice the earlier
  /// time. Names that are no symbols here are left out. Costs no weight of `/api`.
  public func delistSchedule(completion: @escaping (Result<[Symbol: Timestamp], BinanceError>) -> Void) {
    performRepeatable(RestCall(method: .get, path: "/sapi/v1/spot/delist-schedule", security: .signed, weight: 0)) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value.array else { throw FrameRefusal(.badField, field: "delistSchedule") }
          var times: [Symbol: Timestamp] = [:]
          for row in rows {
            guard let milliseconds = row["delistTime"]?.integer, (0...9_000_000_000_000).contains(milliseconds) else {
              throw FrameRefusal(.badField, field: "delistTime")
            }
            let time = Timestamp(milliseconds: milliseconds)
            for symbol in (row["symbols"]?.array ?? []).compactMap({ $0.string.flatMap { Symbol($0) } }) {
              times[symbol] = min(times[symbol] ?? time, time)
            }
          }
          return times
        })
    }
  }

  /// The client order ids of an account's last orders of a symbol, open or not, as the exchange has them. Weight 20.
  public func lastOrderNames(_ symbol: Symbol, limit: Int, completion: @escaping (Result<[String], BinanceError>) -> Void) {
    let parameters = [RequestParameter("symbol", symbol.text), RequestParameter("limit", String(min(max(limit, 1), 1_000)))]
    performRepeatable(
      RestCall(method: .get, path: "/api/v3/allOrders", parameters: parameters, security: .signed, weight: 20, purpose: .query)
    ) { result in
      completion(
        result.decoded { value throws(FrameRefusal) in
          guard let rows = value.array else { throw FrameRefusal(.badField, field: "allOrders") }
          return rows.compactMap { $0["clientOrderId"]?.string }
        })
    }
  }
}
