"""What one caller is asking under schemathesis, asked at once as each of the others: hooks for `bench.contract`.

To think up a request costs several times what its answer costs. So schemathesis thinks as the officer of most roles,
whose answers lead it furthest, and every request that it sends goes out again, byte for byte, with the credentials of
each other caller; their answers are held against the OpenAPI document like its own.
"""

from __future__ import annotations

import atexit
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi

BESIDE = "CONTRACT_BESIDE"  # the variable that names the file of who they are: name -> headers
FOUND = "CONTRACT_FOUND"  # … and the file of what came of it
# Those that hold an answer against the document and need to ask nothing else.
CHECKS = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
    openapi.unsupported_method,
    openapi.allow_header_conformance,
]


class Beside:
    """Who else asks, and what was found."""

    def __init__(self, own: str, others: dict[str, dict[str, str]], found: Path) -> None:
        self._own = own
        self._others = others
        self._found = found
        self._cases: Counter[str] = Counter()
        self._broken: dict[str, Counter[str]] = {name: Counter() for name in others}
        self._session = requests.Session()

    def ask(self, case: Case[Any], request: requests.PreparedRequest) -> None:
        """Send as each of the others what was sent, unless it was sent as somebody else (without credentials, say)."""
        if request.headers.get("Authorization") != self._own:
            return
        for name, headers in self._others.items():
            again = request.copy()
            del again.headers["Authorization"]
            again.headers.update(headers)
            self._cases[name] += 1
            try:
                answer = self._session.send(again, timeout=60, allow_redirects=False)
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as failures:
                self._note(name, [failure.title for failure in failures.exceptions], str(failures))
            except requests.RequestException as error:
                self._note(name, ["no answer"], f"{request.method} {request.url}: {error}")

    def _note(self, name: str, titles: list[str], told: str) -> None:
        self._broken[name].update(titles)
        with self._found.with_suffix(".log").open("a") as log:
            log.write(f"as {name}: {', '.join(titles)}\n{told}\n\n")

    def keep(self) -> None:
        """Write down what came of it."""
        told = {name: {"cases": self._cases[name], "broken": dict(self._broken[name])} for name in self._others}
        self._found.write_text(json.dumps(told))


if BESIDE in os.environ:
    callers = json.loads(Path(os.environ[BESIDE]).read_text())
    beside = Beside(callers["own"], callers["others"], Path(os.environ[FOUND]))
    atexit.register(beside.keep)

    @schemathesis.hook
    def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
        """Each answer that schemathesis was given."""
        beside.ask(case, response.request)
