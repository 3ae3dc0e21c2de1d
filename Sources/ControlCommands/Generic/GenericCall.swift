import BotAPI
import DynamicMessages
import Presentation
import TTRPC

/// One call of a method whose messages are known by the daemon's schema only.
struct GenericCall: Sendable {
  let schema: Schema
  let method: MethodType
  let session: Session
  let output: Output
  /// Says what was sent, and an error's details.
  let isVerbose: Bool

  /// The method as the transport calls it.
  var transportMethod: RPCMethod {
    let kind: RPCMethodKind =
      switch (method.clientStreams, method.serverStreams) {
      case (false, false): .unary
      case (false, true): .serverStreaming
      case (true, false): .clientStreaming
      case (true, true): .bidirectional
      }
    return RPCMethod(service: method.service, name: method.name, kind: kind)
  }

  /// Calls a method that takes one message and answers once.
  func unary(_ bodies: CallBodies) async throws {
    let request = try await requests(bodies).first ?? Request(bytes: [], requestID: nil)
    do throws(RPCError) {
      let answer = try await session.client.unary(transportMethod, payload: request.bytes, timeout: session.timeout)
      output.line(try text(answer, pretty: true))
    } catch {
      throw failure(error, requestID: request.requestID)
    }
  }

  // MARK: Messages

  /// An encoded message of the client.
  struct Request: Sendable {
    let bytes: [UInt8]
    /// Its `request_id`, where it has one.
    let requestID: String?
  }

  /// The messages that are on the command line.
  func requests(_ bodies: CallBodies) async throws(CommandFailure) -> [Request] {
    var requests: [Request] = []
    for (json, source) in try await bodies.given() { requests.append(try request(json, source)) }
    return requests
  }

  /// Encodes a message. One that has a `request_id` and was given none, or an empty one, gets one.
  ///
  /// - Throws: exit code 6 with the path of what is wrong.
  func request(_ json: JSONTree, _ source: String) throws(CommandFailure) -> Request {
    do throws(DynamicMessageError) {
      let type = try schema.message(method.input)
      var message = try schema.message(method.input, from: json)
      var requestID: String?
      if let field = type.field(named: "request_id"), field.kind == .string, !field.isRepeated {
        if message[field.number] == nil {
          let made = Session.requestID()
          message.set(field, .string(made), of: type)
          if isVerbose { output.remark("request_id \(made)") }
        }
        if case .string(let text)? = message[field.number] { requestID = text }
      }
      return Request(bytes: try schema.encode(message), requestID: requestID)
    } catch {
      throw CommandFailure(.invalidArgument, source.isEmpty ? "\(error)" : "\(source): \(error)")
    }
  }

  /// A message of the daemon as JSON.
  ///
  /// - Throws: `INTERNAL` when it is not of its type.
  func text(_ answer: [UInt8], pretty: Bool) throws(RPCError) -> String {
    do throws(DynamicMessageError) {
      return try schema.jsonText(try schema.decode(method.output, answer), pretty: pretty)
    } catch {
      throw RPCError(
        code: .internalError, reason: "MALFORMED_RESPONSE", message: "the answer is not a \(method.output): \(error)")
    }
  }

  // MARK: Errors

  /// What to say of an error, and the exit code that all commands have for it.
  ///
  /// - Parameter requestID: of a change that was asked for; named where it may have been made.
  func failure(_ error: RPCError, requestID: String?) -> CommandFailure {
    if isVerbose { output.remark(status(error)) }
    var failure = CommandFailure(error, address: session.address)
    if let info = error.info {
      failure.message = "\(error.code): \(Self.text(info, fallback: failure.message))"
      if error.code == .unauthenticated { failure.message += ". Give a token with --token-file FILE or BOTD_TOKEN" }
    } else if ![.unavailable, .deadlineExceeded, .cancelled].contains(error.code) {
      failure.message = "\(error.code): \(failure.message)"
    }
    if let requestID, !requestID.isEmpty, error.code == .unavailable || error.code == .deadlineExceeded {
      failure.message += "\nIt may have been done: the same call with \"request_id\": \"\(requestID)\" tells, and does it once"
    }
    return failure
  }

  /// The reason and the field, or a line for each thing that is wrong.
  private static func text(_ info: V1.ErrorInfo, fallback: String) -> String {
    func marks(_ reason: String, _ field: String) -> String {
      let marks = [reason, field.isEmpty ? "" : "field \(field)"].filter { !$0.isEmpty }
      return marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
    }
    guard info.violations.count > 1 else { return (info.message.isEmpty ? fallback : info.message) + marks(info.reason, info.field) }
    let lines = info.violations.map { "  \($0.field): \($0.message)\(marks($0.reason, ""))" }
    return "\(lines.count) things are wrong:\n" + lines.joined(separator: "\n")
  }

  /// The error as `google.rpc.Status` in JSON.
  private func status(_ error: RPCError) -> String {
    var json = JSONText()
    json.beginObject()
    json.field("code", error.code.rawValue)
    json.field("message", error.message)
    json.array("details", error.details) { json, detail in schema.writeAny(typeURL: detail.typeURL, bytes: detail.bytes, to: &json) }
    json.endObject()
    return json.text
  }
}
