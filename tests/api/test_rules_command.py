"""`mabar rules` at a terminal."""

import json

import pytest
from typer.testing import CliRunner

from api.commands.rules import app

MOVEMENT = {
    "id": "in",
    "at": "2026-03-01T09:00:00Z",
    "recorded_at": "2026-03-01T09:00:10Z",
    "crossing_point": "IQ-TRB",
    "direction": "entry",
    "document": {"issuing_state": "JOR", "document_number": "T1234567", "date_of_expiry": "2034-06-30"},
    "traveller": {"primary_identifier": "AL TARAWNEH", "nationality": "JOR", "date_of_birth": "1980-05-17"},
}
AGAIN = {**MOVEMENT, "id": "again", "at": "2026-03-10T09:00:00Z", "recorded_at": "2026-03-10T09:00:10Z"}
OUT = {**MOVEMENT, "id": "out", "at": "2026-03-05T09:00:00Z", "recorded_at": "2026-03-12T09:00:00Z"}
OUT |= {"direction": "exit", "source": "paper"}
LINES = "\n".join(map(json.dumps, (MOVEMENT, AGAIN, OUT)))


def mabar(*arguments: str, input: str | None = None):
    return CliRunner().invoke(app, list(arguments), input=input)


def test_replay_as_json_lines():
    done = mabar("replay", "--json", input=LINES)
    first, second, third, change = map(json.loads, done.stdout.splitlines())
    assert [each["verdict"] for each in (first, second, third)] == ["CLEAR", "REFER", "CLEAR"]
    assert (change["caused_by"], change["id"], change["rule"], change["status"]) == ("out", "again", "M2", "withdrawn")
    assert done.exit_code == 0


def test_replay_for_a_reader(tmp_path):
    (tmp_path / "movements.jsonl").write_text(LINES)
    done = mabar("replay", str(tmp_path / "movements.jsonl"))
    assert done.stdout.startswith("in  CLEAR\nagain  REFER\n    M2 irregular: Entered at IQ-TRB")
    assert "out changes again: withdrawn\n    M2 irregular: " in done.stdout


def test_replay_under_another_policy(tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('effective_from = 2026-01-01\nhome_states = ["IRQ"]\n[rules.M2]\nstate = "off"\n')
    done = mabar("replay", "--json", "--policy", str(policy), input=LINES)
    assert [json.loads(each)["verdict"] for each in done.stdout.splitlines()] == ["CLEAR"] * 3


def test_replay_with_what_officers_said_of_documents(tmp_path):
    second = {**AGAIN, "document": {**AGAIN["document"], "document_number": "T7654321"}}
    second["traveller"] = {**AGAIN["traveller"], "primary_identifier": "QASIM"}
    lines = "\n".join(map(json.dumps, (MOVEMENT, second)))
    links = tmp_path / "links.jsonl"
    links.write_text('{"documents": ["JOR:T7654321", "JOR:T1234567"], "ruling": "confirmed"}\n')
    done = mabar("replay", "--json", "--links", str(links), input=lines)
    assert [json.loads(each)["verdict"] for each in done.stdout.splitlines()] == ["CLEAR", "REFER"]
    links.write_text('{"documents": ["JOR:T7654321"], "ruling": "confirmed"}\n')
    done = mabar("replay", "--links", str(links), input=lines)
    assert done.stderr.startswith("mabar: line 1: documents: must be two documents, each as ISSUER:NUMBER")


@pytest.mark.parametrize(
    ("lines", "message"), [("{}", "line 1: id: must be a text"), (LINES + "\n{", "line 4: is not JSON")]
)
def test_a_line_that_is_no_movement(lines, message):
    done = mabar("replay", input=lines)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"mabar: {message}")


def test_check_a_policy(tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('version = "7"\neffective_from = 2026-01-01\nhome_states = []\n')
    assert mabar("check", str(policy)).stdout.startswith("7+")
    policy.write_text("effective_from = 2026-01-01\nhome_states = []\n[rules.E1]\ngrace_day = 1\n")
    done = mabar("check", str(policy))
    assert done.exit_code == 1
    assert "policy.toml: line 4, column 1: rules.E1.grace_day: is not known here" in done.stderr.replace("\n", " ")


class TestCompare:
    STRICT = (
        'version = "strict"\neffective_from = 2026-01-01\nhome_states = ["IRQ"]\n'
        "[rules.M2]\n[rules.E4]\nmonths_on_entry = 120\n"
    )

    @pytest.fixture
    def movements(self, tmp_path):
        (tmp_path / "movements.jsonl").write_text(LINES)
        (tmp_path / "strict.toml").write_text(self.STRICT)
        return tmp_path / "movements.jsonl"

    def test_rule_by_rule_against_the_bundled_policy(self, movements, tmp_path):
        done = mabar("compare", str(movements), "--policy", str(tmp_path / "strict.toml"), "--json")
        assert [json.loads(each) for each in done.stdout.splitlines()] == [
            {"rule": "E4", "first": 0, "second": 2, "only_first": 0, "only_second": 2},
            {"rule": "REFER", "first": 1, "second": 2, "only_first": 0, "only_second": 1},
        ]

    def test_as_a_table(self, movements, tmp_path):
        strict = str(tmp_path / "strict.toml")
        done = mabar("compare", str(movements), "--policy", strict, "--policy", strict)
        assert done.exit_code == 0
        assert done.stdout.startswith("first: strict+")
        assert "E4           2        2            0             0" in done.stdout

    def test_three_are_too_many(self, movements, tmp_path):
        done = mabar("compare", str(movements), *["--policy", str(tmp_path / "strict.toml")] * 3)
        assert done.exit_code == 1
        assert "two policies" in done.stderr

    def test_a_line_that_is_no_movement(self, movements, tmp_path):
        movements.write_text("{}")
        done = mabar("compare", str(movements), "--policy", str(tmp_path / "strict.toml"))
        assert done.stderr.startswith("mabar: line 1: id: must be a text")
