import Time
import Foundation
import BinanceJSON
import TradingModel
import Venue

/// Frames as the exchange writes them.
enum SampleFrames {
  static let trade =
    #"{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true}"#
  static let combinedTrade =
    #"{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}"#
  static let combinedQuote =
    #"{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}"#
  static let candle =
    #"{"e":"kline","E":1672515840008,"s":"BNBBTC","k":{"t":1672515780000,"T":1672515839999,"s":"BNBBTC","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":true,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}"#
  static let consistentCandle =
    #"{"stream":"btcusdt@kline_5m","data":{"e":"kline","E":1723161255343,"s":"BTCUSDT","k":{"t":1723161000000,"T":1723161299999,"s":"BTCUSDT","i":"5m","f":1,"L":201,"o":"61837.63000000","c":"61840.01000000","h":"61845.00000000","l":"61830.00000000","v":"12.34500000","n":201,"x":true,"q":"763400.12345678","V":"6.10000000","Q":"377000.12340000","B":"0"}}}"#
  static let ticker =
    #"{"e":"24hrMiniTicker","E":1672515782136,"s":"BNBBTC","c":"0.0025","o":"0.0010","h":"0.0025","l":"0.0010","v":"10000","q":"18"}"#
  static let all = [trade, combinedTrade, combinedQuote, consistentCandle, ticker]

  static let symbols = ["BNBBTC", "BTCUSDT", "ETHUSDT", "1000SATSUSDT"].compactMap { Symbol($0) }

  static func decoder(_ more: [Symbol] = []) -> MarketFrameDecoder { MarketFrameDecoder(symbols: SymbolTable(symbols + more)) }

  /// Bytes in memory of exactly their size, so that a sanitizer sees a read beyond them.
  static func withExactBytes<Result>(_ text: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows
    -> Result
  {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, text.count))
    defer { unsafe buffer.deallocate() }
    _ = unsafe buffer.initialize(from: text)
    return try unsafe body(UnsafeBufferPointer(rebasing: buffer[..<text.count]))
  }

  enum Outcome: Equatable {
    case event(MarketEvent)
    case other(MarketFrameDecoder.Kind)
    case refused(FrameRefusal.Code)
  }

  static let receivedAt = Timestamp(milliseconds: 1_723_161_255_400)

  static func decode(_ text: some Collection<UInt8>, _ more: [Symbol] = []) -> Outcome {
    let decoder = decoder(more)
    return unsafe withExactBytes(text) {
      unsafe outcome($0, decoder) { bytes, decoder throws(FrameRefusal) in try unsafe decoder.decode(bytes, receivedAt: receivedAt) }
    }
  }

  static func outcome(
    _ bytes: UnsafeBufferPointer<UInt8>, _ decoder: borrowing MarketFrameDecoder,
    _ decode: (UnsafeBufferPointer<UInt8>, borrowing MarketFrameDecoder) throws(FrameRefusal) -> MarketFrameDecoder.Kind
  ) -> Outcome {
    do throws(FrameRefusal) {
      let kind = try unsafe decode(bytes, decoder)
      return decoder.event(of: kind).map { .event($0) } ?? .other(kind)
    } catch {
      return .refused(error.code)
    }
  }
}

/// Documents and recordings beside the checkout; absent on most machines, so tests that need them are skipped.
enum SharedFiles {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../shared")
    .standardizedFileURL
  static let payloadsFolder = folder.appendingPathComponent("binance/payloads")

  static var payloads: [(name: String, bytes: [UInt8])] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: payloadsFolder.path)) ?? []).filter { $0.hasSuffix(".json") }
      .sorted()
    return names.compactMap { name in
      (try? Data(contentsOf: payloadsFolder.appendingPathComponent(name))).map { (name, Array($0)) }
    }
  }

  static var havePayloads: Bool { FileManager.default.fileExists(atPath: payloadsFolder.path) }
  static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) }
}

/// A reproducible source of numbers (SplitMix64; Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
