import BinanceJSON
import CandleFiles
import HTTPClient
import ServiceRuntime
import Signing
import Synchronization
import Time
import TradingModel

/// Why something could not be fetched: a sentence.
public struct HistoryFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// The server cannot be reached, or asks for a long silence.
    case unreachable
    /// The exchange does not list the symbol (any more).
    case unknownSymbol
    /// The exchange has no candles of that interval, or none in that time.
    case noCandles
    /// What came is not what it must be.
    case damaged
    /// The disk refuses.
    case disk
  }

  public var code: Code
  public var description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// The archive's files and the exchange's klines, each with its own limits. Safe from any thread.
public final class HistorySource: Sendable {
  public static let archiveDefault = "https://data.binance.vision"
  public static let restDefault = "https://data-api.binance.vision"
  /// Candles of one answer of REST at most.
  static let candlesPerPage = 1_000

  private let archive: Wire
  private let rest: Wire

  /// - Parameters:
  ///   - archive: base of the archive, as ``archiveDefault``.
  ///   - rest: base of the exchange's REST API.
  ///   - note: told in words why something takes longer.
  /// - Throws: ``HistoryFailure`` when the system refuses a thread.
  public init(archive: String, rest: String, note: @escaping @Sendable (String) -> Void) throws(HistoryFailure) {
    let client: HTTPClient
    do throws(HTTPError) {
      client = try HTTPClient(limits: HTTPClient.Limits(bodySizeBytesMaximum: 512 << 20), threadName: "history")
    } catch {
      throw HistoryFailure(.unreachable, error.message)
    }
    self.archive = Wire(client, base: archive, name: "the archive", note)
    self.rest = Wire(client, base: rest, name: "the exchange", note)
  }

  /// Ends what is under way.
  public func shutDown() { rest.client.shutDown() }

  /// The archive was given up.
  var isArchiveOut: Bool { archive.isOut }

  // MARK: Archive

  /// A month or day of the archive.
  enum Piece: Hashable, CustomStringConvertible {
    case month(CalendarMonth)
    case day(Timestamp)

    var description: String {
      switch self {
      case .month(let month): "\(month)"
      case .day(let day): CalendarMonth.date(day)
      }
    }

    var folder: String { if case .month = self { "monthly" } else { "daily" } }
  }

  /// The candles of a file of the archive whose bytes are those of its CHECKSUM; `nil` when the archive has none.
  ///
  /// A file that does not agree with its CHECKSUM is fetched once more: one of them may just have been replaced.
  func candles(_ series: SeriesKey, _ piece: Piece) async throws(HistoryFailure) -> [Candle]? {
    var problem = HistoryFailure(.damaged, "")
    for _ in 0..<2 {
      do throws(HistoryFailure) {
        return try await file(series, piece)
      } catch {
        guard error.code == .damaged else { throw error }
        problem = error
      }
    }
    throw problem
  }

  private func file(_ series: SeriesKey, _ piece: Piece) async throws(HistoryFailure) -> [Candle]? {
    let interval = CandleStore.text(series.interval)
    let name = "\(series.symbol.text)-\(interval)-\(piece).zip"
    let symbol = Self.encoded(series.symbol.text)
    let path = "/data/spot/\(piece.folder)/klines/\(symbol)/\(interval)/\(Self.encoded(name))"
    guard let sum = try await archive.get(path + ".CHECKSUM", timeoutMilliseconds: 30_000) else { return nil }
    guard let zip = try await archive.get(path, timeoutMilliseconds: 600_000) else { return nil }
    let told = String(decoding: sum.prefix(256), as: UTF8.self).split(whereSeparator: \.isWhitespace).first?.lowercased() ?? ""
    guard told == SHA256.hex(zip) else {
      throw HistoryFailure(.damaged, "\(name): its bytes are not those that its CHECKSUM is of")
    }
    do throws(CandleFileError) {
      let options = CandleReadOptions(interval: series.interval, allowGaps: true, skipBad: true)
      return try CandleFile.read(bytes: zip, name: name, options: options).candles
    } catch {
      throw HistoryFailure(.damaged, error.finding)
    }
  }

  /// A part of a path or query: everything but letters, digits and `-._~` as %XX.
  private static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    PercentEncoding.append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: REST

  /// The exchange's time.
  func time() async throws(HistoryFailure) -> Timestamp {
    let body = try await call("/api/v3/time")
    let value = try? JSONValue(parsing: body)
    guard let time = value?["serverTime"]?.integer, (1_000_000_000_000..<9_000_000_000_000).contains(time) else {
      throw HistoryFailure(.damaged, "the exchange's answer to /api/v3/time has no serverTime")
    }
    return Timestamp(milliseconds: time)
  }

  /// Candles that open from `from` on and before `to`, oldest first, a page at most.
  func page(_ series: SeriesKey, from: Timestamp, to: Timestamp, limit: Int = candlesPerPage) async throws(HistoryFailure) -> [Candle] {
    let query =
      "symbol=\(Self.encoded(series.symbol.text))&interval=\(series.interval.rawValue)&startTime=\(from.milliseconds)"
      + "&endTime=\(to.milliseconds - 1)&limit=\(limit)"
    let body = try await call("/api/v3/klines?" + query)
    guard body.contains(where: { $0 &- 48 <= 9 }) else { return [] }
    do throws(CandleFileError) {
      var options = CandleReadOptions(interval: series.interval, allowGaps: true, skipBad: true)
      options.skippedShareMaximum = 1
      return try CandleFile.read(bytes: body, name: "the exchange's answer to /api/v3/klines", options: options).candles
        .filter { $0.openTime >= from && $0.openTime < to }
    } catch {
      throw HistoryFailure(.damaged, error.finding)
    }
  }

  private func call(_ path: String) async throws(HistoryFailure) -> [UInt8] {
    guard let body = try await rest.get(path, timeoutMilliseconds: 20_000) else {
      throw HistoryFailure(.unreachable, "the exchange has no \(path.prefix { $0 != "?" }): is BINANCE_REST_URL right?")
    }
    return body
  }
}

/// Requests to one server: repeated when they may be, and silent as long as it asks for.
final class Wire: Sendable {
  private static let triesMaximum = 5
  /// A longer silence ends the command: it resumes where it was when it is run again.
  private static let silenceMaximum: Int64 = 600
  /// Of the 6000 a minute that the exchange gives an address, some is left for a daemon beside this program.
  private static let weightMaximum = 4_000

  let client: HTTPClient
  private let base: String
  private let name: String
  private let note: @Sendable (String) -> Void
  /// Nothing is sent before, by the monotonic clock in nanoseconds.
  private let silentUntil = Mutex<Int64>(0)
  /// Why it was given up; whatever is asked afterwards fails at once.
  private let end = Mutex<HistoryFailure?>(nil)

  var isOut: Bool { end.withLock { $0 != nil } }

  private func giveUp(_ words: String) -> HistoryFailure {
    let failure = HistoryFailure(.unreachable, "\(name) (\(base)): \(words)")
    end.withLock { $0 = failure }
    return failure
  }

  init(_ client: HTTPClient, base: String, name: String, _ note: @escaping @Sendable (String) -> Void) {
    self.client = client
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.name = name
    self.note = note
  }

  /// The body of an answer; `nil`: there is no such thing (404).
  func get(_ path: String, timeoutMilliseconds: Int) async throws(HistoryFailure) -> [UInt8]? {
    if let failure = end.withLock({ $0 }) { throw failure }
    var problem = ""
    var wait: Int64 = 1
    for attempt in 1...Self.triesMaximum {
      try await keepSilent()
      let request = HTTPRequest(method: .get, url: base + path, timeoutMilliseconds: timeoutMilliseconds)
      let outcome = await withCheckedContinuation { continuation in client.send(request) { continuation.resume(returning: $0) } }
      switch outcome {
      case .failure(let error):
        guard error.isRetryable else { throw giveUp(error.message) }
        problem = error.message
      case .success(let response):
        switch response.status {
        case 200:
          heed(response)
          return response.body
        case 404: return nil
        case 429, 418:
          try silence(response)
          problem = "HTTP \(response.status), too many requests"
          continue
        case 500...599: problem = "HTTP \(response.status)"
        default: throw refusal(response)
        }
      }
      guard attempt < Self.triesMaximum else { break }
      note("\(name): \(problem); asked again in \(wait) s")
      await Self.sleep(seconds: wait)
      wait = min(wait * 2, 30)
    }
    throw giveUp("\(problem), \(Self.triesMaximum) times; run it again to go on from here")
  }

  private func refusal(_ response: HTTPResponse) -> HistoryFailure {
    let value = try? JSONValue(parsing: response.body)
    let words = value?["msg"]?.string ?? "HTTP \(response.status)"
    let code: HistoryFailure.Code =
      switch value?["code"]?.integer {
      case -1_121: .unknownSymbol
      case -1_120: .noCandles
      default: .unreachable
      }
    return HistoryFailure(code, "\(name) (\(base)): \(words)")
  }

  private func silence(_ response: HTTPResponse) throws(HistoryFailure) {
    let seconds = max(response.header("Retry-After").flatMap { Int64($0) } ?? 60, 1)
    guard seconds <= Self.silenceMaximum else {
      throw giveUp("it asks for no request within \(seconds) s (HTTP \(response.status)); run it again then to go on from here")
    }
    note("\(name) asks for a pause of \(seconds) s (HTTP \(response.status))")
    pause(seconds)
  }

  private func heed(_ response: HTTPResponse) {
    guard let used = response.header("X-MBX-USED-WEIGHT-1M").flatMap({ Int($0) }), used >= Self.weightMaximum else { return }
    note("\(name): \(used) of the request weight of this minute is used; a pause of 20 s")
    pause(20)
  }

  private func pause(_ seconds: Int64) {
    let end = MonotonicClock.nanoseconds() + seconds * 1_000_000_000
    silentUntil.withLock { $0 = max($0, end) }
  }

  private func keepSilent() async throws(HistoryFailure) {
    while true {
      let left = silentUntil.withLock { $0 } - MonotonicClock.nanoseconds()
      guard left > 0 else { return }
      await Self.sleep(seconds: left / 1_000_000_000 + 1)
    }
  }

  private static func sleep(seconds: Int64) async { try? await Task.sleep(for: .seconds(seconds)) }
}
