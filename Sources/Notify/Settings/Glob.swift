/// A pattern of names: `*` stands for any characters, `?` for one.
public struct Glob: Sendable, Hashable {
  private let pattern: [UInt8]

  /// A pattern of this text.
  public init(_ text: some StringProtocol) { pattern = Array(text.utf8) }

  /// Whether the whole of `text` fits. Cost: at most the product of both lengths.
  public func matches(_ text: String) -> Bool {
    let name = Array(text.utf8)
    var (at, place) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while place < name.count {
      if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
        star = (at, place)
        at += 1
      } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == name[place] {
        at += 1
        place += 1
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        at = last.pattern + 1
        place = last.name + 1
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
