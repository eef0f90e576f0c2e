"""The chore that lets go what has had its time, and the policy that it goes by."""

from __future__ import annotations

from datetime import UTC, datetime

from api import logs
from service import retention
from service.database import Database
from service.errors import SettingsRefused
from service.keeping import Retention, default_retention, load_retention
from service.settings import Settings


def retention_of(settings: Settings) -> Retention:
    """The retention policy: the agency's, or the bundled one.

    Raises:
        SettingsRefused: the file cannot be used.
    """
    if settings.retention_policy is None:
        return default_retention()
    try:
        return load_retention(settings.retention_policy.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsRefused(f"MABAR_RETENTION_POLICY: {error}") from None


async def retain(database: Database, policy: Retention) -> None:
    """Announce what will have had its time, and erase what was announced; the operator is told of both."""
    now = datetime.now(UTC)
    log = logs.get_logger()
    for each in await retention.announce(database.eraser_sessions, policy, now=now):
        what = {"data_class": each.class_, "month": f"{each.month:%Y-%m}", "records": each.records}
        log.warning("erasure announced", **what, erase_from=each.erase_from.isoformat())
    for proof in await retention.run(database.eraser_sessions, policy, now=now):
        what = {"data_class": proof.data_class.value, "month": f"{proof.month:%Y-%m}"}
        log.warning("erased", **what, rows=dict(proof.erased), keys=len(proof.keys))
