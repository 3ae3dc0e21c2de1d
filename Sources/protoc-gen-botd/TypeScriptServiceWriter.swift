/// Writes one service: its methods as constants and its typed client.
struct TypeScriptServiceWriter {
  let service: ProtoService
  let files: [ProtoFile]
  let homes: [String: String]
  let runtime: String

  func source() -> String {
    var out = SourceText()
    out.line(TypeScriptGenerator.banner)
    writeImports(&out)
    out.line()
    out.line("const service = \"\(files.first?.package ?? "").\(service.name)\";")
    out.line()
    writeConstants(&out)
    out.line()
    writeClient(&out)
    return out.text
  }

  private func writeImports(_ out: inout SourceText) {
    var imports = TypeScriptImports()
    for name in service.methods.flatMap({ [$0.input, $0.output] }) { imports.use(name, in: "", homes: homes) }
    let kinds = Set(service.methods.map(\.tsKind)).sorted().joined(separator: ", ")
    let streams = service.methods.contains { $0.serverStreams || $0.clientStreams } ? ", MessageStream" : ""
    if kinds != "bidi" { out.line("import type { MessageInit } from \"\(runtime)/codec.js\";") }
    out.line("import { \(kinds) } from \"\(runtime)/method.js\";")
    out.line("import type { Caller, CallOptions\(streams) } from \"\(runtime)/method.js\";")
    imports.write(&out)
  }

  private func writeConstants(_ out: inout SourceText) {
    out.tsDocumentation(service.comment)
    out.block("export const \(service.name) =", closing: "};") { out in
      for method in service.methods {
        out.tsDocumentation(method.comment)
        let traits = method.tsKind == "unary" ? ", { isMutation: \(isMutation(method)) }" : ""
        let arguments = "service, \"\(method.name)\", \(method.input), \(method.output)\(traits)"
        out.line("\(Names.function(method.name)): \(method.tsKind)(\(arguments)),")
      }
    }
  }

  /// A request with a `request_id` changes something.
  private func isMutation(_ method: ProtoService.Method) -> Bool {
    files.flatMap(\.messages).first { $0.name == method.input }?.fields.contains { $0.name == "request_id" } ?? false
  }

  private func writeClient(_ out: inout SourceText) {
    out.tsDocumentation(service.comment)
    out.block("export class \(service.name)Client") { out in
      out.line("readonly #caller: Caller;")
      out.line()
      out.line("/** @param caller carries the calls: a client or one connection. */")
      out.block("constructor(caller: Caller)") { $0.line("this.#caller = caller;") }
      for method in service.methods {
        out.line()
        write(method, &out)
      }
    }
  }

  private func write(_ method: ProtoService.Method, _ out: inout SourceText) {
    let name = Names.function(method.name)
    let constant = "\(service.name).\(name)"
    let stream = "Promise<MessageStream<\(method.input), \(method.output)>>"
    let request = "request: MessageInit<\(method.input)> = {}, options: CallOptions = {}"
    out.tsDocumentation(method.comment)
    switch method.tsKind {
    case "unary":
      out.block("\(name)(\(request)): Promise<\(method.output)>") { $0.line("return this.#caller.unary(\(constant), request, options);") }
    case "serverStream":
      out.block("\(name)(\(request)): \(stream)") { $0.line("return this.#caller.serverStream(\(constant), request, options);") }
    default:
      out.block("\(name)(options: CallOptions = {}): \(stream)") { $0.line("return this.#caller.bidi(\(constant), options);") }
    }
  }
}

extension ProtoService.Method {
  /// The function that makes the method's constant.
  var tsKind: String { clientStreams ? "bidi" : serverStreams ? "serverStream" : "unary" }
}
