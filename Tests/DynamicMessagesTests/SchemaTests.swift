import BotAPI
import DynamicMessages
import TTRPC
import Testing

@Suite struct SchemaTests {
  @Test func everyMessageAndMethodOfBotdIsThere() throws {
    let schema = try Botd.schema()
    #expect(Set(schema.messages.map(\.name)) == Set(Botd.names))
    #expect(schema.methods.map(\.fullName) == V1.allMethods.map { "\($0.method)" })
    for (method, known) in zip(schema.methods, V1.allMethods) {
      #expect(method.input == known.request.typeName && method.output == known.response.typeName)
      switch known.method.kind {
      case .unary: #expect(!method.clientStreams && !method.serverStreams)
      case .serverStreaming: #expect(!method.clientStreams && method.serverStreams)
      case .clientStreaming: #expect(method.clientStreams && !method.serverStreams)
      case .bidirectional: #expect(method.clientStreams && method.serverStreams)
      }
    }
  }

  @Test func everythingHasItsComment() throws {
    let schema = try Botd.schema()
    for item in schema.allItems {
      switch item {
      case .service(let service): #expect(!service.comment.isEmpty, "\(service.name)")
      case .method(let method): #expect(!method.comment.isEmpty, "\(method.fullName)")
      case .message(let message):
        #expect(!message.comment.isEmpty, "\(message.name)")
        for field in message.fields { #expect(!field.comment.isEmpty, "\(message.name).\(field.name)") }
      case .enumeration(let enumeration): #expect(!enumeration.comment.isEmpty, "\(enumeration.name)")
      }
    }
    #expect(try schema.message("botd.v1.PingRequest").field(named: "payload")?.comment == "Comes back unchanged; at most 1 MiB.")
  }

  @Test(
    arguments: [
      ("botd.v1.BotService/ListBots", ["botd.v1.BotService/ListBots"]), ("/botd.v1.BotService/ListBots", ["botd.v1.BotService/ListBots"]),
      ("BotService/ListBots", ["botd.v1.BotService/ListBots"]), ("BotService.ListBots", ["botd.v1.BotService/ListBots"]),
      ("listbots", ["botd.v1.BotService/ListBots"]), ("Bot", ["botd.v1.Bot"]), ("bot", ["botd.v1.Bot"]), ("botd.v1.Bot", ["botd.v1.Bot"]),
      ("BotService", ["botd.v1.BotService"]), ("BotState", ["botd.v1.BotState"]), ("Bots", []), ("", []), ("/", []), (".", []),
    ] as [(String, [String])])
  func thingsAreFoundByTheEndOfTheirNames(_ name: String, _ found: [String]) throws {
    #expect(try Botd.schema().items(named: name).map(\.name) == found)
  }

  @Test func nearNamesAreOffered() throws {
    let schema = try Botd.schema()
    #expect(Schema.names(near: "BotService/ListBot", of: schema.methods.map { .method($0) }).first == "botd.v1.BotService/ListBots")
    #expect(Schema.names(near: "Subscribe", of: schema.methods.map { .method($0) }).count == 3)
    #expect(Schema.names(near: "qqqqqqqqqqqq", of: schema.allItems) == [])
    #expect(Schema.names(near: String(repeating: "x", count: 100_000), of: schema.allItems) == [])
  }

  @Test func anExampleHasEverythingToFillIn() throws {
    let schema = try Botd.schema()
    let text = try schema.jsonText(schema.example("botd.v1.CreateBotRequest"))
    #expect(text.contains(#""spec":{"symbol":"","#) && text.contains(#""parameters":[{"key":"","value":""}]"#), "\(text)")
    for name in Botd.names { #expect(throws: Never.self) { try schema.encode(schema.example(name)) } }
  }

  @Test(.enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing))) func nestedTypesMapsAndOptionsAreRead() throws {
    let schema = try Kinds.schema()
    let choice = try schema.message("kinds.Choice")
    #expect(choice.field(named: "maybe")?.hasPresence == true && choice.field(named: "maybe")?.oneof == nil)
    #expect(choice.field(named: "text")?.oneof == "picked")
    #expect(choice.field(named: "odd")?.comment == "Behind the field.")
    #expect(try schema.message("kinds.Choice.Inner").field(named: "deepText")?.name == "deep_text")
    #expect(try schema.enumeration("kinds.Choice.Inner.Mood").values.count == 2)
    let lists = try schema.message("kinds.Lists")
    #expect(lists.field(named: "i32")?.isPacked == true && lists.field(named: "loose")?.isPacked == false)
    let maps = try schema.message("kinds.Maps")
    let kinds = try #require(maps.field(named: "by_name").flatMap { schema.mapKinds($0) })
    #expect(kinds.key == "string" && kinds.value == "Numbers")
    #expect(!schema.allItems.contains { $0.name.contains("Entry") })
    // A tree's example ends.
    #expect(try schema.jsonText(schema.example("kinds.Node")) == #"{"next":null,"kids":[],"value":0}"#)
    let methods = schema.methods
    #expect(methods.map(\.clientStreams) == [true, false] && methods.map(\.serverStreams) == [false, true])
  }
}
