import Foundation

/// A real PostgreSQL server on a free port with a database `botd`, owned by user `botd` with a password.
public final class PostgresServer: @unchecked Sendable {
  public static let user = "botd"
  /// Has characters that a URL must escape.
  public static let password = "pa/ss:w@rd%1"
  static let passwordEscaped = "pa%2Fss%3Aw%40rd%251"

  public let port: Int
  private let directory: TemporaryDirectory
  private let binaries: String
  private var process: ServerProcess?
  /// Extra server options of the form `name=value`.
  public var options: [String]

  /// Why it cannot run here, or `nil`; for `.enabled(if:)`.
  public static var missing: String? {
    if binaryDirectory == nil { return "PostgreSQL's server is not installed" }
    return geteuid() == 0 && account == nil ? "PostgreSQL refuses to run as root and there is no other account" : nil
  }

  /// The URL for `DATABASE_URL`, password included.
  public var url: String { "postgresql://\(Self.user):\(Self.passwordEscaped)@127.0.0.1:\(port)/botd" }

  public static func start(options: [String] = []) throws -> PostgresServer {
    if let missing { throw TestFailure(missing) }
    let server = try PostgresServer(options: options)
    try server.start()
    return server
  }

  private init(options: [String]) throws {
    guard let binaries = Self.binaryDirectory else { throw TestFailure("PostgreSQL's server is not installed") }
    self.binaries = binaries
    self.options = options
    directory = try TemporaryDirectory("postgres")
    port = try freePort()
    let template = try Self.template.get()
    let copied = try run(["cp", "-a", template.file("data"), directory.file("data")])
    guard copied.code == 0 else { throw TestFailure("cannot copy the template: \(copied.output)") }
  }

  /// Starts it (again) on the same data and port.
  public func start() throws {
    var arguments =
      Self.asAccount + [
        binaries + "/postgres", "-D", directory.file("data"), "-p", String(port), "-c", "listen_addresses=127.0.0.1",
        "-c", "unix_socket_directories=", "-c", "shared_buffers=16MB", "-c", "max_connections=20",
      ]
    for option in options { arguments += ["-c", option] }
    process = try ServerProcess(arguments, log: directory.file("postgres.log"))
    let ready = try eventually(within: 60) {
      try run([binaries + "/pg_isready", "-q", "-h", "127.0.0.1", "-p", String(port)]).code == 0
    }
    guard ready else {
      throw TestFailure("PostgreSQL did not start: \((try? String(contentsOfFile: directory.file("postgres.log"), encoding: .utf8)) ?? "")")
    }
  }

  /// SIGQUIT: what `pg_ctl stop -m immediate` does; connections break in mid-transaction.
  public func stopImmediately() {
    process?.stop(SIGQUIT)
    process = nil
  }

  /// Freezes the postmaster only; its running backends go on.
  public func freeze() { process?.kill(SIGSTOP) }
  public func thaw() { process?.kill(SIGCONT) }

  /// What psql prints for a query: rows by line, columns by `|`.
  @discardableResult public func query(_ sql: String) throws -> String {
    let result = try run(
      [
        "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", String(port), "-U", Self.user, "-d", "botd", "-c",
        sql,
      ],
      environment: ["PGPASSWORD": Self.password])
    guard result.code == 0 else { throw TestFailure(result.output) }
    return result.output.trimmingCharacters(in: .newlines)
  }

  private static let binaryDirectory: String? = {
    if let path = program("initdb") { return URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path }
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap(Int.init).sorted()
    return versions.last.map { "\(root)/\($0)/bin" }
  }()

  /// The account to run as when we are root.
  private static let account: String? = ["postgres", "nobody"].first { unsafe getpwnam($0) != nil }

  private static var asAccount: [String] {
    guard geteuid() == 0, let account else { return [] }
    return ["setpriv", "--reuid=\(account)", unsafe "--regid=\(getpwnam(account)?.pointee.pw_gid ?? 65534)", "--clear-groups", "--"]
  }

  /// An initialised data directory with the database, made once per test process.
  private static let template = Result<TemporaryDirectory, any Error> {
    guard let binaries = binaryDirectory else { throw TestFailure("PostgreSQL's server is not installed") }
    let directory = try TemporaryDirectory("initdb")
    let data = directory.file("data")
    try Data(password.utf8).write(to: URL(fileURLWithPath: directory.file("password")))
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
    if geteuid() == 0, let account { try run(["chown", account, data, directory.file("password")]) }
    let made = try run(
      asAccount + [
        binaries + "/initdb", "-D", data, "-U", user, "-A", "scram-sha-256", "--pwfile", directory.file("password"), "-E", "UTF8",
        "--locale=C", "--no-sync",
      ])
    guard made.code == 0 else { throw TestFailure("initdb failed: \(made.output)") }
    let created = try run(asAccount + [binaries + "/postgres", "--single", "-D", data, "postgres"], input: "CREATE DATABASE botd;\n")
    guard created.code == 0 else { throw TestFailure("cannot make the database: \(created.output)") }
    return directory
  }
}
