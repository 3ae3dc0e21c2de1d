import ProtobufC
public import TTRPC

/// Answers one typed unary call, now or later, from any thread; the first answer counts.
public struct TypedResponder<Response: BotMessage>: Sendable {
  /// The untyped responder below.
  public let raw: RPCResponder

  /// Sends the response.
  public func succeed(_ response: Response) {
    do throws(RPCError) {
      raw.succeed(try response.sendable())
    } catch {
      raw.fail(error)
    }
  }

  /// Sends an error.
  public func fail(_ error: RPCError) { raw.fail(error) }
}

extension RPCServer {
  /// Registers a typed unary method. The handler runs on the connection's event loop and must not block it. A request that is not an
  /// encoding of `Request` is answered `INVALID_ARGUMENT`, reason `MALFORMED_REQUEST`, without calling it.
  public func register<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ handler: @escaping @Sendable (RPCContext, Request, TypedResponder<Response>) -> Void
  ) {
    register(method) { context, payload, responder in
      do throws(RPCError) {
        handler(context, try Request.requested(payload), TypedResponder(raw: responder))
      } catch {
        responder.fail(error)
      }
    }
  }

  /// Registers a typed unary method whose handler is asynchronous; each call runs in a task of its own.
  public func register<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ handler: @escaping @Sendable (RPCContext, Request) async throws(RPCError) -> Response
  ) {
    register(method) { (context, request: Request, responder: TypedResponder<Response>) in
      Task {
        do throws(RPCError) {
          responder.succeed(try await handler(context, request))
        } catch {
          responder.fail(error)
        }
      }
    }
  }
}

extension BotMessage {
  /// Decodes what a client asked.
  ///
  /// - Throws: `INVALID_ARGUMENT`, reason `MALFORMED_REQUEST`.
  public static func requested(_ bytes: [UInt8]) throws(RPCError) -> Self {
    do throws(ProtobufError) {
      return try decode(bytes)
    } catch {
      throw RPCError(code: .invalidArgument, reason: "MALFORMED_REQUEST", message: "the request is not a \(typeName): \(error.message)")
    }
  }
}
