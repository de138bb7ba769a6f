"""The configuration of the local Flink cluster."""

from pathlib import Path
from typing import Any

import yaml

from local.flink_cluster import Configuration, write_configuration


def written(directory: Path, overrides: Configuration | None = None) -> dict[str, Any]:
    """Write a configuration and return it as Flink reads it."""
    configuration = directory / "flink" / "conf"
    write_configuration(configuration, rpc_port=1, rest_port=2, task_slots=3, overrides=overrides or {})
    settings: dict[str, Any] = yaml.safe_load((configuration / "config.yaml").read_text())
    return settings


def test_state_is_kept_as_in_the_cloud(tmp_path: Path) -> None:
    """RocksDB, incremental checkpoints, exactly once, all below the run's own directory."""
    settings = written(tmp_path)
    assert settings["state.backend.type"] == "rocksdb"
    assert settings["execution.checkpointing.incremental"] is True
    assert settings["execution.checkpointing.mode"] == "EXACTLY_ONCE"
    assert settings["execution.checkpointing.dir"] == (tmp_path / "flink" / "checkpoints").as_uri()


def test_the_wheels_own_flags_for_java_17_are_kept(tmp_path: Path) -> None:
    """Without them Flink fails on a JDK 17 at the first serialisation."""
    assert "--add-opens=java.base/java.util=ALL-UNNAMED" in written(tmp_path)["env.java.opts.all"]


def test_overrides_win(tmp_path: Path) -> None:
    """A test may ask for another interval or parallelism."""
    assert written(tmp_path, {"execution.checkpointing.interval": "1s"})["execution.checkpointing.interval"] == "1s"
