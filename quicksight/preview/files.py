"""Names and contents of the files of the local site; what is written twice is the same to the byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

_NOT_CODED = "!'()*-._~"
"""What JavaScript's encodeURIComponent leaves as it is, beside letters and digits."""


def percent_coded(name: str) -> str:
    """Return a name as `encodeURIComponent` writes it.

    >>> percent_coded("store 1/ü")
    'store%201%2F%C3%BC'
    """
    return quote(name, safe=_NOT_CODED)


def rows_script(data_set: str, store_id: str | None, table: str) -> str:
    """Return the script that hands a table to the page."""
    return f"storeTraffic.rows({json.dumps(data_set)}, {json.dumps(store_id)}, {table});\n"


def choices_script(choices: Any) -> str:
    """Return the script that hands the choices of a lake to the page."""
    return f"storeTraffic.choices({json.dumps(choices, ensure_ascii=False)});\n"


def write(path: Path, text: str) -> None:
    """Write a file, with its folder; one that holds this already keeps its time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)


def digest_of(parts: Iterable[str]) -> str:
    """Return one digest of texts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()


def source_digest(files: Iterable[Path]) -> str:
    """Return what changes with the content of files."""
    return digest_of(f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sorted(files))
