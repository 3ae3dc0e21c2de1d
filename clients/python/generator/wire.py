"""Reads the protobuf wire format: just enough for a FileDescriptorSet."""

from __future__ import annotations

from collections import defaultdict

Fields = dict[int, list["int | bytes"]]


def varint(data: bytes, position: int) -> tuple[int, int]:
    """The number at `position`, and the position behind it."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def fields(data: bytes) -> Fields:
    """The fields of a message by number; strings and messages as bytes."""
    found: Fields = defaultdict(list)
    position = 0
    while position < len(data):
        key, position = varint(data, position)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, position = varint(data, position)
            found[number].append(value)
        elif kind == 2:
            length, position = varint(data, position)
            found[number].append(data[position : position + length])
            position += length
        else:
            width = {1: 8, 5: 4}[kind]
            found[number].append(data[position : position + width])
            position += width
    return found


def texts(found: Fields, number: int) -> list[str]:
    """All values of a string field."""
    return [value.decode() for value in found.get(number, []) if isinstance(value, bytes)]


def text(found: Fields, number: int) -> str:
    """A string field, empty when it is absent."""
    return next(iter(texts(found, number)), "")


def number(found: Fields, field: int) -> int:
    """An integer field, 0 when it is absent."""
    return next((value for value in found.get(field, []) if isinstance(value, int)), 0)


def messages(found: Fields, field: int) -> list[Fields]:
    """All values of a message field."""
    return [fields(value) for value in found.get(field, []) if isinstance(value, bytes)]


def packed(found: Fields, field: int) -> tuple[int, ...]:
    """A packed repeated integer field."""
    values: list[int] = []
    for data in found.get(field, []):
        if isinstance(data, int):
            values.append(data)
            continue
        position = 0
        while position < len(data):
            value, position = varint(data, position)
            values.append(value)
    return tuple(values)
