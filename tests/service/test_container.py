"""What the container promises, as far as it can be read without building it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
STEPS = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def steps(word: str) -> list[str]:
    """The arguments of every step of a kind."""
    return [step.removeprefix(word).strip() for step in STEPS if step.startswith(f"{word} ")]


def packages() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}


def test_every_package_is_copied_and_not_ignored() -> None:
    copied = {step.split()[-1] for step in steps("COPY")}
    sent = set((ROOT / ".dockerignore").read_text("utf-8").splitlines())
    assert packages() | {"alembic", "console/dist"} <= copied
    assert {f"!{name}" for name in packages() | {"alembic", "console", "requirements.lock"}} <= sent


def test_only_locked_packages_are_installed() -> None:
    for install in re.findall(r"pip install ([^&]*)", " ".join(steps("RUN"))):
        assert "--require-hashes" in install or "--no-index" in install


def test_it_runs_as_nobody_in_particular_and_without_a_shell() -> None:
    (user,) = steps("USER")
    assert all(int(part) >= 1000 for part in user.split(":"))
    assert "--shell /usr/sbin/nologin" in " ".join(steps("RUN"))
    for word in ("CMD", "ENTRYPOINT"):  # lists, not lines for a shell
        assert all(step.startswith("[") for step in steps(word))
    (health,) = steps("HEALTHCHECK")
    assert re.search(r"CMD \[", health)


def test_the_base_can_be_named_by_its_digest() -> None:
    assert {step.split()[0] for step in steps("FROM")} == {"${BASE}", "${NODE}"}
    assert re.fullmatch(r"BASE=python:3\.11[\w.-]*(@sha256:[0-9a-f]{64})?", steps("ARG")[0])


@pytest.mark.parametrize("name", ["service", "database"])
def test_containers_are_confined(name: str) -> None:
    one: dict[str, Any] = COMPOSE["services"][name]
    assert one["read_only"]
    assert one["cap_drop"] == ["ALL"]
    assert "cap_add" not in one
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["ulimits"]["core"] == 0
    assert all("nosuid" in mount and "noexec" in mount for mount in one["tmpfs"])


def test_the_database_is_reached_by_the_service_alone() -> None:
    assert "ports" not in COMPOSE["services"]["database"]
    assert COMPOSE["services"]["database"]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"]["internal"]
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["service"]["ports"])


def test_the_database_logs_no_values() -> None:
    command = COMPOSE["services"]["database"]["command"]
    for setting in ("min_messages=log", "error_verbosity=terse", "parameter_max_length_on_error=0"):
        assert f"-c log_{setting}" in command
