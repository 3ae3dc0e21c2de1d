public import Time
public import TradingModel

/// What an amount of one asset is worth in another, over one symbol or two, at their prices of one moment.
public struct Conversion: Hashable, Sendable, Codable {
  /// One symbol on the way.
  public struct Leg: Hashable, Sendable, Codable {
    public var symbol: Symbol
    /// The asset that comes is the symbol's quote asset: it is divided by the price.
    public var isInverse: Bool
    public var price: Price
    /// A step over a symbol.
    public init(symbol: Symbol, isInverse: Bool, price: Price) {
      self.symbol = symbol
      self.isInverse = isInverse
      self.price = price
    }
  }

  /// What is converted.
  public var asset: String
  /// One or two.
  public var legs: [Leg]
  /// When the older of the prices was heard.
  public var pricedAt: Timestamp
  /// A way from an asset.
  public init(asset: String, legs: [Leg], pricedAt: Timestamp) {
    self.asset = asset
    self.legs = legs
    self.pricedAt = pricedAt
  }

  /// Most legs of a way.
  public static let legsMaximum = 2
  /// Prices older than this say nothing any more, in nanoseconds; five minutes: quote assets move little in that time, and a symbol whose
  /// price was not heard for longer is not followed.
  public static let lifetime: Int64 = 300_000_000_000
  /// Assets to go over, the most traded first; others follow in alphabetical order.
  static let middles = ["USDT", "USDC", "BTC", "FDUSD", "EUR", "BNB", "ETH"]

  /// An amount of ``asset`` in the account's currency. It is multiplied first, so that a small middle amount loses no digits.
  public func worth(_ amount: Amount) -> Amount { Self.move(amount, legs, isBack: false) }

  /// An amount of the account's currency in ``asset``.
  public func back(_ amount: Amount) -> Amount { Self.move(amount, legs, isBack: true) }

  private static func move(_ amount: Amount, _ legs: [Leg], isBack: Bool) -> Amount {
    var amount = amount
    for leg in legs where leg.isInverse == isBack { amount = amount.multiplied(by: leg.price, rounding: .nearestEven) }
    for leg in legs where leg.isInverse != isBack { amount = amount.divided(by: leg.price, rounding: .nearestEven) }
    return amount
  }

  /// "EURUSDT", "1/BTCEUR × BTCUSDT"
  public var path: String { legs.map { ($0.isInverse ? "1/" : "") + $0.symbol.text }.joined(separator: " × ") }
}

/// Rates of all quote assets that bots have besides the account's currency; journaled, so that whoever replays decides at the same ones.
public struct ConversionRates: Hashable, Sendable, Codable {
  public var currency: String
  /// In alphabetical order.
  public var conversions: [Conversion]
  /// Rates into a currency.
  public init(currency: String = "", conversions: [Conversion] = []) {
    self.currency = currency
    self.conversions = conversions
  }

  /// Most of them: there are not so many quote assets.
  public static let countMaximum = 1_000
}

/// Profit and loss of the bots of one quote asset, journaled beside an ``EquityPoint`` where there are several quote assets.
public struct ProfitSample: Hashable, Sendable {
  public var quoteAsset: String
  /// Of all bots ever, open positions at market price.
  public var profit: Amount
  /// A sample.
  public init(quoteAsset: String, profit: Amount) {
    self.quoteAsset = quoteAsset
    self.profit = profit
  }
}

/// The portfolio's profit and loss, for each quote asset by itself.
struct PortfolioWatches: Sendable, Codable {
  struct Part: Sendable, Codable {
    var asset: String
    var watch: PortfolioWatch
  }

  private(set) var list: [Part] = []

  subscript(asset: String) -> PortfolioWatch {
    get { list.first { $0.asset == asset }?.watch ?? PortfolioWatch() }
    set {
      if let at = list.firstIndex(where: { $0.asset == asset }) {
        list[at].watch = newValue
      } else {
        list.append(Part(asset: asset, watch: newValue))
      }
    }
  }

  mutating func startAgain() { for at in list.indices { list[at].watch.startAgain() } }

  /// The name of an asset is known now; what came before under no name is its own.
  mutating func name(_ asset: String) {
    guard let at = list.firstIndex(where: { $0.asset.isEmpty }), !list.contains(where: { $0.asset == asset }) else { return }
    list[at].asset = asset
  }
}

/// The portfolio's profit and loss against its limits, in the account's currency.
public struct PortfolioTotals: Hashable, Sendable {
  /// Since midnight UTC.
  public var dayProfit: Amount = .zero
  /// Falls from the peaks. Quote assets have their peaks at different times, so that with several this is never too little.
  public var drawdown: Amount = .zero
  public var peakEquity: Amount = .zero
  /// Nothing.
  public init() {}
}
