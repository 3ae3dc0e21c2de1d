public import Time
public import TradingModel

/// Reads files of candles: CSV whose first line names the columns, the exchange's archive as it is (twelve columns and no header), freqtrade's JSON
/// and feather; plain, gzip or zip.
///
/// Columns are found by name, whatever the case: `open_time,open,high,low,close,volume` must be there (the time may be called `date`,
/// `timestamp`, `time` and more), `quote_volume` and `trades` are taken when they are, others are passed over; ``CandleReadOptions/columns``
/// says it for other files. Cells stand between commas, semicolons, tabs or bars, may be quoted and have spaces around them. A time is UTC in
/// seconds (10 digits), milliseconds (13), microseconds (16, as in the exchange's files since 2025) or nanoseconds (19), each row by itself, or a
/// date with a time. Numbers are decimals with at most 18 digits before the point and 8 after it, also with an exponent; nothing is rounded but
/// the last digits of printed binary numbers (0.30000000000000004). Lines end in LF or CRLF; a byte order mark, empty lines, a missing last line
/// end, and the header once more amid the rows (files that were joined) are fine.
public enum CandleFile {
  /// Longer lines are an error, in bytes without their end.
  public static let lineBytesMaximum = 1 << 16
  /// Candles that ``CandleReadOptions/fillGaps`` inserts at most.
  public static let filledMaximum = 10_000_000

  /// The candles of a file.
  ///
  /// - Parameter progress: told how much of the file has been read, 0…1 and never falling, about once per megabyte.
  /// - Throws: ``CandleFileError`` with the first thing that is wrong. Rows are checked first, in order; the grid and gaps after all rows.
  /// - Complexity: One pass over the bytes. Memory is 128 bytes per candle kept and a fixed buffer; half of the time of a long file is the
  ///   system's, for making that memory.
  public static func read(
    path: String, options: CandleReadOptions = CandleReadOptions(), progress: ((Double) -> Void)? = nil
  ) throws(CandleFileError) -> CandleSeries {
    var reader = try CandleReader(path: path, options: options)
    let series = try read(&reader, path, options, progress)
    progress?(1)
    return series
  }

  /// The candles of bytes that a file would hold, plain or zip.
  ///
  /// - Parameter name: what errors call it.
  /// - Throws: ``CandleFileError`` as ``read(path:options:progress:)`` does.
  public static func read(bytes: [UInt8], name: String, options: CandleReadOptions = CandleReadOptions()) throws(CandleFileError)
    -> CandleSeries
  {
    var reader = try CandleReader(try InputFile(bytes: bytes, path: name), options)
    return try read(&reader, name, options, nil)
  }

  private static func read(
    _ reader: inout CandleReader, _ path: String, _ options: CandleReadOptions, _ progress: ((Double) -> Void)?
  ) throws(CandleFileError) -> CandleSeries {
    try reader.readAll(progress: progress)
    var check = SeriesCheck(reader.take(), path: path, options: options)
    return try check.finish()
  }
}

/// How ``CandleFile/read(path:options:progress:)`` treats a file. The defaults repair nothing: what is wrong is an error.
public struct CandleReadOptions: Hashable, Sendable {
  /// The candles' length; `nil` deduces it from the most common distance of open times.
  public var interval: Interval?
  /// Puts flat candles (the previous close, no volume) where candles are missing, at most ``CandleFile/filledMaximum``.
  public var fillGaps: Bool
  /// Leaves holes as they are, for readers that do not need every candle. ``fillGaps`` goes first.
  public var allowGaps: Bool
  /// Drops rows that are not candles, not later than the last good row, or beside the interval's grid, and counts them. The hole a
  /// dropped row leaves is a gap like any other.
  public var skipBad: Bool
  /// The share of rows that ``skipBad`` may drop, 0…1; more are an error.
  public var skippedShareMaximum = 0.01
  /// Which column is what, for files whose first line does not say.
  public var columns: CandleColumnChoice?
  /// Keeps candles that open at or after this time only.
  public var from: Timestamp?
  /// Keeps candles that open before this time only; reading ends at the first row that does not.
  public var to: Timestamp?
  /// Candles kept at most, filled ones included; a longer series is an error. One takes 128 bytes of memory.
  public var rowsMaximum: Int

  public init(
    interval: Interval? = nil, fillGaps: Bool = false, allowGaps: Bool = false, skipBad: Bool = false, from: Timestamp? = nil,
    to: Timestamp? = nil, rowsMaximum: Int = 50_000_000
  ) {
    self.interval = interval
    self.fillGaps = fillGaps
    self.allowGaps = allowGaps
    self.skipBad = skipBad
    self.from = from
    self.to = to
    self.rowsMaximum = rowsMaximum
  }
}

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
