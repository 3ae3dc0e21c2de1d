public import TTRPC

extension V1.ErrorInfo {
  /// Type URL of this message in a status's details.
  public static let typeURL = "type.googleapis.com/botd.v1.ErrorInfo"
}

extension RPCError {
  /// An error with its machine-readable detail; the message for people is the detail's.
  public init(code: RPCStatusCode, info: V1.ErrorInfo) {
    let bytes = try? info.encode()
    self.init(
      code: code, message: info.message,
      details: bytes.map { [RPCDetail(typeURL: V1.ErrorInfo.typeURL, bytes: $0)] } ?? [])
  }

  /// An error about one thing.
  ///
  /// - Parameters:
  ///   - reason: machine-readable, in capitals, for example `BOT_NOT_FOUND`.
  ///   - field: path of the offending field, or empty.
  ///   - message: a sentence that tells the person what to do.
  public init(code: RPCStatusCode, reason: String, field: String = "", message: String) {
    self.init(code: code, info: V1.ErrorInfo(reason: reason, field: field, message: message))
  }

  /// `INVALID_ARGUMENT` with everything that is wrong at once.
  public init(violations: [V1.FieldViolation]) {
    let first = violations.first
    let message = violations.count == 1 ? first?.message ?? "" : violations.map(\.message).joined(separator: "; ")
    self.init(
      code: .invalidArgument,
      info: V1.ErrorInfo(
        reason: violations.count == 1 ? first?.reason ?? "" : "INVALID_FIELDS", field: violations.count == 1 ? first?.field ?? "" : "",
        message: message, violations: violations))
  }

  /// The machine-readable detail, when the peer sent one that can be read.
  public var info: V1.ErrorInfo? {
    for detail in details where detail.typeURL == V1.ErrorInfo.typeURL {
      if let info = try? V1.ErrorInfo.decode(detail.bytes) { return info }
    }
    return nil
  }
}
