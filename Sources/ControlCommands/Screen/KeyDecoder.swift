/// A key that was pressed.
enum Key: Hashable, Sendable {
  case character(Character)
  /// With the control key, by its letter in lower case.
  case control(Character)
  case up, down, left, right, home, end, pageUp, pageDown
  case enter, escape, backspace, delete, tab, backTab, help
  /// Text that was pasted, at most ``KeyDecoder/pasteMaximum`` characters of it.
  case pasted(String)
}

/// Turns the bytes of a terminal into keys. Pure state: bytes of a key may come in pieces.
struct KeyDecoder: Sendable {
  /// Characters of pasted text that are kept.
  static let pasteMaximum = 200
  /// Longer than any sequence of a key.
  private static let sequenceMaximum = 32

  private var waiting: ArraySlice<UInt8> = []
  private var pasted: [UInt8]?

  /// An escape came that may be the key, or the beginning of another one: ``flush()`` decides after a moment without bytes.
  var isWaiting: Bool { !waiting.isEmpty && pasted == nil }

  /// The keys that are complete with these bytes.
  mutating func take(_ bytes: [UInt8]) -> [Key] {
    waiting += bytes
    var keys: [Key] = []
    while let (key, count) = next() {
      waiting.removeFirst(count)
      if let key { keys.append(key) }
    }
    return keys
  }

  /// No more bytes follow: what waits is an escape key and what stands behind it.
  mutating func flush() -> [Key] {
    guard isWaiting else { return [] }
    let first = waiting.first
    waiting = []
    return first == 0x1B ? [.escape] : []
  }

  /// The next key and its length; a key of nil is passed over; nil: more bytes must come.
  private mutating func next() -> (Key?, Int)? {
    guard let first = waiting.first else { return nil }
    if pasted != nil { return paste() }
    switch first {
    case 0x1B: return sequence(Array(waiting.prefix(Self.sequenceMaximum)))
    case 0x0D, 0x0A: return (.enter, 1)
    case 0x09: return (.tab, 1)
    case 0x7F, 0x08: return (.backspace, 1)
    case 0x01...0x1A: return (.control(Character(UnicodeScalar(first + 0x60))), 1)
    case 0x00...0x1F: return (nil, 1)
    case 0x20...0x7E: return (.character(Character(UnicodeScalar(first))), 1)
    default: return character(first)
    }
  }

  /// A character of several bytes.
  private func character(_ first: UInt8) -> (Key?, Int)? {
    let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
    guard waiting.count >= count else { return nil }
    let text = count > 1 ? String(validating: waiting.prefix(count), as: UTF8.self) : nil
    guard let character = text?.first else { return (nil, 1) }
    return (.character(character), count)
  }

  private mutating func sequence(_ waiting: [UInt8]) -> (Key?, Int)? {
    guard waiting.count > 1 else { return nil }
    switch waiting[1] {
    case 0x1B: return (.escape, 1)
    case UInt8(ascii: "O"):
      guard waiting.count > 2 else { return nil }
      return (Self.letter(waiting[2]), 3)
    case UInt8(ascii: "["): return controlSequence(waiting)
    // Alt and a key.
    default: return (nil, 2)
    }
  }

  private mutating func controlSequence(_ waiting: [UInt8]) -> (Key?, Int)? {
    guard waiting.count > 2 else { return nil }
    // The console of Linux: ESC [ [ A is F1.
    if waiting[2] == UInt8(ascii: "[") { return waiting.count > 3 ? (waiting[3] == UInt8(ascii: "A") ? .help : nil, 4) : nil }
    guard let last = waiting.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return waiting.count == Self.sequenceMaximum ? (nil, waiting.count) : nil
    }
    guard waiting[last] == UInt8(ascii: "~") else { return (Self.letter(waiting[last]), last + 1) }
    let number = Int(String(decoding: waiting[2..<last].prefix { (48...57).contains($0) }, as: UTF8.self))
    switch number {
    case 1, 7: return (.home, last + 1)
    case 3: return (.delete, last + 1)
    case 4, 8: return (.end, last + 1)
    case 5: return (.pageUp, last + 1)
    case 6: return (.pageDown, last + 1)
    case 11: return (.help, last + 1)
    case 200:
      pasted = []
      return (nil, last + 1)
    default: return (nil, last + 1)
    }
  }

  private static func letter(_ byte: UInt8) -> Key? {
    switch Character(UnicodeScalar(byte)) {
    case "A": .up
    case "B": .down
    case "C": .right
    case "D": .left
    case "H": .home
    case "F": .end
    case "Z": .backTab
    case "M": .enter
    case "P": .help
    default: nil
    }
  }

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// Collects pasted bytes up to the mark of their end.
  private mutating func paste() -> (Key?, Int)? {
    if waiting.starts(with: Self.pasteEnd) {
      let text = String(decoding: pasted ?? [], as: UTF8.self)
      pasted = nil
      return (.pasted(String(text.prefix(Self.pasteMaximum))), Self.pasteEnd.count)
    }
    if waiting.count < Self.pasteEnd.count, Self.pasteEnd.starts(with: waiting) { return nil }
    let count = max(1, waiting.prefix { $0 != 0x1B }.count)
    let room = 4 * Self.pasteMaximum - (pasted?.count ?? 0)
    pasted?.append(contentsOf: waiting.prefix(min(count, max(0, room))))
    return (nil, count)
  }
}
