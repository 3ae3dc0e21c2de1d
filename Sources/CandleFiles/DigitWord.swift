/// Eight characters of text as one word, and which of them are digits: decimal text is read eight digits at a time.
///
/// The method is known as SWAR (D. Lemire, "Quickly parsing eight digits"). Bytes are in the order of the text, the first lowest.
struct DigitWord {
  /// Each character less "0": a digit is its value, anything else is 10 or more.
  private let bits: UInt64
  /// The highest bit of each byte that is no digit. Exact up to and including the first byte that is not ASCII.
  let stops: UInt64

  /// The eight bytes at `start`, which need not all belong to the number.
  @inline(__always) init(at start: UnsafePointer<UInt8>) {
    bits = unsafe Self.load(start) ^ 0x3030_3030_3030_3030
    stops = Self.stops(bits)
  }

  /// The eight bytes at `start`, the first lowest.
  @inline(__always) static func load(_ start: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
  }

  /// The highest bit of each byte of 10 or more, exact up to and including the first byte above 127.
  @inline(__always) static func stops(_ bits: UInt64) -> UInt64 {
    ((bits &+ 0x7676_7676_7676_7676) | bits) & 0x8080_8080_8080_8080
  }

  /// Eight times the number of leading digits, 0…64.
  @inline(__always) var digitBits: Int { stops == 0 ? 64 : Self.position(stops) }

  /// Eight times the position of the first stop.
  @inline(__always) static func position(_ stops: UInt64) -> Int { stops.trailingZeroBitCount & ~7 }

  /// The first `digitBits` / 8 digits, 1 to 8 of them, as a number.
  @inline(__always) func integer(_ digitBits: Int) -> Int64 { Self.value(bits &<< UInt64(truncatingIfNeeded: 64 &- digitBits)) }

  /// The first `digitBits` / 8 digits, 1 to 8 of them, with zeros after them up to eight: a fraction in units of 10⁻⁸.
  @inline(__always) func fraction(_ digitBits: Int) -> Int64 {
    Self.value(bits & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- digitBits)))
  }

  /// Eight bytes 0…9 as a number.
  @inline(__always) static func value(_ digits: UInt64) -> Int64 {
    let pairs = digits &* 10 &+ (digits &>> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return Int64(truncatingIfNeeded: (low &+ high) &>> 32)
  }
}
