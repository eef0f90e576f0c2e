"""Every operation of the interface under schemathesis, as every role, as a camera and as nobody.

    python -m bench.contract [--examples 1000] [--as ROLE]…

One service of its own with demonstration data is asked, phase by phase (examples, coverage, fuzzing, and in their order
as links allow). Counted are answers that are no refusal but a fault (500), and answers that are not as the OpenAPI
document says: another status, media type or shape, an unknown method let through, a schema broken and accepted; and
operations that could not be asked to the end. Goes on where it was stopped, role by role.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from bench.flow import serving
from service.access import DeviceKind, Role

FOLDER = Path("build/contract")
NOBODY = "nobody"
EVERYONE = "everyone"  # one officer of all roles but the administrator's: no refusal hides what lies behind it
FAULT = "ST101 Server error"
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


def credential(client: httpx.Client, caller: str) -> dict[str, str]:
    """The headers of a new caller of that kind."""
    if caller == NOBODY:
        return {}
    if caller in list(DeviceKind):
        asked = {"name": f"contract {caller}", "kind": caller, "posts": ["IQ-ZUR"]}
        made = client.post("/v1/device-keys", json=asked).raise_for_status().json()
        # not as X-Device-Key: beside it schemathesis sends an Authorization of its own, and expects that one to count
        return {"Authorization": f"Bearer {made['key']}"}
    name = f"contract-{caller.replace('_', '-')}"
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


def run(base: str, headers: dict[str, str], examples: int, report: Path, *, phases: str, only: str | None) -> None:
    """One run of schemathesis; its report goes into a file. A request that takes a minute is a finding."""
    chosen = [f"--include-tag={only}"] if only else []
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        f"--config-file={_configuration()}",
        "run",
        f"{base}/openapi.json",
        *(f"--header={name}:{value}" for name, value in headers.items()),
        f"--max-examples={examples}",
        f"--phases={phases}",
        f"--exclude-checks={','.join(LEFT_OUT)}",
        *(f"--exclude-path={path}" for path in ENDING),
        *chosen,
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
    with report.open("w") as file:
        subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False)


def _configuration() -> Path:
    """What counts as having refused: schemathesis by itself takes 413 and 431 for acceptance."""
    file = FOLDER / "schemathesis.toml"
    file.write_text('[checks.negative_data_rejection]\nexpected-statuses = ["4xx", "5xx"]\n')
    return file


def told(report: str) -> dict[str, Any]:
    """What a report comes to: cases, and how many of them broke which promise."""
    cases = re.search(r"Test cases:\s*([\d,]+) generated", report)
    found = re.findall(r"❌ (ST\d+ [^:\n]+): (\d+)", report)
    found += re.findall(r"🚫 ([A-Z][^:\n]+): (\d+)", report)  # operations that could not be asked to the end
    broken = {name: int(times) for name, times in found}
    return {"cases": int(cases.group(1).replace(",", "")) if cases else 0, "broken": broken}


def row(caller: str, cases: int, broken: dict[str, int], faults: int) -> str:
    """A line of the table."""
    named = ", ".join(f"{name}: {times}" for name, times in sorted(broken.items())) or "none"
    return f"| {caller} | {cases:,} | {faults} | {named} |"


def ask_as(client: httpx.Client, caller: str, examples: int, phases: str, only: str | None) -> dict[str, Any]:
    """All operations as one caller."""
    report = FOLDER / f"{caller}.log"
    run(str(client.base_url), credential(client, caller), examples, report, phases=phases, only=only)
    alive = client.get("/health/ready").status_code == 200
    return told(report.read_text()) | {"alive": alive}


def main() -> None:
    """Ask as everybody who was not yet asked as, and print the table."""
    options = argparse.ArgumentParser(prog="python -m bench.contract", description=__doc__)
    options.add_argument("--examples", type=int, default=1000, help="of each operation, at most")
    options.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    options.add_argument("--as", dest="callers", action="append", choices=CALLERS)
    options.add_argument("--only", help="operations with this tag")
    given = options.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = FOLDER / f"{given.examples}.json"
    done = json.loads(kept.read_text()) if kept.exists() and not given.only else {}
    os.environ.update(MABAR_REQUESTS_BURST="1000000", MABAR_IMAGE_TIMEOUT_SECONDS="10")
    with tempfile.TemporaryDirectory(prefix="mabar-contract-") as folder, serving(folder) as (client, _):
        client.get("/openapi.json", timeout=120)  # it is made at the first request
        for caller in given.callers or CALLERS:
            if caller not in done:
                done[caller] = ask_as(client, caller, given.examples, given.phases, given.only)
                if not given.only:  # what was asked in part is still to be asked
                    kept.write_text(json.dumps(done))
            found = done[caller]
            print(row(caller, found["cases"], found["broken"], found["broken"].get(FAULT, 0)), flush=True)
    sys.exit(any(found["broken"] or not found["alive"] or not found["cases"] for found in done.values()))


if __name__ == "__main__":
    main()
