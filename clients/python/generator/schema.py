"""The schema as the generator sees it: files, messages, fields, enums, services, with their comments."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import wire

TYPE_DOUBLE, TYPE_FLOAT, TYPE_BOOL, TYPE_STRING, TYPE_MESSAGE, TYPE_BYTES, TYPE_ENUM = 1, 2, 8, 9, 11, 12, 14
LABEL_REPEATED = 3


@dataclass(frozen=True)
class Field:
    """A field of a message."""

    name: str
    type: int
    type_name: str
    repeated: bool
    comment: str


@dataclass(frozen=True)
class Message:
    """A message on the top level of a file."""

    name: str
    fields: tuple[Field, ...]

    def has(self, name: str) -> bool:
        """Whether it has a field of that name."""
        return any(field.name == name for field in self.fields)


@dataclass(frozen=True)
class Method:
    """A method of a service."""

    name: str
    input: str
    output: str
    client_streaming: bool
    server_streaming: bool
    comment: str


@dataclass(frozen=True)
class Service:
    """A service."""

    package: str
    name: str
    methods: tuple[Method, ...]
    comment: str


@dataclass
class Schema:
    """Everything in one package: modules by file, and messages, enums and services by name."""

    modules: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    enums: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    services: list[Service] = field(default_factory=list[Service])


def read(data: bytes, package: str) -> Schema:
    """The part of a FileDescriptorSet that lies in `package`."""
    schema = Schema()
    for file in wire.messages(wire.fields(data), 1):
        if wire.text(file, 2) == package:
            _file(schema, file, package)
    return schema


def _file(schema: Schema, file: wire.Fields, package: str) -> None:
    comments: dict[tuple[int, ...], str] = {}
    for location in wire.messages(next(iter(wire.messages(file, 9)), {}), 1):
        comments[wire.packed(location, 1)] = " ".join(wire.text(location, 3).split())
    names: list[str] = []
    for index, message in enumerate(wire.messages(file, 4)):
        read_message = _message(message, (4, index), comments)
        schema.messages[read_message.name] = read_message
        names.append(read_message.name)
    for enum in wire.messages(file, 5):
        values = [wire.text(value, 1) for value in wire.messages(enum, 2)]
        schema.enums[wire.text(enum, 1)] = values
        names += [wire.text(enum, 1), *values]
    for index, service in enumerate(wire.messages(file, 6)):
        methods = tuple(_method(method, (6, index, 2, at), comments) for at, method in enumerate(wire.messages(service, 2)))
        schema.services.append(Service(package, wire.text(service, 1), methods, comments.get((6, index), "")))
    schema.modules[wire.text(file, 1)] = names


def _message(message: wire.Fields, path: tuple[int, ...], comments: dict[tuple[int, ...], str]) -> Message:
    fields = tuple(
        Field(
            name=wire.text(item, 1),
            type=wire.number(item, 5),
            type_name=wire.text(item, 6).rpartition(".")[2],
            repeated=wire.number(item, 4) == LABEL_REPEATED,
            comment=comments.get((*path, 2, index), ""),
        )
        for index, item in enumerate(wire.messages(message, 2))
    )
    return Message(wire.text(message, 1), fields)


def _method(method: wire.Fields, path: tuple[int, ...], comments: dict[tuple[int, ...], str]) -> Method:
    return Method(
        name=wire.text(method, 1),
        input=wire.text(method, 2).rpartition(".")[2],
        output=wire.text(method, 3).rpartition(".")[2],
        client_streaming=bool(wire.number(method, 5)),
        server_streaming=bool(wire.number(method, 6)),
        comment=comments.get(path, ""),
    )
