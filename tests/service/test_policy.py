"""The policy file: what it says, and where it is wrong."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parameters import PARAMETERS
from service.policy import PolicyError, RuleState, default_policy, load_policy
from service.regimes import Regime
from service.toml_positions import Position, position_of, positions
from service.toml_reader import TomlError, read_toml

HEAD = 'effective_from = 2026-01-01\nhome_states = ["IRQ"]\n'


def test_the_default_policy_states_every_default():
    policy = default_policy()
    assert policy.rules.keys() == PARAMETERS.keys()
    for rule_id, parameters in PARAMETERS.items():
        assert policy.rules[rule_id].state is RuleState.ACTIVE
        assert policy.rules[rule_id].values == {name: p.default for name, p in parameters.items()}
    assert policy.home_states == {"IRQ"}
    assert policy.utc_offset == timedelta(hours=3)
    assert not policy.accept_specimen


def test_the_default_policys_law_is_marked_as_none():
    assert default_policy().regimes
    assert all(row.citation.startswith("ILLUSTRATIVE") for row in default_policy().regimes)


def test_the_version_tells_two_texts_apart():
    plain, declared = load_policy(HEAD), load_policy('version = "2026-1"\n' + HEAD)
    assert len(plain.version) == 12
    assert declared.version.startswith("2026-1+")
    assert load_policy(HEAD + "# more\n").version != plain.version
    assert load_policy(HEAD).version == plain.version


def test_a_post_overrides_the_rule_and_the_rule_the_default():
    policy = load_policy(HEAD + "[rules.M4]\nland_km_h = 100\n[posts.IQ-TRB.M4]\ntolerance_minutes = 30\n")
    assert policy.parameters("M4", "IQ-TRB") == {
        "land_km_h": 100.0,
        "air_km_h": 900.0,
        "air_minutes": 90,
        "tolerance_minutes": 30,
    }
    assert policy.parameters("M4", "IQ-SHL")["tolerance_minutes"] == 15
    assert policy.parameters("E2", "IQ-TRB")["days"] == 90


def test_states_and_citations():
    policy = load_policy(HEAD + '[rules.E2]\nstate = "off"\ncitation = "an invented law"\n[rules.M2]\n')
    assert (policy.state("E2"), policy.rules["E2"].citation) == (RuleState.OFF, "an invented law")
    assert (policy.state("M2"), policy.state("M3")) == (RuleState.ACTIVE, RuleState.SHADOW)


@pytest.mark.parametrize(("offset", "day"), [("+03:00", 11), ("+00:00", 10), ("-09:30", 10)])
def test_days_are_local(offset, day):
    policy = load_policy(HEAD + f'utc_offset = "{offset}"\n')
    assert policy.day_of(datetime(2026, 3, 10, 22, 30, tzinfo=UTC)) == date(2026, 3, day)


ROWS = """
[[regimes]]
citation = "first"
effective_from = 2026-01-01
effective_until = 2026-06-30
nationalities = ["JOR"]
document_codes = ["P"]
visa_kinds = ["tourist"]
jurisdiction = "IQ-KR"
days = 30

[[regimes]]
citation = "second"
effective_from = 2026-01-01
days = 60

[[regimes]]
citation = "third"
effective_from = 2026-01-01
nationalities = ["JOR"]
visa_required = true
"""


@pytest.mark.parametrize(
    ("asked", "citation"),
    [
        (("JOR", "P", "tourist", "IQ-KR", date(2026, 6, 30)), "first"),
        (("JOR", "P", "tourist", "IQ-KR", date(2026, 7, 1)), "second"),
        (("JOR", "P", "none", "IQ-KR", date(2026, 6, 30)), "second"),
        (("JOR", "PD", "tourist", "IQ-KR", date(2026, 6, 30)), "second"),
        (("JOR", "P", "tourist", "IQ", date(2026, 6, 30)), "second"),
        (("TUR", "P", "tourist", "IQ-KR", date(2026, 6, 30)), "second"),
        (("TUR", "P", "tourist", "IQ-KR", date(2025, 12, 31)), None),
    ],
)
def test_the_first_row_that_fits_holds(asked, citation):
    nationality, document_code, visa_kind, jurisdiction, on = asked
    row = load_policy(HEAD + ROWS).admitted_stay(visa_kind, (nationality, document_code, jurisdiction, on))
    assert (row.citation if row else None) == citation


def test_who_needs_a_visa():
    policy = load_policy(HEAD + ROWS)
    assert policy.visa_regime(("JOR", "P", "IQ", date(2026, 1, 1))) == Regime(
        "third", date(2026, 1, 1), nationalities=frozenset({"JOR"}), visa_required=True
    )
    assert policy.visa_regime(("TUR", "P", "IQ", date(2026, 1, 1))) is None


ROW = HEAD + '[[regimes]]\ncitation = "x"\neffective_from = 2026-01-01\n'

WRONG = {
    "no TOML": ("effective_from 2026", 1, 16, "", "is not TOML: Expected '='"),
    "broken off": ('version = "', 1, 12, "", "is not TOML"),
    "no date": ("home_states = []", 1, 1, "", "lacks effective_from"),
    "date in quotation marks": ('effective_from = "2026-01-01"', 1, 1, "effective_from", "must be a date such as"),
    "a moment": ("effective_from = 2026-01-01T00:00:00", 1, 1, "effective_from", "must be a date such as"),
    "no home": ("effective_from = 2026-01-01", 1, 1, "", "lacks home_states"),
    "home as text": (
        'effective_from = 2026-01-01\nhome_states = "IRQ"',
        2,
        1,
        "home_states",
        "must be a list of texts",
    ),
    "unknown setting": (HEAD + "\n  hom_states = []", 4, 3, "hom_states", "is not known here"),
    "unknown rule": (HEAD + "[rules.M10]\n", 3, 1, "rules.M10", "there is no such rule"),
    "unknown parameter": (HEAD + "[rules.E1]\ngrace = 1", 4, 1, "rules.E1.grace", "is not known here"),
    "unknown state": (HEAD + '[rules.E1]\nstate = "on"', 4, 1, "rules.E1.state", "must be one of active, shadow, off"),
    "empty text": (HEAD + '[rules.E1]\ncitation = ""', 4, 1, "rules.E1.citation", "must be a text that is not empty"),
    "negative": (HEAD + "[rules.E1]\ngrace_days = -1", 4, 1, "rules.E1.grace_days", "a whole number of at least 0"),
    "fraction of a day": (HEAD + "[rules.E1]\ngrace_days = 1.5", 4, 1, "rules.E1.grace_days", "must be a whole number"),
    "a flag for a number": (
        HEAD + "[rules.E1]\ngrace_days = true",
        4,
        1,
        "rules.E1.grace_days",
        "must be a whole number",
    ),
    "no speed": (HEAD + "[rules.M4]\nland_km_h = 0", 4, 1, "rules.M4.land_km_h", "must be a number above 0"),
    "endless speed": (HEAD + "[rules.M4]\nland_km_h = inf", 4, 1, "rules.M4.land_km_h", "must be a number above 0"),
    "a text for a list": (
        HEAD + '[rules.M5]\nexempt_visa_kinds = "x"',
        4,
        1,
        "rules.M5.exempt_visa_kinds",
        "a list of",
    ),
    "a number for a date": (HEAD + "[rules.M1]\nrecords_from = 1", 4, 1, "rules.M1.records_from", "must be a date"),
    "a rule that is no table": (HEAD + "[rules]\nE1 = 1", 4, 1, "rules.E1", "must be a table"),
    "a flag in words": (HEAD + 'accept_specimen = "no"', 3, 1, "accept_specimen", "must be true or false"),
    "offset": (HEAD + 'utc_offset = "3"', 3, 1, "utc_offset", "must be an offset such as +03:00"),
    "far offset": (HEAD + 'utc_offset = "+15:00"', 3, 1, "utc_offset", "must be an offset such as +03:00"),
    "state at a post": (HEAD + '[posts.A.M4]\nstate = "off"', 4, 1, "posts.A.M4.state", "is not known here"),
    "rule at a post": (HEAD + "[posts.A.X1]\n", 3, 1, "posts.A.X1", "there is no such rule"),
    "inline": (HEAD + "posts = { A = { E1 = { grace_days = -1 } } }", 3, 1, "posts.A.E1.grace_days", "at least 0"),
    "one row": (HEAD + "[regimes]\ndays = 1", 3, 1, "regimes", "must be written as [[regimes]]"),
    "a window without days": (
        ROW + "window_days = 180\nvisa_required = true\n",
        6,
        1,
        "regimes.0.window_days",
        "nothing",
    ),
    "a window too short": (ROW + "days = 9\nwindow_days = 8\n", 7, 1, "regimes.0.window_days", "at least days"),
    "crowdless": (HEAD + "[rules.M5]\nstays = 0", 4, 1, "rules.M5.stays", "a whole number of at least 1"),
    "implied": (HEAD + "\n[ruls.E1]\ngrace_days = 1", 4, 1, "ruls", "is not known here"),
    "no months": (ROW + "months_valid = -1\n", 6, 1, "regimes.0.months_valid", "at least 0"),
    "a row that says nothing": (
        HEAD + '[[regimes]]\ncitation = "x"\neffective_from = 2026-01-01',
        3,
        1,
        "regimes.0",
        "must say days, visa_required or months_valid",
    ),
    "a row without law": (
        HEAD + "[[regimes]]\neffective_from = 2026-01-01\ndays = 1",
        3,
        1,
        "regimes.0",
        "lacks citation",
    ),
    "no days": (
        HEAD + ROWS + '[[regimes]]\ncitation = "x"\neffective_from = 2026-01-01\ndays = 0',
        27,
        1,
        "regimes.3.days",
        "a whole number of at least 1",
    ),
    "ends before it begins": (
        HEAD + '[[regimes]]\ncitation = "x"\neffective_from = 2026-01-02\neffective_until = 2026-01-01\ndays = 1',
        6,
        1,
        "regimes.0.effective_until",
        "lies before effective_from",
    ),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_pointed_at(wrong):
    text, line, column, key, reason = wrong
    with pytest.raises(PolicyError) as raised:
        load_policy(text)
    error = raised.value
    assert (error.line, error.column, error.key) == (line, column, key)
    assert reason in error.reason
    assert str(error).startswith(f"line {line}, column {column}: ")


def test_every_error_of_the_reader_is_of_the_kind_asked_for():
    with pytest.raises(TomlError) as raised:
        read_toml("a = ")
    assert not isinstance(raised.value, PolicyError)


class TestPositions:
    TEXT = """# a comment with [brackets] and = signs
title = "x = [y] # no comment"
many = [
  1, # one ]
  "two ]",
]

[a."b.c"] # header
long = \"\"\"
[not.a.header]
key = "no key"
\"\"\"
d . e = 'single [ quoted'
raw = '''
[nor.this]
'''
[[rows]]
n = 1
[rows.sub]
m = 1
 [[rows]]
   n = { x = 1, y = [2] }
"""

    def test_of_every_key(self):
        assert positions(self.TEXT) == {
            ("title",): Position(2, 1),
            ("many",): Position(3, 1),
            ("a",): Position(8, 1),
            ("a", "b.c"): Position(8, 1),
            ("a", "b.c", "long"): Position(9, 1),
            ("a", "b.c", "d"): Position(13, 1),
            ("a", "b.c", "d", "e"): Position(13, 1),
            ("a", "b.c", "raw"): Position(14, 1),
            ("rows",): Position(17, 1),
            ("rows", 0): Position(17, 1),
            ("rows", 0, "n"): Position(18, 1),
            ("rows", 0, "sub"): Position(19, 1),
            ("rows", 0, "sub", "m"): Position(20, 1),
            ("rows", 1): Position(21, 2),
            ("rows", 1, "n"): Position(22, 4),
        }

    def test_the_nearest_around_what_has_none(self):
        found = positions(self.TEXT)
        assert position_of(("rows", 1, "n", "x"), found) == Position(22, 4)
        assert position_of(("nowhere",), found) == Position(1, 1)

    bare = st.text("abcdefgh-_1", min_size=1, max_size=4)
    values = st.one_of(
        st.integers().map(str),
        st.text(max_size=8).map(json.dumps),
        st.lists(st.text("a]#[=\n", max_size=4).map(json.dumps), max_size=3).map(
            lambda each: f"[\n {', '.join(each)} ]"
        ),
    )

    @given(st.dictionaries(bare, st.dictionaries(bare, values, max_size=3), max_size=4))
    def test_of_any_tables(self, tables):
        lines, expected = [], {}
        for name, table in tables.items():
            expected[(name,)] = Position(len("\n".join(lines).split("\n")) + bool(lines), 1)
            lines.append(f"[{name}]")
            for key, value in table.items():
                expected[(name, key)] = Position(len("\n".join(lines).split("\n")) + 1, 1)
                lines.append(f"{key} = {value}")
        assert positions("\n".join(lines)) == expected
