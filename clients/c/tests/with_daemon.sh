#!/bin/sh
# Runs a command with BOTD_ADDRESS naming a fresh botd that trades on a simulated market; ends with the command's exit code.
#
#   BOTD_BIN=FOLDER with_daemon.sh COMMAND...
set -eu
: "${BOTD_BIN:?names the folder that holds botd}"
folder=$(mktemp -d)
mkfifo "$folder/log"
env -u BOTD_BIN "$BOTD_BIN/botd" --mode simulated --speed 600 --example-bots --log-level notice --state-dir "$folder/state" \
  --listen "unix:$folder/botd.sock" >/dev/null 2>"$folder/log" &
daemon=$!
trap 'kill -9 $daemon 2>/dev/null || true; rm -rf "$folder"' EXIT
exec 3<"$folder/log"
ready=
while [ -z "$ready" ] && read -r line <&3; do
  case $line in *msg=ready*) ready=1 ;; esac
done
[ -n "$ready" ] || { echo "botd did not become ready" >&2; exit 1; }
BOTD_ADDRESS="unix:$folder/botd.sock" "$@"
