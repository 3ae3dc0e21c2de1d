import Indicators
import Testing

/// The catalogue against the indicators it makes.
struct IndicatorCatalogueTests {
  private static let bars: [Bar] = {
    var random = SeededRandom(seed: 5)
    return random.bars(count: 300)
  }()

  /// An indicator by name beside the rows of the concrete one.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var parameters: [(name: String, value: String)]
    var rows: [[Double]?]
    var testDescription: String { ([name] + parameters.map { "\($0.name)=\($0.value)" }).joined(separator: " ") }
  }

  /// Cases written as a table.
  private struct Table {
    var cases: [Case] = []

    mutating func closes<I: Indicator>(
      _ name: String, _ indicator: I, _ parameters: KeyValuePairs<String, String> = [:], _ values: (I.Output) -> [Double]
    ) where I.Input == Double {
      add(name, parameters, indicator, IndicatorCatalogueTests.bars.map(\.close), values)
    }

    mutating func bars<I: Indicator>(
      _ name: String, _ indicator: I, _ parameters: KeyValuePairs<String, String> = [:], _ values: (I.Output) -> [Double]
    ) where I.Input == Bar {
      add(name, parameters, indicator, IndicatorCatalogueTests.bars, values)
    }

    private mutating func add<I: Indicator>(
      _ name: String, _ parameters: KeyValuePairs<String, String>, _ indicator: I, _ inputs: [I.Input], _ values: (I.Output) -> [Double]
    ) {
      var indicator = indicator
      let rows = indicator.batch(inputs).map { $0.map(values) }
      cases.append(Case(name: name, parameters: parameters.map { (name: $0.key, value: $0.value) }, rows: rows))
    }
  }

  static let defaults: [Case] = {
    var table = Table()
    table.closes("sma", SimpleMovingAverage(period: 30)) { [$0] }
    table.closes("ema", ExponentialMovingAverage(period: 30)) { [$0] }
    table.closes("wma", WeightedMovingAverage(period: 30)) { [$0] }
    table.closes("rsi", RelativeStrengthIndex(period: 14)) { [$0] }
    table.closes("macd", MovingAverageConvergenceDivergence(fast: 12, slow: 26, signal: 9)) { [$0.line, $0.signal, $0.histogram] }
    table.closes("bollinger", BollingerBands(period: 20, deviations: 2)) { [$0.upper, $0.middle, $0.lower] }
    table.bars("atr", AverageTrueRange(period: 14)) { [$0] }
    table.bars("adx", AverageDirectionalIndex(period: 14)) { [$0.index, $0.plus, $0.minus] }
    table.bars("stochastic", StochasticOscillator(period: 14, smoothing: 3, signal: 3)) { [$0.k, $0.d] }
    table.bars("cci", CommodityChannelIndex(period: 14)) { [$0] }
    table.bars("mfi", MoneyFlowIndex(period: 14)) { [$0] }
    table.bars("obv", OnBalanceVolume()) { [$0] }
    table.closes("roc", RateOfChange(period: 10)) { [$0] }
    table.bars("donchian", DonchianChannel(period: 20)) { [$0.upper, $0.middle, $0.lower] }
    table.bars("keltner", KeltnerChannel(period: 20, rangePeriod: 10, multiple: 2)) { [$0.upper, $0.middle, $0.lower] }
    table.bars("vwap", VolumeWeightedAveragePrice(period: 20)) { [$0] }
    table.bars("supertrend", SuperTrend(period: 10, multiple: 3)) { [$0.level, $0.isRising ? 1 : 0] }
    table.closes("stddev", StandardDeviation(period: 5)) { [$0] }
    return table.cases
  }()

  /// Every parameter other than its default, so that none is read for another.
  static let chosen: [Case] = {
    var table = Table()
    table.closes("sma", SimpleMovingAverage(period: 7), ["period": "7"]) { [$0] }
    table.closes("ema", ExponentialMovingAverage(period: 7), ["period": "7"]) { [$0] }
    table.closes("wma", WeightedMovingAverage(period: 7), ["period": "7.0"]) { [$0] }
    table.closes("rsi", RelativeStrengthIndex(period: 7), ["period": "7"]) { [$0] }
    table.closes("macd", MovingAverageConvergenceDivergence(fast: 5, slow: 17, signal: 4), ["signal": "4", "slow": "17", "fast": "5"]) {
      [$0.line, $0.signal, $0.histogram]
    }
    table.closes("bollinger", BollingerBands(period: 9, deviations: 1.25), ["period": "9", "deviations": "1.25"]) {
      [$0.upper, $0.middle, $0.lower]
    }
    table.bars("atr", AverageTrueRange(period: 7), ["period": "7"]) { [$0] }
    table.bars("adx", AverageDirectionalIndex(period: 7), ["period": "7"]) { [$0.index, $0.plus, $0.minus] }
    table.bars(
      "stochastic", StochasticOscillator(period: 9, smoothing: 4, signal: 6), ["period": "9", "smoothing": "4", "signal": "6"]
    ) { [$0.k, $0.d] }
    table.bars("cci", CommodityChannelIndex(period: 7), ["period": "7"]) { [$0] }
    table.bars("mfi", MoneyFlowIndex(period: 7), ["period": "7"]) { [$0] }
    table.closes("roc", RateOfChange(period: 7), ["period": "7"]) { [$0] }
    table.bars("donchian", DonchianChannel(period: 7), ["period": "7"]) { [$0.upper, $0.middle, $0.lower] }
    table.bars(
      "keltner", KeltnerChannel(period: 5, rangePeriod: 13, multiple: 1.5), ["period": "5", "range_period": "13", "multiple": "1.5"]
    ) { [$0.upper, $0.middle, $0.lower] }
    table.bars("vwap", VolumeWeightedAveragePrice(period: 7), ["period": "7"]) { [$0] }
    table.bars("supertrend", SuperTrend(period: 4, multiple: 0.75), ["period": "4", "multiple": "0.75"]) {
      [$0.level, $0.isRising ? 1 : 0]
    }
    table.closes("stddev", StandardDeviation(period: 7), ["period": "7"]) { [$0] }
    return table.cases
  }()

  private func rows(_ indicator: any CandleIndicator) -> [[Double]?] {
    var indicator = indicator
    return Self.bars.map { bar in
      // What is there already must stay.
      var values = [-1.0]
      let hasValues = indicator.update(bar, into: &values)
      #expect(values.first == -1 && hasValues == (values.count > 1))
      return hasValues ? Array(values.dropFirst()) : nil
    }
  }

  @Test(arguments: defaults + chosen)
  func indicatorByNameEqualsTheConcreteOne(example: Case) throws {
    let descriptor = try #require(IndicatorCatalogue.descriptor(named: example.name))
    let indicator = try IndicatorCatalogue.make(name: example.name, parameters: example.parameters)
    #expect(IndicatorCatalogue.violations(name: example.name, parameters: example.parameters) == [])
    let found = rows(indicator)
    #expect(found == example.rows)
    #expect(found.firstIndex { $0 != nil } == indicator.warmUp)
    #expect(found.allSatisfy { $0.map { $0.count == descriptor.outputs.count } ?? true })
  }

  @Test func examplesCoverTheCatalogue() {
    let names = IndicatorCatalogue.all.map(\.name)
    #expect(Self.defaults.map(\.name) == names)
    #expect(Self.defaults.allSatisfy { $0.parameters.isEmpty })
    for descriptor in IndicatorCatalogue.all where !descriptor.parameters.isEmpty {
      let example = Self.chosen.first { $0.name == descriptor.name }
      #expect(example.map { Set($0.parameters.map(\.name)) } == Set(descriptor.parameters.map(\.name)), "\(descriptor.name)")
    }
  }

  @Test func namesAreUniqueAndInLowerCase() {
    func isName(_ text: String) -> Bool { !text.isEmpty && text.allSatisfy { ("a"..."z").contains($0) || $0 == "_" } }
    func areNames(_ texts: [String]) -> Bool { texts.allSatisfy(isName) && Set(texts).count == texts.count }
    #expect(areNames(IndicatorCatalogue.all.map(\.name)))
    for descriptor in IndicatorCatalogue.all {
      #expect(areNames(descriptor.outputs) && !descriptor.outputs.isEmpty, "\(descriptor.name)")
      #expect(areNames(descriptor.parameters.map(\.name)), "\(descriptor.name)")
      #expect(!descriptor.title.isEmpty && descriptor.summary.hasSuffix("."), "\(descriptor.name)")
      #expect(IndicatorCatalogue.descriptor(named: descriptor.name)?.title == descriptor.title)
    }
  }

  @Test func columnsAreNamed() {
    let several = IndicatorCatalogue.all.filter { $0.outputs != [$0.name] }
    #expect(
      Dictionary(uniqueKeysWithValues: several.map { ($0.name, $0.outputs) }) == [
        "macd": ["macd", "signal", "histogram"], "bollinger": ["upper", "middle", "lower"], "adx": ["adx", "plus_di", "minus_di"],
        "stochastic": ["k", "d"], "donchian": ["upper", "middle", "lower"], "keltner": ["upper", "middle", "lower"],
        "supertrend": ["level", "rising"],
      ])
  }

  /// Defaults and bounds are legal; a hair outside is not.
  @Test func boundsAreAsStated() throws {
    for descriptor in IndicatorCatalogue.all {
      for parameter in descriptor.parameters {
        #expect(!parameter.meaning.isEmpty)
        for text in [parameter.defaultValue, parameter.minimum, parameter.maximum] {
          var given = [(name: parameter.name, value: text)]
          // MACD's averages bound each other.
          if descriptor.name == "macd", parameter.name == "fast" { given.append((name: "slow", value: "10000")) }
          if descriptor.name == "macd", parameter.name == "slow" { given.append((name: "fast", value: "2")) }
          let indicator = try IndicatorCatalogue.make(name: descriptor.name, parameters: given)
          guard indicator.warmUp < Self.bars.count else { continue }
          #expect(rows(indicator).firstIndex { $0 != nil } == indicator.warmUp, "\(descriptor.name) \(given)")
        }
        let least = try #require(Double(parameter.minimum))
        let most = try #require(Double(parameter.maximum))
        let (below, above) = parameter.kind == .integer ? ("\(Int(least) - 1)", "\(Int(most) + 1)") : ("0.00999999", "100.00000001")
        let what = parameter.kind == .integer ? "a whole number" : "a number"
        for text in [below, above] {
          let sentence = "\(parameter.name) must be \(what) from \(parameter.minimum) to \(parameter.maximum), not \"\(text)\""
          #expect(descriptor.violations(of: [(name: parameter.name, value: text)]) == [sentence])
        }
      }
    }
  }

  /// The least legal value is the concrete type's own: one less would be taken for it.
  @Test func leastPeriodsAreThoseOfTheTypes() {
    let least = [
      "sma": SimpleMovingAverage(period: 0).period, "ema": ExponentialMovingAverage(period: 0).period,
      "wma": WeightedMovingAverage(period: 0).period, "rsi": RelativeStrengthIndex(period: 0).period,
      "bollinger": BollingerBands(period: 0).period, "atr": AverageTrueRange(period: 0).period,
      "adx": AverageDirectionalIndex(period: 0).period, "stochastic": StochasticOscillator(period: 0).period,
      "cci": CommodityChannelIndex(period: 0).period, "mfi": MoneyFlowIndex(period: 0).period, "roc": RateOfChange(period: 0).period,
      "donchian": DonchianChannel(period: 0).period, "keltner": KeltnerChannel(period: 0).period,
      "vwap": VolumeWeightedAveragePrice(period: 0).period, "supertrend": SuperTrend(period: 0).period,
      "stddev": StandardDeviation(period: 0).period,
    ]
    for descriptor in IndicatorCatalogue.all {
      guard let period = descriptor.parameters.first(where: { $0.name == "period" }) else { continue }
      #expect(least[descriptor.name].map { "\($0)" } == period.minimum, "\(descriptor.name)")
    }
  }

  struct Refusal: Sendable {
    var name: String
    var given: [(name: String, value: String)]
    var sentences: [String]

    init(_ name: String, _ given: KeyValuePairs<String, String>, _ sentences: String...) {
      self.name = name
      self.given = given.map { (name: $0.key, value: $0.value) }
      self.sentences = sentences
    }
  }

  static let refusals: [Refusal] = [
    Refusal("rsi", ["period": "1"], "period must be a whole number from 2 to 10000, not \"1\""),
    Refusal("rsi", ["period": ""], "period must be a whole number from 2 to 10000, not \"\""),
    Refusal("rsi", ["period": "2.5"], "period must be a whole number from 2 to 10000, not \"2.5\""),
    Refusal("sma", ["period": "-0"], "period must be a whole number from 1 to 10000, not \"-0\""),
    Refusal("bollinger", ["deviations": "nan"], "deviations must be a number from 0.01 to 100, not \"nan\""),
    Refusal("rsi", ["Period": "14"], "rsi has no parameter \"Period\"; it has period"),
    Refusal("macd", ["": "1"], "macd has no parameter \"\"; it has fast, slow, signal"),
    Refusal("obv", ["period": "14"], "obv has no parameter \"period\"; it has none"),
    Refusal("rsi", ["period": "14", "period": "14", "period": "15"], "period is given twice"),
    Refusal(
      "rsi", ["period": "x", "length": "14", "period": "14"], "period must be a whole number from 2 to 10000, not \"x\"",
      "rsi has no parameter \"length\"; it has period", "period is given twice"),
    Refusal("macd", ["fast": "26", "slow": "26"], "fast must be less than slow, and 26 is not less than 26"),
    Refusal("macd", ["fast": "30"], "fast must be less than slow, and 30 is not less than 26"),
    Refusal("macd", ["slow": "5"], "fast must be less than slow, and 12 is not less than 5"),
    Refusal(
      "macd", ["slow": "5", "size": "3"], "macd has no parameter \"size\"; it has fast, slow, signal",
      "fast must be less than slow, and 12 is not less than 5"),
    // Which of two counts is not known, nor what a wrong text was meant to be: nothing is said about the relation.
    Refusal("macd", ["slow": "5", "slow": "50"], "slow is given twice"),
    Refusal("macd", ["fast": "x", "slow": "3"], "fast must be a whole number from 2 to 9999, not \"x\""),
  ]

  @Test(arguments: refusals)
  func badParametersAreAllNamed(refusal: Refusal) {
    #expect(IndicatorCatalogue.violations(name: refusal.name, parameters: refusal.given) == refusal.sentences)
    let error = #expect(throws: IndicatorError.self) {
      _ = try IndicatorCatalogue.make(name: refusal.name, parameters: refusal.given)
    }
    #expect(error?.code == .invalidParameters && error?.violations == refusal.sentences && error?.isRetryable == false)
    #expect(error?.description == "indicator \(refusal.name): \(refusal.sentences.joined(separator: "; "))")
  }

  @Test(arguments: ["", "SMA", "sma ", "nonsense"])
  func unknownIndicatorListsThoseThereAre(name: String) {
    let sentence =
      "there is no indicator \"\(name)\"; there are sma, ema, wma, rsi, macd, bollinger, atr, adx, stochastic, cci, mfi, obv, roc, "
      + "donchian, keltner, vwap, supertrend, stddev"
    #expect(IndicatorCatalogue.descriptor(named: name) == nil)
    #expect(IndicatorCatalogue.violations(name: name, parameters: [(name: "period", value: "x")]) == [sentence])
    let error = #expect(throws: IndicatorError.self) { _ = try IndicatorCatalogue.make(name: name) }
    #expect(error?.code == .unknownIndicator && error?.message == sentence && error?.violations == [])
  }

  /// Whatever is given is refused in a sentence of bounded length.
  @Test func anyTextIsRefusedAndNothingTraps() {
    let texts = [
      "", " ", "-", ".", "+1", "-1", "0", "1e3", "0x10", "inf", "NaN", "14 ", " 14", "1,000", "1_000", "14.", ".5", "٣", "1\u{0}", "\n",
      "999999999999999999", "9223372036854775807", "-9223372036854775808", "170141183460469231731687303715884105727", "1.00000000000001",
      String(repeating: "9", count: 10_000), "e" + String(repeating: "\u{301}", count: 10_000), String(repeating: "👩‍👩‍👧", count: 100),
    ]
    for descriptor in IndicatorCatalogue.all {
      for text in texts {
        for parameter in descriptor.parameters {
          let found = descriptor.violations(of: [(name: parameter.name, value: text)])
          #expect(found.count == 1 && found.allSatisfy { $0.utf8.count < 300 }, "\(descriptor.name) \(parameter.name)")
        }
        let found = IndicatorCatalogue.violations(name: descriptor.name, parameters: [(name: text, value: text)])
        #expect(found.count == 1 && found.allSatisfy { $0.utf8.count < 300 }, "\(descriptor.name)")
      }
    }
    for text in texts {
      let found = IndicatorCatalogue.violations(name: text)
      #expect(found.count == 1 && found.allSatisfy { $0.utf8.count < 400 })
    }
  }

  @Test func aCopyGoesItsOwnWay() throws {
    var original = try IndicatorCatalogue.make(name: "sma", parameters: [(name: "period", value: "2")])
    var values: [Double] = []
    func bar(_ close: Double) -> Bar { Bar(open: close, high: close, low: close, close: close, volume: 1) }
    #expect(!original.update(bar(1), into: &values))
    var copy = original
    #expect(copy.update(bar(3), into: &values) && original.update(bar(5), into: &values) && copy.update(bar(5), into: &values))
    #expect(values == [2, 3, 4])
  }
}
