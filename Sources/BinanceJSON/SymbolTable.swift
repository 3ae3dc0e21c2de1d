public import TradingModel

/// Subscribed symbols keyed by their bytes: a small open-addressing table, so that a frame's symbol is found without making a `String`.
@safe public struct SymbolTable: ~Copyable {
  /// A symbol's up to 32 bytes, zero padded.
  struct Key: Hashable, Sendable {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    var fourth: UInt64 = 0

    /// Names that differ behind their 24th byte only share it, which is rare.
    @inline(__always) var hash: UInt64 {
      var mixed = first &* 0x9E37_79B9_7F4A_7C15
      mixed ^= second &* 0xC2B2_AE3D_27D4_EB4F
      mixed ^= third &* 0x1656_67B1_9E37_79F9
      return mixed ^ mixed >> 29
    }
  }

  private struct Slot {
    var key: Key
    /// `nil` marks a free slot.
    var symbol: Symbol?
    /// Position in ``SymbolTable/symbols``.
    var index: Int
  }

  private let slots: UnsafeMutablePointer<Slot>
  private let mask: UInt64
  /// Without doubles, in the order given.
  public let symbols: [Symbol]

  public init(_ symbols: [Symbol] = []) {
    var capacity = 16
    while capacity < symbols.count * 2 { capacity *= 2 }
    mask = UInt64(capacity - 1)
    unsafe slots = .allocate(capacity: capacity)
    unsafe slots.initialize(repeating: Slot(key: Key(), symbol: nil, index: 0), count: capacity)
    var stored: [Symbol] = []
    for symbol in symbols {
      guard let key = Self.key(of: symbol) else { continue }
      var index = Int(key.hash & mask)
      while let other = unsafe slots[index].symbol, other != symbol { index = (index + 1) & (capacity - 1) }
      guard unsafe slots[index].symbol == nil else { continue }
      unsafe slots[index] = Slot(key: key, symbol: symbol, index: stored.count)
      stored.append(symbol)
    }
    self.symbols = stored
  }

  deinit {
    unsafe slots.deinitialize(count: Int(mask) + 1)
    unsafe slots.deallocate()
  }

  private static func key(of symbol: Symbol) -> Key? {
    let bytes = Array(symbol.text.utf8)
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      return unsafe key(base, count: buffer.count, readable: buffer.count)
    }
  }

  /// The key of `count` bytes, of which `readable ≥ count` may be read; `nil` when empty or longer than 32.
  @inline(__always) static func key(_ bytes: UnsafePointer<UInt8>, count: Int, readable: Int) -> Key? {
    guard count > 0, count <= Symbol.bytesMaximum else { return nil }
    if readable >= 24, count <= 24 {
      var key = Key()
      let first = unsafe JSONScanner.word(at: bytes)
      if count < 8 {
        key.first = first & (1 << (UInt64(count) * 8) - 1)
        return key
      }
      key.first = first
      if count == 8 { return key }
      let second = unsafe JSONScanner.word(at: bytes + 8)
      if count < 16 {
        key.second = second & (1 << (UInt64(count - 8) * 8) - 1)
        return key
      }
      key.second = second
      if count > 16 {
        let third = unsafe JSONScanner.word(at: bytes + 16)
        key.third = count == 24 ? third : third & (1 << (UInt64(count - 16) * 8) - 1)
      }
      return key
    }
    return unsafe slowKey(bytes, count: count)
  }

  @inline(never) private static func slowKey(_ bytes: UnsafePointer<UInt8>, count: Int) -> Key {
    var key = Key()
    for index in 0..<count {
      let shifted = unsafe UInt64(bytes[index]) << (UInt64(index & 7) * 8)
      switch index >> 3 {
      case 0: key.first |= shifted
      case 1: key.second |= shifted
      case 2: key.third |= shifted
      default: key.fourth |= shifted
      }
    }
    return key
  }

  /// The symbol with this key and its position; `nil` when it is not in the table.
  @inline(__always) func find(_ key: Key) -> (symbol: Symbol, index: Int)? {
    var index = Int(key.hash & mask)
    // At most half of the slots are taken, so a free one ends the search.
    while let symbol = unsafe slots[index].symbol {
      if unsafe slots[index].key == key { return unsafe (symbol, slots[index].index) }
      index = (index + 1) & Int(mask)
    }
    return nil
  }

  /// The symbol spelled by these bytes; `nil` when it is not in the table.
  public func symbol(spelled bytes: UnsafeBufferPointer<UInt8>) -> Symbol? {
    guard let base = bytes.baseAddress, let key = unsafe Self.key(base, count: bytes.count, readable: bytes.count) else { return nil }
    return find(key)?.symbol
  }
}
