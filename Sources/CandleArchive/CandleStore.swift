public import CandleFiles
import ServiceRuntime
public import Time
public import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A data directory: `SYMBOL/INTERVAL/SYMBOL-INTERVAL-2024-12.csv.gz`, each a month of candles as CSV, whose head says up to when it is complete.
///
/// A file appears under its name only when it is whole and on the disk. Every reading checks it to the last byte.
public struct CandleStore: Sendable {
  /// Why the directory cannot be used: a sentence.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  public let directory: String

  public init(directory: String) { self.directory = directory }

  /// `BOTD_DATA_DIR`, else `botd` in `XDG_DATA_HOME`, else `~/.local/share/botd`; `nil` where no home is known.
  public static func directory(environment: [String: String]) -> String? {
    func absolute(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    if let given = environment["BOTD_DATA_DIR"], !given.isEmpty { return HomeDirectory.expanded(given, environment: environment) }
    if let data = absolute("XDG_DATA_HOME") { return data + "/botd" }
    return HomeDirectory.path(environment: environment).map { "\($0 == "/" ? "" : $0)/.local/share/botd" }
  }

  /// The archive writes a month `1mo`, since not every disk tells `1M` from `1m`.
  static func text(_ interval: Interval) -> String { interval == .oneMonth ? "1mo" : interval.rawValue }

  func folder(_ series: SeriesKey) -> String { "\(directory)/\(series.symbol.text)/\(Self.text(series.interval))" }

  /// Where a month is or would be.
  public func path(_ series: SeriesKey, _ month: CalendarMonth) -> String {
    "\(folder(series))/\(series.symbol.text)-\(Self.text(series.interval))-\(month).csv.gz"
  }

  // MARK: What is there

  /// A month that is kept.
  public struct Month: Hashable, Sendable {
    public var month: CalendarMonth
    public var path: String
    /// Every candle of the exchange that closed until then is in the file.
    public var completeTo: Timestamp
    public var candles: Int
    /// When its first candle opened; `nil` where its head does not say.
    public var firstCandle: Timestamp?
    /// On disk, in bytes.
    public var sizeBytes: Int
  }

  /// Every market and interval of which something is kept, in order.
  public func series() -> [SeriesKey] {
    Self.names(directory).flatMap { name -> [SeriesKey] in
      guard let symbol = Symbol(name), symbol.text == name else { return [] }
      return Self.names("\(directory)/\(name)").compactMap { text in
        let interval = Interval.allCases.first { Self.text($0) == text }
        return interval.map { SeriesKey(symbol: symbol, interval: $0) }
      }
    }
    .filter { !months(of: $0).isEmpty }
    .sorted { ($0.symbol, $0.interval.milliseconds) < ($1.symbol, $1.interval.milliseconds) }
  }

  /// The months of a series that are kept, in order, by what their heads say.
  public func months(of series: SeriesKey) -> [Month] {
    let prefix = "\(series.symbol.text)-\(Self.text(series.interval))-"
    return Self.names(folder(series)).compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(".csv.gz"), let month = CalendarMonth(name.dropFirst(prefix.count).dropLast(7)) else {
        return nil
      }
      return self.month(series, month)
    }
    .sorted { $0.month < $1.month }
  }

  /// A month by what its head says; `nil` when it is not there, or not written by this program.
  public func month(_ series: SeriesKey, _ month: CalendarMonth) -> Month? {
    let path = path(series, month)
    guard let (head, size) = Self.head(of: path), let comment = PackedBytes.comment(ofGzip: head) else { return nil }
    let words = comment.split(separator: " ")
    guard words.count == 5 || words.count == 6, words[0] == "botd-candles/1", words[1] == series.symbol.text,
      words[2] == series.interval.rawValue,
      let completeTo = Int64(words[3].dropFirst("complete_to_ms=".count)), let candles = Int(words[4].dropFirst("candles=".count))
    else { return nil }
    let time = Timestamp(milliseconds: completeTo)
    guard time > month.start, time <= month.end, candles >= 0 else { return nil }
    let first = words.count == 6 ? Int64(words[5].dropFirst("first_ms=".count)).map { Timestamp(milliseconds: $0) } : nil
    return Month(
      month: month, path: path, completeTo: time, candles: candles,
      firstCandle: first.flatMap { $0 >= month.start && $0 < month.end ? $0 : nil }, sizeBytes: size)
  }

  private static func names(_ directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func head(of path: String) -> (bytes: [UInt8], size: Int)? {
    guard let file = unsafe fopen(path, "re") else { return nil }
    defer { unsafe fclose(file) }
    var status = stat()
    guard unsafe fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return (Array(bytes.prefix(count)), Int(status.st_size))
  }

  // MARK: Reading

  /// The candles of one month, checked to the last byte; holes stay.
  public func candles(_ series: SeriesKey, _ month: Month) throws(CandleFileError) -> [Candle] {
    guard month.candles > 0 else { return [] }
    let options = CandleReadOptions(interval: series.interval, allowGaps: true)
    let candles = try CandleFile.read(path: month.path, options: options).candles
    guard candles.count == month.candles, let first = candles.first, first.openTime >= month.month.start,
      candles.last?.openTime ?? .zero < month.month.end
    else {
      throw CandleFileError(.damaged, path: month.path, "does not hold the \(month.candles) candles that its head promises")
    }
    return candles
  }

  /// What is kept of a series as one, from the month that contains `from` up to the one before which `to` lies.
  ///
  /// - Parameter progress: told how much of it has been read, 0…1.
  /// - Throws: ``CandleFileError`` as of a file, also when nothing is kept; its remedy names the command that fetches it.
  public func read(
    _ series: SeriesKey, from: Timestamp? = nil, to: Timestamp? = nil, options: CandleReadOptions = CandleReadOptions(),
    progress: ((Double) -> Void)? = nil
  ) throws(CandleFileError) -> CandleSeries {
    let wanted = months(of: series).filter { month in
      month.candles > 0 && (from.map { month.month.end > $0 } ?? true) && (to.map { month.month.start < $0 } ?? true)
    }
    guard !wanted.isEmpty else { throw nothing(series, from, to) }
    var options = options
    options.interval = series.interval
    // Each month's own start is no hole.
    return try CandleFile.read(paths: wanted.map(\.path), options: options, progress: progress)
  }

  private func nothing(_ series: SeriesKey, _ from: Timestamp?, _ to: Timestamp?) -> CandleFileError {
    let name = "\(series.symbol.text):\(series.interval.rawValue)"
    let others = self.series().filter { $0.symbol == series.symbol && $0 != series }.map { "\($0.symbol.text):\($0.interval.rawValue)" }
    let bounds = [from.map { "from \(CalendarMonth.date($0))" }, to.map { "before \(CalendarMonth.date($0))" }].compactMap(\.self)
    let there = others.isEmpty ? "" : " (there is \(others.joined(separator: ", ")))"
    return CandleFileError(
      .empty, path: directory, "holds no candles of \(name)\(bounds.isEmpty ? "" : " ")\(bounds.joined(separator: " "))\(there)",
      remedy:
        "botctl download \(series.symbol.text) --interval \(series.interval.rawValue) --from \(CalendarMonth(containing: from ?? Timestamp(milliseconds: 1_704_067_200_000))) fetches them"
    )
  }

  // MARK: Writing

  /// Writes a month: whole and on the disk, or not at all.
  ///
  /// - Parameter candles: in order, all within the month.
  public func write(_ series: SeriesKey, _ month: CalendarMonth, _ candles: [Candle], completeTo: Timestamp) throws(Failure) {
    let comment =
      "botd-candles/1 \(series.symbol.text) \(series.interval.rawValue) complete_to_ms=\(completeTo.milliseconds) candles=\(candles.count)\(candles.first.map { " first_ms=\($0.openTime.milliseconds)" } ?? "")"
    let text = CandleText.file(candles)
    guard let bytes = PackedBytes.gzip(text, comment: comment) else {
      throw Failure(description: "there is not enough memory for \(month)")
    }
    let folder = folder(series)
    try Self.make(folder)
    let target = path(series, month)
    let partial = "\(folder)/.\(month)-\(getpid()).part"
    do throws(Failure) {
      try Self.put(bytes, into: partial)
      guard unsafe rename(partial, target) == 0 else { throw Self.failure("write", target) }
    } catch {
      unsafe unlink(partial)
      throw error
    }
    Self.sync(folder)
  }

  /// Takes away what a program that was killed left half written.
  public func removeRemnants(of series: SeriesKey) {
    let folder = folder(series)
    guard let stream = unsafe opendir(folder) else { return }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard name.hasPrefix("."), name.hasSuffix(".part"), let process = name.dropLast(5).split(separator: "-").last.flatMap({ Int32($0) }),
        process > 0, kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unsafe unlink("\(folder)/\(name)")
    }
  }

  private static func make(_ folder: String) throws(Failure) {
    var path = ""
    for part in folder.split(separator: "/", omittingEmptySubsequences: true) {
      path += (path.isEmpty && !folder.hasPrefix("/") ? "" : "/") + part
      guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("make", path) }
    }
  }

  private static func put(_ bytes: [UInt8], into file: String) throws(Failure) {
    guard let stream = unsafe fopen(file, "we") else { throw failure("write", file) }
    let isWritten = unsafe fwrite(bytes, 1, bytes.count, stream) == bytes.count && fflush(stream) == 0 && fsync(fileno(stream)) == 0
    let words = failure("write", file)
    guard unsafe fclose(stream) == 0, isWritten else { throw words }
  }

  /// The new name, too, is on the disk.
  private static func sync(_ folder: String) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ what: String, _ path: String) -> Failure {
    Failure(description: "cannot \(what) \(path): \(unsafe String(cString: strerror(errno)))")
  }
}

/// Candles as CSV with every column that the reader takes.
public enum CandleText {
  public static let header = "open_time,open,high,low,close,volume,quote_volume,trades\n"

  /// The whole file.
  public static func file(_ candles: [Candle]) -> [UInt8] {
    var text = Array(header.utf8)
    text.reserveCapacity(candles.count * 90 + 100)
    for candle in candles { text += Array(row(candle).utf8) }
    return text
  }

  /// One candle with its line end.
  public static func row(_ candle: Candle) -> String {
    "\(candle.openTime.milliseconds),\(candle.open),\(candle.high),\(candle.low),\(candle.close),\(candle.volume),\(candle.quoteVolume),\(candle.tradeCount)\n"
  }
}
