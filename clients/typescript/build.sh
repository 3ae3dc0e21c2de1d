#!/bin/sh
# Compiles the client into dist, then the programs and tests into build, unless both are newer than their sources.
#
# Exits with 77 and the reason when Node.js 18 or newer, or tsc 4.8 or newer, is missing.
set -eu
cd "$(dirname "$0")"
major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || major=0
if [ "$major" -lt 18 ]; then
  echo "Node.js 18 or newer is missing: apt-get install nodejs" >&2
  exit 77
fi
if ! command -v tsc >/dev/null 2>&1; then
  echo "tsc is missing: apt-get install node-typescript" >&2
  exit 77
fi
sources="src types test examples scenario.ts bench.ts tsconfig.json tsconfig.programs.json package.json"
if [ -e build/made ] && [ -z "$(find $sources -newer build/made | head -1)" ]; then exit 0; fi
rm -rf dist build
tsc -p tsconfig.json >&2
tsc -p tsconfig.programs.json >&2
touch build/made
