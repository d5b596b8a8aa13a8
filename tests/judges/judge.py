"""What a judge is, and where the programs come from that do the judging.

A module `judge_*.py` beside this one has `JUDGES`, a tuple of `Judge`. A judge that cannot run here says why and
counts as skipped, never as passed.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

BUILD = Path("build/judges")
NPM_TIMEOUT_S = 300
APT_TIMEOUT_S = 300


class Disagrees(AssertionError):
    """A judge and our work say different things; the message shows both."""


@dataclass(frozen=True)
class Judge:
    """`missing` returns "" or why it cannot run here; `run` gets a fresh folder, returns one line with its counts,
    and raises when the judge does not agree."""

    name: str
    missing: Callable[[], str]
    run: Callable[[Path], str]


def agree(ours: object, theirs: object, about: str) -> None:
    """The judge's word against ours."""
    if ours != theirs:
        raise Disagrees(f"{about}: ours {ours!r}, the judge's {theirs!r}")


def needs(*wanted: str) -> Callable[[], str]:
    """A `missing` for programs and Python modules ("python:zxingcpp"), and "npm" for the packages of package.json."""

    def missing() -> str:
        for each in wanted:
            kind, _, name = each.rpartition(":")
            if each == "npm":
                if why := node_modules():
                    return why
            elif kind == "python" and find_spec(name) is None:
                return f"the Python module {name} is not installed"
            elif not kind and shutil.which(name) is None and not from_apt(name):
                return f"the program {name} is not installed and apt could not bring it"
        return ""

    return missing


PACKAGE_OF = {"tshark": "tshark", "cupsd": "cups", "tesseract": "tesseract-ocr", "lp": "cups-client",
              "kitinerary-extractor": "libkpimitinerary-bin"}  # fmt: skip
"""Debian packages of programs that only judges need."""


@functools.cache
def from_apt(program: str) -> bool:
    """Root on Debian may install a judge; anybody else skips it."""
    package, apt = PACKAGE_OF.get(program, program), shutil.which("apt-get")
    if apt is None:
        return False
    more = ["tesseract-ocr-chi-sim"] if program == "tesseract" else []
    call = [apt, "install", "-y", "-qq", "--no-install-recommends", package, *more]
    env = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    try:
        done = subprocess.run(call, capture_output=True, timeout=APT_TIMEOUT_S, env=env, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is not None


@functools.cache
def node_modules() -> str:
    """Bring the npm packages to build/judges; "" when they are there, else why not."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "node and npm are not installed"
    BUILD.mkdir(parents=True, exist_ok=True)
    wanted = (Path(__file__).parent / "package.json").read_bytes()
    here = BUILD / "package.json"
    if here.exists() and here.read_bytes() == wanted and (BUILD / "node_modules").is_dir():
        return ""
    here.write_bytes(wanted)
    try:
        done = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
            cwd=BUILD, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        here.unlink()
        return f"npm install did not end in {NPM_TIMEOUT_S} s"
    if done.returncode:
        here.unlink()
        return f"npm install failed: {done.stderr.strip()[-200:]}"
    return ""


def node(script: Path, *args: str, timeout_s: float = 60.0) -> str:
    """Run a JavaScript judge with the packages in reach; its standard output. Raises Disagrees when it fails."""
    done = subprocess.run(
        ["node", str(script.resolve()), *args],
        capture_output=True, text=True, timeout=timeout_s, check=False,
        env={"NODE_PATH": str((BUILD / "node_modules").resolve()), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        raise Disagrees(f"{script.name}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout
