public import TradingModel

/// What a symbol trades and what it is paid with.
public struct SymbolAssets: Hashable, Sendable {
  public var base: String
  public var quote: String

  public init(base: String, quote: String) {
    self.base = base
    self.quote = quote
  }
}

extension Symbol {
  /// Every asset that the exchange has quoted prices in, those of pairs that are gone included; `USD` is that of its sister in America.
  ///
  /// Where the exchange itself can be asked (`exchangeInfo`), its word counts and not this list.
  public static let quoteAssets: [String] = [
    // Stablecoins.
    "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDP", "PAX", "USDS", "USDSB", "USD1", "RLUSD", "DAI", "VAI", "UST", "U", "IDRT", "BIDR",
    "BKRW", "BVND", "EURI", "AEUR",
    // Coins.
    "BTC", "ETH", "BNB", "TRX", "XRP", "DOGE", "DOT", "SOL",
    // Money of states.
    "TRY", "EUR", "GBP", "AUD", "BRL", "RUB", "UAH", "NGN", "ZAR", "PLN", "RON", "ARS", "MXN", "COP", "CZK", "JPY", "USD",
  ]

  /// Longest first: the longest that a name ends in is its quote asset.
  private static let suffixes = quoteAssets.sorted { $0.utf8.count > $1.utf8.count }

  /// All that was ever quoted in AEUR; any other name that ends so is quoted in EUR (`ADAEUR`).
  private static let basesInAEUR: Set<String> = ["BTC", "ETH", "EUR"]

  /// Base and quote asset by the name alone: it ends in one of ``quoteAssets``, the longest that fits; else `nil`.
  public var assets: SymbolAssets? {
    let text = text
    for quote in Self.suffixes where hasSuffix(quote) && length > quote.utf8.count {
      let base = String(text.dropLast(quote.count))
      if quote == "AEUR", !Self.basesInAEUR.contains(base) { continue }
      return SymbolAssets(base: base, quote: quote)
    }
    return nil
  }
}

/// A symbol as people and other programs write it: `BTCUSDT`, `btcusdt`, `BTC/USDT`, `BTC-USDT`, `BTC_USDT`.
public struct SymbolSpelling: Hashable, Sendable {
  /// As the exchange spells it.
  public var symbol: Symbol
  /// As the spelling says, else by the name; `nil` where neither tells.
  public var assets: SymbolAssets?

  /// A slash always parts base and quote. `-` and `_` do so before a known quote asset; else they belong to the name.
  ///
  /// `nil` when it is no symbol, or either side of a slash is none.
  public init?(_ text: some StringProtocol) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    if sides.count > 1 {
      guard sides.count == 2, let pair = SymbolSpelling(base: sides[0], quote: sides[1]) else { return nil }
      self = pair
      return
    }
    let words = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
    if words.count == 2, let quote = Symbol(words[1])?.text, Symbol.quoteAssets.contains(quote),
      let pair = SymbolSpelling(base: words[0], quote: quote)
    {
      self = pair
      return
    }
    guard let symbol = Symbol(text) else { return nil }
    self.symbol = symbol
    assets = symbol.assets
  }

  /// A pair whose sides are known; `nil` when one of them is no name of an asset.
  init?(base: some StringProtocol, quote: some StringProtocol) {
    guard let base = Symbol(base)?.text, let quote = Symbol(quote)?.text, let symbol = Symbol(base + quote) else { return nil }
    self.symbol = symbol
    assets = SymbolAssets(base: base, quote: quote)
  }
}
