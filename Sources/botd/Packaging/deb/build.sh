#!/usr/bin/env bash
# Makes the Debian package of programs that are built already.
#   Sources/botd/Packaging/deb/build.sh PROGRAMS OUTPUT [--keep-symbols]
# PROGRAMS: the folder with botd, botctl and botsim; OUTPUT: where the .deb goes. Its path is the last line printed.
# The same programs and the same SOURCE_DATE_EPOCH give the same package, byte for byte.
set -euo pipefail
programs=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
keep=${3:-}
cd "$(dirname "$0")/../../../.."
for tool in dpkg-deb dpkg-shlibdeps dpkg-gencontrol fakeroot python3 strip gzip; do
  command -v "$tool" >/dev/null || { echo "needs $tool: apt-get install dpkg-dev fakeroot python3 binutils" >&2; exit 1; }
done
version=$(sed -n 's/.*public static let text = "\(.*\)"/\1/p' Sources/ServiceRuntime/ProductVersion.swift)
architecture=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/debian/botd
files=Sources/botd/Packaging/deb
doc=$root/usr/share/doc/botd

install -d "$root/DEBIAN" "$root/usr/bin" "$root/usr/share/man/man1" "$doc/examples"
for program in botd botctl botsim; do
  install -m 0755 "$programs/$program" "$root/usr/bin/$program"
  [ "$keep" = --keep-symbols ] || strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/$program"
  # The programs say of themselves what their pages and completions say.
  "$programs/$program" --experimental-dump-help \
    | python3 $files/manpages.py "$program" "$version" "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)" | gzip -9n >"$root/usr/share/man/man1/$program.1.gz"
done
script() { if [ "$1" = botctl ]; then "$programs/botctl" completion "$2"; else "$programs/$1" --generate-completion-script "$2"; fi; }
# bash reads its file, it does not run it.
completion() { if [ "$2" = bash ]; then script "$1" "$2" | sed '1{/^#!/d}'; else script "$1" "$2"; fi; }
for program in botd botctl botsim; do
  install -d "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" "$root/usr/share/fish/vendor_completions.d"
  completion $program bash >"$root/usr/share/bash-completion/completions/$program"
  completion $program zsh >"$root/usr/share/zsh/vendor-completions/_$program"
  completion $program fish >"$root/usr/share/fish/vendor_completions.d/$program.fish"
done

install -D -m 0644 "$files/botd@.service" "$root/lib/systemd/system/botd@.service"
install -D -m 0644 "$files/botd-notify@.service" "$root/lib/systemd/system/botd-notify@.service"
install -D -m 0644 $files/roles "$root/etc/botd/roles"
install -D -m 0644 $files/needrestart.conf "$root/etc/needrestart/conf.d/botd.conf"
install -m 0644 $files/README.Debian "$doc/README.Debian"
install -m 0644 Sources/BotDaemon/Documentation.docc/Running.md Sources/BotDaemon/Documentation.docc/Monitoring.md "$doc/"
install -m 0644 $files/account.env Sources/botd/Packaging/monitoring/alerts.yml Sources/botd/Packaging/monitoring/grafana-dashboard.json "$doc/examples/"
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: botd\n\nFiles: *\n'
  printf 'Copyright: %s\nLicense: Expat\n' "$(sed -n 's/^Copyright (c) //p' LICENSE)"
  sed -n '5,$p' LICENSE | sed 's/^$/./; s/^/ /'
  printf '\nComment: The programs contain the Swift standard library, Foundation (Apache License 2.0 with Runtime Library\n'
  printf ' Exception) and the packages that Package.resolved names, linked statically.\n'
} >"$doc/copyright"
{
  printf 'botd (%s) stable; urgency=medium\n\n' "$version"
  printf '  * See CHANGELOG.md of this version.\n\n -- The botd authors <maintainers@botd.invalid>  %s\n' "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$doc/changelog.gz"
gzip -9nc CHANGELOG.md >"$doc/CHANGELOG.md.gz"

printf '/etc/botd/roles\n/etc/needrestart/conf.d/botd.conf\n' >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 0755 "$files/$script" "$root/DEBIAN/$script"; done

# What the programs link with, as packages and least versions.
cat >"$work/debian/control" <<CONTROL
Source: botd
Section: utils
Priority: optional
Maintainer: The botd authors <maintainers@botd.invalid>
Standards-Version: 4.6.2

Package: botd
Architecture: any
Depends: \${shlibs:Depends}, adduser
Recommends: ca-certificates, systemd
Suggests: postgresql, redis-server, prometheus
Description: trading daemon for Binance spot, its client and an exchange simulator
 botd runs many trading bots on one account, with exact money, a journal that
 loses nothing and stops that rest on the exchange. botctl drives it, botsim is
 an exchange to try it on.
 .
 Paper trading is the default: live prices, orders filled on this machine.
CONTROL
printf 'botd (%s) stable; urgency=medium\n\n  * %s\n\n -- The botd authors <maintainers@botd.invalid>  %s\n' "$version" "$version" \
  "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" >"$work/debian/changelog"
cd "$work"
# Programs of a debug build find Swift's own libraries in their toolchain: those belong to no package.
toolchain=$(for program in botd botctl botsim; do ldd "debian/botd/usr/bin/$program" || true; done | sed -n 's/.*=> \(.*\)\/libswiftCore\.so.*/\1/p' | sort -u | tail -n 1)
dpkg-shlibdeps --warnings=0 --ignore-missing-info ${toolchain:+-l"$toolchain"} -O -Tdebian/substvars \
  debian/botd/usr/bin/botd debian/botd/usr/bin/botctl debian/botd/usr/bin/botsim >debian/substvars
find debian/botd -type f ! -path '*/DEBIAN/*' -printf '%P\n' | LC_ALL=C sort | (cd debian/botd && xargs -d '\n' md5sum) >debian/botd/DEBIAN/md5sums
dpkg-gencontrol -pbotd -Pdebian/botd -cdebian/control -ldebian/changelog -fdebian/files >/dev/null
find debian/botd -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
fakeroot dpkg-deb --build --root-owner-group ${BOTD_DEB_COMPRESSION:+-Z"$BOTD_DEB_COMPRESSION"} debian/botd "$output/botd_${version}_$architecture.deb" >/dev/null
echo "$output/botd_${version}_$architecture.deb"
