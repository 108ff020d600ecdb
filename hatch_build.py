"""Compiles the loops of src/pinfold/match when Pinfold is installed, by a C compiler that comes as a Python package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = [Path(f"src/pinfold/match/{name}.c") for name in ("loops", "forest", "harvests", "provinces")]
# Numbers are finite by the checks of match/tables.py; without these promises the compiler would not do several at once.
PROMISES = ["-fno-math-errno", "-fno-trapping-math", "-ffinite-math-only", "-fno-signed-zeros"]
COMPILE = [sys.executable, "-m", "ziglang", "cc", "-O3", "-march=native", *PROMISES, "-fPIC", "-shared"]


class CompileKernel(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sources = [Path(self.root) / source for source in SOURCES]
        library = sources[0].with_suffix(".so")
        subprocess.run([*COMPILE, *map(str, sources), "-o", str(library), "-lm"], check=True)
        build_data["artifacts"].append(str(library.relative_to(self.root)))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
