/// How long the engine waits for a disk. With the exchange only: on paper nothing may depend on the speed of a disk.
public enum DiskPatience {
  /// An entry that waited longer for its record is not sent: its price is old. Nanoseconds, as all of these.
  public static let entry: Int64 = 1_000_000_000
  /// A stop, an exit or a cancel goes unrecorded when the disk owes a commit for longer, and is recorded when it can be. It is looked at four times
  /// a second, so that nothing of them waits for more than one second: the core counts on that when a sale is in doubt.
  public static let exit: Int64 = 750_000_000
  /// A commit that takes longer is an alarm.
  public static let alarm: Int64 = 1_000_000_000
  /// The alarm ends when no commit took so long for this time, so that a disk that stutters is one alarm, not a hundred.
  public static let calm: Int64 = 30_000_000_000
  /// After a failure the journal is opened anew after this time, then after twice as long each time, up to the longest. Each try reads
  /// the whole journal.
  public static let firstTry: Int64 = 1_000_000_000
  public static let longestPause: Int64 = 30_000_000_000
}

/// What the journal's disk does.
public enum DiskState: Hashable, Sendable {
  case fine
  /// It takes longer than ``DiskPatience/alarm``: the longest that one commit took, or takes now.
  case slow(nanoseconds: Int64)
  /// Nothing is recorded; why. `false`: it will not be tried again before a restart.
  case failed(String, isTriedAgain: Bool)
}

/// Follows how long commits take, and when to try a failed journal again. Told the time; decides nothing else.
struct DiskWatch {
  enum Change: Equatable {
    case slowBegan
    case slowEnded(longest: Int64)
  }

  /// The longest commit since the alarm began; `nil`: no alarm.
  private(set) var longest: Int64?
  private var lastSlow: Int64 = 0
  private var nextTry: Int64 = 0
  private var pause = DiskPatience.firstTry
  private(set) var isTrying = false
  /// What is on the disk is not what was acknowledged.
  private(set) var isLost = false

  /// A commit took, or takes until now, this long.
  mutating func took(_ nanoseconds: Int64, at now: Int64) -> Change? {
    guard nanoseconds >= DiskPatience.alarm else { return nil }
    lastSlow = now
    defer { longest = max(longest ?? 0, nanoseconds) }
    return longest == nil ? .slowBegan : nil
  }

  /// Time passes.
  mutating func tick(at now: Int64) -> Change? {
    guard let longest, now - lastSlow >= DiskPatience.calm else { return nil }
    self.longest = nil
    return .slowEnded(longest: longest)
  }

  mutating func failed(at now: Int64) {
    longest = nil
    pause = DiskPatience.firstTry
    nextTry = now + pause
    isTrying = false
  }

  /// Whether to open the journal anew now.
  mutating func startsTry(at now: Int64) -> Bool {
    guard !isTrying, !isLost, now >= nextTry else { return false }
    isTrying = true
    return true
  }

  mutating func tryFailed(at now: Int64, isLost: Bool) {
    isTrying = false
    self.isLost = isLost
    pause = min(pause * 2, DiskPatience.longestPause)
    nextTry = now + pause
  }

  mutating func recovered() { isTrying = false }
}
