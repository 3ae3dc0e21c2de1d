import NIOCore
import TTRPC

/// Where metrics are served.
public struct MetricsAddress: Sendable, Hashable, CustomStringConvertible {
  public var host: String
  public var port: Int

  /// Reads `HOST:PORT` or `[IPV6]:PORT`; the host is an address or `localhost`.
  /// - Throws: ``SettingsError`` with what is wrong.
  init(_ text: String) throws(SettingsError) {
    let wrong = SettingsError("BOTD_METRICS must be an address and a port, like 127.0.0.1:9464, not \"\(text.prefix(60))\"")
    guard let address = try? RPCAddress(parsing: "tcp://" + text), case .tcp(let host, let port) = address else { throw wrong }
    let name = host == "localhost" ? "127.0.0.1" : host
    guard (try? SocketAddress(ipAddress: name, port: port)) != nil else { throw wrong }
    self.host = name
    self.port = port
  }

  /// Only this machine reaches it.
  public var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Reads the setting; `nil` when it is not set, or wrong.
  static func read(_ reader: inout SettingReader) -> MetricsAddress? {
    let isPublic = reader.boolean("BOTD_METRICS_PUBLIC") ?? false
    return reader.read("BOTD_METRICS") { text throws(SettingsError) in
      let address = try MetricsAddress(text)
      guard address.isLoopback || isPublic else {
        throw SettingsError(
          "BOTD_METRICS: other machines reach \(address), and the page tells equity and positions to everybody there; choose 127.0.0.1, or set BOTD_METRICS_PUBLIC=true"
        )
      }
      return address
    }
  }
}
