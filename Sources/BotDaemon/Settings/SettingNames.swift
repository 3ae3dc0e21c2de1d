import Presentation

/// Every setting that comes from the environment or a `.env` file: the one table of names, meanings and defaults.
public struct SettingName: Sendable, Hashable {
  public var name: String
  public var meaning: String
  public var defaultText: String
  public var isSecret: Bool

  init(_ name: String, _ meaning: String, default defaultText: String = "", secret: Bool = false) {
    self.name = name
    self.meaning = meaning
    self.defaultText = defaultText
    isSecret = secret
  }

  public static let all: [SettingName] = [
    SettingName("BOTD_MODE", "simulated, paper, testnet or live; overrides the two BINANCE_TEST* switches", default: "paper"),
    SettingName("BOTD_STATE_DIR", "where the journal lives; one directory per mode", default: "~/.botd/MODE"),
    SettingName("BOTD_LISTEN", "addresses to serve, comma-separated: unix:PATH, tcp://HOST:PORT", default: "the default socket"),
    SettingName("BOTD_ADDRESS", "the address botctl talks to; botd serves it when BOTD_LISTEN is not set"),
    SettingName("BOTD_LOG_LEVEL", "trace, debug, info, notice, warning or error", default: "info"),
    SettingName("BOTD_LOG_FORMAT", "form of a log line: logfmt or json, with the same fields", default: "logfmt"),
    SettingName("BOTD_LOG_TIMESTAMPS", "always, never, or auto: not where systemd's journal has the time already", default: "auto"),
    SettingName("BOTD_CONFIRM_LIVE", "live mode's second confirmation: the first 8 characters of the API key", secret: true),
    SettingName(
      "BOTD_ALLOW_WITHDRAWAL_KEY", "true: live mode takes a key that may withdraw (give yours no such right instead)", default: "false"),
    SettingName("BOTD_DELIST_DAYS", "no entries into a symbol this many days before the exchange delists it", default: "7"),
    SettingName(
      "BOTD_UMBRELLA_DISTANCE",
      "how far below a bot's stop the umbrella stop may lie that bots share where they outnumber the exchange's stops: a fraction, 0 to 0.5",
      default: "0.1"),
    SettingName(
      "BOTD_METRICS", "address and port of the page of metrics for Prometheus, like 127.0.0.1:9464; unset: none"),
    SettingName(
      "BOTD_METRICS_PUBLIC", "true: BOTD_METRICS may be an address that other machines reach; everybody there reads the page",
      default: "false"),
    SettingName(
      "BOTD_SOCKET_MODE", "0600: the unix sockets are this user's; 0660: its group may connect too, BOTD_USER_ROLES says who may what",
      default: "0600"),
    SettingName(
      "BOTD_USER_ROLES", "file of `user NAME ROLE` and `group NAME ROLE` lines: what users of this machine may do on the unix sockets"),
    SettingName("BOTD_TOKENS_FILE", "file of `NAME ROLE TOKEN` lines for Login over TCP; mode 0600"),
    SettingName("BOTD_TLS_CERT", "PEM certificate chain for tcp:// addresses"),
    SettingName("BOTD_TLS_KEY", "PEM private key for tcp:// addresses"),
    SettingName("BOTD_TLS_CLIENT_CA", "PEM certificate authority that client certificates must come from; with it every client needs one"),
    SettingName("BOTD_CERTIFICATE_ROLES", "file of `CN ROLE` lines: what holders of client certificates may do without a token"),
    SettingName("BINANCE_ENABLE_BOTS", "false: bots stay loaded but the trading state starts halted", default: "true"),
    SettingName("BINANCE_API_KEY", "API key; testnet and live only", secret: true),
    SettingName("BINANCE_API_SECRET", "HMAC secret of the key", secret: true),
    SettingName("BINANCE_API_SECRET_FILE", "file that holds the HMAC secret; mode 0600"),
    SettingName("BINANCE_PRIVATE_KEY_FILE", "PEM file of an Ed25519 or RSA key, instead of a secret; mode 0600"),
    SettingName("BINANCE_TEST_MODE", "true: no real orders (paper); false: testnet or live", default: "true"),
    SettingName("BINANCE_TESTNET", "with BINANCE_TEST_MODE=false: true is testnet, false is live", default: "true"),
    SettingName("BINANCE_REST_URL", "REST base URL, e.g. http://127.0.0.1:8080", default: "the mode's exchange"),
    SettingName("BINANCE_STREAM_URL", "market stream base URL, e.g. ws://127.0.0.1:8080", default: "the mode's exchange"),
    SettingName("BINANCE_WS_API_URL", "WebSocket API URL, e.g. ws://127.0.0.1:8080/ws-api/v3", default: "the mode's exchange"),
    SettingName("REDIS_HOST", "Redis server for the market-data cache; unset: no Redis"),
    SettingName("REDIS_PORT", "its port", default: "6379"),
    SettingName("REDIS_PASSWORD", "its password, if it wants one", secret: true),
    SettingName("DATABASE_URL", "postgresql://USER:PASSWORD@HOST:PORT/NAME for the portfolio mirror; unset: none", secret: true),
  ]

  /// The closest known name, for typos.
  static func suggestion(for unknown: String) -> String? { NearestName.of(unknown, among: all.lazy.map(\.name)) }
}
