import Foundation

/// Which exchange an address belongs to; what is not known is decided by asking, or counts as ``real``.
enum ExchangeKind: String, Hashable, Sendable, CustomStringConvertible {
  /// Where orders cost money.
  case real = "binance"
  case testnet = "binance-testnet"
  /// Binance's demo mode: play money at prices like the real ones (Binance: demo-mode/general-info.md).
  case demo = "binance-demo"
  /// A `botsim`, which says so itself.
  case simulator = "botsim"

  /// As a sentence names it.
  var description: String {
    switch self {
    case .real: "the real exchange"
    case .testnet: "the testnet"
    case .demo: "the demo mode"
    case .simulator: "a simulator"
    }
  }
}

/// The address of one of the exchange's three doors, as a setting gave it, taken apart by a strict reader: what it does not understand is
/// refused, so that no two readers of one text can mean different hosts.
struct ExchangeAddress: Hashable, Sendable {
  /// The setting that it comes from.
  var setting: String
  /// Lower case.
  var scheme: String
  /// Lower case, without a dot at its end; an IPv6 address without brackets.
  var host: String
  var port: Int

  /// - Parameters:
  ///   - setting: named in the error.
  ///   - text: `scheme://[user@]host[:port][/path]`.
  /// - Throws: ``SettingsError``.
  init(setting: String, _ text: String) throws(SettingsError) {
    self.setting = setting
    let unreadable = SettingsError("\(setting) is no address of the form https://HOST:PORT")
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }), let colon = text.range(of: "://") else { throw unreadable }
    scheme = text[..<colon.lowerBound].lowercased()
    guard let usual = Self.ports[scheme] else { throw unreadable }
    let authority = text[colon.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count <= 2, let place = parts.last else { throw unreadable }
    let name: Substring
    let rest: Substring
    if place.hasPrefix("[") {
      guard let end = place.firstIndex(of: "]") else { throw unreadable }
      name = place[place.index(after: place.startIndex)..<end]
      rest = place[place.index(after: end)...]
      guard name.contains(":"), name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { throw unreadable }
    } else {
      name = place.prefix { $0 != ":" }
      rest = place[name.endIndex...]
      guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "." || $0 == "-" }) else { throw unreadable }
    }
    host = (name.hasSuffix(".") ? name.dropLast() : name).lowercased()
    guard !host.isEmpty else { throw unreadable }
    if rest.isEmpty {
      port = usual
    } else {
      guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()), (1...65_535).contains(number) else { throw unreadable }
      port = number
    }
  }

  private static let ports = ["http": 80, "ws": 80, "https": 443, "wss": 443]

  /// Whether what is sent there is encrypted.
  var isEncrypted: Bool { scheme == "https" || scheme == "wss" }

  /// Whether it is this machine.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// The exchange that this host is known to belong to; `nil`: it is not decided.
  var kind: ExchangeKind? { Self.known[host]?.kind }

  /// Known to serve market data only: no order is taken there (Binance: faqs/market_data_only.md).
  var servesDataOnly: Bool { Self.known[host]?.dataOnly ?? false }

  /// `http(s)://host:port`, for a question that needs no key.
  var origin: String { (isEncrypted ? "https://" : "http://") + (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

  /// `HOST` or `HOST:PORT`, for sentences.
  var place: String { Self.ports[scheme] == port ? host : "\(host):\(port)" }

  /// Hosts whose exchange is known (Binance: rest-api.md, web-socket-streams.md, web-socket-api.md, sbe-market-data-streams.md,
  /// testnet/general-info.md, demo-mode/general-info.md, faqs/market_data_only.md).
  private static let known: [String: (kind: ExchangeKind, dataOnly: Bool)] = {
    var table: [String: (kind: ExchangeKind, dataOnly: Bool)] = [:]
    for name in [
      "api.binance.com", "api-gcp.binance.com", "api1.binance.com", "api2.binance.com", "api3.binance.com", "api4.binance.com",
      "stream.binance.com", "ws-api.binance.com", "stream-sbe.binance.com",
    ] {
      table[name] = (.real, false)
    }
    for name in ["data-api.binance.vision", "data-stream.binance.vision"] { table[name] = (.real, true) }
    for name in [
      "testnet.binance.vision", "api1.testnet.binance.vision", "stream.testnet.binance.vision", "ws-api.testnet.binance.vision",
      "stream-sbe.testnet.binance.vision",
    ] {
      table[name] = (.testnet, false)
    }
    for name in ["demo-api.binance.com", "demo-stream.binance.com", "demo-ws-api.binance.com", "demo-stream-sbe.binance.com"] {
      table[name] = (.demo, false)
    }
    return table
  }()
}
