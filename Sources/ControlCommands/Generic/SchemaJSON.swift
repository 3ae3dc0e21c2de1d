import DynamicMessages
import Presentation

/// A schema, or parts of it, as JSON for programs.
struct SchemaJSON {
  let schema: Schema

  /// An object with `services`, `messages` and `enums`; of a method its service with that method alone, and its two messages.
  ///
  /// - Parameter isWhole: methods stand in their services already.
  func text(_ items: [SchemaItem], isWhole: Bool) throws(DynamicMessageError) -> String {
    var services: [ServiceType] = []
    var messages: [MessageType] = []
    var enums: [EnumType] = []
    for item in items {
      switch item {
      case .service(let service): services.append(service)
      case .method(let method):
        guard !isWhole else { continue }
        services.append(ServiceType(name: method.service, comment: comment(ofService: method.service), methods: [method]))
        for type in [method.input, method.output] where !messages.contains(where: { $0.name == type }) {
          messages.append(try schema.message(type))
        }
      case .message(let message): messages.append(message)
      case .enumeration(let enumeration): enums.append(enumeration)
      }
    }
    var json = JSONText(pretty: true)
    json.beginObject()
    json.objects("services", services, write)
    json.objects("messages", messages, write)
    json.objects("enums", enums, write)
    json.endObject()
    return json.text
  }

  private func comment(ofService name: String) -> String { schema.services.first { $0.name == name }?.comment ?? "" }

  private func write(_ json: inout JSONText, _ service: ServiceType) {
    json.field("name", service.name)
    json.field("comment", service.comment)
    json.objects("methods", service.methods) { json, method in
      json.field("name", method.name)
      json.field("full_name", method.fullName)
      json.field("request", method.input)
      json.field("client_streams", method.clientStreams)
      json.field("response", method.output)
      json.field("server_streams", method.serverStreams)
      json.field("comment", method.comment)
    }
  }

  private func write(_ json: inout JSONText, _ message: MessageType) {
    json.field("name", message.name)
    json.field("comment", message.comment)
    json.objects("fields", message.fields) { json, field in
      json.field("name", field.name)
      json.field("json_name", field.jsonName)
      json.field("number", field.number)
      json.field("type", FieldRow(field: field, map: schema.mapKinds(field)).type)
      json.field("type_name", field.kind.typeName ?? "")
      json.field("is_repeated", field.isRepeated)
      json.field("oneof", field.oneof ?? "")
      json.field("comment", field.comment)
    }
  }

  private func write(_ json: inout JSONText, _ enumeration: EnumType) {
    json.field("name", enumeration.name)
    json.field("comment", enumeration.comment)
    json.objects("values", enumeration.values) { json, value in
      json.field("name", value.name)
      json.field("number", value.number)
      json.field("comment", value.comment)
    }
  }
}
