"""The desks behind the booths in a real browser: protection, supervision, audit, administration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from officer import Officer, passport

pytestmark = pytest.mark.browser


def cross(client: httpx.Client, zone: str) -> str:
    movement = str(uuid4())
    asked = {"id": movement, "crossing_point": "IQ-ZUR", "direction": "entry", "mrz": zone}
    made = client.post("/v1/inspections", json=asked | {"occurred_at": datetime.now(UTC).isoformat()})
    assert made.status_code == 201, made.text
    return movement


def test_a_wish_for_asylum_reaches_the_protection_desk_and_is_handed_on(officer: Officer, client: httpx.Client) -> None:
    movement = cross(client, passport("SHORISH", "LANA", "IRN", "Q71002934", "900611", "F", "320901"))
    seen = {"id": str(uuid4()), "signs": ["asylum_wish"]}
    assert client.post(f"/v1/inspections/{movement}/observations", json=seen).status_code == 201
    page = officer.page
    page.goto(f"{officer.base}/protection/partners")
    page.get_by_role("button", name="Add a partner").click()
    for label, said in {"Code": "shelter-1", "English": "Shelter", "العربية": "مأوى", "کوردی": "پەناگە"}.items():
        page.get_by_label(label, exact=True).fill(said)
    page.get_by_label("Reached by").fill("desk 4, extension 12")
    page.get_by_label("everywhere").check()
    page.get_by_label("Shelter", exact=True).check()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("row").filter(has_text="extension 12")).to_contain_text("everywhere")
    page.goto(f"{officer.base}/protection/{movement}")
    expect(page.locator(".barred").first).to_be_visible()
    page.get_by_label("Shelter", exact=True).check()
    page.get_by_role("button", name="Hand on").click()
    expect(page.locator(".referral")).to_contain_text("Asked")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".referral")).to_contain_text("Accepted")
    page.get_by_role("button", name="End the bar").click()
    expect(page.locator(".barred")).to_have_count(0)
    case = client.get(f"/v1/protection/cases/{movement}").json()
    assert (case["barred"], case["referrals"][0]["status"]) == (False, "accepted")


def test_an_account_is_made_with_a_password_that_is_shown_once(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    page.goto(f"{officer.base}/administration/accounts")
    page.get_by_role("button", name="New account").click()
    page.get_by_label("Account name").fill("sirwan.k")
    page.get_by_label("Name", exact=True).fill("Sirwan")
    page.get_by_label("Second line").check()
    page.get_by_label("IQ-ZUR").check()
    page.get_by_role("button", name="Make the account").click()
    secret = page.locator(".secret").inner_text()
    asked = {"username": "sirwan.k", "password": secret}
    assert httpx.post(f"{officer.base}/v1/session", json=asked).json()["due"] == "new_password"
    page.get_by_role("button", name="Handed over").click()
    expect(page.locator(".secret")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="sirwan.k")
    row.get_by_role("button", name="Close").click()
    page.get_by_role("alert").get_by_role("button", name="Close", exact=True).first.click()
    expect(row).to_contain_text("closed")


def test_a_key_of_a_camera_is_issued_and_revoked(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/administration/devices")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Device", exact=True).fill("lane 7")
    page.get_by_label("IQ-ZUR").check()
    page.get_by_role("button", name="Issue the key").click()
    expect(page.locator(".secret")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="lane 7")
    row.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")


def test_an_auditor_searches_the_trail_and_proves_what_stands_in_it(officer: Officer, client: httpx.Client) -> None:
    movement = cross(client, passport("KAWA", "DARA", "IRN", "Q71002935", "900612", "M", "320901"))
    page = officer.page
    page.goto(f"{officer.base}/audit/accesses")
    page.get_by_label("Record").fill(movement)
    page.get_by_role("button", name="Search").click()
    row = page.get_by_role("row").filter(has_text=movement).filter(has_text="inspect")
    expect(row).to_contain_text("Border control")
    assert movement in page.url
    row.get_by_role("button", name="Prove").click()
    expect(row.locator(".audit-proven, .audit-unsealed")).to_be_visible()  # sealed once a minute
    page.goto(f"{officer.base}/audit/proofs")
    page.get_by_label("The checkpoint, as it was kept").fill("not one")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("alert").filter(has_text="This is no checkpoint")).to_be_visible()


def test_a_policy_waits_for_a_second_person(officer: Officer, client: httpx.Client) -> None:
    page = officer.page
    page.goto(f"{officer.base}/supervision/policies")
    page.get_by_role("button", name="Propose a change").click()
    text = page.get_by_label("Text of the policy")
    text.fill(text.input_value() + "\n# tried\n")
    page.get_by_label("Why").fill("a trial of the page")
    page.get_by_role("button", name="Propose", exact=True).click()
    row = page.get_by_role("row").filter(has_text="a trial of the page")
    expect(row).to_contain_text("waits for a second person")
    row.get_by_role("link").click()
    expect(page.get_by_text("Another person has to decide on it")).to_be_visible()
    page.get_by_role("button", name="Replay under both").click()
    expect(page.get_by_text("No setting differs.")).to_be_visible()
    assert client.get("/v1/policies").json()["changes"][-1]["state"] == "proposed"


NEW_PASSWORD = "copper river lantern 7"


@pytest.fixture(scope="module")
def layla(client: httpx.Client) -> str:
    """An officer of Trebil, who has chosen her own password."""
    new = {"username": "layla.trb", "display_name": "Layla", "roles": ["second_line"], "posts": ["IQ-TRB"]}
    given = client.post("/v1/accounts", json=new).json()["password"]
    with httpx.Client(base_url=client.base_url) as own:
        token = own.post("/v1/session", json={"username": "layla.trb", "password": given}).json()["token"]
        own.headers["Authorization"] = f"Bearer {token}"
        asked = {"old": given, "new": NEW_PASSWORD}
        assert own.put("/v1/session/password", json=asked).status_code == 204
    return "layla.trb"


def test_a_record_of_another_post_opens_with_a_reason_that_alarms(
    open_window: Callable[..., Officer], officer: Officer, client: httpx.Client, layla: str
) -> None:
    movement = cross(client, passport("RASHID", "SORAN", "IRN", "Q71002936", "900613", "M", "320901"))
    theirs = open_window()
    page = theirs.page
    page.locator("#username").fill(layla)
    page.locator("#password").fill(NEW_PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.locator("header.shell")).to_be_visible()
    page.goto(f"{officer.base}/movements/{movement}")
    expect(page.get_by_role("heading", name="This record is of another crossing point")).to_be_visible()
    expect(page.get_by_text("RASHID")).to_have_count(0)
    page.get_by_label("In your words").fill("his brother stands here, he crossed there")
    page.get_by_role("button", name="Open the record and alarm").click()
    expect(page.get_by_text("RASHID, SORAN")).to_be_visible()
    page.reload()
    expect(page.get_by_text("RASHID, SORAN")).to_be_visible()
    page.goto(f"{officer.base}/movements")
    expect(page.locator(".glass-banner")).to_contain_text("supervisors know")
    assert all("403" in each for each in theirs.complaints), "but for the refusal, which the browser tells of"
    theirs.complaints.clear()
    page = officer.page
    page.goto(f"{officer.base}/supervision/notices?kind=break_glass")
    row = page.get_by_role("row").filter(has_text=movement)
    expect(row).to_contain_text("his brother stands here")
    row.get_by_role("button", name="Review").click()
    page.get_by_label("Why").fill("spoke to both officers")
    page.get_by_role("button", name="Record the decision").click()
    expect(row).to_have_count(0)
    told = client.get("/v1/notices", params={"kind": "break_glass"}).json()
    notice = next(each for each in told if each["details"]["movement"] == movement)
    assert (notice["outcome"], notice["overdue"]) == ("justified", False)


def test_a_traveller_is_handed_what_is_held_and_has_it_set_apart(officer: Officer, client: httpx.Client) -> None:
    movement = cross(client, passport("HAMID", "NAZ", "IRN", "Q71002937", "900614", "F", "320901"))
    page = officer.page

    def ask(what: str) -> None:
        page.goto(f"{officer.base}/rights/requests?movement={movement}")
        page.get_by_label("What is asked").select_option(label=what)
        page.get_by_label("How identity was shown").fill("the same passport, seen again")
        page.get_by_role("button", name="Take the request down").click()
        expect(page.get_by_role("heading", level=1, name=what)).to_be_visible()

    ask("All that is held")
    page.get_by_label("In the language").select_option("ar")
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the file").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    expect(page.get_by_label("What was done").first).to_contain_text("Handed over")
    ask("Restriction of use")
    page.get_by_label("Why").fill("says the name is spelt wrongly")
    page.get_by_role("button", name="Restrict the use").click()
    expect(page.get_by_label("What was done").first).to_contain_text("Accuracy contested")
    assert client.get(f"/v1/inspections/{movement}").json()["restricted"]
    page.goto(f"{officer.base}/movements")
    expect(page.get_by_role("row").filter(has_text="HAMID").first).to_contain_text("contested")
    page.goto(f"{officer.base}/rights/restrictions")
    page.get_by_role("row").filter(has_text="says the name").get_by_role("button", name="Lift").click()
    page.get_by_label("Why").fill("corrected")
    page.locator("form").get_by_role("button", name="Lift").click()
    expect(page.get_by_text("says the name is spelt wrongly")).to_have_count(0)
    every = client.get("/v1/rights/restrictions", params={"standing": False}).json()
    assert [each["end_reason"] for each in every if each["movement_id"] == movement] == ["corrected"]


def test_what_is_kept_how_long_and_what_is_held_back(officer: Officer, client: httpx.Client) -> None:
    movement = cross(client, passport("OMAR", "ZANA", "IRN", "Q71002938", "900615", "M", "320901"))
    page = officer.page
    page.goto(f"{officer.base}/retention")
    page.get_by_label("As of the end of").fill("2037-12-31")
    page.get_by_role("button", name="Dry run").click()
    trail = page.get_by_role("row").filter(has_text="Audit trail")
    expect(trail.get_by_role("cell").nth(3)).not_to_have_text("0")
    page.get_by_role("link", name="Runs and proofs").click()
    expect(page.get_by_text("Nothing was erased yet.")).to_be_visible()
    page.get_by_role("link", name="Legal holds").click()
    page.get_by_role("button", name="New hold").click()
    page.get_by_label("Movement", exact=True).fill(movement)
    page.get_by_label("Looked at again on").fill("2037-01-01")
    page.get_by_label("Why").fill("an appeal is pending")
    page.get_by_label("Legal basis").fill("order of the court")
    page.get_by_role("button", name="Place the hold").click()
    row = page.get_by_role("row").filter(has_text="an appeal is pending")
    row.get_by_role("button", name="End the hold").click()
    page.get_by_label("Why").fill("mine")
    page.locator("form").get_by_role("button", name="End the hold").click()
    expect(page.get_by_role("alert").filter(has_text="ended by another")).to_be_visible()
    holds = client.get("/v1/retention/holds").json()
    assert [each["reason"] for each in holds if each["movement_id"] == movement] == ["an appeal is pending"]
    officer.complaints.clear()  # the browser tells of the refusal


def test_work_is_shown_for_planning_and_rules_by_their_false_share(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/supervision/load")
    expect(page.get_by_text("It ranks nobody")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="IQ-ZUR").filter(has_text="Officer").first).to_be_visible()
    expect(page.get_by_text("Demonstration", exact=True)).to_have_count(1)  # whoever serves all posts sees no names
    page.goto(f"{officer.base}/supervision/quality")
    expect(page.get_by_role("row").filter(has_text="W2 person on a list")).to_contain_text("%")


def test_what_an_administrator_is_refused_says_what_to_do(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/administration/accounts")
    row = page.get_by_role("row").filter(has_text="Demonstration")
    row.get_by_role("button", name="Close").click()
    page.get_by_role("alert").get_by_role("button", name="Close", exact=True).first.click()
    expect(page.get_by_role("alert").filter(has_text="Make another administrator first")).to_be_visible()
    page.get_by_role("button", name="New account").click()
    page.get_by_label("Account name").fill("demo")
    page.get_by_label("Name", exact=True).fill("Another")
    page.get_by_label("Second line").check()
    page.get_by_label("IQ-ZUR").check()
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("alert").filter(has_text="Choose a name that nobody had")).to_be_visible()
    officer.complaints.clear()  # the browser tells of the refusals


def test_an_auditor_asks_for_an_account_and_checks_signatures(officer: Officer) -> None:
    page = officer.page
    page.goto(f"{officer.base}/audit/accesses")
    page.get_by_label("Who").fill("demo")
    page.get_by_label("Purpose").select_option(label="Audit")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("row").filter(has_text="read_audit").first).to_contain_text("demo")
    expect(page.get_by_role("row").filter(has_text="read_notices")).to_have_count(0)
    page.goto(f"{officer.base}/audit/proofs")
    expect(page.get_by_text("holds", exact=True).or_(page.get_by_text("Nothing found.")).first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Received: name, date, signature")).to_be_visible()
