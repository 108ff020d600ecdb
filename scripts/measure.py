"""Runs the hindcasts and matches of ../shared/bench through the installed command and writes what they print into docs/measured.md.

    python scripts/measure.py [NAME ...]        only the runs whose names contain one of NAME

The text around the marked block is written by hand and kept.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("PINFOLD_SHARED", ROOT.parent / "shared"))
PAGE = ROOT / "docs" / "measured.md"
START, END = "<!-- measured: start -->", "<!-- measured: end -->"
PINFOLD = str(Path(sys.executable).with_name("pinfold"))

HINDCASTS = {
    "ripening/swiss_cherry": ["ripening", "forecast", "ripening"],
    "ripening/kyoto_cherry": ["ripening", "forecast", "ripening"],
    "yield/coffee_trees": ["yield", "forecast", "yield"],
    "yield/orange_plots": ["yield", "forecast", "yield"],
    "yield/rice_farms": ["yield", "forecast", "yield"],
    "yield/us_maize": ["yield", "forecast", "yield"],
    "demand/produce_areas": ["demand", "forecast", "demand"],
    "demand/vegetable_store": ["demand", "forecast", "demand"],
    "taste/produce_households": ["taste", "recommend"],
}
MATCHES = ("S 0", "M 0")


def hindcast(name: str) -> str:
    """What one backtest prints: a line of JSON."""
    kind, *command = HINDCASTS[name]
    return _run([sys.executable, SHARED / "bench" / "backtest.py", kind, SHARED / "data" / name, "--", PINFOLD, *command])


def match(name: str) -> str:
    """What the plan's own summary and the independent score print for one generated season."""
    size, seed = name.split()
    bench = SHARED / "bench" / "match"
    with tempfile.TemporaryDirectory() as scratch:
        season, plan = Path(scratch) / "season", Path(scratch) / "plan"
        _run([sys.executable, bench / "tables.py", size, seed, season], bench)
        said = _run([PINFOLD, "match", season, "--out", plan, "--json"])
        return said + _run([sys.executable, bench / "score.py", season, plan], bench)


def _run(command: list[str | Path], folder: Path = ROOT) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=folder)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    wanted = sys.argv[1:]
    sections = []
    for run, names in ((hindcast, HINDCASTS), (match, MATCHES)):
        for name in names:
            if not wanted or any(part in name for part in wanted):
                print(name, file=sys.stderr, flush=True)
                sections.append(f"{'match ' if run is match else ''}{name}\n\n```json\n{run(name).strip()}\n```\n")
    block = f"{START}\n\n{_machine()}\n\n" + "\n".join(sections) + f"\n{END}"
    if wanted:
        print(block)
        return
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(START)[0], page.split(END)[1]
    PAGE.write_text(before + block + after, encoding="utf-8")


def _machine() -> str:
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}."


if __name__ == "__main__":
    main()
