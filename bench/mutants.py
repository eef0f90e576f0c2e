"""Spoil the rules on purpose, one small change at a time, and see whether a test notices.

    python -m bench.mutants --most 100 --seed 7

Each mutant lives in a copy of the project; the working tree is never touched. Printed are those that survive.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RULES = Path("service/rules")
NAMES = (
    *(
        f"rules_{name}"
        for name in "eligibility document movement company protection catalogue inside reach order".split()
    ),
    "replay",
    "stay",
    "judging",
)
TESTS = tuple(f"tests/service/test_{name}.py" for name in NAMES)
FIRST = {  # the tests that are likeliest to notice
    "eligibility": "rules_eligibility",
    "document": "rules_document",
    "comparing": "rules_document",
    "revision": "replay",
    "inside": "rules_inside",
    "reach": "rules_reach",
    **dict.fromkeys(("company", "links", "protection", "waiting", "catalogue"), "rules_company"),
}
COPIED = ("service", "tests")
LINKED = ("ocr", "watchlist", "api", "docs", "bench", "pyproject.toml")
LEFT_OUT = {"describing.py", "__init__.py"}  # words for people, not rules
_COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module spoilt at a line."""

    path: Path
    line: int
    what: str
    source: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module: comparisons, and/or, not, numbers, plus and minus, truth values.

    Decorators are left as they are: whether a value is frozen, or how much is remembered, changes no finding.
    """
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    decorators = [each for node in ast.walk(tree) for each in getattr(node, "decorator_list", ())]
    left = {id(node) for each in decorators for node in ast.walk(each)}
    for at, node in enumerate(ast.walk(tree)):
        for what, change in _changes(node) if id(node) not in left else ():
            spoilt = copy.deepcopy(tree)
            change(next(each for number, each in enumerate(ast.walk(spoilt)) if number == at))
            yield Mutant(path, getattr(node, "lineno", 0), what, ast.unparse(spoilt))


Change = Callable[[Any], None]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in _COMPARISONS:
                yield f"{ast.unparse(node)}: operator {place + 1}", _comparison(place)
    elif isinstance(node, ast.BoolOp):
        yield f"{ast.unparse(node)}: and/or", _swap(ast.And, ast.Or)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield f"{ast.unparse(node)}: plus/minus", _swap(ast.Add, ast.Sub)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value}: negated", _constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield f"{node.value}: one more", _constant(node.value + 1)


def _comparison(place: int) -> Change:
    def change(node: Any) -> None:
        node.ops[place] = _COMPARISONS[type(node.ops[place])]()

    return change


def _swap(one: type[ast.AST], other: type[ast.AST]) -> Change:
    def change(node: Any) -> None:
        node.op = other() if isinstance(node.op, one) else one()

    return change


def _constant(value: int) -> Change:
    def change(node: Any) -> None:
        node.value = value

    return change


def survives(mutant: Mutant, copied: Path, seconds: int) -> bool:
    """Whether all tests pass on the mutant; one that never ends is noticed."""
    spoilt = copied / mutant.path
    kept = spoilt.read_text("utf-8")
    spoilt.write_text(mutant.source, "utf-8")
    try:
        first = f"tests/service/test_{FIRST.get(mutant.path.stem, 'rules_movement')}.py"
        return passes(copied, (first,), seconds) and passes(copied, TESTS, seconds)
    finally:
        spoilt.write_text(kept, "utf-8")


def passes(copied: Path, tests: Sequence[str], seconds: int) -> bool:
    """Whether tests pass in the copy within so many seconds."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        return subprocess.run(command, cwd=copied, capture_output=True, timeout=seconds, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main() -> int:
    """Print each mutant that survives, then how many did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=0, help="a sample of so many; all when left out")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=120, help="given to the tests of one mutant")
    asked = parser.parse_args()
    modules = sorted(path.relative_to(ROOT) for path in (ROOT / RULES).glob("*.py") if path.name not in LEFT_OUT)
    made = [mutant for path in modules for mutant in mutants(path)]
    tried = random.Random(asked.seed).sample(made, asked.most) if 0 < asked.most < len(made) else made  # noqa: S311
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, copied / name)
        for name in LINKED:
            (copied / name).symlink_to(ROOT / name)
        if not passes(copied, TESTS, asked.seconds):
            parser.error("the tests fail on the rules as they are")
        for number, mutant in enumerate(tried, start=1):
            if survives(mutant, copied, asked.seconds):
                survivors += 1
                print(f"survives: {mutant.path}:{mutant.line}: {mutant.what}", flush=True)
            if number % 20 == 0:
                print(f"{number} of {len(tried)} tried ({len(made)} made), {survivors} survive", flush=True)
    print(f"{len(tried)} of {len(made)} mutants tried, {survivors} survive")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
