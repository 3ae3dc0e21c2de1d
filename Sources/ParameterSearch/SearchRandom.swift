/// A reproducible source of random numbers: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct SearchRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0...most, each equally likely (Lemire, "Fast Random Integer Generation in an Interval", 2019); 0 for none.
  mutating func integer(upTo most: Int) -> Int {
    guard most > 0 else { return 0 }
    let bound = UInt64(most) + 1
    let threshold = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= threshold { return Int(truncatingIfNeeded: product.high) }
    }
  }
}
