public import ServiceRuntime
public import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes ``MarketTape`` on a thread of its own; callers never wait. What does not fit its queue, or the disk, is left out.
public final class MarketTapeWriter: @unchecked Sendable {
  private let directory: String
  private let thread: PinnedThread
  // On the thread only.
  private var files: [SeriesKey: TapeFile] = [:]
  private var rules: [Symbol: TradingRules] = [:]
  private var rulesFile: TapeFile?

  /// - Throws: when the system refuses a thread.
  public init(stateDirectory: String) throws(RuntimeError) {
    directory = "\(stateDirectory)/\(MarketTape.folder)"
    thread = try PinnedThread(name: "botd-tape", capacity: 16_384)
  }

  /// A closed candle that reached strategies.
  public func closed(_ candle: Candle, of key: SeriesKey) {
    thread.submit { self.append([candle], key, isLive: true) }
  }

  /// Candles that came as history.
  public func history(_ candles: [Candle], of key: SeriesKey) {
    thread.submit { self.append(candles, key, isLive: false) }
  }

  /// The rules of a symbol that is traded; written when they changed.
  public func learn(_ rules: TradingRules) {
    thread.submit { self.write(rules) }
  }

  /// Writes what is queued and ends the thread.
  public func stop() {
    thread.stop()
    thread.join()
  }

  private func append(_ candles: [Candle], _ key: SeriesKey, isLive: Bool) {
    if files[key] == nil {
      files[key] = TapeFile("\(directory)/\(MarketTape.fileName(key))", header: MarketTape.header)
    }
    guard let file = files[key] else { return }
    var text = ""
    for candle in candles where candle.openTime.milliseconds > file.lastTime {
      file.lastTime = candle.openTime.milliseconds
      text += MarketTape.line(candle, isLive: isLive)
    }
    if !text.isEmpty { file.append(text) }
  }

  private func write(_ new: TradingRules) {
    guard rules[new.symbol] != new else { return }
    rules[new.symbol] = new
    if rulesFile == nil { rulesFile = TapeFile("\(directory)/\(MarketTape.rulesFile)", header: MarketTape.rulesHeader) }
    rulesFile?.append(MarketTape.line(new))
  }
}

/// One file of a tape, open for appending; a torn last line is cut off when it is opened.
final class TapeFile {
  private let descriptor: Int32
  /// The first number of the last line; `.min` when there is none.
  var lastTime = Int64.min

  init?(_ path: String, header: String) {
    if let slash = path.lastIndex(of: "/") { mkdir(String(path[..<slash]), 0o700) }
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    let size = lseek(descriptor, 0, SEEK_END)
    guard size > 0 else {
      append(header + "\n")
      return
    }
    var tail = [UInt8](repeating: 0, count: Int(min(size, 4_096)))
    let count = pread(descriptor, &tail, tail.count, size - off_t(tail.count))
    guard count == tail.count, let end = tail.lastIndex(of: 10) else { return }
    let whole = size - off_t(tail.count - end - 1)
    if whole < size { ftruncate(descriptor, whole) }
    lseek(descriptor, 0, SEEK_END)
    let begin = tail[..<end].lastIndex(of: 10).map { $0 + 1 } ?? 0
    lastTime = Int64(String(decoding: tail[begin..<end].prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)) ?? .min
  }

  deinit { close(descriptor) }

  /// A failing disk loses the line; the journal is what must not fail.
  func append(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// The text of a file, `nil` where there is none to read.
  static func contents(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
