import Strategies
import Testing
import TradingModel

@testable import ParameterSearch

@Suite struct SearchSpaceTests {
  @Test func gridIsNestedLoops() throws {
    let space = try SearchSamples.space(["fast=2:6:2", "slow=10,20", "stop_loss=0:0.02:0.01"], of: "ema_cross")
    var expected: [[String]] = []
    for fast in ["2", "4", "6"] {
      for slow in ["10", "20"] { for stop in ["0", "0.01", "0.02"] { expected.append([fast, slow, stop]) } }
    }
    #expect(space.size == 18)
    #expect(try space.grid().map { space.parameters(at: $0).map(\.value) } == expected)
    #expect(space.parameters(at: 0).map(\.name) == ["fast", "slow", "stop_loss"])
    #expect(space.parameters(at: -1).isEmpty && space.parameters(at: 18).isEmpty)
  }

  @Test func tooManyCombinationsAreRefusedWithTheRemedy() throws {
    let space = try SearchSamples.space(["fast=1:1000", "slow=2:2000"], of: "ema_cross")
    #expect(space.size == 1_999_000)
    let sentence = SearchSamples.sentence { _ = try space.grid() }
    #expect(sentence?.contains("1999000 combinations (fast 1000 × slow 1999)") ?? false)
    #expect(sentence?.contains("--random 1000") ?? false)
    let names = ["take_profit", "stop_loss", "trailing_stop", "risk_per_trade"]
    let fine = try names.map { try SearchSamples.range("\($0)=0.1:0.9:0.000001", of: "rsi") }
    #expect(SearchSamples.sentence { _ = try SearchSpace(fine) }?.contains("more combinations than can be counted") ?? false)
    #expect(SearchSamples.sentence { _ = try SearchSpace([]) } != nil)
    #expect(SearchSamples.sentence { _ = try SearchSpace([fine[0], fine[0]]) } == "take_profit has two ranges; leave one out")
  }

  @Test func samplesAreDistinctAndSeeded() throws {
    let space = try SearchSamples.space(["fast=1:1000", "slow=2:2000"], of: "ema_cross")
    let first = try space.sample(500, seed: 1)
    #expect(first.count == 500 && Set(first).count == 500 && first == first.sorted())
    #expect(first.allSatisfy { (0..<space.size).contains($0) })
    #expect(try space.sample(500, seed: 1) == first)
    #expect(try space.sample(500, seed: 2) != first)
    // Spread over the space: each tenth has its share.
    for tenth in 0..<10 { #expect(first.count { $0 * 10 / space.size == tenth } > 20) }
    let small = try SearchSamples.space(["period=10:14"], of: "rsi")
    #expect(try small.sample(5, seed: 9) == [0, 1, 2, 3, 4] && small.sample(100, seed: 9) == [0, 1, 2, 3, 4])
    for seed in 0..<20 { #expect(try Set(small.sample(4, seed: UInt64(seed))).count == 4) }
    #expect(SearchSamples.sentence { _ = try small.sample(0, seed: 1) } != nil)
    #expect(SearchSamples.sentence { _ = try small.sample(1_000_001, seed: 1) } != nil)
  }

  /// First values for the seed 0, as published with Vigna's `splitmix64.c`.
  @Test func randomNumbersAreSplitMix64() {
    var random = SearchRandom(seed: 0)
    #expect([random.next(), random.next(), random.next()] == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    #expect(random.integer(upTo: 0) == 0)
    let draws = (0..<600).map { _ in random.integer(upTo: 5) }
    for value in 0...5 { #expect(draws.count { $0 == value } > 60) }
    #expect((0..<50).allSatisfy { _ in (0...Int.max).contains(random.integer(upTo: .max)) })
  }
}
