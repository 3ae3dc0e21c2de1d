# Sourced by the scripts beside it: Go as toolchain.sh prepared it, and this folder at its import path in a GOPATH.
#
# BOTD_GO_TOOLCHAIN names another folder for the toolchain than .toolchain. Ends the script with code 77 when it cannot be had.
here=${here:-$(cd "$(dirname "$0")" && pwd -P)}
module=github.com/botd-trading/botd/clients/go
toolchain=$("$here/toolchain.sh" ${BOTD_GO_TOOLCHAIN:+"$BOTD_GO_TOOLCHAIN"}) || exit $?
export GOROOT="$toolchain/root/usr/lib/go-1.24" GO111MODULE=off GOTOOLCHAIN=local GOENV=off GOFLAGS=-trimpath CGO_ENABLED=${CGO_ENABLED:-0}
export GOPATH="$here/.gopath:$toolchain/root/usr/share/gocode" GOCACHE="$toolchain/cache"
export PATH="$GOROOT/bin:$toolchain/bin:$PATH"
mkdir -p "$here/.gopath/src/$(dirname $module)"
ln -sfn "$here" "$here/.gopath/src/$module"
