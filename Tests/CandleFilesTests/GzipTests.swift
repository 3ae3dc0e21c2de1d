import CandleFiles
import Foundation
import Testing
import TradingModel

@Suite struct GzipTests {
  /// The file of minutes 0…39, squeezed by gzip -9.
  private static let squeezed =
    "H4sIAAAAAAACA42Uy2rDMBQF9/0WYXSuJMv6mi6KSQJOVGgev19JVqGXEOV4YXsxYjgwdv5eL5/X03k1ubyZ4+lwNFt+mK8t/6zmnrfbef1AtO"
    + "3y9WZg7RTKXUxK5YFJgrETJPxxsJ1D41w9UfkKQoFzB6WBvh6pByoo/0GRDroG7vZy4EktSwd9A+euD09q93qLMvvBFmX2gy3KHAZblDoMtij1"
    + "/HqLMsfBFmWOgy3KvAy2KPUy2KLUiWtsT4xorLi4xgCyMYBsDMI1Bkc2Bkc2Bk82Bk82hsA1tn/RRGOYycYQycYQycawkI0ltrFENiaWbEws2Z"
    + "iAa2z/gRKNiZCNiSMbE/e2sV8LHmlahQYAAA=="

  @Test func gzipReadsLikePlain() throws {
    let plain = try CandleText.read(CandleText.file(0..<40))
    let data = try #require(Data(base64Encoded: Self.squeezed))
    #expect(try CandleText.read(Array(data)).candles == plain.candles)
    #expect(try CandleText.read(Gzip.stored(Array(CandleText.file(0..<40).utf8))).candles == plain.candles)
    let long = CandleText.file(0..<14_000)
    #expect(try CandleText.read(Gzip.stored(Array(long.utf8))).candles == CandleText.read(long).candles)
    // Parts one after the other are one file, as zcat has it.
    let parts = Gzip.stored(Array(CandleText.file(0..<5).utf8)) + Gzip.stored(Array((CandleText.row(5) + "\n").utf8))
    #expect(try CandleText.read(parts).candles == Array(plain.candles.prefix(6)))
  }

  @Test func damagedGzipIsNamed() throws {
    let whole = Gzip.stored(Array(CandleText.file(0..<40).utf8))
    let cut = "line 1: cannot be read on from about here: the gzip data end too early"
    for bytes in [1, 4, 8, 30, 1_000] { #expect(try CandleText.complaint(Array(whole.dropLast(bytes))) == cut) }
    var spoilt = whole
    spoilt[100] ^= 1
    #expect(
      try CandleText.complaint(spoilt) == "line 1: cannot be read on from about here: damaged gzip data (incorrect data check)")
    // Beyond the first block, the line is told.
    let long = Gzip.stored(Array(CandleText.file(0..<14_000).utf8))
    let late = try #require(try CandleText.complaint(Array(long.dropLast(8))))
    #expect(late.hasPrefix("line 1") && late.hasSuffix("the gzip data end too early") && !late.hasPrefix("line 1:"))
    #expect(try CandleText.complaint([0x1F, 0x8B]) != nil)
    #expect(try CandleText.complaint([0x1F, 0x8B, 8, 0xFF]) != nil)
  }
}
