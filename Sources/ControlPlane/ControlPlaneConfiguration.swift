public import Time
public import ServiceRuntime
public import TradingCore
import TradingModel

/// What the control plane is told once.
public struct ControlPlaneConfiguration: Sendable {
  /// One setting as people may see it.
  public struct Setting: Sendable, Hashable {
    public var name: String
    /// Secrets are already masked.
    public var value: String
    /// `flag`, `environment`, `file` or `default`; empty when not known.
    public var source: String
    public var isSecret: Bool
    public init(name: String, value: String, source: String = "", isSecret: Bool = false) {
      self.name = name
      self.value = value
      self.source = source
      self.isSecret = isSecret
    }
  }

  /// A token that a TCP connection may log in with.
  public struct Token: Sendable {
    /// What the audit log calls its bearer.
    public var name: String
    public var role: Role
    public var secret: Secret
    public init(name: String, role: Role, secret: Secret) {
      self.name = name
      self.role = role
      self.secret = secret
    }
  }

  /// Version of the daemon, for example `1.0.0`.
  public var version: String
  public var mode: TradingMode
  /// Identity of the journal; sequences of different journals do not compare.
  public var journalID: String
  public var startedAt: Timestamp
  public var settings: [Setting] = []
  public var tokens: [Token] = []
  /// Role of a connection that shows a client certificate with this common name.
  public var certificateRoles: [String: Role] = [:]
  /// Role of other users of this machine, on unix sockets.
  public var userRoles = UserRoles()
  public var limits = ControlPlaneLimits()

  public init(version: String, mode: TradingMode, journalID: String, startedAt: Timestamp) {
    self.version = version
    self.mode = mode
    self.journalID = journalID
    self.startedAt = startedAt
  }
}

/// Bounds that keep every caller's memory and time finite.
public struct ControlPlaneLimits: Sendable, Hashable {
  /// Items of a page when the caller names no size.
  public var pageSizeDefault = 100
  public var pageSizeMaximum = 1_000
  /// As the server is configured; told to clients.
  public var frameBytesMaximum = 4 << 20
  public var subscriptionsPerConnection = 64
  public var callsPerConnection = 1_024
  public var botsMaximum = 20_000
  /// Events or trades in one message.
  public var batchMaximum = 256
  /// Entries a live subscription may lag behind while its reader takes nothing; then it ends with `RESOURCE_EXHAUSTED`.
  public var subscriptionLagMaximum = 8_192
  /// History pages wait for this many reads at most.
  public var pendingReadsMaximum = 1_024
  public var heartbeatMillisecondsDefault: Int64 = 10_000
  /// Wrong tokens after which a connection is closed.
  public var loginAttemptsMaximum = 5
  /// Lines about refusals of one kind that a window writes to the audit log; the rest is summed up at its end.
  public var refusalLinesMaximum = 20
  /// Length of such a window.
  public var refusalWindowSeconds: Int64 = 60
  public init() {}
}
