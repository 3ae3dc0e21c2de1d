/// A trading pair in the exchange's spelling, e.g. `BTCUSDT`: 1 to 20 characters of A–Z, 0–9, `-`, `_` or `.`.
public struct Symbol: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let text: String

  /// `nil` when the text breaks the grammar. Lower-case letters are raised.
  public init?(_ text: some StringProtocol) {
    self.init(String(text))
  }

  /// `nil` when the text breaks the grammar. Lower-case letters are raised.
  public init?(_ text: String) {
    // Raising is rare: the exchange writes upper case.
    let upper = text.utf8.allSatisfy { $0 < 0x61 } ? text : text.uppercased()
    guard (1...20).contains(upper.utf8.count) else { return nil }
    for byte in upper.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        continue
      default: return nil
      }
    }
    self.text = upper
  }

  private init(unchecked text: String) { self.text = text }

  /// A symbol that no exchange lists: a value for storage that holds none yet.
  public static let placeholder = Symbol(unchecked: "-")

  public var description: String { text }
  public static func < (a: Symbol, b: Symbol) -> Bool { a.text < b.text }
}

/// A bot's name, chosen by the person who runs it: `[a-z0-9_-]{1,32}`.
public struct BotID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let text: String

  public init?(_ text: some StringProtocol) { self.init(String(text)) }

  public init?(_ text: String) {
    guard (1...32).contains(text.utf8.count) else { return nil }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): continue
      default: return nil
      }
    }
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }

  /// A name for what has none yet.
  public static let placeholder = BotID(unchecked: "unnamed")

  public var description: String { text }
  public static func < (a: BotID, b: BotID) -> Bool { a.text < b.text }
}

/// Our own name for an order (Binance `newClientOrderId`): `[a-zA-Z0-9-_]{1,36}`, never reused.
public struct ClientOrderID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let text: String

  public init?(_ text: some StringProtocol) { self.init(String(text)) }

  public init?(_ text: String) {
    guard (1...36).contains(text.utf8.count) else { return nil }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        continue
      default: return nil
      }
    }
    self.text = text
  }

  public var description: String { text }
  public static func < (a: ClientOrderID, b: ClientOrderID) -> Bool { a.text < b.text }
}

/// The venue's number for an order, unique per symbol.
public struct VenueOrderID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let value: Int64
  @inlinable public init(_ value: Int64) { self.value = value }
  public var description: String { String(value) }
  public static func < (a: VenueOrderID, b: VenueOrderID) -> Bool { a.value < b.value }
}

/// The venue's number for a trade, unique and increasing per symbol.
public struct TradeID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let value: Int64
  @inlinable public init(_ value: Int64) { self.value = value }
  public var description: String { String(value) }
  public static func < (a: TradeID, b: TradeID) -> Bool { a.value < b.value }
}
