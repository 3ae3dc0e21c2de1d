import MarketModel
import TradingModel

/// A symbol that a person names on the command line.
package enum SymbolOption {
  /// As the exchange spells it: `btc/usdt` and `BTC_USDT` are BTCUSDT. What is no symbol stays, for the daemon to refuse.
  package static func text(_ text: String) -> String { SymbolSpelling(text)?.symbol.text ?? text }
}
