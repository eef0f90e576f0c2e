"""P: those who may need protection. A finding here asks for care and is never a ground for refusal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.dates import age_on
from service.domain import Finding, Movement, Observation, Severity
from service.rules.case import Case
from service.rules.company import company, is_child, kindred, left_by, minors, named, related
from service.rules.links import contacts, parties
from service.rules.order import happened
from service.rules.rule import Found, Look, Rule


def _unaccompanied_child(case: Case) -> Iterator[Found]:
    """A date known in part counts as the latest day that it may mean; an unknown year may mean a child."""
    crossing = case.crossing
    if crossing.accompanying or crossing.group_id:
        return
    youngest = crossing.traveller.date_of_birth.latest()
    if youngest and not is_child(case, case.this, case.parameter("P1", "age", int)):
        return
    if not any(named(m, case.this) for m in company(case, case.this)):
        age = max(0, age_on(youngest, case.day)) if youngest else None
        yield Found("age_unknown") if age is None else Found("unaccompanied_child", {"age": age})


P1 = Rule(
    "P1",
    1,
    "Finds a child who crosses with nobody and in no group. "
    "A date of birth known in part counts as the youngest age that it allows.",
    ("rebut.adult_present", "rebut.age_shown"),
    _unaccompanied_child,
    Severity.PROTECTION,
    of_others=True,
    needs="young",
)


def _unrelated_adult(case: Case) -> Iterator[Found]:
    """Companions by what is declared; a group answers for its children by its registration."""
    age, here = case.parameter("P2", "age", int), case.crossing
    if here.relations or here.consent or not is_child(case, case.this, age):
        return
    naming = [m for m in company(case, case.this) if named(case.this, m) or named(m, case.this)]
    children = {m.crossing.document.key for m in naming if is_child(case, m, age)}
    adults = [m for m in naming if m.crossing.document.key not in children]
    declared = set(here.accompanying) - children
    if (declared or adults) and not any(related(case.this, m) for m in adults):
        yield Found("unrelated_adult", evidence=tuple(adults))


P2 = Rule(
    "P2",
    1,
    "Finds a child with an adult where neither a relation nor a consent of the parents is recorded. "
    "Children of a registered group are left to the group's registration.",
    ("rebut.relation_shown", "rebut.consent_shown", "rebut.age_shown"),
    _unrelated_adult,
    Severity.PROTECTION,
    of_others=True,
    needs="young",
)


def _travels_along(case: Case, m: Movement) -> bool:
    """Whether somebody is known to belong to a movement's company, or may turn out to."""
    crossing = m.crossing
    return bool(crossing.group_id or crossing.accompanying) or any(named(each, m) for each in case.others)


def _party_due(case: Case) -> datetime | None:
    """The rest of an adult's party may still stand in the queue."""
    if not _travels_along(case, case.this) or is_child(case, case.this, case.parameter("P3", "age", int)):
        return None
    return case.crossing.occurred_at + timedelta(minutes=case.parameter("P3", "minutes", int))


def _many_children(case: Case) -> Iterator[Found]:
    """Each of the adult's journeys of the last days, this one among them."""
    age = case.parameter("P3", "age", int)
    if not any(is_child(case, m, age) for m in minors(case)) or is_child(case, case.this, age):
        return
    due = _party_due(case)
    until = due if due and case.as_of >= due else None
    since = case.crossing.occurred_at - timedelta(case.parameter("P3", "days", int))
    journeys = [m for m in case.earlier if m.crossing.occurred_at >= since]
    charges = {m for each in journeys for m in _charges(case, each, age, None, complete=True)}
    charges.update(_charges(case, case.this, age, until, complete=until is not None))
    children = {m.crossing.document.key: m for m in sorted(charges, key=happened)}
    if len(children) >= case.parameter("P3", "children", int):
        yield Found("several_children", {"children": len(children)}, evidence=tuple(children.values()))


def _charges(case: Case, journey: Movement, age: int, until: datetime | None, *, complete: bool) -> Iterator[Movement]:
    """The unrelated children who are said to be with the adult, or who had, once the party is complete, nobody else."""
    there = list(company(case, journey, until))
    alone = complete and all(is_child(case, m, age) for m in there)
    for m in there:
        if is_child(case, m, age) and not kindred(m, journey) and (alone or named(m, journey) or named(journey, m)):
            yield m


P3 = Rule(
    "P3",
    1,
    "Finds an adult who within three months travelled with several children of no recorded relation. "
    "Children who bear the adult's primary identifier, and those of a group with other adults in it, are not counted.",
    ("rebut.relation_shown", "rebut.consent_shown", "rebut.group_leader"),
    _many_children,
    Severity.PROTECTION,
    due=_party_due,
    of_others=True,
    needs="others",
)


def _dependants_due(case: Case) -> datetime | None:
    entry = case.entry
    if entry is None or not _travels_along(case, entry):
        return None
    return case.crossing.occurred_at + timedelta(minutes=case.parameter("P4", "minutes", int))


def _without_dependants(case: Case) -> Iterator[Found]:
    """Nobody is left behind who is at home here, or with whom another adult of the company stays."""
    age, entry = case.parameter("P4", "age", int), case.entry
    if entry is None or not any(is_child(case, m, age) for m in minors(case)) or is_child(case, case.this, age):
        return
    due = _dependants_due(case)
    if due is None or case.as_of < due:
        return
    inside = [m for m in company(case, entry, due) if not left_by(case, m, due)]
    children = [m for m in inside if is_child(case, m, age)]
    behind = [m for m in children if not case.is_national(m.crossing.traveller)]
    if behind and len(children) == len(inside):
        yield Found("dependants_left", {"children": len(behind)}, evidence=(entry, *behind))


P4 = Rule(
    "P4",
    2,
    "Finds an adult who leaves while children who entered with him or her stay behind without another adult of the "
    "company. Children who are nationals, and those who follow within the hour, are not counted.",
    ("rebut.movement_supplied", "rebut.adult_present", "rebut.force_majeure"),
    _without_dependants,
    Severity.PROTECTION,
    due=_dependants_due,
    of_others=True,
    needs="others",
)


def _one_contact(case: Case) -> Iterator[Found]:
    for contact in contacts(case.crossing, case.policy):
        since = case.crossing.occurred_at - timedelta(case.parameter("P5", "days", int))
        this = happened(case.this)
        sharing = [
            m
            for m in case.others
            if since <= m.crossing.occurred_at and happened(m) < this and contact in contacts(m.crossing, case.policy)
        ]
        travellers = case.parameter("P5", "travellers", int)
        if len({m.crossing.group_id or m.crossing.document.key for m in sharing}) + 1 < travellers:
            continue  # one group is one party at least
        unrelated = parties([*sorted(sharing, key=happened), case.this], by_name=True)
        if len(unrelated) >= travellers:
            evidence = tuple(sorted((m for each in unrelated for m in each if m is not case.this), key=happened))
            params = {"field": contact.partition(":")[0], "travellers": len(unrelated)}
            yield Found("one_contact", params, evidence=evidence)


P5 = Rule(
    "P5",
    1,
    "Finds a phone, an address or a sponsor that many unrelated travellers gave within a month. "
    "Licensed operators and employers are exempt, and a family or a group counts as one.",
    ("rebut.licensed_operator", "rebut.namesake", "rebut.data_corrected"),
    _one_contact,
    Severity.PROTECTION,
    of_others=True,
    needs="contacted",
)


def _seen(message: str, *signs: Observation) -> Look:
    def look(case: Case) -> Iterator[Found]:
        for sign in signs:
            if sign in case.observed:
                yield Found(message, {"field": f"sign.{sign}"})

    return look


P7 = Rule(
    "P7",
    1,
    "Passes on what an officer observed: fear, control by another, injuries, answers learnt by heart. "
    "Nothing of it is ever inferred by the machine.",
    ("rebut.explained_in_private",),
    _seen("observed", Observation.FEAR, Observation.CONTROL, Observation.INJURIES, Observation.SCRIPTED_ANSWERS),
    Severity.PROTECTION,
    needs="observed",
)

P9 = Rule(
    "P9",
    1,
    "Passes on that the traveller wishes for asylum or fears to return. "
    "It bars every path of removal until the competent authority has decided, and the first line cannot clear it.",
    ("rebut.authority_decided",),
    _seen("asylum", Observation.ASYLUM_WISH, Observation.FEAR_OF_RETURN),
    Severity.PROTECTION,
    needs="observed",
)

P10 = Rule(
    "P10",
    1,
    "Passes on that an officer saw need of help: illness, a disability, old age. "
    "It is never drawn from a date of birth.",
    ("rebut.help_declined",),
    _seen("assistance", Observation.MEDICAL, Observation.DISABILITY, Observation.ELDERLY),
    Severity.PROTECTION,
    needs="observed",
)


def _document_held(case: Case) -> Iterator[Found]:
    """Group leaders hold their group's documents as a rule, so that alone it says nothing."""
    others = (P1, P2, P3, P4, P5, P7, P9)
    if Observation.DOCUMENT_HELD in case.observed and any(any(True for _ in rule.look(case)) for rule in others):
        yield Found("document_held")


P6 = Rule(
    "P6",
    1,
    "Passes on that another person held or handed over the traveller's document, as an officer observed. "
    "It counts only together with another finding of protection, since group leaders do this routinely.",
    ("rebut.group_leader", "rebut.explained_in_private"),
    _document_held,
    Severity.PROTECTION,
    of_others=True,
    needs="observed",
)


def first_line_may_clear(finding: Finding) -> bool:
    """Whether the first line may dispose of a finding: never of one of protection, which it is not even shown."""
    return finding.severity is not Severity.PROTECTION
