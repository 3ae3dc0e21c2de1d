package import BotAPI
import TTRPC

/// A connection to the daemon with its typed clients.
package struct Session: Sendable {
  let client: RPCClient
  /// Longest wait for the answer to one call.
  package let timeout: Duration

  /// Connects and, when a token is given, logs in.
  static func open(_ options: DaemonOptions) async throws -> Session {
    let address = try options.parsedAddress()
    do throws(RPCError) {
      let client = try await RPCClient.connect(
        to: address, tls: options.tls, timeout: options.timeout.duration)
      let session = Session(client: client, timeout: options.timeout.duration)
      if let token = try Token.read(options) {
        _ = try await session.system.login(V1.LoginRequest(token: token), timeout: session.timeout)
      }
      return session
    } catch {
      throw CommandFailure(error, address: address)
    }
  }

  var address: RPCAddress { client.address }
  var bots: V1.BotServiceClient { V1.BotServiceClient(client) }
  var strategies: V1.StrategyServiceClient { V1.StrategyServiceClient(client) }
  var portfolio: V1.PortfolioServiceClient { V1.PortfolioServiceClient(client) }
  var orders: V1.OrderServiceClient { V1.OrderServiceClient(client) }
  var trades: V1.TradeServiceClient { V1.TradeServiceClient(client) }
  var events: V1.EventServiceClient { V1.EventServiceClient(client) }
  /// Candles and prices.
  package var market: V1.MarketDataServiceClient { V1.MarketDataServiceClient(client) }
  var risk: V1.RiskServiceClient { V1.RiskServiceClient(client) }
  /// Backtests that the daemon runs.
  package var backtest: V1.BacktestServiceClient { V1.BacktestServiceClient(client) }
  /// The daemon itself.
  package var system: V1.SystemServiceClient { V1.SystemServiceClient(client) }

  /// An idempotency key for one mutation.
  static func requestID() -> String {
    var generator = SystemRandomNumberGenerator()
    let words = [generator.next(), generator.next()].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return words.joined()
  }
}
