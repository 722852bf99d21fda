"""The CRM export (HubSpot-shaped): owners, pipelines, companies and contacts; the deals are in ``crm_deals.py``."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from sample_org.company import DOMAIN
from sample_org.crm_deals import deal_objects
from sample_org.crm_history import ENTERPRISE, STANDARD, WON, Pipeline, owner_id, user_id
from sample_org.organisation import Organisation
from sample_org.people import Staff
from sample_org.writing import iso, write_json_lines


def write_crm(out: Path, org: Organisation) -> None:
    """Write ``hubspot/``."""
    folder = out / "hubspot"
    write_json_lines(folder / "owners.jsonl", _owners(org.staff))
    write_json_lines(folder / "pipelines.jsonl", (_pipeline(pipeline) for pipeline in (STANDARD, ENTERPRISE)))
    write_json_lines(folder / "companies.jsonl", _companies(org))
    write_json_lines(folder / "contacts.jsonl", _contacts(org))
    write_json_lines(folder / "deals.jsonl", deal_objects(org))


def crm_emails(staff: Staff) -> list[str]:
    """E-mails in the CRM by person: not always those HR has (dirt: one in another case, one an alias)."""
    emails = [person.email for person in staff.people]
    seated = [n for n, person in enumerate(staff.people) if person.role == "rep" and person.leave_date is None]
    for number in seated[:1]:
        who = staff.people[number]
        emails[number] = f"{who.first_name}.{who.last_name}@{DOMAIN.title()}"
    for number in seated[1:][-1:]:  # the newest hire: until somebody maps the alias, a whole rep's deals have no owner
        who = staff.people[number]
        emails[number] = f"{who.first_name[0]}{who.last_name}@{DOMAIN}".lower()
    return emails


def _owners(staff: Staff) -> Iterator[dict[str, Any]]:
    team_of = {row.person: (row.team_id, row.team_name) for row in staff.assignments}
    for person, email in enumerate(crm_emails(staff)):
        who = staff.people[person]
        team_id, team_name = team_of[person]
        created = dt.datetime.combine(who.hire_date, dt.time(9))
        left = dt.datetime.combine(who.leave_date, dt.time(18)) if who.leave_date else None
        yield {
            "id": owner_id(person),
            "email": email,
            "firstName": who.first_name,
            "lastName": who.last_name,
            "userId": int(user_id(person)),
            "createdAt": iso(created),
            "updatedAt": iso(left or created),
            "archived": left is not None,
            "teams": [{"id": team_id, "name": team_name, "primary": True}],
        }


def _pipeline(pipeline: Pipeline) -> dict[str, Any]:
    stages = [
        {
            "id": stage.stage_id,
            "label": stage.label,
            "displayOrder": order,
            "metadata": {"isClosed": str(order >= WON).lower(), "probability": str(stage.probability)},
            "archived": False,
        }
        for order, stage in enumerate(pipeline.stages)
    ]
    return {"id": pipeline.pipeline_id, "label": pipeline.label, "displayOrder": 0, "archived": False, "stages": stages}


def _known_companies(org: Organisation) -> Iterator[tuple[int, str, int]]:
    """Number, time of creation and number of known contacts of each company with a deal."""
    table = org.deals.frame.group_by("company").agg(pl.col("created").min(), pl.col("contact_count").max())
    for company, first_deal, contact_count in table.sort("company").iter_rows():
        yield company, iso(dt.datetime.combine(first_deal - dt.timedelta(days=3), dt.time(8))), contact_count


def _companies(org: Organisation) -> Iterator[dict[str, Any]]:
    for number, created, _ in _known_companies(org):
        company = org.customers.company(number)
        properties = {
            "name": company.name,
            "domain": company.domain,
            "industry": company.industry,
            "numberofemployees": str(company.employees),
            "country": company.country,
        }
        yield _object(company.company_id, properties, created)


def _contacts(org: Organisation) -> Iterator[dict[str, Any]]:
    for number, created, contact_count in _known_companies(org):
        company_id = org.customers.company(number).company_id
        for place in range(contact_count):
            contact = org.customers.contact(number, place)
            properties = {
                "email": contact.email,
                "firstname": contact.first_name,
                "lastname": contact.last_name,
                "jobtitle": contact.title,
                "associatedcompanyid": company_id,
            }
            yield _object(contact.contact_id, properties, created)


def _object(object_id: str, properties: dict[str, str], created: str) -> dict[str, Any]:
    return {
        "id": object_id,
        "properties": properties,
        "createdAt": created,
        "updatedAt": created,
        "archived": False,
    }
