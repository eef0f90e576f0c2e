"""What Mabar is made of: a list with licences, a bill of materials (CycloneDX), and what is known against it.

python -m bench.supply licences | sbom PATH | audit

Run-time only: the packages of requirements.lock, and those of console/package-lock.json that the console is built from.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK, CONSOLE = ROOT / "requirements.lock", ROOT / "console" / "package-lock.json"

# SPDX identifiers under which a government may use, change and hand on the whole. None asks for the source of what
# stands beside it, as GPL and AGPL do; MPL-2.0 asks for changes to its own files, OFL-1.1 for fonts to stay free.
ALLOWED = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 ISC MIT MIT-0 MIT-CMU MPL-2.0 OFL-1.1 PSF-2.0 Unlicense "
    "Zlib".split()
)
# What packages wrote before there was one way of writing it, and what one says in its repository alone.
_WRITTEN = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
}
_SAID_ELSEWHERE = {"pyrage": "MIT"}


@dataclass(frozen=True, slots=True)
class Component:
    """A package that runs: its name, its version, its purl, its licence as an SPDX expression (`?` where unknown)."""

    name: str
    version: str
    purl: str
    licence: str


def components() -> list[Component]:
    """All that runs, by ecosystem and name."""
    return [*_python(), *_console()]


def is_allowed(licence: str) -> bool:
    """Whether an SPDX expression leaves us a choice in which every licence is allowed."""
    return any(all(one in ALLOWED for one in choice.split(" AND ")) for choice in licence.split(" OR "))


def locked(lock: Path = LOCK) -> dict[str, tuple[str, int]]:
    """Of every package in a lock file its version and how many hashes vouch for it."""
    entries = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
    found = (re.match(r"([\w.-]+)==(\S+)", entry) for entry in entries)
    return {_canonical(m[1]): (m[2], m.string.count("--hash=sha256:")) for m in found if m}


def _python() -> Iterator[Component]:
    for name, (version, _) in locked().items():
        licence = _licence(name, _installed()[name]) if name in _installed() else "?"
        yield Component(name, version, f"pkg:pypi/{name}@{version}", licence)


@cache
def _installed() -> dict[str, Distribution]:
    return {_canonical(each.name): each for each in distributions()}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(name: str, package: Distribution) -> str:
    """The expression that a package gives; else what it wrote or chose among PyPI's classifiers, as SPDX has it."""
    said = package.metadata.json  # one way of asking in every version of Python
    classified = [text.rpartition(" :: ")[2] for text in said.get("classifier", []) if text.startswith("License")]
    for text in (said.get("license_expression"), said.get("license"), *classified, _SAID_ELSEWHERE.get(name)):
        licence = _WRITTEN.get(str(text).strip().lower(), str(text or ""))
        if licence and re.fullmatch(r"[\w.-]+( (AND|OR) [\w.-]+)*", licence) and licence != "BSD":
            return licence
    return "?"


def _console() -> Iterator[Component]:
    """npm's packages that are not for development alone; its lock names their licences."""
    packages = json.loads(CONSOLE.read_text("utf-8"))["packages"] if CONSOLE.exists() else {}
    for path, package in packages.items():
        if path and not package.get("dev"):
            name, version = path.rpartition("node_modules/")[2], package["version"]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
            yield Component(name, version, purl, package.get("license", "?").strip("()"))


# --- the commands


def licences() -> int:
    """Print all with their licences; 1 when one is not allowed."""
    barred = [each for each in components() if not is_allowed(each.licence)]
    for each in components():
        print(f"{each.name:40} {each.version:14} {each.licence}")
    for each in barred:
        print(f"not allowed: {each.name} {each.version} under {each.licence}", file=sys.stderr)
    return int(bool(barred))


def sbom(out: Path) -> int:
    """Write the bill of materials: cyclonedx-bom's of the lock file with its hashes, licences and the console added."""
    out.parent.mkdir(parents=True, exist_ok=True)
    command = ["cyclonedx-py", "requirements", "--pyproject", "pyproject.toml", "--output-reproducible", str(LOCK)]
    made = subprocess.run(_here(command), cwd=ROOT, check=True, capture_output=True, text=True)
    bill = json.loads(made.stdout)
    licences = {each.purl: each.licence for each in components()}
    for component in bill["components"]:
        component.pop("description", None)  # the whole line of the lock file
        component["licenses"] = [{"expression": licences[component["purl"]]}]
    bill["components"] += [_entry(each) for each in _console()]
    out.write_text(json.dumps(bill, indent=1) + "\n", "utf-8")
    print(f"{out}: {len(bill['components'])} components")
    return _validate(out)


def _entry(each: Component) -> dict[str, Any]:
    names = {"bom-ref": each.purl, "name": each.name, "version": each.version, "purl": each.purl}
    return {"type": "library", **names, "licenses": [{"expression": each.licence}]}


def _validate(bill: Path) -> int:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - for this command alone
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.read_text("utf-8"))
    if fault:
        print(f"not as CycloneDX 1.6 has it: {fault}", file=sys.stderr)
    return int(fault is not None)


def audit() -> int:
    """What is known against the locked packages: 0 when every one was looked up and nothing is known.

    1 when something is known; 2 when the data could not be reached for some, which says nothing about them.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "-o", str(out)]
        subprocess.run(_here(["pip-audit", *options, "-r", str(LOCK)]), check=False, capture_output=True)
        found = json.loads(out.read_text("utf-8"))["dependencies"] if out.exists() else []
    known = [f"{each['name']} {each['version']}: {one['id']}" for each in found for one in each.get("vulns", [])]
    unknown = len(locked()) - sum("vulns" in each for each in found)
    print("\n".join(known) or "nothing is known against what was looked up")
    if unknown:
        print(
            f"{unknown} of {len(locked())} could not be looked up: the data is out of reach from here", file=sys.stderr
        )
    return 1 if known else 2 if unknown else 0


def _here(command: list[str]) -> list[str]:
    """A program that was installed beside this Python."""
    return [str(Path(sys.executable).parent / command[0]), *command[1:]]


def main() -> int:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("licences", "sbom", "audit"))
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "build" / "sbom.json")
    asked = parser.parse_args()
    return sbom(asked.out) if asked.what == "sbom" else {"licences": licences, "audit": audit}[asked.what]()


if __name__ == "__main__":
    sys.exit(main())
