"""What is read from the stacks of a profile."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench.contenders import FlinkContender
from bench.measurement import Measurement
from bench.profiles import (
    CATEGORIES,
    OTHER,
    Profile,
    ProfileError,
    agent_option,
    contenders,
    read_profile,
    report_of,
    shares_table,
)

TASK = "java/lang/Thread.run;org/apache/flink/runtime/taskmanager/Task.run"
STACKS = f"""\
[C2 CompilerThre tid=11];C2Compiler::compile_method;Compile::Compile 20
[Thread-3 tid=12];py4j/GatewayConnection.run;org/apache/iceberg/flink/FlinkCatalog.open 10
[GC Thread#0 tid=13];PSPromotionManager::copy 5
[Source Data Fetcher x (1/2)#0 tid=14];storetraffic/decode/EventDecoder.decode;memcpy 15
[Over[1] -> Calc[2] (1/2)#0 tid=15];{TASK};storetraffic/functions/ZoneSums.accumulate;a/BinaryRowData.getLong 10
[Over[1] -> Calc[2] (2/2)#0 tid=16];{TASK};storetraffic/functions/ZoneSums.add;a/state/RocksDBMapState.get;b/Row.read 10
[Over[1] -> Calc[2] (2/2)#0 tid=16];{TASK};org/apache/flink/table/Over.onTimer;/tmp/17/librocksdbjni-linux64.so 5
[Over[1] -> Calc[2] (2/2)#0 tid=16];{TASK};org/apache/flink/table/Over.onTimer 10
[Over[1] -> Calc[2] (2/2)#0 tid=16];[unknown_Java] 5
[flink-metrics-5 tid=17];java/lang/Thread.run;java/lang/Object.wait 10
"""
SHARES = {
    "JIT compiler": 0.20,
    "start, planning, code generation": 0.10,
    "garbage collection": 0.05,
    "decode": 0.15,
    "our functions": 0.10,
    "RocksDB": 0.15,
    "operators, everything else": 0.15,
    OTHER: 0.10,
}


@pytest.fixture
def profile() -> Profile:
    """The profile of the stacks above."""
    return read_profile(STACKS.splitlines(keepends=True))


def test_each_sample_is_in_one_category(profile: Profile) -> None:
    """Threads that are no task's decide first, then the innermost frame that has a category."""
    assert {name: profile.share(name) for name, samples in profile.by_category if samples} == pytest.approx(SHARES)
    assert sum(samples for _, samples in profile.by_category) == profile.samples == 100
    assert profile.seconds("decode") == pytest.approx(15 * 0.005)


def test_every_category_is_told_even_without_a_sample(profile: Profile) -> None:
    """Two profiles can be put side by side."""
    assert [name for name, _ in profile.by_category] == [*(each.name for each in CATEGORIES), OTHER]


def test_the_hottest_frames_know_nothing_of_the_warm_up(profile: Profile) -> None:
    """A library is named by its file, and what merely runs threads is left out of the inclusive frames."""
    assert profile.running_samples == 70
    assert dict(profile.top_self)["librocksdbjni-linux64.so"] == 5
    assert profile.top_self[0] == ("memcpy", 15)
    inclusive = dict(profile.top_inclusive)
    assert inclusive["org/apache/flink/table/Over.onTimer"] == 15
    assert not {"Compile::Compile", "java/lang/Thread.run"} & inclusive.keys()


def test_a_recursive_frame_counts_a_sample_once() -> None:
    """Inclusive samples are at most all samples."""
    assert read_profile(["[a];x/F.f;x/F.f;x/F.f 3\n"]).top_inclusive == (("x/F.f", 3),)


def test_no_sample_is_an_error() -> None:
    """An empty profile has no shares."""
    with pytest.raises(ProfileError, match="came none"):
        read_profile([])


def test_the_table_has_shares_of_all_and_without_the_warm_up(profile: Profile) -> None:
    """15 of 100 samples are 15 of the 70 of a job that has been running for long."""
    file = io.StringIO()
    Console(width=120, file=file).print(shares_table(profile, "full"))
    line = next(line for line in file.getvalue().splitlines() if "decode" in line)
    assert "15.0%" in line
    assert "21.4%" in line


def test_the_report_holds_shares_and_hottest_frames(profile: Profile) -> None:
    """What the table shows is there for machines too."""
    report = report_of(profile, Measurement("full", "x", 10, run_seconds=1.0))
    assert report["samples"] == 100
    assert report["categories"] == {
        name: {"share": profile.share(name), "seconds": profile.seconds(name)} for name, _ in profile.by_category
    }
    assert report["top"] == {"self": dict(profile.top_self), "inclusive": dict(profile.top_inclusive)}


def test_every_flink_contender_can_be_named() -> None:
    """A contender that is added to the suite can be profiled without a change here."""
    assert {"full", "full-lake", "scan", "minutes", "minutes-stock"} <= contenders().keys()
    assert all(isinstance(each, FlinkContender) for each in contenders().values())


def test_the_profiler_writes_when_the_jvm_ends(tmp_path: Path) -> None:
    """No second process is needed to start or stop it."""
    option = agent_option(tmp_path / "lib.so", tmp_path / "out")
    assert option.startswith(f"-agentpath:{tmp_path}/lib.so=start,")
    assert option.endswith(f"collapsed,file={tmp_path}/out")
