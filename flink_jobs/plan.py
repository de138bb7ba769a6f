"""What state stands on: the compiled plan, and the form of what our Java and Python code keeps.

Flink restores a snapshot by the plan's shape and reads the bytes by its types. Where the shape is the same and the
meaning is not (another window, another aggregate), it restores without a word, and the numbers are wrong. So a package
carries all of it, and `flink_jobs.upgrade` compares two.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flink_jobs.class_files import ClassFile, read_class

FORM = 1
"""Version of the file `plan.json`."""
_OURS = "storetraffic/"
_SELF_WRITTEN = ("storetraffic/functions/StateWriting", "storetraffic/functions/StateSerializer")
# Of one name and its version, such as stream-exec-calc_1. Local aggregates empty themselves before each snapshot.
_STATELESS = (
    *("calc", "correlate", "exchange", "union", "watermark-assigner", "local-window-aggregate"),
    *("window-table-function", "sink", "table-source-scan"),
)
_PREFIX = "stream-exec-"


@dataclass(frozen=True, slots=True)
class Operator:
    """One step of the plan.

    Attributes:
        kind: Flink's name of it with the version of its form, such as `window-join_1`.
        keeps_state: whether a snapshot holds something of it.
        tables: what its rows go to.
        inputs: places of the steps that it reads, in the plan's order.
        text: what Flink says that it does.
        digest: of everything that the plan says of it.
    """

    kind: str
    keeps_state: bool
    tables: tuple[str, ...]
    inputs: tuple[int, ...]
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that two packages must have in common for one to go on from the other's snapshot."""

    flink: str
    options: Mapping[str, str]
    operators: tuple[Operator, ...]
    state: Mapping[str, str]

    def to_text(self) -> str:
        """Return it as JSON, the same text for the same plan."""
        return json.dumps({"form": FORM} | asdict(self), indent=1, sort_keys=True) + "\n"


def read_plan(text: str) -> Plan:
    """Read what `Plan.to_text` wrote; raises `ValueError` for anything else."""
    try:
        parts: dict[str, Any] = json.loads(text)
        if parts.pop("form") != FORM:
            raise ValueError(f"expected a plan of form {FORM}")
        operators = tuple(_operator(**operator) for operator in parts.pop("operators"))
        return Plan(operators=operators, **parts)
    except (KeyError, TypeError, AttributeError) as broken:
        raise ValueError(f"expected a plan, came something else ({broken!r})") from broken


def _operator(*, tables: list[str], inputs: list[int], **parts: Any) -> Operator:
    return Operator(tables=tuple(tables), inputs=tuple(inputs), **parts)


def plan_of(compiled: str, *, options: Mapping[str, str], state: Mapping[str, str]) -> Plan:
    """Return the plan of what Flink compiled (`CompiledPlan.asJsonString`), with options and forms of state."""
    parts = json.loads(compiled)
    nodes = {node["id"]: node for node in parts["nodes"]}
    places = {number: place for place, number in enumerate(nodes)}
    inputs: dict[int, list[int]] = {number: [] for number in nodes}
    for edge in parts["edges"]:
        inputs[edge["target"]].append(edge["source"])
    tables = _tables(nodes, inputs)
    operators = tuple(
        _described(node, tuple(sorted(tables[number])), tuple(places[source] for source in inputs[number]))
        for number, node in nodes.items()
    )
    return Plan(parts["flinkVersion"], dict(options), operators, dict(state))


def _tables(nodes: Mapping[int, dict[str, Any]], inputs: Mapping[int, list[int]]) -> dict[int, set[str]]:
    """Return the tables that each node's rows go to. Nodes come in the order of the data."""
    tables: dict[int, set[str]] = {number: set() for number in nodes}
    for number in reversed(list(nodes)):
        sink = nodes[number].get("dynamicTableSink")
        if sink:
            tables[number].add(sink["table"]["identifier"].split(".")[-1].strip("`"))
        for source in inputs[number]:
            tables[source] |= tables[number]
    return tables


def _described(node: Mapping[str, Any], tables: tuple[str, ...], inputs: tuple[int, ...]) -> Operator:
    kind = str(node["type"]).removeprefix(_PREFIX)
    said = {name: value for name, value in node.items() if name != "id"}
    return Operator(
        kind=kind,
        keeps_state=kind.partition("_")[0] not in _STATELESS,
        tables=tables,
        inputs=inputs,
        text=str(node["description"]),
        digest=_digest(json.dumps(said, sort_keys=True).encode()),
    )


def state_forms(jar: Path) -> dict[str, str]:
    """Return, for each Java class of ours that is kept in state, what tells one form of it from another.

    Of a plain value these are its fields; of one that writes itself, all of its code.
    """
    with zipfile.ZipFile(jar) as zipped:
        names = [name for name in zipped.namelist() if name.startswith(_OURS) and name.endswith(".class")]
        contents = [zipped.read(name) for name in sorted(names)]
    classes = [(read_class(content), content) for content in contents]
    return dict(_forms(classes))


def _forms(classes: Iterable[tuple[ClassFile, bytes]]) -> Iterator[tuple[str, str]]:
    for java, content in classes:
        name = java.name.replace("/", ".")
        fields = [field for field in java.fields if field.is_state]
        if set(java.parents) & set(_SELF_WRITTEN):
            yield name, f"writes itself, sha256 {_digest(content)}"
        elif fields:
            yield name, ", ".join(sorted(f"{field.name} {field.type}" for field in fields))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
