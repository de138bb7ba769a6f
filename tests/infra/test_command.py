"""`python -m infra synth` and `roles`, as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import __main__ as command


def test_templates_and_roles_are_written_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary says how much there is and where; what another run left is gone; roles come from the templates."""
    out = tmp_path / "cdk.out"
    monkeypatch.setattr(command, "BUNDLES", tmp_path / "bundles")
    out.mkdir()
    (out / "cdk.out").write_text("{}")
    (out / "store-traffic-gone.template.json").write_text('{"Resources": {}}')
    (out / "asset.old").mkdir()
    (out / "mine.txt").write_text("not of CDK")
    assert command.main(["synth", "--stage", "example", "--sources-only", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert f"templates: {out}" in told
    assert "in 8 stacks; stage example: account 123456789012, eu-central-1" in told
    assert "Not to be deployed" in told
    assert not (out / "store-traffic-gone.template.json").exists()
    assert not (out / "asset.old").exists()
    assert (out / "mine.txt").exists()

    assert command.main(["roles", "--out", str(out)]) == 0
    assert "## store-traffic-edge" in capsys.readouterr().out


def test_roles_without_templates_say_what_to_do_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to read before synth."""
    assert command.main(["roles", "--out", str(tmp_path)]) == command.USAGE_ERROR
    assert "run make synth first" in capsys.readouterr().err
