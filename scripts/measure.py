"""Runs the hindcasts and matches of ../shared/bench through the installed command and prints what they print.

    python scripts/measure.py [NAME ...] [--write]        only the runs whose names contain one of NAME

--write puts each into docs/measured.md in place of what stands below its name there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("PINFOLD_SHARED", ROOT.parent / "shared"))
PAGE = ROOT / "docs" / "measured.md"
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
    "taste/produce_households new": ["taste", "recommend", "--new"],
}
MATCHES = ("S 0", "M 0")


def hindcast(name: str) -> str:
    """What one backtest prints: a line of JSON."""
    kind, *command = HINDCASTS[name]
    return _run([sys.executable, SHARED / "bench" / "backtest.py", kind, SHARED / "data" / name.split()[0], "--", PINFOLD, *command])


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
    wanted, write = [word for word in sys.argv[1:] if word != "--write"], "--write" in sys.argv
    for run, names in ((hindcast, HINDCASTS), (match, MATCHES)):
        for name in names:
            if not wanted or any(part in name for part in wanted):
                title = f"match {name}" if run is match else name
                section = f"{title}\n\n```json\n{run(name).strip()}\n```\n"
                print(section, flush=True)
                if write:
                    _put(title, section)


def _put(title: str, section: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    new, times = re.subn(rf"^{re.escape(title)}\n\n```json\n.*?\n```\n", lambda _: section, page, flags=re.DOTALL | re.MULTILINE)
    if times != 1:
        sys.exit(f"{PAGE} has {times} sections {title!r}; it needs one, with an empty line and ```json below")
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
