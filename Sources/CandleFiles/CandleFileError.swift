/// Why a file of candles (or of lines) cannot be used: the file, the line, what is wrong and what helps.
public struct CandleFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A kind of trouble; more may come.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String { case file, damaged, header, row, order, interval, gap, tooMany, empty }
    private let kind: Kind

    /// Missing, unreadable, or not a file.
    public static let file = Code(kind: .file)
    /// Reading failed half way: damaged or cut gzip, a failing disk, an endless line.
    public static let damaged = Code(kind: .damaged)
    /// The first line does not name the columns.
    public static let header = Code(kind: .header)
    /// A row is not a candle.
    public static let row = Code(kind: .row)
    /// A row is not later than the one before.
    public static let order = Code(kind: .order)
    /// The candles' length is unknown, another one, or an open time lies beside its grid.
    public static let interval = Code(kind: .interval)
    /// Candles are missing.
    public static let gap = Code(kind: .gap)
    /// More candles than allowed.
    public static let tooMany = Code(kind: .tooMany)
    /// No candle at all.
    public static let empty = Code(kind: .empty)

    public var description: String { kind.rawValue }
  }

  public let code: Code
  public let path: String
  /// Counted from 1, the header included; 0 means the whole file.
  public let line: Int
  /// What is wrong, in words.
  public let message: String
  /// What a person can do about it on the command line, if anything ("--fill-gaps inserts them as …").
  public let remedy: String?

  public init(_ code: Code, path: String, line: Int = 0, _ message: String, remedy: String? = nil) {
    self.code = code
    self.path = path
    self.line = line
    self.message = message
    self.remedy = remedy
  }

  /// `FILE: line N: message`, without the remedy: for programs that have no such flags.
  public var finding: String { line > 0 ? "\(path): line \(line): \(message)" : "\(path): \(message)" }

  /// `FILE: line N: message; remedy`.
  public var description: String { remedy.map { "\(finding); \($0)" } ?? finding }
}
