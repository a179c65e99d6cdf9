"""Compiles the C sources while hatchling builds a wheel, where that can be done; says so and goes on where not.

Run by the build backend, never by NetWatch; pyproject.toml names it. An editable install has its library beside the
sources, a wheel inside itself; a wheel without one is for every machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOM = Path(__file__).parent
PARTS = ("wire", "columns", "datagrams")
"""A module each, from the C source of its name and the headers beside it."""
FLAGS = ("-O2", "-std=c11", "-Wall", "-Wextra", "-fPIC", "-shared")
LONGEST_SECONDS = 300


def stamp(part: str, room: Path = ROOM) -> str:
    """Return what tells one state of a part's sources from another."""
    sources = [room / f"{part}.c", *sorted(room.glob("*.h"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def library_name(part: str) -> str:
    """Return what the running Python's import looks for."""
    return part + str(sysconfig.get_config_var("EXT_SUFFIX"))


def compiler() -> list[str]:
    """Return how to call the C compiler; nothing where there is none."""
    said = os.environ.get("CC", "").split()
    found = next((path for name in (said[0] if said else "cc", "gcc", "clang") if (path := shutil.which(name))), None)
    return [found, *said[1:]] if found else []


def obstacle() -> str:
    """Return why nothing can be compiled here; nothing where it can."""
    if os.environ.get("NETWATCH_PURE", "") not in ("", "0"):
        return "NETWATCH_PURE is set"
    if not compiler():
        return "there is no C compiler (cc)"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return "Python's headers are not installed (Debian: python3-dev)"
    return ""


def compile_library(part: str, target: Path, flags: tuple[str, ...] = FLAGS, room: Path = ROOM) -> str:
    """Compile a part into `target`; return what the compiler said where it failed, nothing where it did not."""
    command = [
        *compiler(), *flags, f'-DSOURCES="{stamp(part, room)}"', "-I", sysconfig.get_path("include"),
        str(room / f"{part}.c"), "-o", str(target),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  # the compiler of whoever builds
            command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        return str(exc)
    return (done.stderr.strip() or f"the compiler ended with {done.returncode}") if done.returncode else ""


def put_beside(library: Path, room: Path) -> None:
    """Put a library beside its source at once and whole: a process that runs keeps the one that it has loaded."""
    half_done = room / f".{library.name}.{os.getpid()}"
    shutil.copyfile(library, half_done)
    half_done.replace(room / library.name)


class CompiledPart(BuildHookInterface[Any]):
    """Satisfies hatchling's interface of build hooks."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and have the libraries in the wheel; `version` is `editable` or `standard`."""
        room = Path(self.root, "netwatch", "compiled")
        self._directory = tempfile.mkdtemp(prefix="netwatch-build-")
        targets = {part: Path(self._directory, library_name(part)) for part in PARTS}
        failed = (said for part, target in targets.items() if (said := compile_library(part, target, room=room)))
        why_not = obstacle() or next(failed, "")
        if why_not:
            print(f"netwatch: built without its compiled part: {why_not}", file=sys.stderr)  # noqa: T201  # pip -v shows it
            return
        build_data["pure_python"], build_data["infer_tag"] = False, True
        for target in targets.values():
            if version == "editable":
                put_beside(target, room)
            else:
                build_data["force_include"][str(target)] = f"netwatch/compiled/{target.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clear away what was compiled for a wheel."""
        shutil.rmtree(getattr(self, "_directory", ""), ignore_errors=True)
