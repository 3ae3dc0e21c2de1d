/// An answer to a control message of a market stream: `{"result":null,"id":1}` or `{"code":2,"msg":"…"}`.
public struct ControlReply: Hashable, Sendable {
  /// The request's id; `nil` when the answer names none.
  public var id: Int64?
  /// Nil when the request succeeded. Codes here are small positive numbers, not the REST codes.
  public var error: APIError?

  public init(id: Int64?, error: APIError? = nil) {
    self.id = id
    self.error = error
  }

  init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(FrameRefusal) {
    let value = try unsafe JSONValue(parsing: bytes, valuesMaximum: 10_000)
    id = value["id"]?.integer
    if let nested = value["error"], !nested.isNull {
      error = APIError(nested)
    } else if value["code"] != nil {
      error = APIError(value)
    }
  }
}

/// A code and a message as the exchange gives them.
public struct APIError: Hashable, Sendable {
  /// 0 when the answer carries none.
  public var code: Int
  /// At most 500 characters.
  public var message: String
  /// What was done and what was not, where a request has several parts (cancelReplace); usually nothing.
  public var data: JSONValue?

  public init(code: Int, message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// Reads `{"code":…,"msg":…}`; an answer without a numeric code has code 0.
  public init(_ value: JSONValue) {
    code = value["code"]?.integer.flatMap { Int(exactly: $0) } ?? 0
    message = String((value["msg"]?.string ?? "").prefix(500))
    data = value["data"]
  }
}
