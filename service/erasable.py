"""What has had its time, what stays in spite of it, and what goes with what: the rules of erasing, as SQL.

For each class one statement (`DUE`) says which records have had their time, each with the reason for which it stays
(null when it goes): plans count it, and erasing follows it. All texts here are constants; nothing that anybody sent
becomes part of them.
"""

# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.keeping import DataClass

# What is held: a movement itself, or any movement with a document that is held, as recorded or corrected.
_HELD_MOVEMENT = """(
    EXISTS (SELECT FROM legal_hold h WHERE h.ended_at IS NULL AND (h.movement_id = {m}.id
        OR h.document_key = {m}.document_key OR EXISTS (
            SELECT FROM correction c WHERE c.movement_id = {m}.id AND c.document_key = h.document_key))))"""
_HELD = _HELD_MOVEMENT.format(m="m")
# A movement is looked up by its id through the one table that is not parted by month.
_ITS_MOVEMENT = (
    "LEFT JOIN inspection_key k ON k.id = {0}.movement_id "
    "LEFT JOIN movement m ON m.id = k.id AND m.occurred_at = k.occurred_at"
)
_ITS_STAY = "EXISTS (SELECT FROM stay s WHERE s.entry_id = {0} AND s.ended_at >= :cutoff)"
_OPEN_HIT = """
    NOT EXISTS (SELECT FROM adjudication a WHERE a.hit_id = {0}.id AND a.outcome <> 'undecided'
        AND NOT EXISTS (SELECT FROM adjudication later WHERE later.supersedes = a.id))"""
_ITS_ENDING = "LEFT JOIN clearance_ending e ON e.clearance_id = c.id"
_ENDED = "least(c.expires_at, e.ended_at)"
_REQUESTED = "EXISTS (SELECT FROM rights_request r WHERE r.movement_id = m.id AND r.answered_at IS NULL)"

# Of each class: records that have had their time, with the month that they belong to and why they stay.
DUE: Mapping[DataClass, str] = {
    DataClass.IMAGE: f"""
        SELECT i.reading_id AS id, i.recorded_at AS at,
            CASE WHEN EXISTS (SELECT FROM movement m WHERE m.reading_id = i.reading_id AND {_HELD})
                THEN 'hold' END AS reason
        FROM image i WHERE i.recorded_at < :cutoff""",
    DataClass.READING: f"""
        SELECT r.id AS id, r.created_at AS at,
            CASE WHEN EXISTS (SELECT FROM movement m WHERE m.reading_id = r.id AND {_HELD}) THEN 'hold' END AS reason
        FROM reading r WHERE r.created_at < :cutoff""",
    DataClass.CONTACT: f"""
        SELECT c.id AS id, c.recorded_at AS at,
            CASE WHEN {_HELD} THEN 'hold' WHEN {_ITS_STAY.format("c.movement_id")} THEN 'stay' END AS reason
        FROM contact c {_ITS_MOVEMENT.format("c")}
        WHERE c.recorded_at < :cutoff""",
    DataClass.FINDING: f"""
        SELECT f.id AS id, f.occurred_at AS at,
            CASE WHEN {_HELD} THEN 'hold' WHEN {_ITS_STAY.format("f.movement_id")} THEN 'stay'
                WHEN EXISTS (SELECT FROM hit h WHERE h.movement_id = f.movement_id AND {_OPEN_HIT.format("h")})
                THEN 'open_hit' END AS reason
        FROM finding f LEFT JOIN movement m ON m.id = f.movement_id AND m.occurred_at = f.occurred_at
        WHERE f.occurred_at < :cutoff""",
    DataClass.PROTECTION: f"""
        SELECT p.movement_id AS id, p.opened_at AS at,
            CASE WHEN {_HELD} THEN 'hold'
                WHEN EXISTS (SELECT FROM protection_record r WHERE r.movement_id = p.movement_id
                    AND r.recorded_at >= :cutoff) THEN 'younger' END AS reason
        FROM protection_case p {_ITS_MOVEMENT.format("p")} WHERE p.opened_at < :cutoff""",
    DataClass.HIT: f"""
        SELECT h.id AS id, h.raised_at AS at,
            CASE WHEN {_HELD} THEN 'hold' WHEN {_OPEN_HIT.format("h")} THEN 'open_hit'
                WHEN EXISTS (SELECT FROM adjudication a WHERE a.hit_id = h.id AND a.decided_at >= :cutoff)
                THEN 'younger'
                WHEN EXISTS (SELECT FROM clearance c {_ITS_ENDING} WHERE c.hit_id = h.id AND {_ENDED} >= :cutoff)
                THEN 'clearance' END AS reason
        FROM hit h {_ITS_MOVEMENT.format("h")} WHERE h.raised_at < :cutoff
        UNION ALL
        SELECT c.id, c.cleared_at,
            CASE WHEN EXISTS (SELECT FROM legal_hold h WHERE h.ended_at IS NULL AND h.document_key = c.document_key)
                THEN 'hold' END
        FROM clearance c {_ITS_ENDING} WHERE c.hit_id IS NULL AND {_ENDED} < :cutoff""",
    DataClass.MOVEMENT: f"""
        SELECT m.id AS id, m.occurred_at AS at,
            CASE WHEN {_HELD} THEN 'hold' WHEN {_ITS_STAY.format("m.id")} THEN 'stay'
                WHEN EXISTS (SELECT FROM hit h WHERE h.movement_id = m.id)
                    OR EXISTS (SELECT FROM hit_case c WHERE c.movement_id = m.id) THEN 'hit'
                WHEN EXISTS (SELECT FROM protection_case p WHERE p.movement_id = m.id) THEN 'protection'
                WHEN {_REQUESTED} THEN 'request' END AS reason
        FROM movement m WHERE m.occurred_at < :cutoff""",
    DataClass.AUDIT: """
        SELECT a.id AS id, a.at AS at,
            CASE WHEN EXISTS (SELECT FROM legal_hold h WHERE h.ended_at IS NULL
                AND (a.subject IN (h.id::text, h.movement_id::text) OR a.subject IN (
                    SELECT m.id::text FROM movement m WHERE m.document_key = h.document_key))) THEN 'hold' END AS reason
        FROM audit a WHERE a.at < :cutoff AND a.action NOT IN ('erase', 'announce_erasure')""",
}

# The table `going` holds the records of one class and month that go, for one transaction: empty before and after.
GO = (
    "INSERT INTO going ({0}, at) SELECT id, at FROM ({1}) AS due "
    "WHERE reason IS NULL AND date_trunc('month', at, 'UTC') = CAST(:month AS timestamptz)"
)
_GOING = "{0} IN (SELECT id FROM going)"
_GOING_AT = "(occurred_at, id) IN (SELECT at, id FROM going)"
_OF_MOVEMENT = (
    *("stay_end", "waiting", "decision", "correction", "rebuttal", "contact", "restriction"),
    *("second_line_claim", "broken_glass"),
)
_GONE_DOCUMENT = (
    "NOT EXISTS (SELECT FROM movement m WHERE m.document_key = {0}) "
    "AND NOT EXISTS (SELECT FROM correction c WHERE c.document_key = {0})"
)
_GONE_LINK = f"proposed_at < :cutoff AND ({_GONE_DOCUMENT.format('one')} OR {_GONE_DOCUMENT.format('other')})"
_GONE_CLEARANCE = f"({_GOING.format('id')} OR {_GOING.format('hit_id')})"

# Of each class: tables, and which of their rows go. What hangs on others goes first.
ERASE: Mapping[DataClass, Sequence[tuple[str, str]]] = {
    DataClass.IMAGE: [("image", _GOING.format("reading_id"))],
    DataClass.READING: [("reading", _GOING.format("id"))],
    DataClass.CONTACT: [("contact", _GOING.format("id"))],
    DataClass.FINDING: [("finding", _GOING_AT)],
    DataClass.PROTECTION: [
        ("protection_record", _GOING.format("movement_id")),
        ("protection_case", _GOING.format("movement_id")),
    ],
    DataClass.HIT: [
        ("clearance_ending", f"clearance_id IN (SELECT id FROM clearance WHERE {_GONE_CLEARANCE})"),
        ("clearance", _GONE_CLEARANCE),
        ("adjudication", _GOING.format("hit_id")),
        ("hit", _GOING.format("id")),
        ("hit_case", "opened_at < :cutoff AND NOT EXISTS (SELECT FROM hit h WHERE h.case_id = t.id)"),
    ],
    DataClass.MOVEMENT: [
        *((table, _GOING.format("movement_id")) for table in _OF_MOVEMENT),
        ("rights_ruling", f"request_id IN (SELECT id FROM rights_request WHERE {_GOING.format('movement_id')})"),
        ("rights_request", _GOING.format("movement_id")),
        ("stay", _GOING.format("entry_id")),
        ("finding", "(occurred_at, movement_id) IN (SELECT at, id FROM going)"),
        ("inspection_key", _GOING.format("id")),
        ("movement", _GOING_AT),
        ("link_ruling", f"link_id IN (SELECT id FROM person_link WHERE {_GONE_LINK})"),
        ("person_link", _GONE_LINK),
        (
            "travel_group",
            "opened_at < :cutoff AND NOT EXISTS (SELECT FROM movement m WHERE m.marks @> ARRAY['group:' || t.id])",
        ),
    ],
    DataClass.AUDIT: [("audit", "id IN (SELECT number FROM going)")],
}

_NUMBERED = """
    UPDATE outbox o SET body = '{{}}', erased_at = now() FROM movement m
    WHERE {0} AND o.crossing_point = m.crossing_point AND o.seq = m.seq AND o.erased_at IS NULL
"""
# What is told in other places goes before what it is found by: the fact of a movement holds its first findings too.
FIRST: Mapping[DataClass, tuple[str, str]] = {
    DataClass.MOVEMENT: ("outbox", _NUMBERED.format("(m.occurred_at, m.id) IN (SELECT at, id FROM going)")),
    DataClass.FINDING: (
        "outbox",
        _NUMBERED.format(
            "(m.occurred_at, m.id) IN (SELECT f.occurred_at, f.movement_id FROM finding f "
            "JOIN going g ON f.occurred_at = g.at AND f.id = g.id)"
        ),
    ),
    DataClass.AUDIT: (
        "audit_link",
        "UPDATE audit_link SET erased_at = now() WHERE event_id IN (SELECT number FROM going)",
    ),
}
