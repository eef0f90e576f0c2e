"""SQL of how much work officers had. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

MEDIAN_OF = 5  # fewer waits than that tell of single travellers rather than of the work


@dataclass(frozen=True, slots=True)
class Load:
    """What an officer did at a post: movements recorded, decisions by outcome, and median seconds.

    `handling_seconds` runs from the crossing to a first decision, of live movements with a certain clock;
    `second_line_seconds` from a referral to the decision that followed. None of fewer than `MEDIAN_OF`.
    """

    post: str
    officer: str
    inspections: int
    decisions: int
    referred: int
    refused: int
    handling_seconds: float | None
    second_line_seconds: float | None


# `movement` comes first in each join: its row security is that of who asks, and its partitions are cut by time.
_LOAD = sa.text("""
WITH done AS (
    SELECT m.crossing_point AS post, m.officer, 1 AS inspected, NULL AS outcome,
        NULL::float8 AS first, NULL::float8 AS second
    FROM movement m
    WHERE m.occurred_at >= :since AND m.occurred_at < :until AND m.officer IS NOT NULL
        AND (CAST(:posts AS text[]) IS NULL OR m.crossing_point = ANY (CAST(:posts AS text[])))
    UNION ALL
    SELECT m.crossing_point, d.officer, 0, d.outcome,
        CASE WHEN d.supersedes IS NULL AND m.source = 'live' AND m.clock = 'certain'
            THEN extract(epoch FROM d.decided_at - m.occurred_at) END,
        CASE WHEN before.outcome = 'referred' AND d.outcome <> 'referred'
            THEN extract(epoch FROM d.decided_at - before.decided_at) END
    FROM movement m
    JOIN decision d ON d.movement_id = m.id AND d.movement_occurred_at = m.occurred_at
    LEFT JOIN decision before ON before.id = d.supersedes
    WHERE m.occurred_at >= CAST(:since AS timestamptz) - interval '31 days' AND m.occurred_at < :until
        AND d.decided_at >= :since AND d.decided_at < :until
        AND (CAST(:posts AS text[]) IS NULL OR m.crossing_point = ANY (CAST(:posts AS text[])))
)
SELECT post, officer, sum(inspected), count(outcome), count(*) FILTER (WHERE outcome = 'referred'),
    count(*) FILTER (WHERE outcome = 'refused'),
    CASE WHEN count(first) >= :least THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY first) END,
    CASE WHEN count(second) >= :least THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY second) END
FROM done GROUP BY post, officer
""")


async def load(session: AsyncSession, posts: frozenset[str] | None, since: datetime, until: datetime) -> list[Load]:
    """The work of each officer at each post between two moments; `posts` None is every post."""
    asked = {"since": since, "until": until, "posts": sorted(posts) if posts else None, "least": MEDIAN_OF}
    return [Load(*row) for row in await session.execute(_LOAD, asked)]
