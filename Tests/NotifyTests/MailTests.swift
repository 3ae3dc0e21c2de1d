import Foundation
import TestSupport
import Testing

@testable import Notify

/// A real SMTP server from PyPI (aiosmtpd), in plain text and with STARTTLS and login.
@Suite(
  .serialized, .enabled("aiosmtpd cannot be installed here (no python3 with venv, or PyPI is out of reach)") { MailServer.python != nil })
struct MailTests {
  private static func sender(_ server: MailServer, _ more: String, _ directory: TemporaryDirectory) throws -> (
    ChannelSettings, SenderEnvironment
  ) {
    let settings = try Sample.settings(
      "[notify]\n\(server.isTLS ? "ca-file = \(directory.file("cert.pem"))" : "")\n[channel mail]\ntype = smtp\nserver = localhost:\(server.port)\n"
        + "from = botd@example.org\nto = me@example.org, you@example.org\n\(more)\n[rule all]\nkind = trade\nto = mail\n")
    return (settings.channels[0], try SenderEnvironment(authorityFile: settings.authorityFile))
  }

  private static func failure(_ message: Message, _ channel: ChannelSettings, _ environment: SenderEnvironment) async -> DeliveryFailure? {
    do throws(DeliveryFailure) {
      try await Trial.send(message, by: channel, environment)
      return nil
    } catch { return error }
  }

  private static let message = Message(
    id: "j-1-x", level: .critical, title: "botd: größer", lines: ["first ü", ".", "From here", String(repeating: "x", count: 3_000)],
    count: 3)

  @Test func aLetterArrivesWhole() async throws {
    let directory = try TemporaryDirectory("mail")
    let server = try await aside { try MailServer(directory, isTLS: false) }
    let (channel, environment) = try Self.sender(server, "tls = none", directory)
    #expect(await Self.failure(Self.message, channel, environment) == nil)
    let letter = try #require(server.letters.first)
    #expect(letter["from"] == "botd@example.org" && letter["to"] == "me@example.org,you@example.org")
    #expect(letter["subject"] == "botd: größer" && letter["message-id"] == "<j-1-x@example.org>")
    #expect(
      letter["body"]?.hasPrefix("first ü\n.\nFrom here\n") == true && letter["body"]?.contains(String(repeating: "x", count: 3_000)) == true
    )
  }

  @Test func refusalsAreTold() async throws {
    let directory = try TemporaryDirectory("mail")
    let server = try await aside { try MailServer(directory, isTLS: false) }
    let (channel, environment) = try Self.sender(server, "tls = none", directory)
    var refused = Self.message
    refused.title = "REFUSE"
    let text = await Self.failure(refused, channel, environment)
    #expect(
      text?.message.contains("554 no such letters") == true && text?.isRefusedText == true && text?.isCertain == true,
      "\(String(describing: text))")
    refused.title = "LATER"
    let later = await Self.failure(refused, channel, environment)
    #expect(
      later?.message.contains("451") == true && later?.isRefusedText == false && later?.isCertain == true, "\(String(describing: later))")
    server.stop()
    let away = await Self.failure(Self.message, channel, environment)
    #expect(away?.isCertain == true && away?.message.contains("connect") == true, "\(String(describing: away))")
  }

  @Test func STARTTLSAndLoginAreDoneOrNothingIsSent() async throws {
    let directory = try TemporaryDirectory("mail")
    let plain = try await aside { try MailServer(directory, isTLS: false) }
    let (unsafe, first) = try Self.sender(plain, "tls = starttls", directory)
    #expect(await Self.failure(Self.message, unsafe, first)?.message.contains("STARTTLS") == true)
    #expect(plain.letters.isEmpty)
    let server = try await aside { try MailServer(directory, isTLS: true) }
    let good = try Sample.secret(directory, "good", "pass word")
    let (channel, environment) = try Self.sender(server, "user = me\npassword-file = \(good)", directory)
    #expect(await Self.failure(Self.message, channel, environment) == nil)
    #expect(server.letters.count == 1)
    let bad = try Sample.secret(directory, "bad", "WRONGPASS")
    let (wrong, second) = try Self.sender(server, "user = me\npassword-file = \(bad)", directory)
    let failure = await Self.failure(Self.message, wrong, second)
    #expect(
      failure?.message.contains("check user and password") == true && failure?.message.contains("WRONG") == false,
      "\(String(describing: failure))")
    // Without its authority the certificate is a stranger's.
    let stranger = await Self.failure(Self.message, channel, try SenderEnvironment(authorityFile: nil))
    #expect(stranger?.isCertain == true && stranger?.message.contains("not trusted") == true, "\(String(describing: stranger))")
    #expect(server.letters.count == 1)
  }
}

/// aiosmtpd as a process, which writes each letter to a file as JSON.
final class MailServer: Sendable {
  let port: Int
  let isTLS: Bool
  private let process: ServerProcess
  private let out: String

  /// Python with aiosmtpd, made once for all runs; `nil` where it cannot be had.
  static let python: String? = {
    let folder = NSTemporaryDirectory() + "/botd-aiosmtpd-1.4.6"
    let python = folder + "/bin/python"
    if FileManager.default.isExecutableFile(atPath: python), (try? run([python, "-c", "import aiosmtpd"]))?.code == 0 { return python }
    guard (try? run(["python3", "-m", "venv", folder]))?.code == 0 else { return nil }
    let install = [
      python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--timeout", "20", "--retries", "1", "aiosmtpd==1.4.6",
    ]
    return (try? run(install))?.code == 0 ? python : nil
  }()

  init(_ directory: TemporaryDirectory, isTLS: Bool) throws {
    self.isTLS = isTLS
    let python = try #require(Self.python)
    port = try freePort()
    out = directory.file("letters-\(port)")
    let script = directory.file("server.py")
    try Self.script.write(toFile: script, atomically: true, encoding: .utf8)
    var arguments = [python, script, "\(port)", out]
    if isTLS {
      let (certificate, key) = (directory.file("cert.pem"), directory.file("key.pem"))
      let made = try run([
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
      ])
      guard made.code == 0 else { throw TestFailure("openssl: \(made.output)") }
      arguments += [certificate, key]
    }
    process = try ServerProcess(arguments, log: directory.file("server-\(port).log"))
    let port = port
    guard eventually(within: 20, { (try? TCPSocket.connect(port: port)) != nil }) else {
      throw TestFailure("the mail server did not start")
    }
  }

  func stop() { process.stop() }

  var letters: [[String: String]] {
    let lines = ((try? String(contentsOfFile: out, encoding: .utf8)) ?? "").split(separator: "\n")
    return lines.compactMap { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: String] }
  }

  private static let script = """
    import asyncio, json, ssl, sys
    from email import message_from_bytes, policy
    from aiosmtpd.smtp import SMTP, AuthResult

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            letter = message_from_bytes(envelope.content, policy=policy.default)
            if "REFUSE" in letter["subject"]: return "554 no such letters"
            if "LATER" in letter["subject"]: return "451 later"
            with open(sys.argv[2], "a") as out:
                out.write(json.dumps({"from": envelope.mail_from, "to": ",".join(envelope.rcpt_tos), "subject": letter["subject"],
                    "message-id": letter["message-id"], "body": letter.get_content().replace("\\r\\n", "\\n")}) + "\\n")
            return "250 taken"

    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"me", b"pass word"), handled=False)

    async def main():
        options = {}
        if len(sys.argv) > 3:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[3], sys.argv[4])
            options = dict(tls_context=context, require_starttls=True, authenticator=check, auth_required=True)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Handler(), hostname="localhost", **options), "127.0.0.1", int(sys.argv[1]))
        await server.serve_forever()

    asyncio.run(main())
    """
}
