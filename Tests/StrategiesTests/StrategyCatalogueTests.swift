import Strategies
import Testing

struct StrategyCatalogueTests {
  @Test func namesAreUniqueAndSchemasComplete() {
    let names = StrategyCatalogue.all.map(\.name)
    #expect(Set(names).count == names.count)
    for descriptor in StrategyCatalogue.all {
      #expect(!descriptor.summary.isEmpty)
      #expect(Set(descriptor.parameters.map(\.name)).count == descriptor.parameters.count)
      for parameter in descriptor.parameters {
        #expect(!parameter.meaning.isEmpty && !parameter.defaultValue.isEmpty, "\(descriptor.name).\(parameter.name)")
        #expect((parameter.type == .boolean) == (parameter.minimum.isEmpty && parameter.maximum.isEmpty))
      }
    }
  }

  @Test(arguments: StrategyCatalogue.all.map(\.name))
  func theSchemasOwnDefaultsAndBoundsAreAccepted(name: String) throws {
    let descriptor = try #require(StrategyCatalogue.descriptor(named: name))
    let defaults = descriptor.completed([:])
    #expect(defaults.entries.map(\.name) == descriptor.parameters.map(\.name))
    #expect(descriptor.violations(of: defaults).isEmpty)
    _ = try descriptor.make(defaults)
    for parameter in descriptor.parameters where parameter.type != .boolean {
      // A bound may still break a rule between parameters, but never its own range.
      for bound in [parameter.minimum, parameter.maximum] {
        let found = descriptor.violations(of: StrategyParameters([.init(name: parameter.name, value: bound)]))
        #expect(!found.contains { $0.message.contains("must be a ") }, "\(parameter.name) = \(bound)")
      }
    }
  }

  @Test func theRSIDefaultsAreWilders() throws {
    let rsi = try #require(StrategyCatalogue.descriptor(named: "rsi"))
    #expect(rsi.completed([:]) == ["period": "14", "oversold": "30", "overbought": "70", "trend_period": "0", "on_cross": "false"])
    #expect(rsi.completed(["oversold": "25"])["oversold"] == "25")
  }

  @Test func everythingWrongIsToldAtOnce() {
    let found = StrategyCatalogue.violations(
      name: "rsi", parameters: ["perid": "14", "period": "1", "oversold": "NaN", "overbought": "99.5", "on_cross": "yes"])
    #expect(
      found.map(\.message) == [
        "rsi has no parameter \"perid\"; it has period, oversold, overbought, trend_period, on_cross",
        "period must be a whole number from 2 to 1000, not \"1\"", "oversold must be a number from 1 to 99, not \"NaN\"",
        "overbought must be a number from 1 to 99, not \"99.5\"", "on_cross must be true or false, not \"yes\"",
      ])
    #expect(found.map(\.name) == ["perid", "period", "oversold", "overbought", "on_cross"])
  }

  @Test(arguments: ["", " 14", "14 ", "+14", "0x0e", "1e1", "14.5", "1_4", "٣", "14,0", "99999999999999999999", "-14", "nan"])
  func wholeNumbersMatchTheirGrammar(text: String) {
    #expect(StrategyCatalogue.violations(name: "rsi", parameters: ["period": text]).map(\.name) == ["period"])
  }

  @Test func boundsBetweenParametersAreChecked() {
    #expect(
      StrategyCatalogue.violations(name: "rsi", parameters: ["oversold": "70", "overbought": "30"])
        == [ParameterViolation(name: "oversold", message: "oversold must be below overbought")])
    #expect(StrategyCatalogue.violations(name: "rsi", parameters: ["oversold": "70"]).count == 1)
    for name in ["sma_cross", "ema_cross", "macd"] {
      #expect(
        StrategyCatalogue.violations(name: name, parameters: ["fast": "20", "slow": "20"])
          == [ParameterViolation(name: "slow", message: "slow must be above fast")])
    }
  }

  @Test func aParameterGivenTwiceIsRefused() {
    let twice = StrategyParameters([.init(name: "period", value: "14"), .init(name: "period", value: "15")])
    #expect(
      StrategyCatalogue.violations(name: "rsi", parameters: twice)
        == [ParameterViolation(name: "period", message: "period is given twice")])
  }

  @Test func makingWithViolationsThrowsThemAll() {
    let error = #expect(throws: StrategyError.self) {
      try StrategyCatalogue.make(name: "rsi", parameters: ["period": "0", "oversold": "0"])
    }
    #expect(error?.code == .invalidParameters)
    #expect(error?.violations.count == 2)
    #expect(error?.isRetryable == false)
  }

  @Test func anUnknownStrategyIsNamedBesideThoseThereAre() {
    let error = #expect(throws: StrategyError.self) { try StrategyCatalogue.make(name: "RSI_14", parameters: [:]) }
    #expect(error?.code == .unknownStrategy)
    #expect(error?.message.hasPrefix("there is no strategy \"RSI_14\"; there are rsi, ") == true)
    #expect(StrategyCatalogue.violations(name: "RSI_14", parameters: [:]).map(\.name) == ["strategy"])
  }

  @Test func longTextIsCutInMessages() {
    let long = String(repeating: "x", count: 10_000)
    let found = StrategyCatalogue.violations(
      name: "rsi", parameters: StrategyParameters([.init(name: long, value: long), .init(name: "period", value: long)]))
    #expect(found.allSatisfy { $0.message.utf8.count < 200 && $0.name.utf8.count < 60 })
  }
}
