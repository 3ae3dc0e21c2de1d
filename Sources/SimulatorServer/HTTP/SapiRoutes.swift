import Time
import TradingModel
import Venue
import ExchangeSimulation

/// What clients ask of `/sapi` when they load markets and balances, and what a daemon asks there at its start.
///
/// `/sapi` counts its weight apart from `/api` (12,000 a minute by address, 180,000 by account); these calls cost nothing here.
enum SapiRoutes {
  static let table: [String: APIEndpoint] = [
    "GET /sapi/v1/system/status": systemStatus,
    "GET /sapi/v1/account/status": accountStatus,
    "GET /sapi/v1/account/apiTradingStatus": tradingStatus,
    "GET /sapi/v1/account/apiRestrictions": restrictions,
    "GET /sapi/v1/capital/config/getall": coins,
    "GET /sapi/v1/asset/tradeFee": tradeFees,
    "GET /sapi/v1/asset/assetDetail": assetDetail,
    "POST /sapi/v3/asset/getUserAsset": userAssets,
    "POST /sapi/v1/asset/get-funding-asset": fundingAssets,
    "GET /sapi/v1/spot/delist-schedule": delistSchedule,
    "GET /sapi/v1/margin/allPairs": nothing,
    "GET /sapi/v1/margin/allAssets": nothing,
    "GET /sapi/v1/margin/isolated/allPairs": nothing,
  ]

  /// There is no margin trading here.
  private static let nothing = APIEndpoint(weight: 0) { _, _ in Array("[]".utf8) }

  private static let fundingAssets = APIEndpoint(.signed, weight: 0) { _, _ in Array("[]".utf8) }

  private static let systemStatus = APIEndpoint(weight: 0) { _, _ in Array("{\"status\":0,\"msg\":\"normal\"}".utf8) }

  private static let accountStatus = APIEndpoint(.signed, weight: 0) { _, _ in Array("{\"data\":\"Normal\"}".utf8) }

  private static let tradingStatus = APIEndpoint(.signed, weight: 0) { _, _ in
    Array("{\"data\":{\"isLocked\":false,\"plannedRecoverTime\":0,\"triggerCondition\":{},\"updateTime\":0}}".utf8)
  }

  private static let restrictions = APIEndpoint(.signed, weight: 0) { simulation, _ in
    var json = JSONWriter()
    json.object {
      $0.field("ipRestrict", false)
      $0.field("createTime", simulation.marketTime)
      for (name, isAllowed) in [
        ("enableReading", true), ("enableWithdrawals", simulation.keyMayWithdraw), ("enableInternalTransfer", false),
        ("enableMargin", false),
        ("enableFutures", false), ("permitsUniversalTransfer", false), ("enableVanillaOptions", false), ("enableFixApiTrade", false),
        ("enableFixReadOnly", false), ("enableSpotAndMarginTrading", true), ("enablePortfolioMarginTrading", false),
      ] {
        $0.field(name, isAllowed)
      }
    }
    return json.bytes
  }

  /// Every asset of the symbols that are traded here, in order of first appearance.
  private static func assets(_ simulation: Simulation) -> [String] {
    var seen: Set<String> = []
    var assets: [String] = []
    for board in simulation.boards {
      guard let rules = simulation.exchange.instrument(board.symbol)?.rules else { continue }
      for asset in [rules.baseAsset, rules.quoteAsset] where seen.insert(asset).inserted { assets.append(asset) }
    }
    return assets
  }

  /// Deposits and withdrawals are off: there is nowhere to.
  private static let coins = APIEndpoint(.signed, weight: 0) { simulation, call in
    let balances = simulation.exchange.balances(account: call.account)
    let others = balances.map(\.asset)
    let names = assets(simulation)
    var json = JSONWriter(capacity: 4_096)
    json.array {
      for asset in names + others.filter({ !names.contains($0) }) {
        let balance = balances.first { $0.asset == asset }
        $0.object { coin(asset, balance, to: &$0) }
      }
    }
    return json.bytes
  }

  private static func coin(_ asset: String, _ balance: AssetBalance?, to json: inout JSONWriter) {
    json.field("coin", asset)
    json.field("depositAllEnable", false)
    json.field("free", balance?.free ?? .zero)
    json.field("freeze", FixedDecimal.zero)
    json.field("ipoable", FixedDecimal.zero)
    json.field("ipoing", FixedDecimal.zero)
    json.field("isLegalMoney", false)
    json.field("locked", balance?.locked ?? .zero)
    json.field("name", asset)
    json.array("networkList") {
      $0.object {
        for name in ["network", "coin", "name"] { $0.field(name, asset) }
        $0.field("withdrawIntegerMultiple", FixedDecimal(raw: 1))
        $0.field("isDefault", true)
        $0.field("depositEnable", false)
        $0.field("withdrawEnable", false)
        for name in ["depositDesc", "withdrawDesc", "specialTips"] { $0.field(name, "") }
        for name in ["withdrawFee", "withdrawMin", "withdrawMax", "depositDust"] { $0.field(name, FixedDecimal.zero) }
        for name in ["minConfirm", "unLockConfirm", "estimatedArrivalTime"] { $0.field(name, 0) }
        for name in ["sameAddress", "busy"] { $0.field(name, false) }
      }
    }
    json.field("storage", FixedDecimal.zero)
    json.field("trading", true)
    json.field("withdrawAllEnable", false)
    json.field("withdrawing", FixedDecimal.zero)
  }

  private static let tradeFees = APIEndpoint(.signed, weight: 0) { simulation, call throws(ExchangeError) in
    let selection = try MarketSelection(call.parameters, simulation)
    var json = JSONWriter(capacity: 1_024)
    json.array {
      for symbol in selection.symbols {
        $0.object {
          $0.field("symbol", symbol.text)
          $0.field("makerCommission", simulation.configuration.makerFee)
          $0.field("takerCommission", simulation.configuration.takerFee)
        }
      }
    }
    return json.bytes
  }

  private static let assetDetail = APIEndpoint(.signed, weight: 0) { simulation, _ in
    let names = assets(simulation)
    var json = JSONWriter(capacity: 1_024)
    json.object {
      for asset in names {
        $0.object(asset) {
          $0.field("minWithdrawAmount", FixedDecimal.zero)
          $0.field("depositStatus", false)
          $0.field("withdrawFee", FixedDecimal.zero)
          $0.field("withdrawStatus", false)
        }
      }
    }
    return json.bytes
  }

  /// Balances that are not zero, of one asset where it is named.
  private static let userAssets = APIEndpoint(.signed, weight: 0) { simulation, call in
    let asset = call.parameters["asset"]
    let balances = simulation.exchange.balances(account: call.account).filter { asset == nil || $0.asset == asset }
    var json = JSONWriter(capacity: 1_024)
    json.array {
      for balance in balances where balance.free.isPositive || balance.locked.isPositive {
        $0.object {
          $0.field("asset", balance.asset)
          $0.field("free", balance.free)
          $0.field("locked", balance.locked)
          for name in ["freeze", "withdrawing", "ipoable", "btcValuation"] { $0.field(name, FixedDecimal.zero) }
        }
      }
    }
    return json.bytes
  }

  private static let delistSchedule = APIEndpoint(weight: 0) { simulation, _ in
    var json = JSONWriter()
    json.array {
      for entry in simulation.delistSchedule {
        $0.object {
          $0.field("delistTime", entry.time)
          $0.array("symbols") { for symbol in entry.symbols { $0.string(symbol.text) } }
        }
      }
    }
    return json.bytes
  }
}
