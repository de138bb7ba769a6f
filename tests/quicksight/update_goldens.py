"""Write what is rendered of the definitions anew: `python -m tests.quicksight.update_goldens`."""

from __future__ import annotations

from tests.quicksight.goldens import FOLDER, goldens


def main() -> None:
    """Write every golden, and take away those of what is gone."""
    FOLDER.mkdir(exist_ok=True)
    wanted = goldens()
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(wanted)} files in {FOLDER.relative_to(FOLDER.parents[2])}")


if __name__ == "__main__":
    main()
