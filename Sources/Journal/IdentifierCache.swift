import TradingModel

/// Identifiers seen lately, so that a replay checks the grammar of each bot, symbol and order once instead of at every entry.
/// Direct-mapped by the text's last bytes, where identifiers differ most. Confined to one read.
final class IdentifierCache {
  private static let slots = 256
  private var bots = [BotID?](repeating: nil, count: slots)
  private var symbols = [Symbol?](repeating: nil, count: slots)
  private var orders = [ClientOrderID?](repeating: nil, count: slots)

  func bot(_ text: String, _ slot: Int) -> BotID? {
    if let known = bots[slot], known.text == text { return known }
    guard let made = BotID(text) else { return nil }
    bots[slot] = made
    return made
  }

  func symbol(_ text: String, _ slot: Int) -> Symbol? {
    if let known = symbols[slot], known.text == text { return known }
    guard let made = Symbol(text), made.text == text else { return nil }
    symbols[slot] = made
    return made
  }

  func order(_ text: String, _ slot: Int) -> ClientOrderID? {
    if let known = orders[slot], known.text == text { return known }
    guard let made = ClientOrderID(text) else { return nil }
    orders[slot] = made
    return made
  }

  static func slot(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var hash = bytes.count
    for index in max(0, bytes.count - 6)..<bytes.count { hash = unsafe hash &* 31 &+ Int(bytes[index]) }
    return hash & (slots - 1)
  }
}
