"""nomenklatura's algorithms on candidates that it is handed, in a process of its own.

``python -m bench.peers.screening ALGORITHM LIST.ftm.json…``: travellers with the ids of their candidates as JSON lines
in, ``{"hits": [[id, score], …]}`` out, and last what it took. The list's entities are made before the first question.
"""

import json
import sys
from typing import Any

from followthemoney import ValueEntity  # type: ignore[import-not-found]
from nomenklatura.matching import get_algorithm  # type: ignore[import-not-found]
from nomenklatura.matching.types import ScoringConfig  # type: ignore[import-not-found]

from bench.peers.adapter import cpu_seconds, peak_megabytes


def main() -> None:
    algorithm, config = get_algorithm(sys.argv[1]), ScoringConfig.defaults()
    lines = (line for path in sys.argv[2:] for line in open(path, encoding="utf-8"))  # noqa: PTH123, SIM115
    listed = {entity["id"]: ValueEntity.from_dict(entity) for entity in map(json.loads, lines)}
    before, questions = cpu_seconds(), 0
    for line in sys.stdin:
        questions += 1
        asked = json.loads(line)
        query = _entity(asked["query"])
        hits = [(id_, algorithm.compare(query, listed[id_], config).score) for id_ in asked["candidates"]]
        print(json.dumps({"id": asked["query"]["id"], "hits": hits}))
    spent = 1000 * (cpu_seconds() - before) / max(1, questions)
    print(json.dumps({"ms": spent, "mb": peak_megabytes()}))


def _entity(query: dict[str, Any]) -> Any:
    """A traveller as the same kind of entity as the list's."""
    names = [query[field] for field in ("name", "native_name") if query.get(field)]
    fields = {"birthDate": "date_of_birth", "nationality": "nationality", "gender": "sex"}
    values = {name: [query[field]] for name, field in fields.items() if query.get(field)}
    if "gender" in values:
        values["gender"] = [{"M": "male", "F": "female"}.get(query["sex"], "other")]
    return ValueEntity.from_dict({"id": query["id"], "schema": "Person", "properties": {"name": names, **values}})


if __name__ == "__main__":
    main()
