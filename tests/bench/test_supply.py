"""What Mabar is made of: every package locked by hash and under a licence that lets a government use it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from bench import supply

ROOT = Path(__file__).parents[2]


def test_all_that_runs_is_under_an_allowed_licence() -> None:
    found = supply.components()
    assert len(found) > 60
    assert [each for each in found if not supply.is_allowed(each.licence)] == []


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "MIT AND AGPL-3.0-or-later", "?", "MIT AND (GPL-2.0-only OR MIT)"])
def test_what_binds_the_rest_is_not_allowed(licence: str) -> None:
    assert not supply.is_allowed(licence)


@pytest.mark.parametrize("licence", ["MIT", "GPL-2.0-only OR MIT", "BSD-3-Clause AND Zlib"])
def test_a_choice_is_allowed_where_one_of_it_is(licence: str) -> None:
    assert supply.is_allowed(licence)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_is_locked_by_hash(lock: str) -> None:
    found = supply.locked(ROOT / lock)
    assert len(found) > 60
    assert [name for name, (_, hashes) in found.items() if not hashes] == []


def test_what_runs_is_what_is_tested() -> None:
    run, tested = supply.locked(), supply.locked(ROOT / "requirements-dev.lock")
    assert {name: tested.get(name) for name in run} == run


def test_every_direct_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    explained = (ROOT / "docs" / "dependencies.md").read_text().lower()
    names = [re.split(r"[\[<>=;]", one)[0] for one in project["dependencies"]]
    assert [name for name in names if name not in explained] == []


@pytest.mark.skipif(not supply.CONSOLE.exists(), reason="this console needs no packages")
def test_every_package_of_the_console_is_locked_by_hash() -> None:
    packages = json.loads(supply.CONSOLE.read_text("utf-8"))["packages"]
    assert [name for name, package in packages.items() if name and not package.get("integrity")] == []


def test_packages_of_the_console_that_run_are_among_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "package-lock.json"
    packages = {
        "": {"name": "console"},
        "node_modules/@scope/part": {"version": "1.2.3", "license": "(MIT OR Apache-2.0)", "integrity": "sha512-x"},
        "node_modules/tool": {"version": "9.0.0", "license": "GPL-3.0-only", "dev": True},
    }
    lock.write_text(json.dumps({"packages": packages}))
    monkeypatch.setattr(supply, "CONSOLE", lock)
    assert supply.components()[-1] == supply.Component(
        "@scope/part", "1.2.3", "pkg:npm/%40scope/part@1.2.3", "MIT OR Apache-2.0"
    )
