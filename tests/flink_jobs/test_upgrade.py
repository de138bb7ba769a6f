"""What keeps one package from going on from another's snapshot, as it is told."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flink_jobs import upgrade
from flink_jobs.class_files import read_class
from flink_jobs.plan import Plan, plan_of, read_plan, state_forms
from local.paths import BUILD

STATE = {"storetraffic.people.Stay": "leftMs J, trackId Ljava/lang/String;"}
OPTIONS = {"table.exec.state.ttl": "6 h"}


def node(number: int, kind: str, description: str, **more: Any) -> dict[str, Any]:
    """Return a node as Flink writes it."""
    return {"id": number, "type": f"stream-exec-{kind}_1", "description": description} | more


def sink(number: int, table: str) -> dict[str, Any]:
    """Return the node that writes a table."""
    named = {"table": {"identifier": f"`default_catalog`.`default_database`.`{table}`"}}
    return node(number, "sink", f"Sink(table={table})", dynamicTableSink=named)


def compiled(*, summed: str = "SUM(dwell)", size: str = "1 min") -> dict[str, Any]:
    """Return a small plan: a source, two windows of which one is aggregated, two tables."""
    nodes = [
        node(1, "table-source-scan", "TableSourceScan(inference)"),
        node(2, "window-aggregate", f"WindowAggregate(window={size}, select=[{summed} AS dwell])"),
        sink(3, "dwell_minute_v1"),
        node(4, "calc", "Calc(select=[store_id])"),
        sink(5, "event_v1"),
    ]
    edges = [{"source": source, "target": target} for source, target in ((1, 2), (2, 3), (1, 4), (4, 5))]
    return {"flinkVersion": "1.20", "nodes": nodes, "edges": edges}


def made(parts: Mapping[str, Any]) -> Plan:
    """Return the plan of what Flink wrote."""
    return plan_of(json.dumps(parts), options=OPTIONS, state=STATE)


OLD = made(compiled())


def test_the_same_plan_has_no_changes() -> None:
    """A plan that was written and read is the same."""
    assert upgrade.changes(OLD, read_plan(OLD.to_text())) == []


def test_numbers_of_nodes_mean_nothing() -> None:
    """Flink numbers nodes as it likes within a process: the same plan under other numbers is the same."""
    parts = compiled()
    for each in parts["nodes"]:
        each["id"] += 100
    for edge in parts["edges"]:
        edge["source"] += 100
        edge["target"] += 100
    assert made(parts) == OLD


def test_another_aggregate_is_told() -> None:
    """The operator, that it keeps state, its table, and both texts from where they part."""
    (told,) = upgrade.changes(OLD, made(compiled(summed="MAX(dwell)")))
    first, was, now = told.splitlines()
    assert first == "changed window aggregate (keeps state; for dwell_minute_v1):"
    assert "SUM(dwell)" in was
    assert "MAX(dwell)" in now


def test_what_the_text_does_not_show_is_a_change_too() -> None:
    """Types of rows, for one, stand beside Flink's text."""
    parts = compiled()
    parts["nodes"][1]["outputType"] = "ROW<`dwell` BIGINT>"
    (told,) = upgrade.changes(OLD, made(parts))
    assert told == (
        "changed window aggregate (keeps state; for dwell_minute_v1): the types of its rows, or how it works them out"
    )


def test_another_table_is_told() -> None:
    """A table that is not written any more is named, and what only it needed."""
    parts = compiled()
    parts["nodes"], parts["edges"] = parts["nodes"][:3], parts["edges"][:2]
    told = upgrade.changes(OLD, made(parts))
    assert [line.splitlines()[0] for line in told] == [
        "removed calc (keeps no state; for event_v1):",
        "removed sink (keeps no state; for event_v1):",
    ]
    assert [line.split()[0] for line in upgrade.changes(made(parts), OLD)] == ["added", "added"]


def test_another_way_of_joining_is_told() -> None:
    """State is found again by the place of its operator, so the same operators in another order are another plan."""
    parts = compiled()
    parts["edges"][2]["source"] = 2
    parts["edges"][3]["source"] = 4
    moved = made(parts)
    assert {operator.digest for operator in moved.operators} == {operator.digest for operator in OLD.operators}
    assert upgrade.changes(OLD, moved) == ["the same operators are joined in another way or order"]


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (replace(OLD, flink="2.0"), "changed Flink:"),
        (replace(OLD, options={"table.exec.state.ttl": "3 h"}), "changed option table.exec.state.ttl:"),
        (replace(OLD, state={"storetraffic.people.Stay": "leftMs J"}), "changed state of storetraffic.people.Stay:"),
        (replace(OLD, state={}), "changed state of storetraffic.people.Stay:"),
    ],
)
def test_what_state_depends_on_beside_the_plan(new: Plan, told: str) -> None:
    """Flink's version, the time to live, and the form of what our own code keeps."""
    (line,) = upgrade.changes(OLD, new)
    assert line.startswith(told)


def test_state_of_the_real_jar() -> None:
    """What is kept in state is told by its fields, and by its code where it writes itself; other classes are not."""
    forms = state_forms(BUILD / "jar/store-traffic.jar")
    assert "leftMs J" in forms["storetraffic.people.Stay"]
    assert forms["storetraffic.functions.ZoneTotals"].startswith("writes itself, sha256 ")
    assert "storetraffic.functions.ZoneSums" not in forms
    assert "storetraffic.decode.EventDecoder" not in forms


def test_a_class_file_is_read_whole() -> None:
    """Name, parents and fields, as the Java source has them."""
    with zipfile.ZipFile(BUILD / "jar/store-traffic.jar") as jar:
        java = read_class(jar.read("storetraffic/functions/ZoneTotals.class"))
    assert java.name == "storetraffic/functions/ZoneTotals"
    assert java.parents == ("java/lang/Object", "storetraffic/functions/StateWriting")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"form": 1}', '{"form": 2, "operators": []}', '{"form": 1, "operators": [3]}']
)
def test_another_text_is_no_plan(tmp_path: Path, text: str) -> None:
    """A package of another kind, or of another version of this check, is named with its cure."""
    archive = tmp_path / "old.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("plan.json", text)
    with pytest.raises(upgrade.PlanMissingError, match=r"old\.zip: expected a package of `make package`"):
        upgrade.plan_in(archive)


def test_a_package_without_a_plan_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A package that was made before plans travelled with it cannot be judged: neither the same nor changed."""
    archive = tmp_path / "old.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("main.py", "")
    assert upgrade.main([str(archive), str(archive)]) == upgrade.USAGE_ERROR
    assert "make it again with `make package`" in capsys.readouterr().err
