public import Time
public import Venue

/// One thing that happened at the exchange, for whoever judges a run afterwards.
public enum TruthEvent: Hashable, Sendable {
  /// A socket was opened, became something else (`upgraded`), or was closed.
  case connection(number: Int64, change: String)
  /// A request, byte for byte: a whole HTTP request, or one text of a WebSocket.
  case request(TruthRequest)
  /// How a request was answered.
  case answer(TruthAnswer)
  /// A change of an account's order; a fill is in it.
  case execution(ExchangeExecution)
  /// A change of an account's order list.
  case list(ExchangeOrderList, ExchangeListStatusType)
  /// Assets of an account, as they stand after a change.
  case balances(account: Int, [AssetBalance])
  /// An order request as the exchange understood it, and what came of it.
  case order(TruthRecord)
  /// What a person or a test told the simulator.
  case command(String)
}

/// A request as it arrived.
public struct TruthRequest: Hashable, Sendable {
  /// The connection's number, from 1.
  public var connection: Int64
  /// The request's number on its connection, from 1.
  public var number: Int64
  public var isWebSocket: Bool
  /// `POST /api/v3/order`, `order.place`.
  public var name: String
  public var bytes: [UInt8]
  /// It was longer; ``bytes`` is its beginning.
  public var isCut: Bool

  public init(connection: Int64, number: Int64, isWebSocket: Bool, name: String, bytes: [UInt8], isCut: Bool = false) {
    self.connection = connection
    self.number = number
    self.isWebSocket = isWebSocket
    self.name = name
    self.bytes = bytes
    self.isCut = isCut
  }
}

/// An answer, as far as a judge needs it.
public struct TruthAnswer: Hashable, Sendable {
  public var connection: Int64
  /// The number of the request on its connection.
  public var number: Int64
  /// 0: none was sent.
  public var status: Int
  /// The exchange's code; 0 for none.
  public var code: Int
  /// Whether the request was executed, whatever was answered.
  public var wasExecuted: Bool
  /// The faults that struck it.
  public var faults: [Int64]

  public init(connection: Int64, number: Int64, status: Int, code: Int, wasExecuted: Bool, faults: [Int64]) {
    self.connection = connection
    self.number = number
    self.status = status
    self.code = code
    self.wasExecuted = wasExecuted
    self.faults = faults
  }
}

/// An event of the truth with its place and times.
public struct TruthEntry: Hashable, Sendable {
  /// Dense, from 1.
  public var sequence: Int64
  /// Market time.
  public var time: Timestamp
  /// The clock of the machine that runs the exchange. The only thing here that differs between two equal runs.
  public var wall: Timestamp
  public var event: TruthEvent

  /// About how much memory it takes.
  var bytes: Int {
    if case .request(let request) = event { return request.bytes.count + 300 }
    return 600
  }
}
