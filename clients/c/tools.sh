# Sourced by the scripts beside it: ends with 77 and the reason when a tool is missing.
need() {
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || { missing "$tool is missing: apt-get install gcc make pkg-config valgrind"; }
  done
  pkg-config --exists libprotobuf-c || missing "libprotobuf-c is missing: apt-get install libprotobuf-c-dev"
}

missing() {
  echo "$1"
  echo "$1" >&2
  exit 77
}
