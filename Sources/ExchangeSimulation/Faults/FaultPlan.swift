public import TradingModel

/// The faults that were asked for, and the choice of what each strikes. Pure and seeded: the same faults and the same subjects in the
/// same order give the same strikes.
public struct FaultPlan: Sendable {
  /// Faults listed at a time, spent ones too.
  public static let faultsMaximum = 1_000

  public struct Entry: Sendable {
    /// From 1, never used again.
    public let id: Int64
    public let fault: Fault
    /// How many fitted, and how many of those were struck.
    public internal(set) var matched: Int64 = 0
    public internal(set) var struck: Int64 = 0
    var random: SeededRandom

    /// It has struck as often as it may.
    public var isSpent: Bool { fault.count.map { struck >= $0 } ?? false }
  }

  /// One fault that strikes.
  public struct Strike: Hashable, Sendable {
    public var id: Int64
    public var action: FaultAction
  }

  private let seed: UInt64
  private var nextID: Int64 = 1
  /// In the order of their numbers.
  public private(set) var entries: [Entry] = []
  private var active: [FaultTarget: Int] = [:]

  public init(seed: UInt64) { self.seed = seed }

  /// Adds a fault. Returns its number, or `nil` when the list is full.
  public mutating func add(_ fault: Fault) -> Int64? {
    guard entries.count < Self.faultsMaximum else { return nil }
    let id = nextID
    nextID &+= 1
    let own = fault.seed ?? (seed ^ (UInt64(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15))
    entries.append(Entry(id: id, fault: fault, random: SeededRandom(seed: own)))
    recount()
    return id
  }

  /// Takes a fault away. Returns whether there was one of that number.
  public mutating func remove(_ id: Int64) -> Bool {
    guard let index = entries.firstIndex(where: { $0.id == id }) else { return false }
    entries.remove(at: index)
    recount()
    return true
  }

  public mutating func removeAll() {
    entries.removeAll()
    recount()
  }

  /// Whether anything can strike that target: O(1), for those who ask about each of many events.
  public func isActive(_ target: FaultTarget) -> Bool { (active[target] ?? 0) > 0 }

  /// The longest lag that a listed fault asks for; `nil`: none does.
  public var lagMaximum: Int64? {
    entries.compactMap { entry in
      if case .lag(let milliseconds) = entry.fault.action { milliseconds } else { nil }
    }.max()
  }

  /// Which faults strike a subject, in the order of their numbers; each counts it. Cost: linear in the faults that are not spent.
  /// - Parameter only: the numbers of the faults that are asked; `nil`: all.
  public mutating func strikes(_ subject: FaultSubject, only ids: Set<Int64>? = nil) -> [Strike] {
    guard isActive(subject.target) else { return [] }
    var strikes: [Strike] = []
    for index in entries.indices {
      let fault = entries[index].fault
      guard fault.target == subject.target, !entries[index].isSpent, fault.selector.matches(subject) else { continue }
      if let ids, !ids.contains(entries[index].id) { continue }
      entries[index].matched &+= 1
      guard entries[index].matched > fault.after else { continue }
      guard fault.probability >= .one || entries[index].random.integer(below: 100_000_000) < fault.probability.raw else { continue }
      entries[index].struck &+= 1
      strikes.append(Strike(id: entries[index].id, action: fault.action))
    }
    if !strikes.isEmpty { recount() }
    return strikes
  }

  private mutating func recount() {
    active.removeAll(keepingCapacity: true)
    for entry in entries where !entry.isSpent { active[entry.fault.target, default: 0] += 1 }
  }
}

/// All that strikes one request, put together: of each kind the fault with the smallest number counts.
public struct RequestFaults: Hashable, Sendable {
  public struct End: Hashable, Sendable {
    /// Bytes of the answer that are sent.
    public var bytes: Int
    public var resets: Bool
  }

  /// The numbers of the faults.
  public private(set) var ids: [Int64] = []
  public private(set) var executes = true
  public private(set) var delayBefore: Int64 = 0
  public private(set) var delayAfter: Int64 = 0
  public private(set) var answer: FaultAnswer?
  /// How the connection ends after the answer; `nil`: it lives.
  public private(set) var end: End?
  public private(set) var bookQuantity: Quantity?
  public private(set) var bookFraction: FixedDecimal?
  public private(set) var lag: Int64?
  public private(set) var omitsNewest = 0
  public private(set) var omitsIDs: [Int64] = []

  public init(_ strikes: [FaultPlan.Strike] = []) {
    for strike in strikes {
      ids.append(strike.id)
      switch strike.action {
      case .swallow(let executes, let resets):
        end = end ?? End(bytes: 0, resets: resets)
        if !executes { self.executes = false }
      case .delay(let before, let after):
        delayBefore &+= before
        delayAfter &+= after
      case .answer(let answer):
        guard self.answer == nil else { continue }
        self.answer = answer
        if !answer.executes { executes = false }
      case .cut(let bytes, let resets): end = end ?? End(bytes: bytes, resets: resets)
      case .partial(let quantity, let fraction):
        guard bookQuantity == nil, bookFraction == nil else { continue }
        bookQuantity = quantity
        bookFraction = fraction
      case .lag(let milliseconds): lag = lag ?? milliseconds
      case .omit(let newest, let ids):
        omitsNewest = max(omitsNewest, newest)
        omitsIDs += ids
      default: continue
      }
    }
  }

  public var isEmpty: Bool { ids.isEmpty }
  public var changesRows: Bool { lag != nil || omitsNewest > 0 || !omitsIDs.isEmpty }
}

/// All that strikes one event, put together.
public struct EventFaults: Hashable, Sendable {
  /// How often it is sent: 0, 1 or 2.
  public private(set) var copies = 1
  /// Milliseconds of real time.
  public private(set) var delay: Int64 = 0
  /// Sent after the next one, at the latest after so many milliseconds.
  public private(set) var reorder: Int64?
  public private(set) var isGarbled = false
  public private(set) var garbledText: String?
  public private(set) var factor: FixedDecimal?

  public init(_ strikes: [FaultPlan.Strike]) {
    for strike in strikes {
      switch strike.action {
      case .lose: copies = 0
      case .double: if copies > 0 { copies = 2 }
      case .postpone(let milliseconds): delay &+= milliseconds
      case .reorder(let milliseconds): reorder = reorder ?? milliseconds
      case .garble(let text):
        isGarbled = true
        garbledText = garbledText ?? text
      case .price(let factor): self.factor = self.factor ?? factor
      default: continue
      }
    }
  }

  /// The bytes that go out for an event's true ones; a text is cut in half between two characters.
  public func garbled(_ bytes: [UInt8]) -> [UInt8] {
    guard isGarbled else { return bytes }
    if let garbledText { return Array(garbledText.utf8) }
    var half = bytes.count / 2
    while half > 0, bytes[half] & 0xC0 == 0x80 { half -= 1 }
    return Array(bytes[..<half])
  }
}
