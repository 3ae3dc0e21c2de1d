"""Writes the calls of one service: a table of its methods, and a method for each on the two kinds of client."""

from __future__ import annotations

import keyword
import re
import textwrap

from . import schema as model
from .schema import Field, Message, Method, Schema, Service

WIDTH = 120
RESERVED = {"self", "request", "timeout"}
SCALARS = {model.TYPE_STRING: "str", model.TYPE_BOOL: "bool", model.TYPE_DOUBLE: "float", model.TYPE_FLOAT: "float", model.TYPE_BYTES: "bytes"}
HEADER = "# Made by generate.sh from proto/botd/v1. Do not edit.\n"


def snake(name: str) -> str:
    """CreateBot as create_bot."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def is_decimal(field: Field) -> bool:
    """Whether a text field holds a decimal number."""
    return field.type == model.TYPE_STRING and re.search(r"\((decimal|fraction)", field.comment) is not None


def is_time(field: Field) -> bool:
    """Whether a field is a point in time."""
    return field.name.endswith("_time_ns") and not field.repeated


def annotation(field: Field) -> str:
    """The type of a keyword argument."""
    if field.type in (model.TYPE_MESSAGE, model.TYPE_ENUM):
        base = field.type_name
    elif is_time(field):
        base = "int | datetime"
    elif is_decimal(field):
        base = "str | Decimal"
    else:
        base = SCALARS.get(field.type, "int")
    return f"Iterable[{base}] | None" if field.repeated else f"{base} | None"


def argument(field: Field) -> str:
    """How a keyword argument is passed on."""
    if is_time(field):
        return f"{field.name}=nanoseconds({field.name})"
    if is_decimal(field):
        return f"{field.name}=decimal_text({field.name})"
    return f"{field.name}={field.name}"


def page_items(schema: Schema, method: Method) -> Field | None:
    """The repeated field that a paged method gives page by page."""
    if method.client_streaming or method.server_streaming:
        return None
    request, response = schema.messages[method.input], schema.messages[method.output]
    if not (request.has("page_token") and response.has("next_page_token")):
        return None
    return next(field for field in response.fields if field.repeated and field.type == model.TYPE_MESSAGE)


def iterator_name(method: Method) -> str:
    """ListBots as iter_bots."""
    return "iter_" + re.sub(r"^(list|get)_", "", snake(method.name))


def service_module(schema: Schema, service: Service) -> str:
    """The module of one service."""
    tables = [_table(schema, service, method) for method in service.methods]
    classes = [_class(schema, service, asynchronous) for asynchronous in (False, True)]
    body = "\n".join(tables) + "\n\n\n" + "\n\n\n".join(classes) + "\n"
    return HEADER + f'"""{service.name}: {service.comment}"""\n\n' + _imports(schema, service, body) + "\n" + body


def _table(schema: Schema, service: Service, method: Method) -> str:
    kind = "Unary"
    if method.client_streaming:
        if not method.server_streaming:
            raise SystemExit(f"{method.name}: streams of requests with one answer are not supported")
        kind = "Bidirectional"
    elif method.server_streaming:
        kind = "ServerStreaming"
    name = snake(method.name).upper()
    arguments = f'"{service.package}.{service.name}", "{method.name}", {method.input}, {method.output}'
    return f"{name} = {kind}({arguments})"


def _class(schema: Schema, service: Service, asynchronous: bool) -> str:
    prefix = "Async" if asynchronous else ""
    parts = [f'class {prefix}{service.name}Calls({prefix}Calls):\n    """{service.comment}"""']
    for method in service.methods:
        parts.append(_method(schema, method, asynchronous))
        items = page_items(schema, method)
        if items is not None:
            parts.append(_iterator(schema, method, items, asynchronous))
    return "\n\n".join(parts)


def _signature(request: Message, leave_out: frozenset[str] = frozenset()) -> list[str]:
    lines = ["self,", f"request: {request.name} | None = None,", "*,"]
    for field in request.fields:
        if keyword.iskeyword(field.name) or field.name in RESERVED:
            raise SystemExit(f"{request.name}.{field.name} cannot be a keyword argument")
        if field.name not in leave_out:
            lines.append(f"{field.name}: {annotation(field)} = None,")
    return [*lines, "timeout: float | None = None,"]


def _doc(summary: str, request: Message, timeout: str) -> str:
    lines = textwrap.wrap(summary, WIDTH - 8)
    entries = [f"{field.name}: {field.comment}" for field in request.fields] + [f"timeout: {timeout}"]
    lines += ["", "Args:", "    request: The whole request; the other arguments replace its fields."]
    for entry in entries:
        lines += textwrap.wrap(entry, WIDTH - 16, initial_indent="    ", subsequent_indent="        ")
    text = "\n".join(f"        {line}".rstrip() for line in lines)
    return f'        """{text.strip()}\n        """'


def _built(request: Message, given: str = "request") -> str:
    arguments = [request.name, given, *[argument(field) for field in request.fields]]
    line = f"build({', '.join(arguments)})"
    if len(line) <= WIDTH - 16:
        return line
    return "build(\n" + "".join(f"            {item},\n" for item in arguments) + "        )"


def _method(schema: Schema, method: Method, asynchronous: bool) -> str:
    request = schema.messages[method.input]
    name = snake(method.name)
    timeout = "Seconds until the deadline; not given: the client's `timeout`."
    if method.client_streaming:
        result, call = f"{method.input}, {method.output}", "_bidirectional"
        returned = f"{'AsyncStream' if asynchronous else 'Stream'}[{result}]"
        timeout = "Seconds within which the stream must be open; not given: the client's `timeout`."
    elif method.server_streaming:
        returned = f"{'AsyncStream' if asynchronous else 'Stream'}[{method.input}, {method.output}]"
        call = "_server_streaming"
        timeout = "Seconds until the deadline of the whole stream; not given: 600."
    else:
        returned, call = method.output, "_unary"
    awaited = "await " if asynchronous else ""
    head = "async def" if asynchronous else "def"
    signature = "\n".join(f"        {line}" for line in _signature(request))
    return (
        f"    {head} {name}(\n{signature}\n    ) -> {returned}:\n{_doc(method.comment, request, timeout)}\n"
        f"        built = {_built(request)}\n"
        f"        return {awaited}self.{call}({name.upper()}, built, timeout)"
    )


def _iterator(schema: Schema, method: Method, items: Field, asynchronous: bool) -> str:
    request = schema.messages[method.input]
    signature = "\n".join(f"        {line}" for line in _signature(request))
    summary = f"Every item of {snake(method.name)}, page by page. {method.comment}"
    kind = "AsyncIterator" if asynchronous else "Iterator"
    head, awaited = ("async def", "await ") if asynchronous else ("def", "")
    return (
        f"    {head} {iterator_name(method)}(\n{signature}\n    ) -> {kind}[{items.type_name}]:\n"
        f"{_doc(summary, request, 'Seconds until the deadline of each page.')}\n"
        f"        built = {_built(request)}\n"
        "        while True:\n"
        f"            page = {awaited}self._unary({snake(method.name).upper()}, built, timeout)\n"
        f"            for item in page.{items.name}:\n"
        "                yield item\n"
        "            if not page.next_page_token:\n"
        "                return\n"
        "            built.page_token = page.next_page_token"
    )


def _types(schema: Schema, service: Service) -> set[str]:
    """Messages and enums that the module of a service names."""
    names: set[str] = set()
    for method in service.methods:
        names |= {method.input, method.output}
        names |= {field.type_name for field in schema.messages[method.input].fields if field.type_name}
        items = page_items(schema, method)
        if items is not None:
            names.add(items.type_name)
    return names


def _imports(schema: Schema, service: Service, body: str) -> str:
    def used(*names: str) -> list[str]:
        return [name for name in names if re.search(rf"\b{name}[\[(]|[:|] {name}\b|\[{name}\b|\| {name}\b", body)]

    groups: list[list[str]] = [["from __future__ import annotations"], [], []]
    abstract = used("AsyncIterator", "Iterable", "Iterator")
    if abstract:
        groups[1].append(f"from collections.abc import {', '.join(abstract)}")
    if used("datetime"):
        groups[1].append("from datetime import datetime")
    if used("Decimal"):
        groups[1].append("from decimal import Decimal")
    base = ["AsyncCalls", *used("Bidirectional"), "Calls", *used("ServerStreaming", "Unary", "build")]
    groups[2].append(f"from .._call import {', '.join(base)}")
    if used("Stream"):
        groups[2].append("from .._stream import AsyncStream, Stream")
    types = _types(schema, service)
    for module, names in sorted(schema.modules.items()):
        wanted = sorted(types & set(names))
        if wanted:
            path = module.removesuffix(".proto").rpartition("/")[2]
            groups[2] += [f"from ..v1.{path}_pb2 import (", *[f"    {name}," for name in wanted], ")"]
    values = used("decimal_text", "nanoseconds")
    if values:
        groups[2].append(f"from ..values import {', '.join(values)}")
    return "\n\n".join("\n".join(group) for group in groups if group) + "\n\n"
