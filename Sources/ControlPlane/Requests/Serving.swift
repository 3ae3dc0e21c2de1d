import BotAPI
import TTRPC

extension RPCServer {
  /// Registers a method that is answered at once.
  func serve<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ body: @escaping @Sendable (RPCContext, Request) throws(RPCError) -> Response
  ) {
    register(method) { (call, request: Request, responder: TypedResponder<Response>) in
      do throws(RPCError) {
        responder.succeed(try body(call, request))
      } catch {
        responder.fail(error)
      }
    }
  }

  /// Registers a mutation: a repeated request gets its first answer; what `body` throws is the call's failure.
  func serveMutation<Request: MutationRequest, Response: BotMessage>(
    _ method: RPCMethod, _ context: ControlContext,
    _ body: @escaping @Sendable (Mutation<Response>, Request) throws(RPCError) -> Void
  ) {
    register(method) { (call, request: Request, responder: TypedResponder<Response>) in
      let fingerprint = fingerprint(of: request, method)
      let mutation = Mutation(
        context: context, call: call, responder: responder, requestID: request.requestID, fingerprint: fingerprint,
        subject: AuditSubject.metadata(request, context.board))
      mutation.unlessRepeated {
        do throws(RPCError) {
          try body(mutation, request)
        } catch {
          mutation.fail(error)
        }
      }
    }
  }

  /// Registers a method that reads the journal, on the reader's thread. `prepare` checks the request at once.
  func serveFromJournal<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ context: ControlContext,
    _ prepare: @escaping @Sendable (Request) throws(RPCError) -> JournalQuery<Response>
  ) {
    register(method) { (call, request: Request, responder: TypedResponder<Response>) in
      do throws(RPCError) {
        context.reader.answer(call, responder, try prepare(request).read)
      } catch {
        responder.fail(error)
      }
    }
  }
}
