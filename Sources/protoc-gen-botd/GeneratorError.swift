/// Why nothing was generated; protoc prints the message.
struct GeneratorError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
