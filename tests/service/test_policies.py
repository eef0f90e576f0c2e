"""The policy over time: which holds when, what it says otherwise, and two persons who put it into force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from made_up import NOON, OFFICER, crossing, later
from service import corrections, links, policies, what_if
from service.correcting import Correction, CorrectionKind
from service.database import Database
from service.domain import Direction, PartialDate, Source, TravelDocument, Traveller
from service.errors import BadFilter, ChangeRefused, ConflictingReplay, Forbidden, NotFound
from service.freshness import bring_up_to_date
from service.inspection import Recorded, inspect
from service.linking import Ruled, Ruling, pair_of
from service.policies import AHEAD, PoliciesInForce, keep_bundled
from service.policy import Policy, PolicyError, RuleState, default_policy, default_policy_text, load_policy
from service.policy_book import Activation, PolicyBook, begins, differences
from watchlist.index import Index

BUNDLED = default_policy_text()
STRICT = BUNDLED.replace("days = 90", "days = 10", 1)
TRIAL = BUNDLED.replace('[rules.M2]\nstate = "active"', '[rules.M2]\nstate = "shadow"', 1)
APPROVE = "UPDATE policy_change SET state='approved', decided_at=now(),"
SECOND = replace(OFFICER, id=UUID(int=8), name="officer-8")
moments = st.integers(0, 5).map(lambda days: NOON + timedelta(days))


@given(st.lists(st.tuples(moments, moments), max_size=6), moments, st.randoms(use_true_random=False))
def test_the_latest_that_has_begun_holds_in_whatever_order_they_are_known(
    given_: list[tuple[datetime, datetime]], moment: datetime, chance: Random
) -> None:
    every = [Activation(since, decided, Policy(f"{at}", NOON.date())) for at, (since, decided) in enumerate(given_)]
    shuffled = every.copy()
    chance.shuffle(shuffled)
    found = PolicyBook(default_policy(), tuple(shuffled)).at(moment)
    begun = [each for each in every if each.since <= moment]
    if not begun:
        assert found is default_policy()
    else:
        last = max((each.since, each.decided_at) for each in begun)
        assert found in [each.policy for each in begun if (each.since, each.decided_at) == last]


def test_what_a_policy_says_otherwise_is_named_setting_by_setting() -> None:
    before, after = load_policy(BUNDLED), load_policy(TRIAL + "\n[posts.IQ-TRB.E4]\nmonths_on_entry = 3\n")
    assert differences(before, before) == {}
    assert differences(before, after) == {
        "rules.M2.state": {"before": "active", "after": "shadow"},
        "posts.IQ-TRB.E4.months_on_entry": {"before": None, "after": 3},
    }


def test_a_text_begins_with_its_day_at_the_posts() -> None:
    assert begins(default_policy()) == datetime(2025, 12, 31, 21, tzinfo=UTC)  # midnight at +03:00


@pytest.fixture
async def database(undone: Database) -> Database:
    await bring_up_to_date(undone.sessions)
    await keep_bundled(undone.sessions, BUNDLED)
    return undone


async def _proposed(database: Database, body: str = STRICT, now: datetime = NOON) -> UUID:
    change = await policies.propose(database.sessions, uuid4(), body, "as the ministry wants", actor=OFFICER, now=now)
    return change.id


async def _activate(database: Database, id: UUID, since: datetime | None = None, **changes: object) -> datetime:
    asked = {"approve": True, "reason": "read and agreed", "actor": SECOND, "now": NOON, **changes}
    made = await policies.decide(database.sessions, id, since=since, **asked)  # type: ignore[arg-type]
    assert made.in_force_from is not None
    return made.in_force_from


async def test_a_policy_is_activated_by_another_person_and_known_to_every_process(database: Database) -> None:
    here, elsewhere = (PoliciesInForce(database.sessions, default_policy()) for _ in range(2))
    id = await _proposed(database)
    with pytest.raises(Forbidden):
        await _activate(database, id, actor=OFFICER)
    await here.refresh()
    assert here.at(later(days=1)) == default_policy()
    begin = await _activate(database, id)
    assert begin == NOON + AHEAD
    for process in (here, elsewhere):
        await process.refresh()
        assert process.at(begin - timedelta(microseconds=1)) == default_policy()
        assert process.at(begin) == load_policy(STRICT)
        assert process.since(begin) == begin
    with pytest.raises(ChangeRefused):
        await _activate(database, id)


async def test_a_policy_begins_no_earlier_than_its_text_says_and_never_in_the_past(database: Database) -> None:
    next_year = STRICT.replace("2026-01-01", "2027-01-01")
    id = await _proposed(database, next_year)
    for since in (NOON, later(days=1)):
        with pytest.raises(ChangeRefused, match="2026-12-31T21:00:00"):
            await _activate(database, id, since)
    assert await _activate(database, id) == datetime(2026, 12, 31, 21, tzinfo=UTC)


async def test_one_goes_back_by_proposing_the_old_text_again(database: Database) -> None:
    await _activate(database, await _proposed(database))
    await _activate(database, await _proposed(database, BUNDLED, later(minutes=1)), later(days=3))
    process = PoliciesInForce(database.sessions, default_policy())
    await process.refresh()
    assert [process.at(later(days=day)).version for day in (1, 4)] == [
        load_policy(STRICT).version,
        default_policy().version,
    ]
    told = await policies.history(database.sessions)
    assert [(each.proposed_by_name, each.decided_by_name, each.reason) for each in told] == [
        ("officer-7", "officer-8", "as the ministry wants")
    ] * 2
    assert await policies.text_of(database.sessions, told[0].version) == STRICT


async def test_proposals_that_do_not_fit_are_refused(database: Database) -> None:
    id = await _proposed(database)
    again = await policies.propose(database.sessions, id, STRICT, "once more", actor=OFFICER, now=later(hours=1))
    assert again.proposed_at == NOON
    with pytest.raises(ConflictingReplay):
        await policies.propose(database.sessions, id, BUNDLED, "another", actor=OFFICER, now=NOON)
    with pytest.raises(NotFound):
        await _activate(database, uuid4())
    line = next(at for at, row in enumerate(BUNDLED.splitlines(), 1) if row.startswith("days = 90"))
    with pytest.raises(PolicyError, match=rf"line {line}, column 1: rules\.E2\.days: "):
        await policies.propose(
            database.sessions, uuid4(), BUNDLED.replace("days = 90", "days = -1"), "wrong", actor=OFFICER, now=NOON
        )
    nowhere = f"{BUNDLED}\n[posts.IQ-XXX.E4]\nmonths_on_entry = 3\n"
    with pytest.raises(PolicyError, match=r"posts\.IQ-XXX: there is no such crossing point"):
        await policies.propose(database.sessions, uuid4(), nowhere, "wrong", actor=OFFICER, now=NOON)
    assert len(await policies.history(database.sessions)) == 1


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (f"{APPROVE} decided_by=proposed_by, in_force_from='2099-1-1'", "two_persons"),
        (f"{APPROVE} decided_by='x', in_force_from='2020-1-1'", "the_past"),
        (f"{APPROVE} decided_by='x'", "what_is_approved"),
        ("UPDATE policy SET body = ''", "permission denied"),
        ("DELETE FROM policy_change", "permission denied"),
    ],
)  # fmt: skip
async def test_the_database_refuses_it_once_more(database: Database, statement: str, refusal: str) -> None:
    await _proposed(database)
    async with database.sessions() as session:
        with pytest.raises(DBAPIError, match=refusal):
            await session.execute(text(statement))


async def test_a_movement_is_judged_by_the_policy_of_its_own_time_whenever_it_is_known(database: Database) -> None:
    """A late entry of before is keyed after the change-over; the exit that it explains is judged again by its own."""
    await _activate(database, await _proposed(database), later(days=20))
    process = PoliciesInForce(database.sessions, default_policy())
    await process.refresh()

    async def cross(direction: Direction, day: int, known: int) -> Recorded:
        source = Source.LIVE if day == known else Source.PAPER
        made = crossing(direction=direction, occurred_at=later(days=day), source=source)
        return await inspect(database.sessions, Index.build(()), process, made, actor=OFFICER, now=later(days=known))

    before = await cross(Direction.EXIT, 12, 12)
    assert before.inspection.policy_version == default_policy().version
    late = await cross(Direction.ENTRY, 0, 25)
    assert late.inspection.policy_version == default_policy().version
    after = await cross(Direction.ENTRY, 26, 26)
    assert after.inspection.policy_version == load_policy(STRICT).version
    assert "E2" in {finding.rule for finding in after.inspection.findings}
    async with database.sessions() as session:
        rows = await session.execute(text("SELECT rule, status, policy_version FROM finding WHERE cause IS NOT NULL"))
        assert {tuple(row) for row in rows} == {("M1", "withdrawn", default_policy().version)}


async def test_what_another_policy_would_have_found_is_counted_and_not_recorded(database: Database) -> None:
    for day, direction in ((0, Direction.ENTRY), (15, Direction.EXIT), (16, Direction.ENTRY)):
        made = crossing(direction=direction, occurred_at=later(days=day))
        await inspect(database.sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=later(days=day))
    asked = (database.sessions, default_policy(), load_policy(STRICT))
    found = {row.rule: row for row in await what_if.compare(*asked, later(days=1), later(days=30), actor=OFFICER)}
    assert (found["E2"].first, found["E2"].second, found["E2"].only_second) == (0, 2, 2)
    assert found["REFER"].only_second == 2
    nowhere = replace(OFFICER, posts=frozenset({"IQ-TRB"}))
    (refer,) = await what_if.compare(*asked, later(days=1), later(days=30), actor=nowhere)
    assert (refer.rule, refer.second) == ("REFER", 0)


async def test_another_policy_is_tried_on_the_persons_and_the_movements_that_the_service_judges_by(
    database: Database,
) -> None:
    """On two passports under two names, which officers say are one person's; with a correction of the first stay."""
    other = TravelDocument("P", "JOR", "Q7654321", PartialDate(2034, 6, 30))
    unlike = Traveller("QASIM", "LAYTH", "JOR", PartialDate(1990, 2, 3), "M")
    made = [
        crossing(),
        crossing(direction=Direction.EXIT, occurred_at=later(days=8)),
        crossing(occurred_at=later(days=20), document=other, traveller=unlike),
        crossing(direction=Direction.EXIT, occurred_at=later(days=24), document=other, traveller=unlike),
    ]
    for each in made:
        known = each.occurred_at + timedelta(minutes=1)
        await inspect(database.sessions, Index.build(()), default_policy(), each, actor=OFFICER, now=known)

    async def found() -> dict[str, tuple[int, int]]:
        asked = (database.sessions, default_policy(), load_policy(STRICT))
        rows = await what_if.compare(*asked, later(days=19), later(days=30), actor=OFFICER)
        return {row.rule: (row.first, row.second) for row in rows}

    assert "E2" not in await found()
    now, pair = later(days=25), pair_of(made[0].document.key, other.key)
    said = Ruled(uuid4(), pair, Ruling.CONFIRMED, "the same face", "photograph", OFFICER.name, "IQ-SHL", now)
    await links.rule(database.sessions, default_policy(), said, actor=OFFICER)
    assert (await found())["E2"] == (0, 1)
    shorter = {"occurred_at": later(days=1).isoformat()}
    mended = (uuid4(), made[1].id, CorrectionKind.DATA, shorter, "misread", "stamp", OFFICER.name, "IQ-SHL", now)
    screens = Index.build(())
    await corrections.correct(database.sessions, screens, default_policy(), Correction(*mended), actor=OFFICER)
    assert "E2" not in await found()


async def test_only_so_many_movements_are_replayed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "MOST", 0)
    await inspect(database.sessions, Index.build(()), default_policy(), crossing(), actor=OFFICER, now=later(hours=1))
    with pytest.raises(BadFilter, match="shorter"):
        await what_if.compare(database.sessions, default_policy(), default_policy(), NOON, later(days=1), actor=OFFICER)


async def test_what_rules_on_trial_find_is_counted(database: Database) -> None:
    trial = load_policy(TRIAL)
    assert trial.state("M2") is RuleState.SHADOW
    for day in (0, 1):
        made = crossing(occurred_at=later(days=day))
        await inspect(database.sessions, Index.build(()), trial, made, actor=OFFICER, now=later(days=day))
    (found,) = await policies.trials(database.sessions, NOON, actor=OFFICER)
    assert (found.rule, found.crossing_point, found.findings, found.policy_version) == (
        "M2",
        "IQ-SHL",
        1,
        trial.version,
    )
    assert not await policies.trials(database.sessions, later(days=2), actor=OFFICER)
    assert not await policies.trials(database.sessions, NOON, actor=replace(OFFICER, posts=frozenset({"IQ-TRB"})))
