"""`python -m infra check | synth | roles`: look before deploying, write the templates, list who may do what."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from infra.bundle import ROOT, BundleError, Bundler
from infra.preflight import Clients, problems
from infra.settings import Settings, SettingsError, load_settings, stage_names

OUT = ROOT / "build/cdk.out"
BUNDLES = ROOT / "build/bundles"
USAGE_ERROR = 2
FAILED = 1


def main(arguments: Sequence[str] | None = None, *, clients: Clients | None = None) -> int:
    """Run one verb; returns 0, 1 when a check fails, or 2 when it cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(options.stage)
        if options.verb == "check":
            return _check(settings, clients or _clients(settings))
        if options.verb == "roles":
            return _roles(options.out)
        return _synth(settings, options)
    except (SettingsError, BundleError) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR


def _check(settings: Settings, clients: Clients) -> int:
    others = [load_settings(name) for name in stage_names() if name != settings.stage]
    found = problems(settings, clients, others)
    for problem in found:
        print(f"- {problem}")
    print(
        f"{len(found)} problems: nothing was created." if found else "All is well: deploy with the templates of synth."
    )
    return FAILED if found else 0


def _synth(settings: Settings, options: argparse.Namespace) -> int:
    # CDK takes seconds to load: `check` does without it.
    from infra.app import build_app  # noqa: PLC0415

    _clear(options.out)
    bundler = Bundler(BUNDLES, "sources only" if options.sources_only else "complete")
    build_app(settings, bundler=bundler, out=options.out).synth()
    print(_summary(settings, options.out))
    if options.sources_only:
        print("These are to look at: functions without libraries, and no application. Not to be deployed.")
    return 0


def _clear(out: Path) -> None:
    """Remove what CDK wrote before: it removes nothing itself, and a stack that is gone would seem to be there."""
    if not (out / "cdk.out").exists():
        return
    for path in (*out.glob("asset.*"), *out.glob("*.json")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _roles(out: Path) -> int:
    from infra.roles import roles_page  # noqa: PLC0415

    if not list(out.glob("*.template.json")):
        print(f"expected templates in {out}, came none; run make synth first", file=sys.stderr)
        return USAGE_ERROR
    print(roles_page(out))
    return 0


def _summary(settings: Settings, out: Path) -> str:
    counts = {
        path.name.removesuffix(".template.json"): _resources(path) for path in sorted(out.glob("*.template.json"))
    }
    lines = [f"{name:<28} {count:>4} resources" for name, count in counts.items()]
    where = f"stage {settings.stage}: account {settings.account}, {settings.region}"
    return "\n".join(
        [*lines, f"{sum(counts.values())} resources in {len(counts)} stacks; {where}", f"templates: {out}"]
    )


def _resources(template: Path) -> int:
    return len(json.loads(template.read_text(encoding="utf-8"))["Resources"])


def _clients(settings: Settings) -> Clients:
    session = boto3.Session(region_name=settings.region)
    region = settings.dashboards.identity_region or settings.region
    return Clients(
        sts=session.client("sts"),
        ses=session.client("sesv2"),
        ssm=session.client("ssm"),
        sms=session.client("pinpoint-sms-voice-v2"),
        quicksight=session.client("quicksight", region_name=region),
        regions_of=session.get_available_regions,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = verbs.add_parser("check", help="find what would fail, before anything is created")
    synth = verbs.add_parser("synth", help="write the templates and what they deploy")
    roles = verbs.add_parser("roles", help="list what each role may do, from the templates, as Markdown")
    for verb in (check, synth, roles):
        verb.add_argument("--stage", default="example", help="a file of infra/stages, without .toml (default: example)")
    for verb in (synth, roles):
        verb.add_argument("--out", type=Path, default=OUT, help="folder of the templates")
    synth.add_argument(
        "--sources-only", action="store_true", help="without libraries and application: to look at the templates"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
