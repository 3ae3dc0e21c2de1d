// protoc-gen-botd: reads a CodeGeneratorRequest on standard input, writes a CodeGeneratorResponse on standard output.
// It is called by protoc (see proto/generate.sh): protoc --plugin=protoc-gen-botd --botd_out=Sources ...

let request = StandardStreams.readAll()
let response: PluginResponse
do throws(GeneratorError) {
  response = try Generator(request: PluginRequest(parsing: request)).run()
} catch {
  response = PluginResponse(error: error.message)
}
StandardStreams.write(response.encoded())

/// Why nothing was generated; protoc prints the message.
struct GeneratorError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
