"""Every operation of the interface under schemathesis, as every role, as every device and as nobody.

    python -m bench.contract [--examples 1000] [--as CALLER]… [--only TAG]…

One service of its own with demonstration data is asked, phase by phase (examples, coverage, fuzzing, and in their order
as links allow): as an officer of most roles, each request then as every other caller (`bench.contract_beside`), and
after that as each of them by itself in the order that links allow. `--as` asks all phases as that one caller alone.
Counted are answers that are no refusal but a fault (500), and answers that are not as the OpenAPI document says:
another status, media type or shape, an unknown method let through, a schema broken and accepted; and operations that
could not be asked to the end. Goes on where it was stopped, caller by caller.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bench.contract_beside import BESIDE, FOUND
from bench.flow import serving, sign_in
from service.access import DeviceKind, Role

Headers = dict[str, str]
Found = dict[str, Any]  # cases: how many; broken: title of a promise -> times; alive: the caller was let in to the end

HOOKS = "SCHEMATHESIS_HOOKS"  # the variable that schemathesis knows
FOLDER = Path("build/contract")
NOBODY = "nobody"
EVERYONE = "everyone"  # one officer of all roles but the administrator's: no refusal hides what lies behind it
FAULT = "Server error"
# The administrator comes last: who may end others' accounts and sessions will, given a thousand tries.
CALLERS = (
    EVERYONE,
    NOBODY,
    *(role for role in Role if role is not Role.ADMINISTRATOR),
    *DeviceKind,
    Role.ADMINISTRATOR,
)
# What is meant for values of our own: a schema cannot say that a crossing point or a chain has to exist.
LEFT_OUT = ("positive_data_acceptance",)
# They end the session that asks, and every later request would be one of nobody; the tests ask them.
ENDING = ("/v1/session", "/v1/session/password", "/v1/account/sessions")
PASSWORD = "copper river lantern of the north"  # noqa: S105 - of accounts that live as long as the campaign


def credential(client: httpx.Client, caller: str) -> Headers:
    """The headers of a new caller of that kind."""
    if caller == NOBODY:
        return {}
    if caller in list(DeviceKind):
        asked = {"name": f"contract {caller} {uuid4()}", "kind": caller, "posts": ["IQ-ZUR"]}
        made = client.post("/v1/device-keys", json=asked).raise_for_status().json()
        # not as X-Device-Key: beside it schemathesis sends an Authorization of its own, and expects that one to count
        return {"Authorization": f"Bearer {made['key']}"}
    name = f"contract-{caller.replace('_', '-')}-{uuid4().hex[:8]}"
    roles = [role for role in Role if role is not Role.ADMINISTRATOR] if caller == EVERYONE else [caller]
    asked = {"username": name, "display_name": caller, "roles": roles, "posts": ["*"]}
    first = client.post("/v1/accounts", json=asked).raise_for_status().json()["password"]
    with httpx.Client(base_url=client.base_url, timeout=30) as own:
        token = own.post("/v1/session", json={"username": name, "password": first}).raise_for_status().json()["token"]
        own.headers["Authorization"] = f"Bearer {token}"
        own.put("/v1/session/password", json={"old": first, "new": PASSWORD}).raise_for_status()
        token = (
            own.post("/v1/session", json={"username": name, "password": PASSWORD}).raise_for_status().json()["token"]
        )
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Service:
    """What is asked: the demonstration's own client, and the folder of its data."""

    client: httpx.Client
    folder: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How it is asked: examples of each operation at most, in which phases, and with which tags (none: all)."""

    examples: int
    phases: str
    tags: tuple[str, ...] = ()


def run(base: str, headers: Headers, asked: Asked, report: Path, others: dict[str, Headers]) -> None:
    """One run of schemathesis; its report goes into a file. A request that takes a minute is a finding."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        f"--config-file={_configuration()}",
        "run",
        f"{base}/openapi.json",
        *(f"--header={name}:{value}" for name, value in headers.items()),
        f"--max-examples={asked.examples}",
        f"--phases={asked.phases}",
        f"--exclude-checks={','.join(LEFT_OUT)}",
        *(f"--exclude-path={path}" for path in ENDING),
        *(f"--include-tag={tag}" for tag in asked.tags),
        "--continue-on-failure",
        "--no-shrink",
        "--suppress-health-check=all",
        "--warnings=off",
        "--no-color",
        "--seed=1",
        "--generation-database=none",
        "--wait-for-schema=120",
        "--request-timeout=60",
    ]
    beside = {"own": headers.get("Authorization", ""), "others": others}
    with report.open("w") as file, tempfile.NamedTemporaryFile("w", suffix=".json") as callers:
        json.dump(beside, callers)
        callers.flush()
        hooks = {HOOKS: "bench.contract_beside", BESIDE: callers.name, FOUND: str(FOLDER / "beside.json")}
        environment = {**os.environ, **(hooks if others else {})}
        subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, env=environment, check=False)


def _configuration() -> Path:
    """What counts as having refused: schemathesis by itself takes 413 and 431 for acceptance."""
    file = FOLDER / "schemathesis.toml"
    file.write_text('[checks.negative_data_rejection]\nexpected-statuses = ["4xx", "5xx"]\n')
    return file


def told(report: str) -> Found:
    """What a report comes to: cases, and how many of them broke which promise."""
    cases = re.search(r"Test cases:\s*([\d,]+) generated", report)
    found = re.findall(r"❌ ST\d+ ([^:\n]+): (\d+)", report)
    found += re.findall(r"🚫 ([A-Z][^:\n]+): (\d+)", report)  # operations that could not be asked to the end
    broken = {name: int(times) for name, times in found}
    return {"cases": int(cases.group(1).replace(",", "")) if cases else 0, "broken": broken}


def row(caller: str, cases: int, broken: dict[str, int], faults: int) -> str:
    """A line of the table."""
    named = ", ".join(f"{name}: {times}" for name, times in sorted(broken.items())) or "none"
    return f"| {caller} | {cases:,} | {faults} | {named} |"


def ask_as(service: Service, caller: str, asked: Asked, others: tuple[str, ...] = ()) -> dict[str, Found]:
    """All operations as one caller, and each request as the others too."""
    client = service.client
    sign_in(client, service.folder)  # the session has locked while schemathesis asked
    headers = {name: credential(client, name) for name in (caller, *others)}
    report = FOLDER / f"{caller}.log"
    run(str(client.base_url), headers[caller], asked, report, {name: headers[name] for name in others})
    found = {caller: told(report.read_text())}
    if others:
        found |= json.loads((FOLDER / "beside.json").read_text())
    for name in (caller, *others):
        found[name]["alive"] = _lets_in(client, name, headers[name])
    return found


def _lets_in(client: httpx.Client, caller: str, headers: Headers) -> bool:
    """Whether the service is ready and whoever asked is still somebody: what asks after its end asks as nobody."""
    if client.get("/health/ready").status_code != 200:
        return False
    with httpx.Client(base_url=client.base_url, headers=headers, timeout=30) as own:
        return caller == NOBODY or own.get("/v1/crossing-points").status_code != 401


def together(first: Found, second: Found) -> Found:
    """What two runs as one caller come to."""
    broken: Counter[str] = Counter(first["broken"])
    broken.update(second["broken"])
    alive = first["alive"] and second["alive"]
    return {"cases": first["cases"] + second["cases"], "broken": dict(broken), "alive": alive}


def ask_all(service: Service, asked: Asked, kept: Path) -> dict[str, Found]:
    """As everyone with all others beside, then as each of these in their order; goes on where it was stopped."""
    done: dict[str, Found] = json.loads(kept.read_text()) if kept.exists() else {}
    if not done:
        done = {f"beside {name}": found for name, found in ask_as(service, EVERYONE, asked, CALLERS[1:]).items()}
        done[EVERYONE] = done.pop(f"beside {EVERYONE}")
        kept.write_text(json.dumps(done))
    for caller in CALLERS[1:] if "stateful" in asked.phases else ():
        if caller not in done:
            by_itself = ask_as(service, caller, replace(asked, phases="stateful"))[caller]
            done[caller] = together(done[f"beside {caller}"], by_itself)
            kept.write_text(json.dumps(done))
    return {caller: done.get(caller) or done[f"beside {caller}"] for caller in CALLERS}


def main() -> None:
    """Ask as everybody who was not yet asked as, and print the table."""
    options = argparse.ArgumentParser(prog="python -m bench.contract", description=__doc__)
    options.add_argument("--examples", type=int, default=1000, help="of each operation, at most")
    options.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    options.add_argument("--as", dest="callers", action="append", choices=CALLERS, help="as this caller alone")
    options.add_argument("--only", dest="tags", action="append", default=[], help="operations with this tag")
    given = options.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    asked = Asked(given.examples, given.phases, tuple(given.tags))
    kept = FOLDER / f"{'-'.join((str(given.examples), *given.phases.split(','), *given.tags))}.json"
    # nobody too is to be heard out, and not told of a limit
    unlimited = {"MABAR_REQUESTS_BURST": "100000000", "MABAR_STRANGERS_BURST": "100000000"}
    os.environ.update(unlimited, MABAR_IMAGE_TIMEOUT_SECONDS="10")
    log = FOLDER / "service.log"
    with tempfile.TemporaryDirectory(prefix="mabar-contract-") as folder, serving(folder, log) as (client, _):
        client.get("/openapi.json", timeout=120)  # it is made at the first request
        service = Service(client, folder)
        if given.callers:
            found = {caller: ask_as(service, caller, asked)[caller] for caller in given.callers}
        else:
            found = ask_all(service, asked, kept)
    for caller, one in found.items():
        print(row(caller, one["cases"], one["broken"], one["broken"].get(FAULT, 0)), flush=True)
    sys.exit(any(one["broken"] or not one["alive"] or not one["cases"] for one in found.values()))


if __name__ == "__main__":
    main()
