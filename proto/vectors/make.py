#!/usr/bin/env python3
"""Writes the exchanges of this folder: make.py [OUTPUT]. Needs protoc and Python's protobuf; generate.sh sees to both."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "generator"))
sys.dont_write_bytecode = True

import broken  # noqa: E402
import streams  # noqa: E402
import unary  # noqa: E402
from schema import Schema  # noqa: E402


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    out.mkdir(parents=True, exist_ok=True)
    schema = Schema(HERE.parent)
    vectors = [vector for module in (unary, streams, broken) for vector in module.vectors(schema)]
    names = [vector.name for vector in vectors]
    if len(set(names)) != len(names):
        raise SystemExit("two exchanges have one name")
    for path in out.glob("*.json"):
        path.unlink()
    for vector in vectors:
        text = json.dumps(vector.document(), indent=1, ensure_ascii=False)
        (out / f"{vector.name}.json").write_text(text + "\n", encoding="utf-8")


main()
