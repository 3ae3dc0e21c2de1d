public import Time
import TradingModel

/// Another result, that of a backtest or of a daemon, to be shown beside a report's own.
public struct ResultBeside: Sendable, Hashable {
  /// A value of its curve.
  public struct Point: Sendable, Hashable {
    public var time: Timestamp
    /// Profit so far ÷ capital.
    public var fraction: Double
    /// Below the highest value before, 0…1.
    public var drawdown: Double

    public init(time: Timestamp, fraction: Double, drawdown: Double) {
      self.time = time
      self.fraction = fraction
      self.drawdown = drawdown
    }
  }

  /// "rsi on BTCUSDT, 5m"
  public var title: String
  /// "backtest", or the mode of a daemon.
  public var source: String
  public var start: Timestamp
  public var end: Timestamp
  public var quoteAsset: String
  public var parameters: [BacktestReport.Setting]
  public var settings: [BacktestReport.Setting]
  /// Numbers by key, as JSON has them; unknown ones are not there.
  public var figures: [String: String]
  public var curve: [Point]

  public init(
    title: String, source: String, start: Timestamp, end: Timestamp, quoteAsset: String, parameters: [BacktestReport.Setting],
    settings: [BacktestReport.Setting], figures: [String: String], curve: [Point]
  ) {
    self.title = title
    self.source = source
    self.start = start
    self.end = end
    self.quoteAsset = quoteAsset
    self.parameters = parameters
    self.settings = settings
    self.figures = figures
    self.curve = curve
  }
}

extension BacktestReport {
  /// A figure of two results.
  public struct Compared: Sendable, Hashable {
    public var key: String
    public var label: String
    public var section: String
    /// As people read them.
    public var text: String
    public var besideText: String
    public var differenceText: String
    /// As JSON has them; `nil` where unknown.
    public var number: String?
    public var besideNumber: String?
    /// This one less the other.
    public var difference: String?
  }

  /// A setting that is not the same in both; empty where a result does not have it.
  public struct Changed: Sendable, Hashable {
    public var name: String
    public var value: String
    public var besideValue: String
  }

  /// This result's curve in the terms of ``ResultBeside``: profit ÷ the capital at the time.
  public var ownCurve: [ResultBeside.Point] {
    let capital = capital.statisticValue
    return equity.map { sample in
      let base = isOfAccount ? sample.market : capital
      return .init(time: sample.time, fraction: base > 0 ? sample.equity / base - 1 : 0, drawdown: sample.drawdown)
    }
  }

  /// The figures that both results can have, in the order of the sections. Without ``beside``: none.
  public var comparison: [Compared] {
    guard let beside else { return [] }
    return sections.flatMap { section in
      section.figures.compactMap { figure in
        guard let kind = figure.kind else { return nil }
        let number = figure.number.isEmpty ? nil : figure.number
        let other = beside.figures[figure.key]
        guard number != nil || other != nil else { return nil }
        let difference = number.flatMap { number in other.flatMap { kind.difference(number, $0) } }
        return Compared(
          key: figure.key, label: figure.label, section: section.title, text: figure.text,
          besideText: other.map { kind.text($0, quoteAsset: beside.quoteAsset) } ?? FigureText.unknown,
          differenceText: difference.map { kind.differenceText($0, quoteAsset: quoteAsset) } ?? "", number: number, besideNumber: other,
          difference: difference)
      }
    }
  }

  /// Parameters and settings that differ, in this report's order, then those that only the other has.
  public var changedSettings: [Changed] {
    guard let beside else { return [] }
    func pairs(_ own: [Setting], _ other: [Setting]) -> [Changed] {
      let names = own.map(\.name) + other.map(\.name)
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }.compactMap { name in
        let value = own.first { $0.name == name }?.value ?? ""
        let besideValue = other.first { $0.name == name }?.value ?? ""
        return value == besideValue ? nil : Changed(name: name, value: value, besideValue: besideValue)
      }
    }
    return pairs(parameters, beside.parameters) + pairs(settings, beside.settings)
  }
}
