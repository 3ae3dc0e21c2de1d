import BotAPI
import TTRPC
import Testing

@testable import protoc_gen_botd

@Suite struct MethodTableTests {
  @Test func everyMethodOfTheSchemaIsInTheTableWithItsTypesAndKind() throws {
    var expected: [String] = []
    for service in try Schema.shared().files.flatMap(\.services) {
      for method in service.methods {
        expected.append(
          "botd.v1.\(service.name)/\(method.name) \(method.clientStreams) \(method.serverStreams) \(method.input) \(method.output)")
      }
    }
    let found = V1.allMethods.map { entry in
      let client = entry.method.kind == .bidirectional || entry.method.kind == .clientStreaming
      let server = entry.method.kind == .bidirectional || entry.method.kind == .serverStreaming
      return "\(entry.method.service)/\(entry.method.name) \(client) \(server) \(entry.request.typeName.dropFirst(8)) "
        + entry.response.typeName.dropFirst(8)
    }
    #expect(found == expected)
    #expect(Set(V1.allMethods.map(\.method)).count == V1.allMethods.count)
  }

  @Test func theTableHoldsTheTenServices() {
    let services = Set(V1.allMethods.map(\.method.service))
    #expect(
      services
        == Set(
          ["Bot", "Strategy", "Portfolio", "Order", "Trade", "Event", "MarketData", "Risk", "Backtest", "System"]
            .map { "botd.v1.\($0)Service" }))
  }

  @Test func everyMutationCarriesARequestID() throws {
    let schema = try Schema.shared()
    let reads = ["Get", "List", "Subscribe", "Watch", "Explain", "Run", "Serve", "Hello", "Login", "Ping"]
    for method in schema.files.flatMap(\.services).flatMap(\.methods) where !reads.contains(where: method.name.hasPrefix) {
      #expect(schema.messages[method.input]?.fields.contains { $0.name == "request_id" } == true, "\(method.name)")
    }
  }

  @Test func everyListIsPaged() throws {
    let schema = try Schema.shared()
    for method in schema.files.flatMap(\.services).flatMap(\.methods) where method.name.hasPrefix("List") {
      let request = schema.messages[method.input]?.fields.map(\.name) ?? []
      #expect(request.contains("page_size") && request.contains("page_token"), "\(method.name)")
      #expect(schema.messages[method.output]?.fields.contains { $0.name == "next_page_token" } == true, "\(method.name)")
    }
  }

  @Test func everythingInTheSchemaHasAComment() throws {
    for file in try Schema.shared().files {
      for message in file.messages {
        #expect(!message.comment.isEmpty, "\(message.name)")
        for field in message.fields { #expect(!field.comment.isEmpty, "\(message.name).\(field.name)") }
      }
      for enumeration in file.enums {
        #expect(!enumeration.comment.isEmpty, "\(enumeration.name)")
        #expect(enumeration.values.first?.number == 0 && enumeration.values.first?.name.hasSuffix("_UNSPECIFIED") == true)
        for value in enumeration.values { #expect(!value.comment.isEmpty, "\(value.name)") }
      }
      for service in file.services {
        for method in service.methods { #expect(!method.comment.isEmpty, "\(method.name)") }
      }
    }
  }
}
