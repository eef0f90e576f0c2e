"""Our screening beside the field on the same travellers: recall, false alerts, CPU and memory, in one run.

``python -m bench.screen --data DIR [--filler] [--half even|odd] [--peers PYTHON]``. DIR holds ``list.ftm.json``,
``filler.ftm.json`` and ``queries.jsonl``, here or under ``benchmark`` or ``watchlist/benchmark``. rapidfuzz goes
through the whole list. nomenklatura, run by PYTHON, has no index that would let it finish: it is handed the entries
that our search ranks first, so its CPU is that of comparing alone, and what our search misses it misses too.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.utils import default_process

from watchlist import dates
from watchlist.index import Index
from watchlist.letters import romanise
from watchlist.matching import Entry, Strength, Subject
from watchlist.sources.formats import open_list

Query = dict[str, Any]
Found = list[tuple[str, float, bool]]  # entry id, score, strong
CANDIDATES = 25  # entries that a peer without an index is handed
APART = ("native_arabic_query", "xscript_cyr_index")


def main() -> None:
    options = _options()
    folder = _folder(options.data)
    files = ["list", "filler"] if options.filler else ["list"]
    entries = [entry for name in files for entry in _entries(folder / f"{name}.ftm.json")]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    queries = [query for query in queries if options.half is None or _is_even(query) == (options.half == "even")]
    queries = queries[:: options.every]
    started = process_time()
    index = Index.build(entries)
    print(f"{len(entries):,} entries, {len(queries):,} travellers; built in {process_time() - started:.1f} s of CPU")
    ours = _report("mabar", queries, lambda query: _ours(index, query))
    _places(index, queries)
    _namesakes(index, entries, ours[0])
    if not options.ours:
        _ratios(ours, _report("rapidfuzz token_sort_ratio with dates", queries, _rapidfuzz(entries)))
    if options.peers:
        asked = _with_candidates(index, queries)
        paths = [folder / f"{name}.ftm.json" for name in files]
        for algorithm in ("logic-v2", "er-unstable"):
            _ratios(ours, _nomenklatura(options.peers, algorithm, paths, queries, asked))
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--filler", action="store_true", help="enlarge the list with made-up persons")
    parser.add_argument("--half", choices=("even", "odd"), help="only travellers whose id is even or odd")
    parser.add_argument("--ours", action="store_true", help="leave rapidfuzz out")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth traveller")
    parser.add_argument("--peers", help="the Python of an environment with nomenklatura")
    return parser.parse_args()


def _folder(data: Path) -> Path:
    places = [data, data / "benchmark", data / "watchlist" / "benchmark"]
    return next((place for place in places if (place / "queries.jsonl").exists()), data)


def _entries(path: Path) -> list[Entry]:
    return [entry for entry in open_list("ftm", path) if isinstance(entry, Entry)]


def _is_even(query: Query) -> bool:
    return int(query["id"].lstrip("pn") or 0) % 2 == 0 if query["id"].lstrip("pn").isdigit() else False


def subject_of(query: Query) -> Subject:
    """A benchmark traveller as a subject."""
    names = ("primary_identifier", "secondary_identifier", "name", "native_name", "date_of_birth", "nationality", "sex")
    return Subject(**{name: query[name] for name in names if query.get(name)})


def _ours(index: Index, query: Query) -> Found:
    hits = index.screen(subject_of(query))
    return [(hit.entry_id, hit.score, hit.strength is Strength.STRONG) for hit in hits]


def _rapidfuzz(entries: Sequence[Entry]) -> Callable[[Query], Found]:
    """The best of token_sort_ratio over all names; a date of birth adds or takes a tenth."""
    owners = [entry for entry in entries for _ in entry.names]
    names = [default_process(romanise(name.text).upper()) for entry in entries for name in entry.names]

    def find(query: Query) -> Found:
        asked = default_process(romanise(query["name"] or query["native_name"] or "").upper())
        best = process.extract(asked, names, scorer=token_sort_ratio, limit=50)
        return [(owners[at].id, _dated(score / 100, query, owners[at]), False) for _, score, at in best]

    return find


def _dated(score: float, query: Query, entry: Entry) -> float:
    found = dates.compare(query["date_of_birth"], entry.dates_of_birth)
    if found is None:
        return score
    return score + (0.1 if found.weight > 3 else -0.2 if found.weight <= dates.CONTRADICTION else 0.0)


def _with_candidates(index: Index, queries: Sequence[Query]) -> str:
    """Each traveller with the ids of the entries that our search ranks first, a line each."""
    asked = ({"query": query, "candidates": index.candidates(subject_of(query), CANDIDATES)} for query in queries)
    return "".join(json.dumps(one) + "\n" for one in asked)


def _nomenklatura(
    python: str, algorithm: str, paths: Sequence[Path], queries: Sequence[Query], asked: str
) -> tuple[float, float, float]:
    command = [python, "-m", "bench.peers.screening", algorithm, *map(str, paths)]
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    *answers, took = map(json.loads, done.stdout.splitlines())
    found = {answer["id"]: [(id_, score, False) for id_, score in answer["hits"]] for answer in answers}
    title = f"nomenklatura {algorithm}, on our first {CANDIDATES} candidates"
    threshold, recall = score(title, queries, found)
    print(f"  CPU a query {took['ms']:.2f} ms, memory at most {took['mb']:.0f} MiB")
    return threshold, took["ms"], recall


def _ratios(ours: tuple[float, float, float], theirs: tuple[float, float, float]) -> None:
    missed = (1 - theirs[2]) / max(1e-9, 1 - ours[2])
    print(f"  ratios to ours: CPU {theirs[1] / ours[1]:.1f}, missed at 1 % {missed:.1f}")


def _report(title: str, queries: Sequence[Query], find: Callable[[Query], Found]) -> tuple[float, float, float]:
    started = process_time()
    found = {query["id"]: find(query) for query in queries}
    cpu = (process_time() - started) / len(queries) * 1000
    threshold, recall = score(title, queries, found)
    print(f"  CPU a query {cpu:.2f} ms")
    return threshold, cpu, recall


def score(title: str, queries: Sequence[Query], found: dict[str, Found]) -> tuple[float, float]:
    """Print the rates; the threshold and the core recall at 1 % false alerts."""
    positives = [query for query in queries if query.get("expect")]
    core = list(filter(_is_core, positives))
    negatives = sorted((_top(found, query) for query in queries if not query.get("expect")), reverse=True)
    print(f"{title}: {len(positives)} listed ({len(core)} core), {len(negatives)} not")
    thresholds = [_threshold(negatives, rate) for rate in (0.01, 0.001)]
    for rate, least in zip((0.01, 0.001), thresholds, strict=True):
        print(f"  at {rate:.1%} false alerts (score {least:.3f}): core {_recall(found, core, least):.3f}")
    for key in ("slice", "dob_condition"):
        groups: dict[str, list[Query]] = defaultdict(list)
        for query in positives:
            groups[query[key]].append(query)
        parts = (_part(name, group, found, thresholds[0]) for name, group in sorted(groups.items()))
        print("   ", ", ".join(parts))
    _strengths(queries, core, found)
    return thresholds[0], _recall(found, core, thresholds[0])


def _is_core(query: Query) -> bool:
    return bool(query.get("expect")) and query.get("related") is not False and query["slice"] not in APART


def _part(name: str, group: Sequence[Query], found: dict[str, Found], least: float) -> str:
    """The recall of a group, and of those in it whose name shares anything with a listed one."""
    kin = list(filter(_is_core, group))
    among = f" (core {_recall(found, kin, least):.3f} of {len(kin)})" if 0 < len(kin) < len(group) else ""
    return f"{name} {_recall(found, group, least):.3f} of {len(group)}{among}"


def _strengths(queries: Sequence[Query], core: Sequence[Query], found: dict[str, Found]) -> None:
    right = sum(any(strong and entry == query["expect"] for entry, _, strong in found[query["id"]]) for query in core)
    others = [query for query in queries if not query.get("expect")]
    wrong = sum(any(strong for _, _, strong in found[query["id"]]) for query in others)
    print(f"  strong: core {right / len(core):.3f}, false {wrong} of {len(others)} ({wrong / len(others):.2%})")


def _top(found: dict[str, Found], query: Query) -> float:
    expected = query.get("expect")
    return max((s for entry, s, _ in found[query["id"]] if not expected or entry == expected), default=float("-inf"))


def _threshold(negatives: Sequence[float], rate: float) -> float:
    return float(np.nextafter(negatives[int(rate * len(negatives))], np.inf))


def _recall(found: dict[str, Found], queries: Sequence[Query], least: float) -> float:
    return sum(_top(found, query) >= least for query in queries) / max(1, len(queries))


def _places(index: Index, queries: Iterable[Query]) -> None:
    core = [query for query in queries if query.get("expect") and query.get("related") is not False]
    found = sum(query["expect"] in index.candidates(subject_of(query)) for query in core)
    print(f"  the listed person is among the first 50 candidates: {found / len(core):.3f} of {len(core)}")


def _namesakes(index: Index, entries: Iterable[Entry], threshold: float) -> None:
    """Listed names with a birth seven years earlier, at the threshold of 1 % false alerts."""
    dated = [entry for entry in entries if len(entry.dates_of_birth) == 1 and len(entry.dates_of_birth[0]) == 10][:2000]
    alerts = 0
    for entry in dated:
        born = entry.dates_of_birth[0]
        other = f"{int(born[:4]) - 7}-{int(born[5:7]) % 12 + 1:02}-{int(born[8:]) % 27 + 1:02}"
        hits = index.screen(Subject(name=entry.names[0].text, date_of_birth=other))
        alerts += any(hit.entry_id == entry.id and hit.score >= threshold for hit in hits)
    print(f"  namesakes born on another date and alerted: {alerts / len(dated):.4f} of {len(dated)}")


if __name__ == "__main__":
    main()
