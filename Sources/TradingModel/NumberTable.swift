/// Numbers filed under fingerprints of names: finds where in an array the thing of a name is, without hashing text. The names stay in
/// that array; a caller says whether a number is the one it means.
///
/// Open addressing with linear probing, at most half full. Numbers are 0 to 2³² − 2. Finding, adding and removing take constant time.
public struct NumberTable: Sendable {
  /// High half: of the fingerprint; low half: number + 1; 0 is free.
  @usableFromInline var slots: [UInt64] = []
  public private(set) var count = 0

  public init() {}

  @inlinable var mask: Int { slots.count - 1 }

  /// The number filed under `fingerprint` that `isMeant`; `nil` when there is none.
  @inlinable @inline(__always) public func number(of fingerprint: UInt64, where isMeant: (Int) -> Bool) -> Int? {
    guard count > 0 else { return nil }
    let tag = fingerprint >> 32
    var at = Int(truncatingIfNeeded: tag) & mask
    while slots[at] != 0 {
      if slots[at] >> 32 == tag {
        let number = Int(truncatingIfNeeded: slots[at] & 0xffff_ffff) - 1
        if isMeant(number) { return number }
      }
      at = (at + 1) & mask
    }
    return nil
  }

  /// Files a number, once more if it is there already.
  public mutating func add(_ number: Int, _ fingerprint: UInt64) {
    if (count + 1) * 2 > slots.count { grow() }
    count += 1
    place((fingerprint >> 32) << 32 | UInt64(truncatingIfNeeded: number + 1) & 0xffff_ffff)
  }

  private mutating func place(_ slot: UInt64) {
    var at = Int(truncatingIfNeeded: slot >> 32) & mask
    while slots[at] != 0 { at = (at + 1) & mask }
    slots[at] = slot
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: max(16, old.count * 2))
    for slot in old where slot != 0 { place(slot) }
  }

  /// Takes a number out; nothing happens when it is not there.
  public mutating func remove(_ number: Int, _ fingerprint: UInt64) {
    guard count > 0 else { return }
    let slot = (fingerprint >> 32) << 32 | UInt64(truncatingIfNeeded: number + 1) & 0xffff_ffff
    var free = Int(truncatingIfNeeded: slot >> 32) & mask
    while slots[free] != slot {
      guard slots[free] != 0 else { return }
      free = (free + 1) & mask
    }
    count -= 1
    // Whatever was pushed past the freed place moves back.
    var at = free
    while true {
      at = (at + 1) & mask
      guard slots[at] != 0 else { break }
      let home = Int(truncatingIfNeeded: slots[at] >> 32) & mask
      guard (at - home) & mask >= (at - free) & mask else { continue }
      slots[free] = slots[at]
      free = at
    }
    slots[free] = 0
  }
}
