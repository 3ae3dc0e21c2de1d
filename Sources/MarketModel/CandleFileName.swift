public import TradingModel

/// What the name of a file with candles tells: its symbol and its interval. The one grammar of such names.
///
/// | written by | name |
/// |---|---|
/// | the exchange's archive | `BTCUSDT-1h-2023-10-27.csv`, `BTCUSDT-1mo-2023-10.zip` |
/// | freqtrade | `BTC_USDT-5m.json`, `BTC_USDT-5m.feather`, `BTC_USDT_USDT-1h-futures.feather` |
/// | others | `btcusdt-5m-2024.csv.gz`, `WBTC-USDT_1d.csv`, `Binance_BTCUSDT_1h.csv`, `feed-btcusdt-20240808.jsonl.gz` |
///
/// The name without its endings is cut into words at `-`, `_`, `.` and spaces. Two neighbours of which the second is a quote asset are a
/// pair (`WBTC_USDT` is never W/BTC); any other word is a symbol when its assets are known. Of several the last before the interval counts,
/// or the first where there is no interval. A month is `1M`, as the archive's `1mo` and freqtrade's `1Mo`; a minute is `1m`.
public struct CandleFileName: Hashable, Sendable {
  public var symbol: Symbol?
  /// `nil` where the symbol is.
  public var assets: SymbolAssets?
  public var interval: Interval?

  private static let endings: Set<String> = ["csv", "tsv", "txt", "json", "jsonl", "feather", "parquet", "gz", "zip"]

  /// - Parameters:
  ///   - path: a file's path or its name.
  ///   - listed: the assets of a symbol that the exchange is known to list; its word counts before the name's.
  public init(_ path: String, listed: (Symbol) -> SymbolAssets? = { _ in nil }) {
    let words = Self.stem(path).split { "-_. ".contains($0) }.map(String.init)
    let intervalAt = words.firstIndex { Self.interval($0) != nil }
    interval = intervalAt.flatMap { Self.interval(words[$0]) }
    let found = Self.candidates(words, listed)
    let chosen = found.last { candidate in intervalAt.map { candidate.range.upperBound <= $0 } ?? false } ?? found.first
    symbol = chosen?.spelling.symbol
    assets = chosen?.spelling.assets
  }

  /// Whether a path ends as files of candles do.
  static func isFile(_ path: String) -> Bool {
    guard let dot = path.lastIndex(of: ".") else { return false }
    return endings.contains(path[path.index(after: dot)...].lowercased())
  }

  /// The file's name without its endings.
  private static func stem(_ path: String) -> Substring {
    var name = path[...]
    if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
    while let dot = name.lastIndex(of: "."), dot != name.startIndex, endings.contains(name[name.index(after: dot)...].lowercased()) {
      name = name[..<dot]
    }
    return name
  }

  private static func interval(_ word: String) -> Interval? {
    if let interval = Interval(rawValue: word) { return interval }
    return ["1mo", "1month"].contains(word.lowercased()) ? .oneMonth : nil
  }

  private struct Candidate {
    var range: Range<Int>
    var spelling: SymbolSpelling
  }

  /// Every word or pair of words that may be the symbol, those left out that overlap a later one.
  private static func candidates(_ words: [String], _ listed: (Symbol) -> SymbolAssets?) -> [Candidate] {
    var found: [Candidate] = []
    for (index, word) in words.enumerated() where interval(word) == nil {
      guard let candidate = pair(words, at: index, listed) ?? single(word, at: index, listed) else { continue }
      if let last = found.last, last.range.upperBound > index {
        // `W_BTC_USDT`: the later pair. A single word inside a pair is the pair's.
        if candidate.range.upperBound <= last.range.upperBound { continue }
        found.removeLast()
      }
      found.append(candidate)
    }
    return found
  }

  /// Words of file names that are no base assets: `my-btc-5m.csv` holds no MYBTC.
  private static let wordsOnly: Set<String> = [
    "BINANCE", "CANDLES", "DATA", "FEED", "FUTURES", "HISTORY", "KLINES", "MY", "OHLCV", "PRICES", "SPOT", "TEST", "TRADES",
  ]

  private static func pair(_ words: [String], at index: Int, _ listed: (Symbol) -> SymbolAssets?) -> Candidate? {
    guard index + 1 < words.count, var spelling = SymbolSpelling(base: words[index], quote: words[index + 1]),
      let assets = spelling.assets, assets.base != assets.quote, !wordsOnly.contains(assets.base)
    else { return nil }
    let told = listed(spelling.symbol)
    guard told == assets || told == nil && Symbol.quoteAssets.contains(assets.quote) else { return nil }
    spelling.assets = assets
    return Candidate(range: index..<index + 2, spelling: spelling)
  }

  private static func single(_ word: String, at index: Int, _ listed: (Symbol) -> SymbolAssets?) -> Candidate? {
    guard let symbol = Symbol(word), !Symbol.quoteAssets.contains(symbol.text), var spelling = SymbolSpelling(word) else { return nil }
    spelling.assets = listed(symbol) ?? spelling.assets
    return spelling.assets == nil ? nil : Candidate(range: index..<index + 1, spelling: spelling)
  }
}

/// A file with candles as a command line names it: `FILE[:SYMBOL[:INTERVAL]]`, or `FILE:INTERVAL`; what is not written is read from the
/// file's name.
public struct NamedCandleFile: Hashable, Sendable {
  /// Why a text names no file: a sentence.
  public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  public var path: String
  public var symbol: Symbol?
  /// `nil` where the symbol is, and where nothing tells them.
  public var assets: SymbolAssets?
  public var interval: Interval?

  /// - Parameter listed: the assets of a symbol that the exchange is known to list; its word counts before the name's.
  /// - Throws: ``Refusal`` when what stands behind a colon is neither symbol nor interval.
  public init(_ text: String, listed: (Symbol) -> SymbolAssets? = { _ in nil }) throws(Refusal) {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    var given: (symbol: String?, interval: Interval?) = (nil, nil)
    if parts.count > 1, let last = parts.last, let interval = Interval(rawValue: last) {
      given.interval = interval
      parts.removeLast()
    }
    // A colon may belong to the path: a symbol stands behind an ending that files have, or is a word without slash and point.
    if parts.count > 1, let last = parts.last {
      let isBehindFile = CandleFileName.isFile(parts.dropLast().joined(separator: ":"))
      if isBehindFile || !last.contains("/") && !last.contains(".") {
        given.symbol = last
        parts.removeLast()
      }
    }
    path = parts.joined(separator: ":")
    let name = CandleFileName(path, listed: listed)
    interval = given.interval ?? name.interval
    symbol = name.symbol
    assets = name.assets
    guard let written = given.symbol else { return }
    guard !Self.looksLikeInterval(written) else { throw Refusal(description: "\(written) is no interval: one of \(Interval.list)") }
    guard let spelling = SymbolSpelling(written) else {
      throw Refusal(description: "\(written) is neither a symbol, for example BTCUSDT or BTC/USDT, nor one of \(Interval.list)")
    }
    symbol = spelling.symbol
    assets = listed(spelling.symbol) ?? spelling.assets
  }

  /// Whether a word is digits and one letter, as no symbol is.
  private static func looksLikeInterval(_ word: String) -> Bool {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    return !digits.isEmpty && word.count == digits.count + 1 && word.last.map { $0.isASCII && $0.isLetter } == true
  }
}
