/// A trading pair in the exchange's spelling, e.g. `BTCUSDT` or `币安人生USDT`: 1 to 32 bytes of UTF-8.
///
/// The grammar is the exchange's own (`^[\w\-._&&[^a-z]]{1,50}$`, -1100): letters, digits, `_` and combining marks of any script, `-`
/// and `.`.
/// Refused are
/// - `a`–`z`: the exchange spells ASCII letters large, so they are raised here. Letters of other scripts stay as they are;
/// - control characters, whitespace and invisible characters (zero-width, direction marks): a person could not see them, and they would
///   break log lines, tables and terminals;
/// - `/`, `@`, `:`, `,`, `"`, `'`, `%`, `&` and every other punctuation and symbol: they separate names in paths, stream names, keys,
///   lists, JSON and queries, and the exchange has none of them;
/// - U+FFFD, which stands for bytes that were no UTF-8;
/// - a combining mark at the beginning or behind an ASCII character: no script writes it there, and it would give one name two spellings;
/// - names longer than 32 bytes: the longest that the exchange has listed have fewer than 20 (`这是测试币456` 18); 9 Chinese characters and
///   `FDUSD` fit.
///
/// Held as numbers (32 bytes), not as a string: copies count no reference, comparing and hashing look at four words.
public struct Symbol: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Bytes of UTF-8 that a name may have.
  public static let bytesMaximum = 32

  @usableFromInline let a: UInt64
  @usableFromInline let b: UInt64
  @usableFromInline let c: UInt64
  @usableFromInline let d: UInt64

  /// `nil` when the text breaks the grammar. Lower-case ASCII letters are raised.
  public init?(_ text: some StringProtocol) {
    self.init(String(text))
  }

  /// `nil` when the text breaks the grammar. Lower-case ASCII letters are raised.
  public init?(_ text: String) {
    var packed = PackedText()
    var isPlain = true
    for byte in text.utf8 {
      guard packed.count < Self.bytesMaximum else { return nil }
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        packed.append(byte)
      case UInt8(ascii: "a")...UInt8(ascii: "z"): packed.append(byte &- 0x20)
      case 0x80...:
        isPlain = false
        packed.append(byte)
      default: return nil
      }
    }
    guard packed.count > 0, isPlain || Self.isAllowed(text.unicodeScalars) else { return nil }
    self.init(packed)
  }

  private init(_ packed: PackedText) { (a, b, c, d) = (packed.words.0, packed.words.1, packed.words.2, packed.words.3) }

  /// Whether the scalars beyond ASCII are such as names may hold.
  private static func isAllowed(_ scalars: String.UnicodeScalarView) -> Bool {
    var isBehindPlain = true
    for scalar in scalars {
      guard !scalar.isASCII else {
        isBehindPlain = true
        continue
      }
      // Some letters have no shape either (the fillers of Hangul).
      guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
        .connectorPunctuation:
        break
      case .nonspacingMark, .spacingMark, .enclosingMark: if isBehindPlain { return false }
      default: return false
      }
      isBehindPlain = false
    }
    return true
  }

  /// A symbol that no exchange lists: a value for storage that holds none yet.
  public static let placeholder: Symbol = {
    var packed = PackedText()
    packed.append(UInt8(ascii: "-"))
    return Symbol(packed)
  }()

  /// The pair in the exchange's spelling. Cost: copies the bytes.
  public var text: String { PackedText.text(a, b, c, d) }
  public var description: String { text }

  /// The pair as stream names spell it: ASCII letters small, others as they are. Cost: copies the bytes twice.
  public var streamText: String {
    String(decoding: text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether the text begins with `asset`. Cost: linear in `asset`.
  public func hasPrefix(_ asset: String) -> Bool { matches(asset, from: 0) }

  /// Whether the text ends with `asset`. Cost: linear in `asset`.
  public func hasSuffix(_ asset: String) -> Bool { matches(asset, from: length - asset.utf8.count) }

  /// Bytes of the text.
  public var length: Int { PackedText.length(a, b, c, d, 0) }

  private func matches(_ asset: String, from start: Int) -> Bool {
    guard start >= 0, asset.utf8.count + start <= length else { return false }
    var index = start
    for byte in asset.utf8 {
      guard PackedText.byte(index, a, b, c, d) == byte else { return false }
      index += 1
    }
    return true
  }

  /// A number that tells most symbols apart; equal for equal ones.
  @inlinable public var fingerprint: UInt64 {
    let first = PackedText.stir(PackedText.stir(PackedText.stir(0, a), b), c)
    return d == 0 ? first : PackedText.stir(first, d)
  }

  @inlinable public static func == (x: Symbol, y: Symbol) -> Bool { x.a == y.a && x.b == y.b && x.c == y.c && x.d == y.d }
  @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
  /// By the bytes of the text.
  @inlinable public static func < (x: Symbol, y: Symbol) -> Bool { (x.a, x.b, x.c, x.d) < (y.a, y.b, y.c, y.d) }
}

/// A bot's name, chosen by the person who runs it: `[a-z0-9_-]{1,32}`. Held as numbers (32 bytes), as ``Symbol`` is.
public struct BotID: Hashable, Sendable, Comparable, CustomStringConvertible {
  @usableFromInline let a: UInt64
  @usableFromInline let b: UInt64
  @usableFromInline let c: UInt64
  @usableFromInline let d: UInt64

  /// `nil` when the text breaks the grammar.
  public init?(_ text: some StringProtocol) { self.init(String(text)) }

  /// `nil` when the text breaks the grammar.
  public init?(_ text: String) {
    guard let packed = PackedText(text, maximum: 32, where: Self.isAllowed) else { return nil }
    self.init(packed)
  }

  private init(_ packed: PackedText) { (a, b, c, d) = (packed.words.0, packed.words.1, packed.words.2, packed.words.3) }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// A name made of `text`: its ASCII letters small, its digits, `-` and `_`, at most 32 of them. Where other letters are left out, four
  /// hexadecimal digits of the whole text stand behind, so that names of other scripts differ. `nil` when nothing remains.
  ///
  /// For runs that name their bots after what they trade: `BTCUSDT` gives `btcusdt`, `币安人生USDT` gives `usdt-` and four digits.
  public init?(namedAfter text: String) {
    var packed = PackedText()
    var mark: UInt64 = 0
    var isWhole = true
    for byte in text.utf8 {
      mark = PackedText.stir(mark, UInt64(byte))
      let small = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
      if byte >= 0x80 { isWhole = false }
      if Self.isAllowed(small), packed.count < 32 { packed.append(small) }
    }
    guard isWhole else {
      var marked = PackedText()
      let (a, b, c, d, _) = packed.words
      for index in 0..<min(packed.count, 27) { marked.append(PackedText.byte(index, a, b, c, d)) }
      if marked.count > 0 { marked.append(UInt8(ascii: "-")) }
      for digit in 0..<4 { marked.append(Array("0123456789abcdef".utf8)[Int(mark >> UInt64(60 - 4 * digit) & 15)]) }
      self.init(marked)
      return
    }
    guard packed.count > 0 else { return nil }
    self.init(packed)
  }

  /// A name for what has none yet.
  public static let placeholder: BotID = {
    var packed = PackedText()
    for byte in "unnamed".utf8 { packed.append(byte) }
    return BotID(packed)
  }()

  /// The name. Cost: copies the bytes.
  public var text: String { PackedText.text(a, b, c, d) }
  public var description: String { text }

  /// A number that tells most names apart; equal for equal ones.
  @inlinable public var fingerprint: UInt64 {
    PackedText.stir(PackedText.stir(PackedText.stir(PackedText.stir(0, a), b), c), d)
  }

  @inlinable public static func == (x: BotID, y: BotID) -> Bool { x.a == y.a && x.b == y.b && x.c == y.c && x.d == y.d }
  @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
  /// By the bytes of the text.
  @inlinable public static func < (x: BotID, y: BotID) -> Bool { (x.a, x.b, x.c, x.d) < (y.a, y.b, y.c, y.d) }
}

/// Our own name for an order (Binance `newClientOrderId`): `[a-zA-Z0-9-_]{1,36}`, never reused. Held as numbers (40 bytes), as
/// ``Symbol`` is.
public struct ClientOrderID: Hashable, Sendable, Comparable, CustomStringConvertible {
  @usableFromInline let a: UInt64
  @usableFromInline let b: UInt64
  @usableFromInline let c: UInt64
  @usableFromInline let d: UInt64
  @usableFromInline let e: UInt64

  /// `nil` when the text breaks the grammar.
  public init?(_ text: some StringProtocol) { self.init(String(text)) }

  /// `nil` when the text breaks the grammar.
  public init?(_ text: String) {
    guard let packed = PackedText(text, maximum: 36, where: Self.isAllowed) else { return nil }
    self.init(packed)
  }

  /// The name `prefix-number`, or `prefix-number-suffix` where there is a suffix; `nil` when it breaks the grammar. Allocates nothing.
  public init?(prefix: String, number: UInt64, suffix: String) {
    var packed = PackedText()
    var length = prefix.utf8.count + 1
    for byte in prefix.utf8 {
      guard Self.isAllowed(byte) else { return nil }
      packed.append(byte)
    }
    packed.append(UInt8(ascii: "-"))
    // The digits in four bits each, the first one lowest.
    var digits: UInt128 = 0
    var count = 0
    var rest = number
    repeat {
      digits = digits << 4 | UInt128(rest % 10)
      rest /= 10
      count += 1
    } while rest != 0
    length += count
    while count > 0 {
      packed.append(UInt8(truncatingIfNeeded: digits & 15) + 48)
      digits >>= 4
      count -= 1
    }
    if !suffix.isEmpty {
      length += suffix.utf8.count + 1
      packed.append(UInt8(ascii: "-"))
      for byte in suffix.utf8 {
        guard Self.isAllowed(byte) else { return nil }
        packed.append(byte)
      }
    }
    guard length <= 36 else { return nil }
    self.init(packed)
  }

  private init(_ packed: PackedText) {
    (a, b, c, d, e) = packed.words
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The name. Cost: copies the bytes; an allocation when they are more than 15.
  public var text: String { PackedText.text(a, b, c, d, e) }
  public var description: String { text }

  /// A number that tells most names apart; equal for equal ones.
  @inlinable public var fingerprint: UInt64 {
    PackedText.stir(PackedText.stir(PackedText.stir(PackedText.stir(PackedText.stir(0, a), b), c), d), e)
  }

  // Names of one journal differ in their last bytes first.
  @inlinable public static func == (x: ClientOrderID, y: ClientOrderID) -> Bool {
    x.b == y.b && x.c == y.c && x.a == y.a && x.d == y.d && x.e == y.e
  }
  @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
  /// By the bytes of the text.
  @inlinable public static func < (x: ClientOrderID, y: ClientOrderID) -> Bool {
    (x.a, x.b, x.c, x.d, x.e) < (y.a, y.b, y.c, y.d, y.e)
  }
}

/// The venue's number for an order, unique per symbol.
public struct VenueOrderID: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  public let value: Int64
  @inlinable public init(_ value: Int64) { self.value = value }
  public var description: String { String(value) }
  public static func < (a: VenueOrderID, b: VenueOrderID) -> Bool { a.value < b.value }
}

/// The venue's number for a trade, unique and increasing per symbol.
public struct TradeID: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  public let value: Int64
  @inlinable public init(_ value: Int64) { self.value = value }
  public var description: String { String(value) }
  public static func < (a: TradeID, b: TradeID) -> Bool { a.value < b.value }
}
