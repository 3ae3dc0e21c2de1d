import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// What the tests of the package need.
private enum PackageTools {
  static let obstacle: String? = {
    for tool in ["dpkg-deb", "dpkg-shlibdeps", "dpkg-gencontrol", "fakeroot", "python3", "strip"] where program(tool) == nil {
      return "needs \(tool) (Debian: dpkg-dev, fakeroot, binutils, python3)"
    }
    return nil
  }()

  /// Why nothing can be installed here; `nil`: it can.
  static let installObstacle: String? = {
    guard geteuid() == 0 else { return "needs root" }
    for tool in ["unshare", "adduser", "setpriv", "dpkg"] where program(tool) == nil { return "needs \(tool)" }
    guard let directory = try? TemporaryDirectory("overlay"), let answer = try? run(["sh", "-c", Self.overlay(directory.path, "true")])
    else { return "no temporary directory" }
    return answer.code == 0 ? nil : "no overlay over this root: \(answer.output.suffix(200))"
  }()

  /// Runs a command in a copy-on-write copy of this machine's root, in a mount and process namespace of its own;
  /// `directory` is `/tmp/in` there.
  static func overlay(_ directory: String, _ command: String) -> String {
    """
    exec unshare --mount --pid --fork --kill-child --propagation private sh -ec '
      mkdir -p "\(directory)/o"; mount -t tmpfs none "\(directory)/o"; cd "\(directory)/o"; mkdir upper work root
      mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
      mount -t proc proc root/proc; mount --rbind /dev root/dev; mount -t tmpfs none root/run; mount -t tmpfs none root/tmp
      mkdir root/tmp/in; mount --bind "\(directory)" root/tmp/in
      exec chroot root \(command)' 2>&1
    """
  }
}

/// The Debian package: made of this build's programs, judged, installed into a copy of this machine's root that is thrown away, and used.
@Suite(.serialized, .enabled(if: PackageTools.obstacle == nil, "\(PackageTools.obstacle ?? "")")) struct PackageTests {
  /// The package, made once.
  private static let package: Result<(path: String, directory: TemporaryDirectory), any Error> = Result {
    let directory = try TemporaryDirectory("package")
    let answer = try run(
      [Tree.path("Sources/botd/Packaging/deb/build.sh"), try Programs.folder().path, directory.path],
      environment: ["BOTD_DEB_COMPRESSION": "none"])
    guard answer.code == 0, let path = answer.output.split(separator: "\n").last.map(String.init), path.hasSuffix(".deb") else {
      throw TestFailure(answer.output)
    }
    return (path, directory)
  }

  @Test func itHoldsWhatItShould() throws {
    let path = try Self.package.get().path
    let list = try run(["dpkg-deb", "-c", path]).output
    for file in [
      "./usr/bin/botd", "./usr/bin/botctl", "./usr/bin/botsim", "./lib/systemd/system/botd@.service",
      "./lib/systemd/system/botd-notify@.service", "./etc/botd/roles",
      "./usr/share/man/man1/botd.1.gz", "./usr/share/man/man1/botctl.1.gz", "./usr/share/man/man1/botsim.1.gz",
      "./usr/share/bash-completion/completions/botctl", "./usr/share/zsh/vendor-completions/_botctl",
      "./usr/share/fish/vendor_completions.d/botctl.fish", "./usr/share/doc/botd/copyright", "./usr/share/doc/botd/changelog.gz",
      "./usr/share/doc/botd/examples/alerts.yml",
    ] { #expect(list.contains(" " + file + "\n"), "no \(file)") }
    for line in list.split(separator: "\n") { #expect(line.contains("root/root"), "\(line)") }
    let control = try run(["dpkg-deb", "-I", path]).output
    for name in ["libc6 (>=", "libcurl4", "libssl3", "libsqlite3-0", "libpq5", "libhiredis", "libprotobuf-c1", "zlib1g", "adduser"] {
      #expect(control.contains(name), "no dependency on \(name)")
    }
    // Pages of manual that say what the programs say.
    let directory = try TemporaryDirectory("man")
    try run(["dpkg-deb", "-x", path, directory.path])
    let page = try run(["sh", "-c", "zcat \(directory.path)/usr/share/man/man1/botctl.1.gz"]).output
    for words in ["botctl create", "\\-\\-capital", "EXIT CODES", ".SH SEE ALSO"] { #expect(page.contains(words), "no \(words)") }
    if program("man") != nil {
      for name in ["botd", "botctl", "botsim"] {
        let answer = try run(
          ["sh", "-c", "man --warnings -E UTF-8 -l -Tutf8 -Z \(directory.path)/usr/share/man/man1/\(name).1.gz 2>&1 >/dev/null"])
        // Words longer than a line can't be helped.
        let warnings = answer.output.split(separator: "\n").filter { !$0.contains("can't break line") }
        #expect(warnings.isEmpty, "\(name): \(warnings)")
      }
    }
  }

  @Test(.enabled(if: program("systemd-analyze") != nil, "needs systemd-analyze"), arguments: ["botd@", "botd-notify@"])
  func theUnitIsSoundAndHardened(name: String) throws {
    let unit = Tree.path("Sources/botd/Packaging/deb/\(name).service")
    let answer = try run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], environment: ["SYSTEMD_EMOJI": "0"])
    let exposure = answer.output.firstMatch(of: /exposure level for \S+ ([0-9.]+)/).flatMap { Double($0.1) }
    #expect(try #require(exposure, "\(answer.output)") <= 1.5)
    let verified = try run(["systemd-analyze", "verify", "--man=no", unit])
    let rest = verified.output.split(separator: "\n").filter { !$0.contains("/usr/bin/bot") || !$0.contains(" is not executable") }
    #expect(rest.isEmpty, "\(rest)")
  }

  @Test(.enabled(if: program("lintian") != nil, "needs lintian")) func lintianFindsNoError() throws {
    // What only a debug build without compression has.
    let ours = "custom-library-search-path,uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball"
    let answer = try run(
      ["lintian", "--allow-root", "--no-cfg", "--fail-on", "error,warning", "--suppress-tags", ours, try Self.package.get().path])
    #expect(answer.code == 0, "\(answer.output)")
  }

  @Test(.enabled(if: PackageTools.installObstacle == nil, "\(PackageTools.installObstacle ?? "")"))
  func itIsInstalledUsedUpgradedAndPurged() throws {
    let directory = try TemporaryDirectory("install")
    let package = try Self.package.get().path
    try run(["cp", package, directory.file("botd.deb")])
    // The next version: the same programs.
    try run(["dpkg-deb", "-R", package, directory.file("next")])
    try run(["sed", "-i", "s/^Version: .*/Version: 99.0/", directory.file("next/DEBIAN/control")])
    try run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", directory.file("next"), directory.file("next.deb")])
    try Self.script.write(toFile: directory.file("script"), atomically: true, encoding: .utf8)
    let answer = try run(["sh", "-c", PackageTools.overlay(directory.path, "sh -e /tmp/in/script")])
    func section(_ name: String) -> String {
      let parts = answer.output.components(separatedBy: "== ")
      return parts.first { $0.hasPrefix(name + "\n") } ?? "no \(name) in: \(answer.output.suffix(3_000))"
    }
    #expect(answer.code == 0, "\(answer.output.suffix(3_000))")
    #expect(section("install").contains("nothing runs yet"))
    #expect(section("user").contains("botd:") && section("user").contains("nologin"))
    #expect(section("places").contains("750 root:botd /etc/botd") && section("places").contains("644 root:root /etc/botd/roles"))
    #expect(section("member").contains("you are operate") && section("member").contains("mine created and running"))
    #expect(section("socket").contains("660 botd:botd /run/botd/main/botd.sock"))
    #expect(section("stranger").contains("permission denied"), "\(section("stranger"))")
    #expect(section("root").contains("you are admin"))
    #expect(section("notify").contains("you are observe") && section("notify").contains("may do nothing else"), "\(section("notify"))")
    #expect(section("told").contains("first bot created"), "\(section("told"))")
    #expect(section("upgrade").contains("still runs") && !section("upgrade").contains("nothing runs yet"))
    #expect(section("conffile").contains("group botd observe"), "a changed file stays, and nothing is asked")
    #expect(section("purge").contains("the journals stay in /var/lib/botd"))
    #expect(section("left").contains("journal.sqlite") && section("left").contains("main.env"))
    #expect(!section("left").contains("/usr/bin/botd"))
  }

  /// What systemd does with the unit is done by hand: directories, user, environment.
  private static let script = #"""
    export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
    echo "== install"; dpkg -i /tmp/in/botd.deb </dev/null
    echo "== user"; getent passwd botd; getent group botd
    echo "== places"; stat -c "%a %U:%G %n" /etc/botd /etc/botd/roles
    install -m 600 /usr/share/doc/botd/examples/account.env /etc/botd/main.env
    sed -i s/BOTD_MODE=paper/BOTD_MODE=simulated/ /etc/botd/main.env
    install -d -m 755 /run/botd /var/lib/botd
    install -d -o botd -g botd -m 750 /run/botd/main
    install -d -o botd -g botd -m 700 /var/lib/botd/main /var/lib/botd/.botd
    unit=$(sed -n "s/^Environment=//p" /lib/systemd/system/botd@.service | sed s/%i/main/g)
    settings=$(grep -v "^#" /etc/botd/main.env | grep =)
    (cd /var/lib/botd/main; exec setpriv --reuid botd --regid botd --init-groups --bounding-set -all --no-new-privs \
      env -i HOME=/var/lib/botd $unit $settings /usr/bin/botd >/tmp/botd.log 2>&1) &
    for try in $(seq 300); do [ ! -S /run/botd/main/botd.sock ] || break; sleep 0.1; done
    [ -S /run/botd/main/botd.sock ] || { cat /tmp/botd.log; exit 1; }
    daemon=$(pgrep -u botd -x botd)
    echo "== socket"; stat -c "%a %U:%G %n" /run/botd/main/botd.sock
    adduser --quiet --disabled-password --gecos "" alice; adduser --quiet alice botd
    adduser --quiet --disabled-password --gecos "" mallory
    as() { setpriv --reuid "$1" --regid "$1" --init-groups env -i HOME=/home/$1 BOTD_ACCOUNT=main "$2" "$3" $4; }
    echo "== member"; as alice botctl doctor || true
    setpriv --reuid alice --regid alice --init-groups env -i HOME=/home/alice botctl --account main create mine --symbol BTCUSDT --strategy rsi --capital 1000 --start
    echo "== stranger"; as mallory botctl list || true
    echo "== root"; botctl --account main doctor || true
    notify() { setpriv --reuid botd-notify --regid botd-notify --groups "$(getent group botd | cut -d: -f3)" --bounding-set -all \
      --no-new-privs env -i CREDENTIALS_DIRECTORY=/tmp/credentials "$@"; }
    echo "== notify"; notify botctl --account main doctor || true
    notify botctl --account main stop mine || echo "may do nothing else"
    install -d -m 755 /tmp/credentials; install -d -o botd-notify -m 700 /var/lib/botd-notify/main
    printf '[channel run]\ntype = exec\ncommand = /usr/bin/tee -a /var/lib/botd-notify/main/told\n[channel hook]\ntype = webhook\nurl = http://127.0.0.1:9/\nsecret-file = credential:webhook-secret\n[rule all]\nkind = bot\nto = run\n' >/tmp/credentials/rules
    printf 0123456789abcdef0123456789abcdef | install -o botd-notify -m 400 /dev/stdin /tmp/credentials/webhook-secret
    start=$(sed -n "s/^ExecStart=//p" /lib/systemd/system/botd-notify@.service | sed "s/%i/main/g; s,%d,/tmp/credentials,g")
    notify $start >/tmp/notify.log 2>&1 &
    for try in $(seq 100); do ! grep -q "remembered in" /tmp/notify.log || break; sleep 0.1; done
    setpriv --reuid alice --regid alice --init-groups env -i HOME=/home/alice botctl --account main create first --symbol BTCUSDT --strategy rsi --capital 1000
    for try in $(seq 300); do ! grep -q first /var/lib/botd-notify/main/told 2>/dev/null || break; sleep 0.1; done
    echo "== told"; cat /var/lib/botd-notify/main/told /tmp/notify.log
    pkill -u botd-notify || true
    sed -i "s/^group botd operate/group botd observe/" /etc/botd/roles
    echo "== upgrade"; dpkg -i /tmp/in/next.deb </dev/null
    if [ "$(pgrep -u botd -x botd)" = "$daemon" ]; then echo "still runs"; fi
    echo "== conffile"; cat /etc/botd/roles
    kill "$daemon"; for try in $(seq 100); do pgrep -u botd -x botd >/dev/null || break; sleep 0.1; done
    echo "== purge"; dpkg --purge botd </dev/null
    echo "== left"; ls /var/lib/botd/main /etc/botd; ls /usr/bin/botd 2>/dev/null || true
    echo "== end"
    """#
}
