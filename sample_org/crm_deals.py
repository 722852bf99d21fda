"""Deals as the CRM exports them: properties, their history, who is linked to them, and a little dirt."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from sample_org.company import PRODUCTS
from sample_org.crm_history import HISTORY, History, deal_id, owner_id, pipeline_of, tell
from sample_org.drawing import dice
from sample_org.organisation import Organisation

UNKNOWN_OWNER = "99999999"
LOST_REASONS = ("Price", "No decision", "Competitor", "Timing", "Missing feature", "Champion left", "No budget")
OVERLAY_SHARE = 0.4  # of the won deals of a team with an overlay specialist
SPLIT_SHARE = 0.005  # of all won deals
# Of 16 companies one buys in euros and one in pounds, at prices that were dollars once: currency and what one was worth then.
FOREIGN = {3: ("EUR", 1.10), 11: ("GBP", 1.27)}


def deal_objects(org: Organisation) -> Iterator[dict[str, Any]]:
    """Every deal, in order of close, then rows that should not be there."""
    reopened = _middle(org, "won", 0)
    for row in org.deals.frame.iter_rows(named=True):
        yield _deal(org, row, is_reopened=row["deal"] == reopened)
    yield from _dirt(org)


def _middle(org: Organisation, outcome: str, shift: int) -> int:
    """A deal of that outcome from the middle of the window, to be made dirty; -1 if there is none."""
    found = org.deals.frame.filter((pl.col("outcome") == outcome) & (pl.col("cycle_days") > 20))["deal"]
    return int(found[(len(found) // 2 + shift) % len(found)]) if len(found) else -1


def _dirt(org: Organisation) -> Iterator[dict[str, Any]]:
    """Rows no CRM should have: exported twice, archived, merged away, owned by nobody that is known."""
    for shift in range(3):
        if (deal := _middle(org, "lost", 5 * shift)) >= 0:
            yield _deal(org, org.deals.frame.row(deal, named=True))
            archived = _copy(org, deal, 10 + shift)
            yield archived | {"archived": True, "archivedAt": archived["updatedAt"]}
    if (survivor := _middle(org, "won", 3)) >= 0:
        merged = _copy(org, survivor, 20)
        merged["properties"]["merged_into_id"] = deal_id(survivor)
        yield merged | {"archived": True, "archivedAt": merged["updatedAt"]}
    for number, outcome in enumerate(("won", "open")):
        if (deal := _middle(org, outcome, 7)) >= 0:
            unowned = _copy(org, deal, 30 + number)
            unowned["properties"]["hubspot_owner_id"] = UNKNOWN_OWNER
            unowned["propertiesWithHistory"]["hubspot_owner_id"][0]["value"] = UNKNOWN_OWNER
            yield unowned


def _copy(org: Organisation, deal: int, number: int) -> dict[str, Any]:
    """A deal like another one, under an id of its own."""
    return _deal(org, org.deals.frame.row(deal, named=True) | {"deal": len(org.deals.frame) + number})


def _deal(org: Organisation, row: dict[str, Any], *, is_reopened: bool = False) -> dict[str, Any]:
    """One deal object: its history is told first, the current properties are the last versions."""
    rng = dice(org.seed, f"deal/{row['deal']}")
    history = History(rng, dt.datetime.combine(row["created"], dt.time(13)))
    currency, worth = FOREIGN.get(row["company"] % 16, ("USD", 1.0))
    row = row | {"amount": row["amount"] / worth}
    contact = org.customers.contact(row["company"], 0)
    tell(history, row, org.timeline.as_of, contact.first_name, is_reopened=is_reopened)
    created = history.versions["dealstage"][0]["timestamp"]
    newest = max(entries[-1]["timestamp"] for entries in history.versions.values())
    company = org.customers.company(row["company"])
    properties: dict[str, str | None] = {name: history.value(name) for name in HISTORY}
    properties |= {
        "dealname": f"{company.name} – {PRODUCTS[row['deal'] % len(PRODUCTS)]}",
        "deal_currency_code": currency,
        "pipeline": pipeline_of(row["segment"]).pipeline_id,
        "dealtype": "existingbusiness" if row["company"] % 4 == 0 else "newbusiness",
        "createdate": created,
        "closed_lost_reason": rng.choice(LOST_REASONS) if row["outcome"] == "lost" else None,
        "hs_lastmodifieddate": newest,
        "merged_into_id": None,
    }
    return {
        "id": deal_id(row["deal"]),
        "properties": properties,
        "propertiesWithHistory": {name: history.versions.get(name, [])[::-1] for name in HISTORY},
        "associations": _associations(org, row),
        "createdAt": created,
        "updatedAt": newest,
        "archived": False,
    }


def _associations(org: Organisation, row: dict[str, Any]) -> dict[str, Any]:
    """Contacts and the company; owners who share the credit of a won deal or have overlay credit beside it."""
    contacts = [
        {"id": org.customers.contact(row["company"], place).contact_id, "type": "deal_to_contact"}
        for place in range(row["contact_count"])
    ]
    company = {"id": org.customers.company(row["company"]).company_id, "type": "deal_to_company"}
    links: dict[str, Any] = {"contacts": {"results": contacts}, "companies": {"results": [company]}}
    if row["outcome"] == "won" and (sharing := list(_sharing(org, row))):
        links["owners"] = {"results": sharing}
    return links


def _sharing(org: Organisation, row: dict[str, Any]) -> Iterator[dict[str, str]]:
    rng = dice(org.seed, f"credit/{row['deal']}")
    day = org.present.index(row["closed"])
    team = org.staff.seats[org.present.seat[row["owner"], day]].team
    for person, overlaid_team in org.staff.overlays:
        if team == overlaid_team and rng.random() < OVERLAY_SHARE:
            yield {"id": owner_id(person), "type": "overlay 100%"}
    if rng.random() < SPLIT_SHARE:
        mates = np.flatnonzero(org.present.leader[:, day] == org.present.leader[row["owner"], day])
        others = [int(mate) for mate in mates if mate != row["owner"]]
        if others:
            yield {"id": owner_id(rng.choice(others)), "type": "split 40%"}
