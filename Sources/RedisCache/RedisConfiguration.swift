public import ServiceRuntime

/// Where Redis is and how patient to be.
public struct RedisConfiguration: Sendable {
  public var host: String
  public var port: Int
  /// ACL user; `nil` for the default user.
  public var username: String?
  public var password: Secret?
  public var database: Int
  /// Time to connect, in milliseconds.
  public var connectMilliseconds: Int = 2_000
  /// Time for a batch to be written or answered, in milliseconds.
  public var commandMilliseconds: Int = 2_000
  /// Tickers and quotes are written at most this often, newest value only, in milliseconds.
  public var tickerMilliseconds: Int = 100
  /// Candles kept per series (at least 200).
  public var candles: Int = 500

  public init(host: String, port: Int = 6_379, username: String? = nil, password: Secret? = nil, database: Int = 0) {
    self.host = host
    self.port = port
    self.username = username
    self.password = password
    self.database = database
  }
}

/// What the cache tells about itself; holds no secret.
public struct RedisStatus: Hashable, Sendable {
  public var isConnected = false
  /// Connections that were set up and filled.
  public var connects: UInt64 = 0
  /// Times everything was written anew: after a connect, a flush by somebody, or a strange answer.
  public var refills: UInt64 = 0
  /// Commands that Redis carried out.
  public var commands: UInt64 = 0
  /// Answers that were errors (a key of another type, out of memory, read-only …).
  public var refusals: UInt64 = 0
  /// The last trouble, or empty.
  public var lastError = ""
}

/// Trouble with Redis; never fatal, since it is a cache.
public struct RedisError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// Cannot connect, or the connection broke or timed out.
    case connection
    /// Redis answered an error.
    case refused
    /// The answer is not what the command can give.
    case answer
  }
  public var code: Code
  public var message: String
  public var isRetryable: Bool { true }
  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
  public var description: String { message }
}
