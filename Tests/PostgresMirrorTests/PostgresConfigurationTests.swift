import ServiceRuntime
import Testing

@testable import PostgresMirror

struct PostgresConfigurationTests {
  private func parameters(_ url: String) throws -> [String: String] {
    Dictionary(try PostgresConfiguration(url: url).parameters.map { ($0.name, $0.value) }) { $1 }
  }

  @Test func urlIsTakenApart() throws {
    #expect(
      try parameters("postgresql://us%20er:p%40%2Fw@db.example:6543/bo%74d?sslmode=require")
        == ["user": "us er", "host": "db.example", "port": "6543", "dbname": "botd", "sslmode": "require"])
    #expect(try parameters("postgres://localhost/botd") == ["host": "localhost", "dbname": "botd"])
    #expect(try parameters("postgresql://[::1]:5432/x") == ["host": "::1", "port": "5432", "dbname": "x"])
    #expect(try parameters("postgresql:///x?host=/run/postgresql") == ["host": "/run/postgresql", "dbname": "x"])
  }

  @Test func passwordIsSecret() throws {
    for url in ["postgresql://u:p%40%2Fw@h/d", "postgresql://u@h/d?password=p%40%2Fw"] {
      let configuration = try PostgresConfiguration(url: url)
      let password = unsafe configuration.password?.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
      #expect(password == "p@/w")
      var dumped = ""
      dump(configuration, to: &dumped)
      #expect(!dumped.contains("p@/w"))
      #expect(!"\(configuration)".contains("p@/w"))
    }
  }

  @Test(arguments: [
    "", "mysql://h/d", "postgresql://h:99999/d", "postgresql://h:x/d", "postgresql://h/%zz", "postgresql://u:secret%0@h/d",
    "postgresql://u:secret%00@h/d", "postgresql://u:secret@h/d?evil=1", "postgresql://u:secret@h/d?sslmode", "postgresql://[::1/d",
    "postgresql://u:secret%FF@h/d", "postgresql://u:secret@h/d?options=-c%20fsync%3Doff",
  ]) func malformedURLIsRefusedWithoutShowingIt(url: String) {
    #expect { try PostgresConfiguration(url: url) } throws: {
      ($0 as? PostgresError)?.code == .url && !"\($0)".contains("secret")
    }
  }
}
