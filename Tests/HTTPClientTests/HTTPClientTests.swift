import Foundation
import HTTPClient
import Testing

@Suite struct HTTPClientTests {
  typealias Outcome = Result<HTTPResponse, HTTPError>

  func send(_ client: HTTPClient, _ request: HTTPRequest) async -> Outcome {
    await withCheckedContinuation { continuation in client.send(request) { continuation.resume(returning: $0) } }
  }

  func error(_ outcome: Outcome) throws -> HTTPError {
    guard case .failure(let error) = outcome else {
      Issue.record("no failure: \(outcome)")
      throw CancellationError()
    }
    return error
  }

  /// Waits for the client's thread too: OpenSSL cleans up when the process exits, and what a thread still holds of it then is leaked.
  func end(_ client: HTTPClient) {
    client.shutDown()
    client.join()
  }

  @Test func answersCarryStatusHeadersAndBody() async throws {
    let server = try ScriptedServer { _, _ in
      [.send(ScriptedServer.answer("{\"a\":1}", status: "418 I'm a teapot", headers: "X-MBX-USED-WEIGHT-1M: 17\r\nRetry-After:  9 \r\n"))]
    }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    let response = try await send(client, HTTPRequest(method: .get, url: server.url + "/x?y=1", headers: [HTTPHeader("A", "b")])).get()
    #expect(response.status == 418)
    #expect(response.body == Array("{\"a\":1}".utf8))
    #expect(response.header("x-mbx-used-weight-1m") == "17")
    #expect(response.header("retry-after") == "9")
    let request = try #require(server.requests.first)
    #expect(request.hasPrefix("GET /x?y=1 HTTP/1.1\r\n"))
    #expect(request.contains("\r\nA: b\r\n"))
  }

  @Test func methodsAndBodiesArriveAsGiven() async throws {
    let server = try ScriptedServer { _, _ in [.send(ScriptedServer.answer("{}"))] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    for (method, body) in [(HTTPRequest.Method.post, "a=1&b=2"), (.put, "c=3"), (.delete, ""), (.post, "")] {
      _ = try await send(client, HTTPRequest(method: method, url: server.url + "/p", body: Array(body.utf8))).get()
    }
    let requests = server.requests
    #expect(requests.map { String($0.prefix { $0 != " " }) } == ["POST", "PUT", "DELETE", "POST"])
    #expect(requests[0].hasSuffix("\r\n\r\na=1&b=2"))
    #expect(requests[1].hasSuffix("\r\n\r\nc=3"))
    #expect(requests[3].contains("Content-Length: 0"))
    #expect(requests.allSatisfy { !$0.lowercased().contains("expect:") })
  }

  @Test func connectionsAreKeptAlive() async throws {
    let server = try ScriptedServer { _, _ in [.send(ScriptedServer.answer("{}"))] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    for _ in 0..<20 { _ = try await send(client, HTTPRequest(method: .get, url: server.url)).get() }
    #expect(server.requests.count == 20)
    #expect(server.connections == 1)
  }

  /// libcurl re-sends a request by itself when a reused connection ends without an answer. An order would be there twice.
  @Test(arguments: [HTTPRequest.Method.post, .delete, .get], [false, true])
  func requestOnAKeptConnectionThatDiesIsNeverWrittenTwice(_ method: HTTPRequest.Method, _ reset: Bool) async throws {
    let server = try ScriptedServer { _, number in number == 1 ? [.send(ScriptedServer.answer("{}"))] : [.close(reset: reset)] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    _ = try await send(client, HTTPRequest(method: .get, url: server.url)).get()
    let outcome = await send(client, HTTPRequest(method: method, url: server.url + "/order", body: Array("id=7".utf8)))
    let failure = try error(outcome)
    #expect(failure.code == .connectionLost)
    #expect(failure.mayHaveBeenSent)
    #expect(server.requests.filter { $0.contains("/order") }.count == 1, "arrivals at the server")
  }

  @Test func connectionLostOnItsFirstRequestIsNotRetried() async throws {
    let server = try ScriptedServer { _, _ in [.close(reset: false)] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    let failure = try error(await send(client, HTTPRequest(method: .post, url: server.url, body: [65])))
    #expect(failure.code == .connectionLost)
    #expect(failure.mayHaveBeenSent)
    #expect(server.requests.count == 1)
  }

  @Test func refusedConnectionCertainlySentNothing() async throws {
    let server = try ScriptedServer { _, _ in [] }
    server.stop()
    let client = try HTTPClient()
    defer { end(client) }
    let failure = try error(await send(client, HTTPRequest(method: .post, url: server.url)))
    #expect(failure.code == .couldNotConnect)
    #expect(!failure.mayHaveBeenSent)
    #expect(failure.isRetryable)
  }

  @Test func silenceEndsInATimeOut() async throws {
    let server = try ScriptedServer { _, _ in [.ignore] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    let failure = try error(await send(client, HTTPRequest(method: .post, url: server.url, timeoutMilliseconds: 150)))
    #expect(failure.code == .timedOut)
    #expect(failure.mayHaveBeenSent)
  }

  @Test func answerCutOffIsALostConnection() async throws {
    let server = try ScriptedServer { _, _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"), .close(reset: false)] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    let failure = try error(await send(client, HTTPRequest(method: .get, url: server.url)))
    #expect(failure.code == .connectionLost)
    #expect(failure.mayHaveBeenSent)
  }

  @Test func answerInSingleBytesIsTheSameAnswer() async throws {
    let server = try ScriptedServer { _, _ in [.sendSlowly(ScriptedServer.answer("{\"a\":[1,2,3]}"))] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    #expect(try await send(client, HTTPRequest(method: .get, url: server.url)).get().body == Array("{\"a\":[1,2,3]}".utf8))
  }

  @Test func oversizedAnswersAreRefused() async throws {
    let server = try ScriptedServer { request, _ in
      request.contains("/headers")
        ? [.send("HTTP/1.1 200 OK\r\n" + String(repeating: "X-Filler: \(String(repeating: "y", count: 1_000))\r\n", count: 280) + "\r\n")]
        : [.send(ScriptedServer.answer(String(repeating: "x", count: 5_000)))]
    }
    defer { server.stop() }
    let client = try HTTPClient(limits: HTTPClient.Limits(bodySizeBytesMaximum: 4_096))
    defer { end(client) }
    #expect(try error(await send(client, HTTPRequest(method: .get, url: server.url))).code == .tooLarge)
    #expect(try error(await send(client, HTTPRequest(method: .get, url: server.url + "/headers"))).mayHaveBeenSent)
  }

  @Test func redirectsAreNotFollowed() async throws {
    let server = try ScriptedServer { _, _ in [.send(ScriptedServer.answer("", status: "302 Found", headers: "Location: /elsewhere\r\n"))] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    #expect(try await send(client, HTTPRequest(method: .get, url: server.url)).get().status == 302)
    #expect(server.requests.count == 1)
  }

  @Test func garbageIsNoAnswer() async throws {
    let server = try ScriptedServer { _, _ in [.send("\u{0}\u{1}not http at all\r\n\r\n"), .close(reset: false)] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    let failure = try error(await send(client, HTTPRequest(method: .post, url: server.url)))
    #expect(failure.mayHaveBeenSent)
  }

  @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "nonsense", "http://127.0.0.1:1/\u{0}", ""])
  func otherAddressesAreRefusedUnsent(_ url: String) async throws {
    let client = try HTTPClient()
    defer { end(client) }
    #expect(try !error(await send(client, HTTPRequest(method: .get, url: url))).mayHaveBeenSent)
  }

  @Test func headerWithALineBreakIsRefused() async throws {
    let client = try HTTPClient()
    defer { end(client) }
    let request = HTTPRequest(method: .get, url: "http://127.0.0.1:1", headers: [HTTPHeader("A", "b\r\nEvil: 1")])
    #expect(try error(await send(client, request)).code == .invalidRequest)
  }

  @Test func moreRequestsThanAllowedAreRefused() async throws {
    let server = try ScriptedServer { _, _ in [.ignore] }
    defer { server.stop() }
    let client = try HTTPClient(limits: HTTPClient.Limits(requestsMaximum: 2))
    let outcomes = await withTaskGroup(of: Outcome.self) { group in
      for _ in 0..<6 {
        group.addTask { await send(client, HTTPRequest(method: .get, url: server.url, timeoutMilliseconds: 400)) }
      }
      return await group.reduce(into: [Outcome]()) { $0.append($1) }
    }
    let codes = try outcomes.map { try error($0).code }
    #expect(codes.contains(.tooManyRequests))
    #expect(codes.contains(.timedOut))
    end(client)
    server.stop()
  }

  @Test func shutDownAnswersEveryRequest() async throws {
    let server = try ScriptedServer { _, _ in [.ignore] }
    defer { server.stop() }
    let client = try HTTPClient()
    async let waiting = send(client, HTTPRequest(method: .get, url: server.url, timeoutMilliseconds: 20_000))
    while server.requests.isEmpty { await Task.yield() }
    client.shutDown()
    #expect(try error(await waiting).code == .shutDown)
    #expect(try error(await send(client, HTTPRequest(method: .get, url: server.url))).code == .shutDown)
    client.join()
  }

  @Test func selfSignedCertificateIsNotTrusted() async throws {
    // A server that speaks no TLS at all: the handshake fails before a byte of the request is written.
    let server = try ScriptedServer { _, _ in [.close(reset: false)] }
    defer { server.stop() }
    let client = try HTTPClient()
    defer { end(client) }
    let request = HTTPRequest(method: .post, url: "https://127.0.0.1:\(server.port)/", timeoutMilliseconds: 500)
    #expect(try !error(await send(client, request)).mayHaveBeenSent)
  }
}
