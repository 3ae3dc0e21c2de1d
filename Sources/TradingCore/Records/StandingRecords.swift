/// Which account of which exchange a journal's orders belong to; recorded once and compared at every start.
public struct AccountBinding: Hashable, Sendable, Codable {
  /// The exchange, for example `binance`, `binance-testnet` or `botsim`.
  public var exchange: String
  /// The exchange's number of the account; keys may change within it.
  public var uid: Int64
  /// An account of an exchange.
  public init(exchange: String, uid: Int64) {
    self.exchange = exchange
    self.uid = uid
  }
}

/// Where on a machine a state directory lies, so that a copy of it is told from the original. Moving it within a file system changes nothing;
/// copying it, or restoring it from a backup, does.
public struct StatePlace: Hashable, Sendable, Codable {
  /// A fingerprint of the machine's identity; 0 where it has none.
  public var machine: UInt64
  /// The number of the directory in its file system.
  public var inode: UInt64
  /// When the directory was made, in nanoseconds since 1970, as the file system says; 0 where it does not.
  public var birth: Int64

  /// A place.
  public init(machine: UInt64, inode: UInt64, birth: Int64) {
    self.machine = machine
    self.inode = inode
    self.birth = birth
  }

  /// Whether both are the same directory, as far as both are known.
  public func isSame(as other: StatePlace) -> Bool {
    inode == other.inode && (birth == other.birth || birth == 0 || other.birth == 0)
      && (machine == other.machine || machine == 0 || other.machine == 0)
  }
}

/// A process began to trade with a journal; recorded before its first order.
public struct StartRecord: Hashable, Sendable {
  /// The start's number, greater than that of every start before: milliseconds since 1970. Orders carry it in base 36.
  public var epoch: UInt64
  public var place: StatePlace
  /// A person said that whoever made orders under earlier numbers that the journal does not know will never run again.
  public var acceptsEarlier: Bool
  /// A start.
  public init(epoch: UInt64, place: StatePlace, acceptsEarlier: Bool) {
    self.epoch = epoch
    self.place = place
    self.acceptsEarlier = acceptsEarlier
  }
}

/// The starts that a journal knows, by their own records and by the names of its orders.
public struct KnownStarts: Hashable, Sendable, Codable {
  /// In rising order.
  private var epochs: [UInt64] = []
  /// Where the last start was.
  public private(set) var place: StatePlace?
  /// Unknown starts up to this one are past.
  public private(set) var acceptedUpTo: UInt64 = 0

  /// No start.
  public init() {}

  /// The latest; 0: none.
  public var latest: UInt64 { epochs.last ?? 0 }

  /// Takes a start.
  mutating func add(_ start: StartRecord) {
    add(epoch: start.epoch)
    place = start.place
    if start.acceptsEarlier { acceptedUpTo = max(acceptedUpTo, start.epoch) }
  }

  /// Takes the start that an order's name tells.
  mutating func add(epoch: UInt64) {
    guard epoch != epochs.last else { return }
    let at = epochs.firstIndex { $0 >= epoch } ?? epochs.count
    guard at == epochs.count || epochs[at] != epoch else { return }
    epochs.insert(epoch, at: at)
  }

  /// Whether orders of this start are no surprise.
  public func knows(_ epoch: UInt64) -> Bool { epoch <= acceptedUpTo || epochs.contains(epoch) }

  /// The start that made an order of this journal; `nil` for other names.
  /// - Parameters:
  ///   - name: a client order id, as the exchange has it.
  ///   - journal: the journal's id.
  public static func epoch(ofOrder name: some StringProtocol, journal: String) -> UInt64? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3 || parts.count == 4, parts[0] == journal else { return nil }
    // As ``OrderName`` has it, and botd before 0.4.
    let tag = parts.count == 4 ? parts[1] : parts[2]
    return UInt64(tag, radix: 36)
  }
}

extension Record {
  /// Whether it is written before the exchange's clock may be known: its time is the machine's, which may be hours ahead, and moves core time
  /// nowhere, neither when it is written nor when it is folded.
  var isDatedByTheMachine: Bool {
    switch self {
    case .started, .accountBound: true
    default: false
    }
  }
}
