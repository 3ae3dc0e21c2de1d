import Time
import CandleFiles
import TestSupport
import Testing
import TradingModel

/// The reader against a naive twin, on rows of every shape.
@Suite struct NaiveReaderTests {
  /// Splits and parses cell by cell: the rows that are candles, or the number of the first line that is none.
  private func naive(_ text: String) -> (candles: [Candle], badLine: Int?) {
    // By scalars: CR and LF together are one character of a string.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.last == "\r" ? $0.dropLast() : $0)
    }
    let names = lines[0].split(separator: ",").map(String.init)
    var candles: [Candle] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == names.count else { return (candles, index + 1) }
      let row = Dictionary(uniqueKeysWithValues: zip(names, cells))
      func number(_ name: String) -> FixedDecimal? { FixedDecimal(text: row[name] ?? "0") }
      guard let time = row["open_time"], time.allSatisfy({ ("0"..."9").contains($0) }), [10, 13, 16].contains(time.count),
        let count = Int64(time),
        let open = number("open"), let high = number("high"), let low = number("low"), let close = number("close"),
        let volume = number("volume"), let quote = number("quote_volume"), let trades = Int64(row["trades"] ?? "0")
      else { return (candles, index + 1) }
      let microseconds = time.count == 10 ? count * 1_000_000 : time.count == 13 ? count * 1_000 : count
      guard (1_000_000_000_000_000..<9_214_646_400_000_000).contains(microseconds) else { return (candles, index + 1) }
      let candle = Candle(
        openTime: Timestamp(nanoseconds: microseconds * 1_000), open: open, high: high, low: low, close: close, volume: volume,
        quoteVolume: quote,
        tradeCount: trades)
      guard candle.isConsistent, candle.openTime > candles.last?.openTime ?? .zero else { return (candles, index + 1) }
      candles.append(candle)
    }
    return (candles, nil)
  }

  private func digits(_ count: Int, _ random: inout SeededRandom) -> String {
    String((0..<count).map { _ in random.pick(Array("0123456789")) })
  }

  /// Mostly a number, of any length; now and then anything.
  private func cell(_ random: inout SeededRandom, mess: Int) -> String {
    if random.chance(mess) {
      return random.pick(["", "-", ".", "1e", "NaN", "-1", "e1", "1..2", "\u{80}", "1\r", "1 1", "/", ":", "0"])
    }
    let whole = String(random.below(9) + 1) + digits(random.chance(80) ? random.below(8) : random.below(18), &random)
    guard random.chance(80) else { return whole }
    // Below 16 digits in all: longer ones are printed binary numbers, which are rounded.
    return whole + "." + digits(min(1 + random.below(random.chance(90) ? 8 : 11), max(15 - whole.count, 1)), &random)
  }

  private func text(_ random: inout SeededRandom, mess: Int) -> String {
    var names = ["open_time", "open", "high", "low", "close", "volume"]
    if random.chance(50) { names += ["quote_volume", "trades"] }
    if random.chance(30) { names.append("note") }
    if random.chance(30) { names.shuffle(using: &random) }
    var text = names.joined(separator: ",") + "\n"
    // Prices of one length, as in a real file, or of all lengths.
    let price = random.chance(50) ? digits(4, &random) : nil
    for minute in 0..<random.below(60) + 1 {
      let flat = cell(&random, mess: 0)
      let cells = names.map { name -> String in
        switch name {
        case "open_time": random.chance(mess) ? digits(10 + random.below(8), &random) : String(CandleText.time(minute))
        case "trades": random.chance(mess) ? cell(&random, mess: 50) : digits(1 + random.below(12), &random)
        case "note": random.pick(["", "x", "1.5", "ünï"])
        case "volume", "quote_volume": cell(&random, mess: mess)
        case let name:
          if let price {
            (name == "high" ? "3" : name == "low" ? "1" : "2") + price + ".5"
          } else {
            random.chance(mess) ? cell(&random, mess: 50) : flat
          }
        }
      }
      text += cells.joined(separator: ",") + (random.chance(mess) ? ",1" : "") + "\n"
      if random.chance(2) { text += "\n" }
    }
    return text
  }

  private func compare(_ text: String, _ note: Comment) throws {
    let wanted = naive(text)
    do {
      let series = try CandleText.read(text, CandleReadOptions(interval: .oneMinute, allowGaps: true))
      #expect(wanted.badLine == nil && series.candles == wanted.candles, note)
    } catch let error as CandleFileError {
      let isOurs = error.code == .row || error.code == .order
      #expect(isOurs ? error.line == wanted.badLine : wanted.badLine == nil, "\(note): \(error)")
    }
  }

  @Test func goodFilesReadTheSame() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      try compare(text(&random, mess: 0), "seed \(seed)")
    }
  }

  @Test func badFilesFailAtTheSameLine() throws {
    for seed in 1...80 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed ^ 0xBAD)
      try compare(text(&random, mess: 2), "seed \(seed)")
    }
  }

  /// Bytes changed, lost and added anywhere: an error or candles, and nothing worse.
  @Test func damagedTextNeverTraps() throws {
    var random = SeededRandom(seed: 7)
    for _ in 0..<60 {
      var bytes = Array(CandleText.file(0..<20).utf8)
      for _ in 0..<random.below(4) + 1 {
        let at = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[at] = UInt8(random.below(256))
        case 1: bytes.removeSubrange(at..<min(at + random.below(30), bytes.count))
        default: bytes.insert(contentsOf: (0..<random.below(9)).map { _ in UInt8(random.below(256)) }, at: at)
        }
        if bytes.isEmpty { bytes = [1] }
      }
      let all = CandleReadOptions(fillGaps: true, skipBad: true)
      for options in [CandleReadOptions(), all] {
        if let series = try? CandleText.read(bytes, options) {
          #expect(series.candles.allSatisfy { $0.isConsistent })
          let pairs = zip(series.candles, series.candles.dropFirst())
          #expect(pairs.allSatisfy { series.interval.nextOpenTime(after: $0.openTime) == $1.openTime })
        }
      }
    }
  }
}
