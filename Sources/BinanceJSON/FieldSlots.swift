import TradingModel

/// One field's value as the scanner met it.
struct FieldSlot {
  enum Kind: UInt8 {
    /// `bits` is a signed count of 10⁻⁸, from a string such as `"0.001"`.
    case decimal
    /// `bits` is a signed integer.
    case integer
    /// `bits` is offset << 32 | length of a string token without escapes.
    case text
    /// As `text`, with escapes.
    case escapedText
    case yes
    case no
    case null
    /// A number that is no 64-bit integer.
    case otherNumber
    /// An array or object that was checked and skipped.
    case skipped
  }
  var kind: Kind
  var bits: UInt64
}

/// The one-letter fields of one object, found by letter. A bit of `seen` tells whether a slot was written.
@safe struct FieldSlots {
  let slots: UnsafeMutablePointer<FieldSlot>
  /// Bit `letter & 63` for every letter seen.
  var seen: UInt64 = 0

  @inline(__always) static func bit(_ letter: UInt8) -> UInt64 { 1 << UInt64(letter & 63) }

  @inline(__always) func has(_ letter: UInt8) -> Bool { seen & Self.bit(letter) != 0 }

  @inline(__always) subscript(_ letter: UInt8) -> FieldSlot { unsafe slots[Int(letter & 63)] }
}
