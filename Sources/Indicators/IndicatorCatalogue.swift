/// Every indicator of this module by name. A new one adds its line to ``all``.
///
/// Periods count bars, from the least that the indicator has a meaning for to 10,000. Defaults are TA-Lib's; those of Bollinger bands
/// and the stochastic oscillator, where hardly anyone uses TA-Lib's, and of indicators that it has not, are the customary ones.
public enum IndicatorCatalogue {
  public static let all: [IndicatorDescriptor] = [
    sma, ema, wma, rsi, macd, bollinger, atr, adx, stochastic, cci, mfi, obv, roc, donchian, keltner, vwap, supertrend, stddev,
  ]

  /// The indicator of that name, `nil` when there is none.
  public static func descriptor(named name: String) -> IndicatorDescriptor? { all.first { $0.name == name } }

  /// An indicator ready for its first bar, with defaults for the parameters not given.
  ///
  /// - Throws: ``IndicatorError`` with code `unknownIndicator` or `invalidParameters`; its message says all that is wrong.
  public static func make(
    name: String, parameters: [(name: String, value: String)] = []
  ) throws(IndicatorError) -> any CandleIndicator {
    guard let descriptor = descriptor(named: name) else {
      throw IndicatorError(code: .unknownIndicator, message: unknown(name))
    }
    return try descriptor.make(parameters)
  }

  /// Everything that is wrong with a name and its parameters, a sentence each; empty when the indicator can be made.
  public static func violations(name: String, parameters: [(name: String, value: String)] = []) -> [String] {
    guard let descriptor = descriptor(named: name) else { return [unknown(name)] }
    return descriptor.violations(of: parameters)
  }

  private static func unknown(_ name: String) -> String {
    "there is no indicator \"\(IndicatorError.shown(name))\"; there are \(all.map(\.name).joined(separator: ", "))"
  }
}

/// Why an indicator could not be made.
public struct IndicatorError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: UInt8, Hashable, Sendable {
    /// The catalogue has no indicator of that name.
    case unknownIndicator = 1
    /// At least one parameter is unknown, given twice or outside its bounds, or two do not go together.
    case invalidParameters = 2
  }

  public var code: Code
  public var message: String
  /// Everything that is wrong, a sentence each; empty for an unknown indicator.
  public var violations: [String]
  /// Asking again with the same words gives the same answer.
  public var isRetryable: Bool { false }

  init(code: Code, message: String, violations: [String] = []) {
    self.code = code
    self.message = message
    self.violations = violations
  }

  public var description: String { message }

  /// A given text as sentences show it: at most 40 Unicode scalars, since a single character may have any number.
  static func shown(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(40)
    return start.endIndex < text.endIndex ? "\(String(start))…" : text
  }
}

// Averages.
extension IndicatorCatalogue {
  private static let sma: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 30, least: 1, "bars of the mean")
    return IndicatorDescriptor(
      closes: "sma", title: "Simple moving average", summary: "The mean of the last closes, in the quote asset.", parameters: [period],
      outputs: ["sma": { $0 }], make: { SimpleMovingAverage(period: $0.whole(period)) })
  }()

  private static let ema: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 30, least: 1, "bars of the average: a close weighs 2 ÷ (period + 1)")
    return IndicatorDescriptor(
      closes: "ema", title: "Exponential moving average",
      summary: "An average of closes in which older ones fade exponentially, in the quote asset.", parameters: [period],
      outputs: ["ema": { $0 }], make: { ExponentialMovingAverage(period: $0.whole(period)) })
  }()

  private static let wma: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 30, least: 1, "bars of the mean")
    return IndicatorDescriptor(
      closes: "wma", title: "Weighted moving average",
      summary: "The mean of the last closes with weights that rise to the newest, in the quote asset.", parameters: [period],
      outputs: ["wma": { $0 }], make: { WeightedMovingAverage(period: $0.whole(period)) })
  }()

  private static let vwap: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 20, least: 1, "bars of the mean")
    return IndicatorDescriptor(
      bars: "vwap", title: "Volume-weighted average price",
      summary: "The mean typical price of the last bars, weighted by volume, in the quote asset.", parameters: [period],
      outputs: ["vwap": { $0 }], make: { VolumeWeightedAveragePrice(period: $0.whole(period)) })
  }()
}

// Momentum.
extension IndicatorCatalogue {
  private static let rsi: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 14, least: 2, "bars of Wilder's averages")
    return IndicatorDescriptor(
      closes: "rsi", title: "Relative strength index", summary: "The share of rises in all movement of the close, 0 to 100.",
      parameters: [period], outputs: ["rsi": { $0 }], make: { RelativeStrengthIndex(period: $0.whole(period)) })
  }()

  private static let macd: IndicatorDescriptor = {
    let fast = IndicatorParameter.bars("fast", default: 12, least: 2, most: 9_999, "bars of the fast exponential average")
    let slow = IndicatorParameter.bars("slow", default: 26, least: 3, "bars of the slow exponential average")
    let signal = IndicatorParameter.bars("signal", default: 9, least: 1, "bars of the signal line's exponential average")
    return IndicatorDescriptor(
      closes: "macd", title: "Moving average convergence divergence",
      summary: "A fast less a slow average of closes, the average of that, and their difference, in the quote asset.",
      parameters: [fast, slow, signal], relations: [.init(lesser: fast, greater: slow)],
      outputs: ["macd": { $0.line }, "signal": { $0.signal }, "histogram": { $0.histogram }],
      make: { MovingAverageConvergenceDivergence(fast: $0.whole(fast), slow: $0.whole(slow), signal: $0.whole(signal)) })
  }()

  private static let stochastic: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 14, least: 1, "bars of the range")
    let smoothing = IndicatorParameter.bars("smoothing", default: 3, least: 1, "bars of the average that makes %K of the place")
    let signal = IndicatorParameter.bars("signal", default: 3, least: 1, "bars of the average that makes %D of %K")
    return IndicatorDescriptor(
      bars: "stochastic", title: "Stochastic oscillator",
      summary: "The place of the close in the range of the last bars, 0 to 100, smoothed once (k) and twice (d).",
      parameters: [period, smoothing, signal], outputs: ["k": { $0.k }, "d": { $0.d }],
      make: { StochasticOscillator(period: $0.whole(period), smoothing: $0.whole(smoothing), signal: $0.whole(signal)) })
  }()

  private static let cci: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 14, least: 2, "bars of the mean; a bar costs in proportion")
    return IndicatorDescriptor(
      bars: "cci", title: "Commodity channel index",
      summary: "The distance of the typical price from its mean, in 0.015ths of the mean absolute deviation.", parameters: [period],
      outputs: ["cci": { $0 }], make: { CommodityChannelIndex(period: $0.whole(period)) })
  }()

  private static let roc: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 10, least: 1, "bars back to the close compared with")
    return IndicatorDescriptor(
      closes: "roc", title: "Rate of change", summary: "The change of the close over the last bars, in percent.", parameters: [period],
      outputs: ["roc": { $0 }], make: { RateOfChange(period: $0.whole(period)) })
  }()
}

// Volume.
extension IndicatorCatalogue {
  private static let mfi: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 14, least: 2, "bars of the flows")
    return IndicatorDescriptor(
      bars: "mfi", title: "Money flow index",
      summary: "The share of money that flowed on rising typical prices in all that flowed on changing ones, 0 to 100.",
      parameters: [period], outputs: ["mfi": { $0 }], make: { MoneyFlowIndex(period: $0.whole(period)) })
  }()

  private static let obv = IndicatorDescriptor(
    bars: "obv", title: "On-balance volume",
    summary: "The sum of volume since the first bar, added on rises and taken off on falls of the close, in the base asset.",
    outputs: ["obv": { $0 }], make: { _ in OnBalanceVolume() })
}

// Volatility, channels and trend.
extension IndicatorCatalogue {
  private static let bollinger: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 20, least: 2, "bars of the average and its deviation")
    let deviations = IndicatorParameter.factor("deviations", default: 2, "standard deviations from the middle to a band")
    return IndicatorDescriptor(
      closes: "bollinger", title: "Bollinger bands",
      summary: "The mean of the last closes with bands some standard deviations above and below, in the quote asset.",
      parameters: [period, deviations], outputs: ["upper": { $0.upper }, "middle": { $0.middle }, "lower": { $0.lower }],
      make: { BollingerBands(period: $0.whole(period), deviations: $0.number(deviations)) })
  }()

  private static let stddev: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 5, least: 1, "bars of the deviation")
    return IndicatorDescriptor(
      closes: "stddev", title: "Standard deviation", summary: "The population standard deviation of the last closes, in the quote asset.",
      parameters: [period], outputs: ["stddev": { $0 }], make: { StandardDeviation(period: $0.whole(period)) })
  }()

  private static let atr: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 14, least: 1, "bars of Wilder's average")
    return IndicatorDescriptor(
      bars: "atr", title: "Average true range",
      summary: "Wilder's average of how far bars reach, from the close before where that is further, in the quote asset.",
      parameters: [period], outputs: ["atr": { $0 }], make: { AverageTrueRange(period: $0.whole(period)) })
  }()

  private static let adx: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 14, least: 2, "bars of Wilder's averages")
    return IndicatorDescriptor(
      bars: "adx", title: "Average directional index",
      summary: "The strength of the trend, 0 to 100, with the upward and downward indicators it is made from.", parameters: [period],
      outputs: ["adx": { $0.index }, "plus_di": { $0.plus }, "minus_di": { $0.minus }],
      make: { AverageDirectionalIndex(period: $0.whole(period)) })
  }()

  private static let donchian: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 20, least: 1, "bars of the extremes, the current one included")
    return IndicatorDescriptor(
      bars: "donchian", title: "Donchian channel",
      summary: "The highest high and lowest low of the last bars and their middle, in the quote asset.", parameters: [period],
      outputs: ["upper": { $0.upper }, "middle": { $0.middle }, "lower": { $0.lower }],
      make: { DonchianChannel(period: $0.whole(period)) })
  }()

  private static let keltner: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 20, least: 1, "bars of the exponential average")
    let range = IndicatorParameter.bars("range_period", default: 10, least: 1, "bars of the average true range")
    let multiple = IndicatorParameter.factor("multiple", default: 2, "average true ranges from the middle to a band")
    return IndicatorDescriptor(
      bars: "keltner", title: "Keltner channel",
      summary: "An exponential average of closes with bands some average true ranges above and below, in the quote asset.",
      parameters: [period, range, multiple], outputs: ["upper": { $0.upper }, "middle": { $0.middle }, "lower": { $0.lower }],
      make: { KeltnerChannel(period: $0.whole(period), rangePeriod: $0.whole(range), multiple: $0.number(multiple)) })
  }()

  private static let supertrend: IndicatorDescriptor = {
    let period = IndicatorParameter.bars(default: 10, least: 1, "bars of the average true range")
    let multiple = IndicatorParameter.factor("multiple", default: 3, "average true ranges from the median price to the band")
    return IndicatorDescriptor(
      bars: "supertrend", title: "SuperTrend",
      summary: "The band that trails the price, in the quote asset, and whether it rises: 1 while it does, 0 while it falls.",
      parameters: [period, multiple], outputs: ["level": { $0.level }, "rising": { $0.isRising ? 1 : 0 }],
      make: { SuperTrend(period: $0.whole(period), multiple: $0.number(multiple)) })
  }()
}
