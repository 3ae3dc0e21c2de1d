public import Time
public import ServiceRuntime
import Synchronization
public import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes ``MarketTape`` on a thread of its own; callers never wait. What does not fit its queue, or the disk, is left out. No file stays
/// open.
public final class MarketTapeWriter: @unchecked Sendable {
  /// Candles that may wait to be written: 16 MB.
  static let candlesMaximum = 131_072

  private let directory: String
  private let thread: PinnedThread
  private let waiting = Atomic<Int>(0)
  // On the thread only.
  private var lastTimes: [SeriesKey: Int64] = [:]
  private var rules: [Symbol: TradingRules] = [:]
  private var isRulesFileReady = false
  private var isArrivalsFileReady = false

  /// - Throws: when the system refuses a thread.
  public init(stateDirectory: String) throws(RuntimeError) {
    directory = "\(stateDirectory)/\(MarketTape.folder)"
    thread = try PinnedThread(name: "botd-tape", capacity: 16_384)
  }

  /// A closed candle that reached strategies at this event time.
  public func closed(_ candle: Candle, of key: SeriesKey, at time: Timestamp) {
    submit([candle], key, heardAt: time)
  }

  /// Candles that came as history.
  public func history(_ candles: [Candle], of key: SeriesKey) { submit(candles, key, heardAt: nil) }

  /// The rules of a symbol that is traded; written when they changed.
  public func learn(_ rules: TradingRules) {
    thread.submit { self.write(rules) }
  }

  /// Where the market was around an order that filled at once.
  public func arrived(_ arrival: TapeArrival) {
    thread.submit { self.write(arrival) }
  }

  /// Writes what is queued and ends the thread.
  public func stop() {
    thread.stop()
    thread.join()
  }

  private func submit(_ candles: [Candle], _ key: SeriesKey, heardAt: Timestamp?) {
    guard waiting.add(candles.count, ordering: .relaxed).newValue <= Self.candlesMaximum else {
      waiting.subtract(candles.count, ordering: .relaxed)
      return
    }
    let isTaken = thread.submit {
      self.append(candles, key, heardAt: heardAt)
      self.waiting.subtract(candles.count, ordering: .relaxed)
    }
    if !isTaken { waiting.subtract(candles.count, ordering: .relaxed) }
  }

  private func append(_ candles: [Candle], _ key: SeriesKey, heardAt: Timestamp?) {
    let path = "\(directory)/\(MarketTape.fileName(key))"
    let known = lastTimes[key]
    guard let last = known ?? TapeFile.prepare(path, header: MarketTape.header) else { return }
    var newest = last
    var text = ""
    for candle in candles where candle.openTime.milliseconds > newest {
      newest = candle.openTime.milliseconds
      text += MarketTape.line(candle, heardAt: heardAt)
    }
    if text.isEmpty || TapeFile.append(text, to: path) { lastTimes[key] = newest }
  }

  private func write(_ arrival: TapeArrival) {
    let path = "\(directory)/\(MarketTape.arrivalsFile)"
    if !isArrivalsFileReady { isArrivalsFileReady = TapeFile.prepare(path, header: MarketTape.arrivalsHeader) != nil }
    if isArrivalsFileReady { _ = TapeFile.append(MarketTape.line(arrival), to: path) }
  }

  private func write(_ new: TradingRules) {
    guard rules[new.symbol] != new else { return }
    let path = "\(directory)/\(MarketTape.rulesFile)"
    if !isRulesFileReady { isRulesFileReady = TapeFile.prepare(path, header: MarketTape.rulesHeader) != nil }
    if isRulesFileReady, TapeFile.append(MarketTape.line(new), to: path) { rules[new.symbol] = new }
  }
}

/// The files of a tape; opened for each use.
enum TapeFile {
  /// Makes the file with its header, or cuts off a torn last line.
  /// - Returns: the first number of the last line, `.min` when there is none; `nil` when the disk refuses.
  static func prepare(_ path: String, header: String) -> Int64? {
    if let slash = path.lastIndex(of: "/") { unsafe mkdir(String(path[..<slash]), 0o700) }
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    guard size > 0 else { return write(header + "\n", descriptor) ? .min : nil }
    var tail = [UInt8](repeating: 0, count: Int(min(size, 4_096)))
    let count = unsafe pread(descriptor, &tail, tail.count, size - off_t(tail.count))
    guard count == tail.count, let end = tail.lastIndex(of: 10) else { return nil }
    let whole = size - off_t(tail.count - end - 1)
    if whole < size, ftruncate(descriptor, whole) != 0 { return nil }
    let begin = tail[..<end].lastIndex(of: 10).map { $0 + 1 } ?? 0
    return Int64(String(decoding: tail[begin..<end].prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)) ?? .min
  }

  /// False when not all of it was written: a failing disk loses lines of the tape, the journal is what must not fail.
  static func append(_ text: String, to path: String) -> Bool {
    let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return write(text, descriptor)
  }

  private static func write(_ text: String, _ descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, base, count)
    #endif
  }

  /// The text of a file, `nil` where there is none to read.
  static func contents(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
