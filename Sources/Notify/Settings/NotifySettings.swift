public import ServiceRuntime
public import TradingModel

/// Settings that are wrong: a sentence with the remedy; of a file a line for each place.
public struct NotifySettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

/// Who is told what, when and how.
public struct NotifySettings: Sendable {
  /// Zone of the times in messages.
  public var zone = "UTC"
  /// File of authorities to trust besides nobody else's: for servers with a certificate of one's own.
  public var authorityFile: String?
  public var channels: [ChannelSettings] = []
  public var rules: [Rule] = []
  /// How long botd may be silent before that is told, in nanoseconds.
  public var awayAfter: Int64 = 60_000_000_000
  /// Channels that are told of botd's silence, and of other channels that fail.
  public var awayTo: [String] = []
  public var deadMan: DeadManSettings?
  public var desk: DeskSettings?

  public init() {}
}

/// A URL that is asked for again and again while all is well, so that somebody else notices when it is not.
public struct DeadManSettings: Sendable {
  /// Where to; a secret.
  public var url: Secret
  /// Nanoseconds from one to the next.
  public var interval: Int64 = 60_000_000_000
}

/// What may be asked, and done, by Telegram.
public struct DeskSettings: Sendable {
  public enum Command: String, Sendable, Hashable, CaseIterable { case status, profit, list, stopAll = "stop_all" }

  /// Name of the channel whose bot listens.
  public var channel: String
  public var chats: Set<Int64>
  public var commands: Set<Command>
  /// File with the daemon's token that the commands are asked under.
  public var tokenFile: String
}

/// One way to a person.
public struct ChannelSettings: Sendable {
  public enum Transport: Sendable {
    case telegram(base: String, token: Secret, chat: String)
    case mail(MailSettings)
    case webhook(url: Secret, key: Secret?)
    case ntfy(url: Secret, token: Secret?)
    case exec(words: [String], timeout: Int64)

    /// The type's word.
    public var word: String {
      switch self {
      case .telegram: "telegram"
      case .mail: "smtp"
      case .webhook: "webhook"
      case .ntfy: "ntfy"
      case .exec: "exec"
      }
    }
  }

  public var name: String
  public var transport: Transport
  public var quiet: QuietHours?
}

/// A mail server and who writes to whom.
public struct MailSettings: Sendable {
  public enum Security: String, Sendable, Hashable, CaseIterable {
    /// TLS from the first byte (port 465).
    case implicit
    /// TLS after STARTTLS, or nothing is sent (port 587).
    case startTLS = "starttls"
    /// Not encrypted.
    case none
  }

  public var host: String
  public var port: Int
  public var security: Security
  public var user: String
  public var password: Secret?
  public var from: String
  public var to: [String]
}

/// What is told to whom.
public struct Rule: Sendable, Hashable {
  public var name: String
  public var kinds: Set<Happening.Kind> = []
  public var bots: [Glob] = []
  public var codes: [Glob] = []
  /// The least level.
  public var level = Level.info
  /// A statistic instead of events.
  public var threshold: Threshold?
  /// The level that it is told with; `nil`: its own.
  public var told: Level?
  public var channels: [String] = []
  /// How long it waits for others to share its message, in nanoseconds.
  public var group: Int64 = 10_000_000_000
  /// The same is told once in this time at most, in nanoseconds; of a threshold: again after this time while it lasts. 0: always; never.
  public var interval: Int64 = 0
  public var template = Template.standard

  /// Whether it is about a happening.
  public func matches(_ happening: Happening) -> Bool {
    guard threshold == nil else { return happening.kind == .threshold && happening.code == name }
    guard kinds.contains(happening.kind), happening.level >= level else { return false }
    guard bots.isEmpty || bots.contains(where: { $0.matches(happening.bot) }) else { return false }
    return codes.isEmpty || codes.contains { $0.matches(happening.code) }
  }
}

/// A bound of a statistic.
public struct Threshold: Sendable, Hashable {
  public enum Statistic: String, Sendable, Hashable, CaseIterable {
    /// Loss of the current UTC day, of the account, in the currency of the limits.
    case dailyLoss = "daily-loss"
    /// Of the account: the fall from the highest equity now; of a bot: its largest fall so far. A fraction.
    case drawdown
    /// Net loss since the beginning, in the quote asset.
    case loss
    /// Net profit since the beginning, in the quote asset.
    case profit
    /// Loss of what is held now, in the quote asset.
    case openLoss = "open-loss"

    /// Whether it is a fraction, shown in percent.
    public var isFraction: Bool { self == .drawdown }
  }

  public var statistic: Statistic
  /// It is passed when the statistic is above.
  public var bound: FixedDecimal
  /// Of bots of these names; empty: of the account.
  public var bots: [Glob]
}
