import Backtest
import Strategies
import Testing
import TradingCore
import TradingModel

@testable import ParameterSearch

@Suite struct SearchRangeTests {
  @Test(arguments: [
    ("rsi", "period=10:14:2", ["10", "12", "14"]),
    ("rsi", "period=10:15:2", ["10", "12", "14"]),
    ("rsi", "period=3:5", ["3", "4", "5"]),
    ("rsi", "period=7", ["7"]),
    ("rsi", "period=7:7", ["7"]),
    ("rsi", "period=14.0,2", ["14", "2"]),
    ("rsi", "oversold=20.5:21.5:0.25", ["20.5", "20.75", "21", "21.25", "21.5"]),
    ("rsi", "on_cross=true,false", ["true", "false"]),
    // Tenths have no binary form: eleven values all the same, the last one exact.
    ("bollinger", "deviations=1:2:0.1", ["1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "2"]),
    ("rsi", "stop_loss=0:0.03:0.015", ["0", "0.015", "0.03"]),
    ("rsi", "time_stop_candles=0,24", ["0", "24"]),
    ("rsi", "trailing_stop_atr=2:3:0.5", ["2", "2.5", "3"]),
  ])
  func values(_ strategy: String, _ text: String, _ expected: [String]) throws {
    let range = try SearchSamples.range(text, of: strategy)
    #expect((0..<range.count).map(range.text(at:)) == expected)
    #expect(range.text(at: -1) == "" && range.text(at: range.count) == "")
    let again = try SearchSamples.range(range.description, of: strategy)
    #expect((0..<again.count).map(again.text(at:)) == expected, "\(range)")
  }

  @Test(arguments: [
    ("period", "is not of the form name=from:to:step or name=a,b,c"),
    ("period=", "is not of the form"),
    ("=1:2", "is not of the form"),
    ("length=1:2", "rsi has no parameter \"length\"; a range can be over period, oversold"),
    ("period=1:20", "period must be a whole number from 2 to 1000, not \"1\""),
    ("period=2:1001", "period must be a whole number from 2 to 1000, not \"1001\""),
    ("period=2.5:4", "period must be a whole number from 2 to 1000, not \"2.5\""),
    ("period=2:8:1.5", "the step of period must be a whole number above 0, not \"1.5\""),
    ("period=2:8:0", "the step of period must be a whole number above 0, not \"0\""),
    ("period=2:8:-2", "the step of period must be a whole number above 0, not \"-2\""),
    ("period=20:10", "period: 20 is above 10; write the smaller one first: period=10:20"),
    ("period=2:3:4:5", "period: write period=from:to:step or period=a,b,c"),
    ("period=5,5.0", "period: 5 is given twice"),
    ("period=5,,6", "period must be a whole number from 2 to 1000, not \"\""),
    ("oversold=0.5:20", "oversold must be a number from 1 to 99, not \"0.5\""),
    ("oversold=nan", "oversold must be a number from 1 to 99, not \"nan\""),
    ("on_cross=yes", "on_cross must be true or false, not \"yes\""),
    ("on_cross=true:false", "on_cross must be true or false"),
    ("stop_loss=0:1:0.1", "stop_loss must be from 0 (none) to below 1 (0.02 is 2 %), not \"1\""),
    ("stop_loss=0.01:0.05", "stop_loss=0.01:0.05 needs a step"),
    ("stop_loss=0:0.9:0.0000001", "stop_loss has 9000001 values, at most 1000000 can be tried"),
    ("risk_per_trade=0,0.1", "risk_per_trade must be above 0 and at most 1"),
    ("take_profit=-0.1,0.1", "take_profit must be from 0 (none) to 100"),
    ("cooldown_candles=0:1000001", "cooldown_candles must be a whole number from 0 (none) to 1000000 candles"),
    ("sizing_atr=101", "sizing_atr must be above 0 and at most 100 average true ranges"),
    ("period=999999999999999999999", "period must be a whole number from 2 to 1000"),
  ])
  func mistakes(_ text: String, _ expected: String) {
    let sentence = SearchSamples.sentence { _ = try SearchSamples.range(text, of: "rsi") }
    #expect(sentence?.contains(expected) ?? false, "\(sentence ?? "no error")")
  }

  @Test func settingsReachTheBot() throws {
    let bot = try SearchSamples.settings("rsi").bots[0]
    for setting in SearchSetting.allCases {
      let space = try SearchSamples.space(["\(setting.rawValue)=\(setting.rule.isWhole ? "7" : "0.4")"], of: "rsi")
      #expect(space.configure(bot, at: 0) != bot, "\(setting)")
    }
    let both = try SearchSamples.space(["period=5,6", "stop_loss=0.5"], of: "rsi")
    let configured = both.configure(bot, at: 1)
    #expect(configured.parameters == ["period": "6"])
    #expect(configured.stopLoss == FixedDecimal(raw: 50_000_000))
  }
}
