/// A header line of a request or an answer.
public struct HTTPHeader: Hashable, Sendable {
  public var name: String
  public var value: String
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// One HTTP/1.1 request. It is written to a connection at most once.
public struct HTTPRequest: Sendable {
  public enum Method: String, Hashable, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
  }

  public var method: Method
  /// Absolute, `http` or `https`, already percent-encoded.
  public var url: String
  public var headers: [HTTPHeader]
  /// Sent with POST and PUT; ignored for others.
  public var body: [UInt8]
  /// The time for everything from name resolution to the last byte of the answer, in milliseconds.
  public var timeoutMilliseconds: Int

  public init(method: Method, url: String, headers: [HTTPHeader] = [], body: [UInt8] = [], timeoutMilliseconds: Int = 10_000) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}

/// A whole answer.
public struct HTTPResponse: Hashable, Sendable {
  public var status: Int
  /// In the order received; names as the server spells them.
  public var headers: [HTTPHeader]
  public var body: [UInt8]

  public init(status: Int, headers: [HTTPHeader], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of that name, compared without case.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}
