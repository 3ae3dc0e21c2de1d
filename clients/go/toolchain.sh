#!/bin/sh
# Puts Go and what the Go client needs into a folder of its own, from Debian packages; nothing is installed on the system.
#
#   clients/go/toolchain.sh [FOLDER]      FOLDER: by default clients/go/.toolchain
#
# Debian 12's own ttrpc package makes unary stubs of streaming methods, silently; so the arch:all source packages of the next
# release are unpacked beside the system. The two protoc plug-ins are built in FOLDER/bin. Prints FOLDER; quick when all is there.
# Exit code 77: the packages cannot be had on this machine (the reason is on stderr), which tests take as "skip".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/.toolchain}
suite=trixie
packages="golang-1.24-go golang-1.24-src golang-github-containerd-ttrpc-dev golang-github-containerd-log-dev
golang-google-grpc-dev golang-google-protobuf-dev golang-google-genproto-dev golang-golang-x-sys-dev
golang-github-sirupsen-logrus-dev"

skip() {
  echo "clients/go/toolchain.sh: $1" >&2
  exit 77
}

# One at a time: tests of several kinds ask for it at once.
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9

# What a finished folder was made from: another list makes it anew.
made_from=$(echo "1 $suite" $packages)
if [ "$(cat "$folder/made-from" 2>/dev/null || true)" = "$made_from" ]; then
  echo "$folder"
  exit 0
fi

command -v apt-get >/dev/null && command -v dpkg >/dev/null || skip "needs apt-get and dpkg (a Debian system)"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r $keyring ] || skip "needs Debian's archive keys ($keyring)"
mirror=$(apt-get indextargets --format '$(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
  sed -n 's/^Debian main //p' | head -1)
[ -n "$mirror" ] || skip "this machine's apt names no Debian mirror"

folder=$(cd "$(dirname "$folder")" && pwd)/$(basename "$folder")
work=$folder.new
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/debs" "$work/root" "$work/bin"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/apt/sources.list"
cat >"$work/apt/apt.conf" <<CONF
Dir::State "$work/apt"; Dir::State::lists "lists"; Dir::State::status "/dev/null"; Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/sources.list"; Dir::Etc::sourceparts "/dev/null"; Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none"; Acquire::Retries "2"; Acquire::http::Timeout "20";
CONF
[ "$(id -u)" -ne 0 ] || echo 'APT::Sandbox::User "root";' >>"$work/apt/apt.conf"
export APT_CONFIG="$work/apt/apt.conf"
if ! apt-get -qq update >"$work/log" 2>&1 || grep -q '^[WE]: Failed' "$work/log"; then
  skip "cannot read Debian $suite's package list from $mirror: $(grep -m1 Failed "$work/log")"
fi
(cd "$work/debs" && apt-get -qq download $packages) >"$work/log" 2>&1 ||
  skip "cannot download the packages from $mirror: $(tail -1 "$work/log")"
for package in "$work"/debs/*.deb; do dpkg -x "$package" "$work/root"; done
unset APT_CONFIG
rm -rf "$work/debs" "$work/apt" "$work/log"

export GOROOT="$work/root/usr/lib/go-1.24" GOPATH="$work:$work/root/usr/share/gocode" GO111MODULE=off GOTOOLCHAIN=local
export GOCACHE="$work/cache" CGO_ENABLED=0 GOFLAGS=-trimpath GOENV=off
for plugin in google.golang.org/protobuf/cmd/protoc-gen-go github.com/containerd/ttrpc/cmd/protoc-gen-go-ttrpc; do
  "$GOROOT/bin/go" build -o "$work/bin/$(basename $plugin)" $plugin >&2
done
echo "$made_from" >"$work/made-from"
rm -rf "$folder"
mv "$work" "$folder"
trap - EXIT
echo "$folder"
