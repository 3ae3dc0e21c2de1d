#!/bin/sh
# Installs below a temporary DESTDIR, builds the example against that through pkg-config (and the header as C++), runs it against a
# botd, checks that the static library brings no names but its own, and takes everything away again.
set -eux
cd "$(dirname "$0")/.."
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
flock build make -s install PREFIX=/usr DESTDIR="$root"
PKG_CONFIG_PATH="$root/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
cflags=$(pkg-config --cflags botd) libs=$(pkg-config --libs botd)
cc -std=c11 -Wall -Wextra -Werror -pedantic examples/follow_fills.c $cflags $libs -o "$root/follow_fills"
LD_LIBRARY_PATH="$root/usr/lib"
export LD_LIBRARY_PATH
ldd "$root/follow_fills" | grep "libbotd.so.0 => $root/"
tests/with_daemon.sh "$root/follow_fills" sample 3 >"$root/fills"
test "$(grep -c ':[0-9]* \(buy \|sell\) .* BTCUSDT @ ' "$root/fills")" -eq 3
if command -v c++ >/dev/null 2>&1; then
  printf '#include <botd.h>\nint main() { return botd_code_name(0)[0] != 79; }\n' >"$root/header.cpp"
  c++ -Wall -Wextra -Werror -pedantic "$root/header.cpp" $cflags $libs -o "$root/header"
  "$root/header"
fi
test -z "$(nm -g --defined-only "$root/usr/lib/libbotd.a" | awk 'NF == 3 && $3 !~ /^botd_/')"
make -s uninstall PREFIX=/usr DESTDIR="$root"
test -z "$(find "$root/usr" -type f -o -type l)"
