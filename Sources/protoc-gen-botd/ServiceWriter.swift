/// Writes one service: its method constants and its typed client.
struct ServiceWriter {
  let service: ProtoService
  let package: String

  func constantsSource() -> String { file(writeConstants) }

  func clientSource() -> String { file(writeClient) }

  private func file(_ body: (inout SourceText) -> Void) -> String {
    var out = SourceText()
    out.line(Generator.swiftBanner)
    out.line("public import TTRPC")
    out.line()
    out.block("extension V1") { body(&$0) }
    return out.text
  }

  private func writeConstants(_ out: inout SourceText) {
    out.documentation(service.comment)
    out.block("public enum \(service.name)") { out in
      out.line("/// The name on the wire.")
      out.line("public static let name = \"\(package).\(service.name)\"")
      for method in service.methods {
        out.documentation(method.comment)
        out.line(
          "public static let \(Names.function(method.name)) = RPCMethod(service: name, name: \"\(method.name)\", kind: \(method.kind))")
      }
    }
  }

  private func writeClient(_ out: inout SourceText) {
    out.line("/// Typed calls of `\(package).\(service.name)`. Errors carry ``ErrorInfo`` in their details (`RPCError.info`).")
    out.block("public struct \(service.name)Client: Sendable") { out in
      out.line("/// The connection the calls go over.")
      out.line("public let client: RPCClient")
      out.line()
      out.line("public init(_ client: RPCClient) { self.client = client }")
      for method in service.methods {
        out.line()
        write(method, &out)
      }
    }
  }

  private func write(_ method: ProtoService.Method, _ out: inout SourceText) {
    let function = Names.function(method.name)
    let constant = "\(service.name).\(function)"
    out.documentation(method.comment)
    if method.clientStreams {
      out.line("public func \(function)(")
      out.indented { $0.line("timeout: Duration? = nil") }
      out.block(") async throws(RPCError) -> MessageStream<\(method.input), \(method.output)>") {
        $0.line("try await client.open(\(constant), timeout: timeout)")
      }
    } else if method.serverStreams {
      out.line("public func \(function)(")
      out.indented { $0.line("_ request: \(method.input), timeout: Duration? = nil") }
      out.block(") async throws(RPCError) -> MessageStream<\(method.input), \(method.output)>") {
        $0.line("try await client.open(\(constant), request, timeout: timeout)")
      }
    } else {
      out.line("public func \(function)(")
      out.indented { $0.line("_ request: \(method.input) = \(method.input)(), timeout: Duration? = nil") }
      out.block(") async throws(RPCError) -> \(method.output)") {
        $0.line("try await client.call(\(constant), request, timeout: timeout)")
      }
    }
  }
}

extension ProtoService.Method {
  /// The RPCMethodKind literal.
  var kind: String {
    switch (clientStreams, serverStreams) {
    case (false, false): ".unary"
    case (false, true): ".serverStreaming"
    case (true, false): ".clientStreaming"
    case (true, true): ".bidirectional"
    }
  }
}

/// Writes the list of all methods and of all message types.
struct TableWriter {
  let files: [ProtoFile]

  func source() -> String {
    var out = SourceText()
    out.line(Generator.swiftBanner)
    out.block("extension V1") { out in
      out.line("/// The package on the wire.")
      out.line("public static let package = \"\(files.first?.package ?? "")\"")
      out.line()
      out.line("/// Every method of every service.")
      out.line("public static let allMethods: [MethodDescription] = [")
      out.indented { out in
        for service in files.flatMap(\.services) {
          for method in service.methods {
            out.line("MethodDescription(")
            out.indented { out in
              out.line("method: \(service.name).\(Names.function(method.name)), request: \(method.input).self,")
              out.line("response: \(method.output).self),")
            }
          }
        }
      }
      out.line("]")
      out.line()
      out.line("/// Every message type.")
      out.line("public static let allMessages: [any BotMessage.Type] = [")
      out.indented { out in
        for message in files.flatMap(\.messages) { out.line("\(message.name).self,") }
      }
      out.line("]")
    }
    return out.text
  }
}

/// Writes the C side of the descriptors: the FileDescriptorSet as bytes, and the umbrella header.
struct DescriptorWriter {
  let files: [ProtoFile]
  let bytes: [UInt8]

  func cSource() -> String {
    var text =
      Generator.banner + "#include \"CBotProto.h\"\n#include <string.h>\n\nconst size_t botd_descriptor_set_size = \(bytes.count);\n"
    text += "static const uint8_t botd_descriptor_set[\(bytes.count)] = {\n"
    for start in stride(from: 0, to: bytes.count, by: 24) {
      text += "  " + bytes[start..<min(start + 24, bytes.count)].map { "\($0)," }.joined() + "\n"
    }
    return text + """
      };

      size_t botd_descriptor_set_copy(uint8_t *destination, size_t capacity) {
        size_t count = capacity < botd_descriptor_set_size ? capacity : botd_descriptor_set_size;
        if (destination == NULL) return 0;
        memcpy(destination, botd_descriptor_set, count);
        return count;
      }

      """
  }

  func umbrella() -> String {
    var text = Generator.banner + "#pragma once\n#include <stddef.h>\n#include <stdint.h>\n"
    for file in files { text += "#include \"\(file.name.dropLast(6)).pb-c.h\"\n" }
    text += "\n// Size of the google.protobuf.FileDescriptorSet of all files, with their comments.\n"
    text += "extern const size_t botd_descriptor_set_size;\n"
    return text + "// Copies it to destination, at most capacity bytes; returns the bytes copied.\n"
      + "size_t botd_descriptor_set_copy(uint8_t *destination, size_t capacity);\n"
  }
}
