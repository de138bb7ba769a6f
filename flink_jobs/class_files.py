"""Reads what a Java class file says of itself: its version, its parents and its fields (JVM specification, 4)."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

JAVA_11 = 55
"""Major version of the class files that Java 11 reads."""
_MAGIC = 0xCAFEBABE
_HEAD_BYTES = 8
_UTF8, _CLASS = 1, 7
# Bytes of a constant after its tag; a long or a double takes two places in the pool.
_CONSTANT_BYTES = (
    dict.fromkeys((3, 4, 9, 10, 11, 12, 17, 18), 4) | dict.fromkeys((7, 8, 16, 19, 20), 2) | {5: 8, 6: 8, 15: 3}
)
_WIDE = (5, 6)
_PUBLIC, _STATIC, _TRANSIENT = 0x0001, 0x0008, 0x0080


@dataclass(frozen=True, slots=True)
class JavaField:
    """A field: its name, its type as the JVM writes it, such as `J` for long, and its access flags."""

    name: str
    type: str
    flags: int

    @property
    def is_state(self) -> bool:
        """Whether Flink writes it when it writes the object: public, of an instance, not transient."""
        return bool(self.flags & _PUBLIC) and not self.flags & (_STATIC | _TRANSIENT)


@dataclass(frozen=True, slots=True)
class ClassFile:
    """One class; names have slashes, as in the file: `java/lang/Object`."""

    name: str
    parents: tuple[str, ...]
    fields: tuple[JavaField, ...]


def major_version(head: bytes) -> int:
    """Return the version of a class file from its first 8 bytes; raises `ValueError` for anything else."""
    magic, _, major = struct.unpack(">IHH", head[:_HEAD_BYTES])
    if magic != _MAGIC:
        raise ValueError(f"expected a class file, came bytes that begin with {magic:#010x}")
    return int(major)


def read_class(content: bytes) -> ClassFile:
    """Read a class file; raises `ValueError` for anything else."""
    major_version(content)
    source = io.BytesIO(content[_HEAD_BYTES:])
    constants = _constants(source)
    _, this, parent, interfaces = _shorts(source, 4)
    names = [_name(constants, index) for index in (parent, *_shorts(source, interfaces)) if index]
    (count,) = _shorts(source, 1)
    fields = tuple(_field(source, constants) for _ in range(count))
    return ClassFile(_name(constants, this), tuple(names), fields)


def _constants(source: BinaryIO) -> dict[int, bytes]:
    """Return texts, and classes as the two bytes of their name's index, by index."""
    (count,) = _shorts(source, 1)
    constants: dict[int, bytes] = {}
    index = 1
    while index < count:
        tag = source.read(1)[0]
        size = _shorts(source, 1)[0] if tag == _UTF8 else _CONSTANT_BYTES[tag]
        constants[index] = source.read(size)
        index += 2 if tag in _WIDE else 1
    return constants


def _field(source: BinaryIO, constants: dict[int, bytes]) -> JavaField:
    flags, name, kind, attributes = _shorts(source, 4)
    for _ in range(attributes):
        source.read(2)
        source.read(struct.unpack(">I", source.read(4))[0])
    return JavaField(constants[name].decode(), constants[kind].decode(), flags)


def _name(constants: dict[int, bytes], index: int) -> str:
    return constants[int.from_bytes(constants[index], "big")].decode()


def _shorts(source: BinaryIO, count: int) -> tuple[int, ...]:
    return struct.unpack(f">{count}H", source.read(2 * count))
