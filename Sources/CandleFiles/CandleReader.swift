import Time
import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads a file's rows in blocks of whole lines: each a candle and later than the one before. Grid and gaps come after it
/// (``SeriesCheck``).
struct CandleReader {
  /// What reading a file gave.
  struct Rows {
    var candles: [Candle] = []
    var lines = LineMap()
    var distances = DistanceTally()
    var repairs = CandleRepairs()
    /// Good rows, the ones outside the wanted range included.
    var accepted = 0
  }

  private let file: InputFile
  private let columns: CandleColumns
  /// Files that were joined have their header several times; empty where there is none.
  private let headerText: [UInt8]
  private let workspace: CandleWorkspace
  private let parser: CandleRowParser
  private let options: CandleReadOptions
  private let from: Int64
  private let to: Int64
  private var rows = Rows()
  /// Bytes in the workspace that are not read yet.
  private var held = 0
  private var line = 1
  private var lastTime = Int64.min
  private var isDone = false

  /// Opens a file and reads its header.
  init(path: String, options: CandleReadOptions) throws(CandleFileError) {
    try self.init(try InputFile(path: path, ofCandles: true), options)
  }

  init(_ file: InputFile, _ options: CandleReadOptions) throws(CandleFileError) {
    let path = file.path
    self.file = file
    self.options = options
    from = options.from?.nanoseconds ?? .min
    to = options.to?.nanoseconds ?? .max
    workspace = CandleWorkspace()
    let header = try HeaderLine(file, workspace)
    let hasHeader: Bool
    do throws(CandleColumns.Problem) {
      let first = try CandleColumns.FirstLine(header.text)
      if let choice = options.columns {
        (columns, hasHeader) = try CandleColumns.chosen(choice, first)
      } else if let bare = CandleColumns(bare: first, isJSON: file.hasBareRows) {
        (columns, hasHeader) = (bare, false)
      } else {
        (columns, hasHeader) = (try CandleColumns(header: first), true)
      }
    } catch {
      throw CandleFileError(.header, path: path, line: 1, error.text, remedy: error.remedy)
    }
    headerText = hasHeader ? header.text : []
    workspace.use(columns)
    parser = CandleRowParser(workspace)
    line = hasHeader ? 1 : 0
    keep(from: hasHeader ? header.bytes : header.markBytes, upTo: header.held)
  }

  /// Moves the bytes not yet read to the front.
  private mutating func keep(from start: Int, upTo end: Int) {
    held = end - start
    unsafe memmove(workspace.bytes, workspace.bytes + start, held)
  }

  /// Moves the rows out; the memory is theirs alone.
  consuming func take() -> Rows { rows }

  mutating func readAll(progress: ((Double) -> Void)?) throws(CandleFileError) {
    try readRows(progress: progress)
    let (bad, all) = (rows.repairs.skippedRows, rows.repairs.skippedRows + rows.accepted)
    // Without any good row, that is the finding.
    guard rows.accepted > 0, Double(bad) > options.skippedShareMaximum * Double(all) else { return }
    throw CandleFileError(
      .row, path: file.path,
      "\(bad) of \(all) rows are bad, more than the \(Self.percent(options.skippedShareMaximum)) that may be dropped; the first: "
        + (rows.repairs.descriptions.first ?? ""), remedy: "--skip-bad-limit allows more")
  }

  private static func percent(_ share: Double) -> String {
    let hundredths = Int((min(max(share, 0), 1) * 10_000).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100)" + (rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)") + " %"
  }

  private mutating func readRows(progress: ((Double) -> Void)?) throws(CandleFileError) {
    var blocks = 0
    while !isDone {
      // A file without a header leaves its first block here, which may have no room behind it.
      let isFull = held >= CandleWorkspace.capacity - 1
      let got = isFull ? 0 : try unsafe file.read(into: workspace.space(after: held), after: line)
      var end = held + got
      if got == 0, !isFull {
        guard held > 0 else { return }
        // The last line's missing end.
        unsafe workspace.bytes[end] = 10
        end += 1
        isDone = true
      }
      let whole = unsafe Self.afterLastLineEnd(workspace.bytes, count: end)
      guard whole > 0 || end <= CandleFile.lineBytesMaximum else { throw tooLong(line + 1) }
      if rows.candles.isEmpty { reserve(whole) }
      try read(upTo: whole)
      keep(from: whole, upTo: end)
      blocks += 1
      if blocks % 4 == 0 { progress?(file.fraction) }
    }
  }

  private static func afterLastLineEnd(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    var end = count
    while end > 0, unsafe bytes[end - 1] != 10 { end -= 1 }
    return end
  }

  /// Makes room for as many candles as the file may hold; memory that stays unused is never touched.
  private mutating func reserve(_ blockBytes: Int) {
    guard let end = unsafe memchr(workspace.bytes, 10, blockBytes) else { return }
    let rowBytes = unsafe max(UnsafeRawPointer(workspace.bytes).distance(to: UnsafeRawPointer(end)) * 3 / 4, 12)
    let textBytes = file.sizeBytes.multipliedReportingOverflow(by: file.isPlain ? 1 : 6)
    let guess = (textBytes.overflow ? 0 : textBytes.partialValue) / rowBytes + blockBytes / 12
    let memory = max(sysconf(Int32(_SC_PHYS_PAGES)), 0).multipliedReportingOverflow(by: max(sysconf(Int32(_SC_PAGESIZE)), 0))
    let affordable = memory.overflow ? 0 : memory.partialValue / 2 / MemoryLayout<Candle>.stride
    rows.candles.reserveCapacity(max(min(guess, affordable, options.rowsMaximum), 0))
  }

  private func tooLong(_ line: Int) -> CandleFileError {
    CandleFileError(
      .damaged, path: file.path, line: line, "is longer than \(CandleFile.lineBytesMaximum) bytes: not a text file of candles")
  }

  /// Reads the lines in the first `end` bytes of the workspace, the last of which ends a line.
  private mutating func read(upTo end: Int) throws(CandleFileError) {
    var cursor = unsafe UnsafePointer(workspace.bytes)
    let stop = unsafe cursor + end
    var parser = parser
    let isUsual = columns.delimiter == UInt8(ascii: ",")
    while unsafe cursor < stop {
      line &+= 1
      if isUsual, let next = unsafe parser.row(at: cursor), unsafe next - cursor <= CandleFile.lineBytesMaximum, parser.time > lastTime {
        unsafe cursor = next
        try accept(parser.candle, time: parser.time)
      } else {
        unsafe cursor = try readSlowly(cursor, stop)
      }
      if isDone, lastTime >= to { return }
    }
  }

  @inline(never) private mutating func readSlowly(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) throws(CandleFileError) -> UnsafePointer<UInt8> {
    guard let found = unsafe memchr(start, 10, stop - start) else { return unsafe stop }
    let length = unsafe UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found))
    let isReturned = unsafe length > 0 && start[length - 1] == 13
    guard length <= CandleFile.lineBytesMaximum else { throw tooLong(line) }
    let text = unsafe UnsafeBufferPointer(start: start, count: isReturned ? length - 1 : length)
    if !text.isEmpty, unsafe headerText.isEmpty || !text.elementsEqual(headerText) {
      switch unsafe CandleRowText.candle(text, columns) {
      case .failure(let problem): try skip(.row, problem.text)
      case .success(let candle):
        let time = candle.openTime.nanoseconds
        if time > lastTime {
          try accept(candle, time: time)
        } else {
          let last = Timestamp(nanoseconds: lastTime)
          let problem = time == lastTime ? "comes a second time" : "is before \(last) of the row above"
          // A second row before the first: the whole file is turned round.
          if rows.accepted == 1, time < lastTime, !options.skipBad {
            throw CandleFileError(
              .order, path: file.path, line: line, "open_time \(candle.openTime) \(problem): the file begins with its newest candle",
              remedy: "turn it round, for example with (head -1 FILE; tail -n +2 FILE | tac) > FILE.csv")
          }
          try skip(.order, "open_time \(candle.openTime) \(problem)")
        }
      }
    }
    return unsafe start + length + 1
  }

  private mutating func skip(_ code: CandleFileError.Code, _ problem: String) throws(CandleFileError) {
    guard options.skipBad else {
      throw CandleFileError(code, path: file.path, line: line, problem, remedy: "--skip-bad drops such rows")
    }
    rows.repairs.skipped(line: line, problem)
  }

  @inline(__always) private mutating func accept(_ candle: Candle, time: Int64) throws(CandleFileError) {
    guard time < to else {
      isDone = true
      lastTime = time
      return
    }
    if rows.accepted > 0 { rows.distances.add(time &- lastTime) }
    rows.accepted &+= 1
    lastTime = time
    guard time >= from else { return }
    let index = rows.candles.count
    guard index < options.rowsMaximum else { throw tooMany() }
    rows.lines.append(index: index, line: line)
    rows.candles.append(candle)
  }

  private func tooMany() -> CandleFileError {
    CandleFileError(
      .tooMany, path: file.path, line: line, "more than \(options.rowsMaximum) candles", remedy: "--from and --to take a part of them")
  }
}
