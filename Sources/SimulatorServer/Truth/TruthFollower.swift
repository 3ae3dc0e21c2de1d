import NIOCore
import NIOHTTP1
import TradingModel
import ExchangeSimulation

/// One reader of `/sim/truth`: lines of JSON in a chunked answer, as fast as it reads. Lives on its channel's event loop.
///
/// A reader that is so slow that entries were given up meanwhile gets a new header line, which says from which entry on it goes on.
final class TruthFollower {
  /// Entries that are written before the socket is asked again.
  private static let batch = 256

  private let simulation: Simulation
  private let context: ChannelHandlerContext
  private let showsWall: Bool
  private let follows: Bool
  private let isKeepAlive: Bool
  private var next: Int64
  /// The last entry that is told.
  private var last: Int64
  private var hasEnded = false
  private var isAdvancing = false
  private var wantsMore = false
  private var onEnd: () -> Void = {}

  var eventLoop: any EventLoop { context.eventLoop }

  /// - Parameter parameters: `from` (1), `limit` (all), `follow` (0), `wall` (1).
  init(
    simulation: Simulation, parameters: RequestParameters, context: ChannelHandlerContext, isKeepAlive: Bool
  ) throws(ExchangeError) {
    self.simulation = simulation
    self.context = context
    self.isKeepAlive = isKeepAlive
    simulation.recordOrders()
    func flag(_ name: String, _ standard: Bool) throws(ExchangeError) -> Bool {
      switch parameters[name] {
      case nil: return standard
      case "1", "true": return true
      case "0", "false": return false
      default: throw ExchangeError(-1102, "\(name) must be 0 or 1.")
      }
    }
    follows = try flag("follow", false)
    showsWall = try flag("wall", true)
    next = try parameters.integer("from") ?? 1
    guard next >= 1 else { throw ExchangeError(-1102, "from must be 1 or more.") }
    let limit = try parameters.integer("limit")
    guard limit ?? 1 >= 1 else { throw ExchangeError(-1102, "limit must be 1 or more.") }
    last = follows ? .max : simulation.truth.next - 1
    if let limit { last = min(last, next.addingReportingOverflow(limit - 1).overflow ? .max : next + limit - 1) }
  }

  /// Writes the head and what is there already.
  func begin(onEnd: @escaping () -> Void) {
    self.onEnd = onEnd
    var headers = HTTPHeaders([("Content-Type", "application/x-ndjson"), ("Transfer-Encoding", "chunked")])
    if !isKeepAlive { headers.add(name: "Connection", value: "close") }
    context.write(HTTPRequestHandler.wrap(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))), promise: nil)
    send(header())
    if follows { simulation.followers.append(self) }
    advance()
  }

  private func header() -> [UInt8] {
    TruthLines.header(seed: simulation.configuration.seed, firstKept: simulation.truth.firstKept, next: simulation.truth.next)
  }

  /// Writes what is new, as far as the socket takes it.
  func advance() {
    guard !hasEnded else { return }
    // A write may make the channel call back here, in the middle of a chunk.
    wantsMore = true
    guard !isAdvancing else { return }
    isAdvancing = true
    while wantsMore {
      wantsMore = false
      write()
      context.flush()
    }
    isAdvancing = false
    if next > last { end() }
  }

  private func write() {
    while next <= last, next < simulation.truth.next, context.channel.isWritable {
      var bytes: [UInt8] = []
      if simulation.truth.firstKept > next {
        if next > 1 { bytes += header() }
        next = simulation.truth.firstKept
      }
      for entry in simulation.truth.entries(from: next, limit: Self.batch) where entry.sequence <= last {
        bytes += TruthLines.line(entry, wall: showsWall)
        next = entry.sequence + 1
      }
      guard !bytes.isEmpty else { break }
      send(bytes)
    }
  }

  private func send(_ bytes: [UInt8]) {
    context.write(HTTPRequestHandler.wrap(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
  }

  private func end() {
    guard !hasEnded else { return }
    hasEnded = true
    simulation.removeFollower(self)
    let promise = isKeepAlive ? nil : context.eventLoop.makePromise(of: Void.self)
    if let promise {
      let channel = context.channel
      promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }
    context.writeAndFlush(HTTPRequestHandler.wrap(.end(nil)), promise: promise)
    onEnd()
  }
}

extension HTTPRequestHandler {
  static func wrap(_ part: HTTPServerResponsePart) -> NIOAny { wrapOutboundOut(part) }
}
