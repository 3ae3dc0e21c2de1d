import TradingModel

/// Reads files of candles: CSV, plain or gzip, whose first line names the columns.
///
/// Columns are found by name: `open_time,open,high,low,close,volume` must be there, `quote_volume` and `trades` are taken when they
/// are, others are passed over. `open_time` is UTC in milliseconds (13 digits) or microseconds (16 digits, as in the exchange's files
/// since 2025), each row by itself. Numbers are plain decimals with at most 18 digits before the point and 8 after it; nothing is
/// rounded. Lines end in LF or CRLF; a byte order mark, empty lines and a missing last line end are fine.
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
    try reader.readAll(progress: progress)
    var check = SeriesCheck(reader.take(), path: path, options: options)
    let series = try check.finish()
    progress?(1)
    return series
  }
}
