/// Bounds what refusals write to the log: the first few of each kind in a window are written, the rest is counted and summed up at its
/// end. Pure: its user says when a window ends.
struct RefusalLimiter: Sendable, Equatable {
  /// What is counted together.
  enum Kind: Sendable, Hashable, Comparable, CustomStringConvertible {
    case connections
    case wrongTokens
    case calls
    /// Refused changes of somebody who may make them, by identity.
    case changes(by: String)

    var description: String {
      switch self {
      case .connections: "connections"
      case .wrongTokens: "wrong tokens"
      case .calls: "calls"
      case .changes(let identity): "changes of \(identity)"
      }
    }
  }

  enum Verdict: Equatable { case write, count }

  /// Identities counted apart; more are counted together.
  static let identitiesMaximum = 32

  /// Lines of each kind that a window writes.
  let linesMaximum: Int
  private var seen: [Kind: Int] = [:]

  init(linesMaximum: Int) { self.linesMaximum = linesMaximum }

  /// True from the first refusal of a window to its end.
  var isOpen: Bool { !seen.isEmpty }

  /// A refusal: whether it is written or only counted.
  mutating func refused(_ kind: Kind) -> Verdict {
    var kind = kind
    if case .changes = kind, seen[kind] == nil, seen.count >= Self.identitiesMaximum { kind = .changes(by: "others") }
    let count = seen[kind, default: 0] + 1
    seen[kind] = count
    return count <= linesMaximum ? .write : .count
  }

  /// Ends the window: what was counted and not written, by kind.
  mutating func endWindow() -> [(kind: Kind, count: Int)] {
    defer { seen = [:] }
    return seen.filter { $0.value > linesMaximum }.map { ($0.key, $0.value - linesMaximum) }.sorted { $0.kind < $1.kind }
  }
}
