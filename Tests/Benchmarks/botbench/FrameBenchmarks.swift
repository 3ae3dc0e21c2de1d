import Time
import CBounds
import BinanceJSON
import TradingModel

/// Market frames per second on one core, from bytes to a decoded event; equal parts trade, bookTicker and kline.
enum FrameBenchmarks {
  static var all: [Benchmark] { [mixed] }

  static func frames(_ count: Int, symbol: String = "BTCUSDT") -> [[UInt8]] {
    var walk = MarketWalk(seed: 3)
    let stream = symbol.lowercased()
    return (0..<count).map { index in
      let price = (FixedDecimal(nearestTo: walk.close()) ?? .one).text(fractionDigitsMinimum: 8)
      let quantity = (FixedDecimal(nearestTo: walk.unit() * 3) ?? .one).text(fractionDigitsMinimum: 8)
      let time = 1_733_007_600_000 + index * 10
      switch index % 3 {
      case 0:
        return Array(
          """
          {"stream":"\(stream)@trade","data":{"e":"trade","E":\(time),"s":"\(symbol)","t":\(3_735_683_259 + index),"p":"\(price)","q":"\(quantity)","T":\(time - 1),"m":\(index % 2 == 0),"M":true}}
          """.utf8)
      case 1:
        return Array(
          """
          {"stream":"\(stream)@bookTicker","data":{"u":\(50_093_239_212 + index),"s":"\(symbol)","b":"\(price)","B":"\(quantity)","a":"\(price)","A":"\(quantity)"}}
          """.utf8)
      default:
        return kline(symbol: symbol, openTime: time / 60_000 * 60_000, close: price, isClosed: index % 300 == 2)
      }
    }
  }

  static func kline(symbol: String, openTime: Int, close: String, isClosed: Bool) -> [UInt8] {
    Array(
      """
      {"stream":"\(symbol.lowercased())@kline_1m","data":{"e":"kline","E":\(openTime + 60_000),"s":"\(symbol)","k":{"t":\(openTime),"T":\(openTime + 59_999),"s":"\(symbol)","i":"1m","f":100,"L":200,"o":"\(close)","c":"\(close)","h":"\(close)","l":"\(close)","v":"12.34500000","n":101,"x":\(isClosed),"q":"752891.23000000","V":"6.10000000","Q":"371234.56000000","B":"0"}}}
      """.utf8)
  }

  private static var mixed: Benchmark {
    let frames = frames(30_000)
    let decoder = MarketFrameDecoder(symbols: SymbolTable([Symbol("BTCUSDT")].compactMap { $0 }))
    let box = DecoderBox(decoder)
    return Benchmark(
      name: "frames.decode", title: "bytes to decoded event, one third each trade, bookTicker, kline", unit: "M/s",
      contestants: [
        Contestant(name: "ours") {
          var events = 0
          let time = nanoseconds { for frame in frames where unsafe frame.withUnsafeBufferPointer(box.isEvent) { events += 1 } }
          return events == frames.count ? Double(frames.count) * 1_000 / time : nil
        },
        Contestant(name: "C scan") {
          var event = bound_event()
          var events: Int32 = 0
          let time = nanoseconds {
            for frame in frames {
              unsafe events += frame.withUnsafeBytes { unsafe bound_frame($0.bindMemory(to: CChar.self).baseAddress, $0.count, &event) }
            }
          }
          return events == frames.count ? Double(frames.count) * 1_000 / time : nil
        },
      ], figureToHold: 6, isRate: true, digits: 2)
  }
}

/// Holds a decoder where closures can reach it.
final class DecoderBox {
  private let decoder: MarketFrameDecoder

  init(_ decoder: consuming MarketFrameDecoder) { self.decoder = decoder }

  /// Decodes a frame; whether it was a market event.
  func isEvent(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    switch try? unsafe decoder.decode(bytes, receivedAt: .zero) {
    case .candle, .trade, .quote, .ticker: true
    default: false
    }
  }

  /// The candle of a kline frame.
  func candle(_ bytes: UnsafeBufferPointer<UInt8>) -> CandleUpdate? {
    guard let kind = try? unsafe decoder.decode(bytes, receivedAt: .zero), kind == .candle else { return nil }
    return decoder.candle
  }
}
