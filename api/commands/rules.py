"""`mabar rules`: what the rules would have found, and whether a policy file can be used."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.common import command
from service.comparison import Difference, Outcome, differences, outcome
from service.domain import CrossingPoint
from service.errors import SettingsRefused
from service.json_rows import LineError, Row, encoded
from service.linking import Links, Pair, Ruling, pair_of
from service.policy import Policy, PolicyError, default_policy, load_policy
from service.reference import crossing_points
from service.replay import replay as replayed
from service.rules.describing import catalogue

_LINKS = """what officers said of whose documents belong together, as JSON lines with `documents` and `ruling`"""

app = typer.Typer(help="The irregular-movement rules.", no_args_is_help=True)


@app.command("replay")
@command
def replay(
    source: Annotated[typer.FileText | None, typer.Argument(help="JSON lines; standard input when left out")] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="policy file; the bundled one when left out")] = None,
    links: Annotated[Path | None, typer.Option("--links", help=_LINKS)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines out")] = False,
) -> None:
    """Run recorded movements through the rules, without a database: each verdict, and what later movements changed."""
    posts = {post.code: post for post in crossing_points()}
    write = encoded if as_json else _readable
    gc.disable()  # all that is read is kept, in no cycle that could be freed: to look for one costs a tenth
    try:
        for line in replayed(source or sys.stdin, _policy(policy), posts, _links(links)):
            sys.stdout.write(write(line) + "\n")
    except LineError as refusal:
        raise SettingsRefused(str(refusal)) from None
    finally:
        gc.enable()


@app.command("compare")
@command
def compare(
    source: Annotated[Path, typer.Argument(help="JSON lines, as `replay` reads them", exists=True, dir_okay=False)],
    policy: Annotated[list[Path], typer.Option("--policy", help="policy file; once for the second, twice for both")],
    links: Annotated[Path | None, typer.Option("--links", help=_LINKS)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines out")] = False,
) -> None:
    """Run recorded movements under two policies, and say rule by rule on how many movements it stands under each.

    With one policy given the bundled one comes first. The row REFER counts the verdicts at the desk.
    """
    if len(policy) > 2:
        raise SettingsRefused("two policies can be compared, no more")
    posts = {post.code: post for post in crossing_points()}
    policies = [_policy(path) for path in ([None, *policy] if len(policy) == 1 else policy)]
    try:
        said = _links(links)
        first, second = (_outcome(source, each, posts, said) for each in policies)
    except LineError as refusal:
        raise SettingsRefused(str(refusal)) from None
    found = differences(first, second)
    sys.stdout.write("".join(json.dumps(asdict(row)) + "\n" for row in found) if as_json else _table(policies, found))


@app.command("describe")
@command
def describe(
    policy: Annotated[Path | None, typer.Option("--policy", help="policy file; the bundled one when left out")] = None,
) -> None:
    """Write the catalogue for officers and lawyers: each rule, its parameters under the policy, and what rebuts it."""
    typer.echo(catalogue(_policy(policy)), nl=False)


def _outcome(source: Path, policy: Policy, posts: Mapping[str, CrossingPoint], links: Links) -> Outcome:
    with source.open(encoding="utf-8") as lines:
        return outcome(lines, policy, posts, links)


def _links(path: Path | None) -> Links:
    with path.open(encoding="utf-8") if path else nullcontext(()) as lines:
        return Links(dict(_ruling(number, text) for number, text in enumerate(lines, start=1) if text.strip()))


def _ruling(number: int, text: str) -> tuple[Pair, Ruling]:
    row = Row.of(number, text)
    documents = row.texts("documents")
    if len(set(documents)) != 2:
        raise row.error("documents", "must be two documents, each as ISSUER:NUMBER")
    return pair_of(*documents), row.code("ruling", Ruling)


def _table(policies: Sequence[Policy], found: Iterable[Difference]) -> str:
    first, second = (policy.version for policy in policies)
    lines = [f"first: {first}\nsecond: {second}\n", "rule     first   second   only first   only second"]
    lines += [f"{d.rule:<6}{d.first:>8}{d.second:>9}{d.only_first:>13}{d.only_second:>14}" for d in found]
    return "\n".join(lines) + "\n"


@app.command("check")
@command
def check(policy: Annotated[Path, typer.Argument(help="policy file")]) -> None:
    """Say whether a policy file can be used: its version, or where it is wrong."""
    typer.echo(_policy(policy).version)


def _policy(path: Path | None) -> Policy:
    try:
        return load_policy(path.read_text("utf-8")) if path else default_policy()
    except PolicyError as refusal:
        raise SettingsRefused(f"{path}: {refusal}") from None


def _readable(line: Mapping[str, Any]) -> str:
    if "verdict" in line:
        return "\n".join([f"{line['id']}  {line['verdict']}", *map(_finding, line["findings"])])
    return f"{line['caused_by']} changes {line['id']}: {line['status']}\n{_finding(line)}"


def _finding(line: Mapping[str, Any]) -> str:
    return f"    {line['rule']} {line['severity']}: {line['message']}"
