public import TradingModel

/// What the name of one of our orders on an exchange says: `journal-epoch-bot-purpose+counter`, for example `k3x9a0zq-mf3k2x9q-1f-s4c`.
///
/// So an order can be given to its bot although no journal holds it: one that was sent while the disk failed, or after the copy that
/// a state directory was restored from. Numbers are in base 36; at most 36 characters, as the exchange allows.
public struct OrderName: Hashable, Sendable {
  /// The journal's id.
  public var journal: String
  /// When the process that named it started: ``CoreConfiguration/orderTag``.
  public var epoch: String
  /// The journal sequence that created its bot.
  public var bot: UInt64
  public var purpose: OrderPurpose
  /// Several bots share it: an umbrella stop, whose first bot it names. Its letter is `u`.
  public var isShared: Bool
  /// Never the same twice in an epoch.
  public var number: UInt64

  public init(journal: String, epoch: String, bot: UInt64, purpose: OrderPurpose, isShared: Bool = false, number: UInt64) {
    self.journal = journal
    self.epoch = epoch
    self.bot = bot
    self.purpose = purpose
    self.isShared = isShared
    self.number = number
  }

  /// `nil` for a name of another form: a person's, another program's, or one of botd before 0.4 (`journal-number-epoch`).
  public init?(_ id: ClientOrderID) {
    let parts = id.text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, let bot = UInt64(parts[2], radix: 36), let letter = parts[3].first,
      let purpose = letter == Self.shared ? .stopLoss : OrderPurpose.allCases.first(where: { Self.letter($0) == letter }),
      let number = UInt64(parts[3].dropFirst(), radix: 36)
    else { return nil }
    self.init(
      journal: String(parts[0]), epoch: String(parts[1]), bot: bot, purpose: purpose, isShared: letter == Self.shared, number: number)
  }

  /// The name; `nil` when it breaks the exchange's grammar.
  public var id: ClientOrderID? {
    ClientOrderID("\(journal)-\(epoch)-\(String(bot, radix: 36))-\(letter)\(String(number, radix: 36))")
  }

  private var letter: Character { isShared ? Self.shared : Self.letter(purpose) }
  private static let shared: Character = "u"

  private static func letter(_ purpose: OrderPurpose) -> Character {
    switch purpose {
    case .entry: "e"
    case .exit: "x"
    case .stopLoss: "s"
    case .takeProfit: "t"
    case .manual: "h"
    case .trailingStop: "r"
    case .timeStop: "m"
    }
  }
}
