"""Writes src/botd/_calls and src/botd/v1/__init__.py: `python3 -m generator DESCRIPTORS SOURCE_FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from . import calls, schema


def messages_module(read: schema.Schema) -> str:
    """The package of all messages."""
    lines = [calls.HEADER + '"""All messages and enum values of botd.v1."""', ""]
    names: list[str] = []
    for file, found in sorted(read.modules.items()):
        module = file.removesuffix(".proto").rpartition("/")[2]
        lines.append(f"from .{module}_pb2 import (")
        lines += [f"    {name}," for name in sorted(found)] + [")"]
        names += found
    lines += ["", "__all__ = [", *[f'    "{name}",' for name in sorted(names)], "]"]
    return "\n".join(lines) + "\n"


def calls_package(read: schema.Schema) -> str:
    """The package of all calls."""
    services = sorted(service.name for service in read.services)
    lines = [calls.HEADER + '"""Every method of every service, as methods of the two kinds of client."""', ""]
    for name in services:
        lines.append(f"from .{calls.snake(name)} import Async{name}Calls, {name}Calls")
    for prefix, kind in (("", "synchronous"), ("Async", "asynchronous")):
        lines += ["", "", f"class {prefix}ServiceCalls("]
        lines += [f"    {prefix}{name}Calls," for name in services]
        lines += ["):", f'    """Every method of every service, {kind}."""']
    return "\n".join(lines) + "\n"


def main(descriptors: str, folder: str) -> None:
    """Writes all modules."""
    read = schema.read(Path(descriptors).read_bytes(), "botd.v1")
    root = Path(folder)
    (root / "v1" / "__init__.py").write_text(messages_module(read))
    out = root / "_calls"
    out.mkdir(exist_ok=True)
    (out / "__init__.py").write_text(calls_package(read))
    for service in read.services:
        (out / f"{calls.snake(service.name)}.py").write_text(calls.service_module(read, service))


main(sys.argv[1], sys.argv[2])
