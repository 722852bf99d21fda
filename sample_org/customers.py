"""The invented market: customer companies and the people there, numbered, the same for CRM and call recorder."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from sample_org.company import (
    CONTACT_TITLES,
    CUSTOMER_TRADES,
    CUSTOMER_WORDS,
    FIRST_NAMES,
    LAST_NAMES,
    REGIONS,
    SEGMENTS,
)

CONTACTS_PER_COMPANY = 4  # at most
EMPLOYEES = ((8, 120), (120, 1500), (1500, 30_000))  # by segment


@dataclass(frozen=True)
class Company:
    company_id: str
    name: str
    domain: str
    industry: str
    employees: int
    country: str


@dataclass(frozen=True)
class Contact:
    contact_id: str
    first_name: str
    last_name: str
    email: str
    title: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, eq=False)
class Customers:
    """Draws behind the companies; ``segment`` is that of a company's first deal; ``names`` says whose name a company
    has that does not have its own (see ``rename``)."""

    segment: np.ndarray
    first_name: np.ndarray
    last_name: np.ndarray
    title: np.ndarray
    size: np.ndarray
    names: dict[int, int] = field(default_factory=dict)

    def rename(self, number: int, name: str, contact_first_name: str) -> None:
        """Give a company a name of the market and its first contact a first name, before anybody has asked for them.

        Another company of that name takes the old one. A name the market does not have changes nothing.
        """
        if contact_first_name in FIRST_NAMES:
            self.first_name[number, 0] = FIRST_NAMES.index(contact_first_name)
        word, _, trade = name.partition(" ")
        trades = [known for known, _ in CUSTOMER_TRADES]
        if word in CUSTOMER_WORDS and trade in trades:
            other = CUSTOMER_WORDS.index(word) + trades.index(trade) * len(CUSTOMER_WORDS)
            self.names[number], self.names[other] = other, number

    @cache  # noqa: B019 - one Customers lives for one run
    def company(self, number: int) -> Company:
        known = self.names.get(number, number)
        word = CUSTOMER_WORDS[known % len(CUSTOMER_WORDS)]
        trade, industry = CUSTOMER_TRADES[known // len(CUSTOMER_WORDS) % len(CUSTOMER_TRADES)]
        name = f"{word} {trade}"
        branch = known // (len(CUSTOMER_WORDS) * len(CUSTOMER_TRADES))
        if branch:  # more companies than names: subsidiaries, told apart by another word
            name = f"{word} {CUSTOMER_WORDS[(known * 7 + branch) % len(CUSTOMER_WORDS)]} {trade}"
        suffix = str(branch) if branch else ""
        domain = f"{word}-{trade.replace(' ', '-')}{suffix}.example".lower()
        low, high = EMPLOYEES[self.segment[number]]
        employees = int(low * (high / low) ** self.size[number])
        country = REGIONS[number % len(REGIONS)].country
        return Company(str(18_200_000_000 + number * 17), name, domain, industry, employees, country)

    @cache  # noqa: B019
    def contact(self, number: int, place: int) -> Contact:
        """The ``place``-th contact (from 0) of company ``number``."""
        first = FIRST_NAMES[self.first_name[number, place]]
        last = LAST_NAMES[self.last_name[number, place]]
        titles = CONTACT_TITLES[SEGMENTS[self.segment[number]]]
        title = titles[(self.title[number] + place) % len(titles)]
        email = f"{first}.{last}@{self.company(number).domain}".lower()
        return Contact(str(70_100_000_000 + number * 10 + place), first, last, email, title)


def draw_customers(segment: np.ndarray, rng: np.random.Generator) -> Customers:
    """Customers for companies of the given segments; contacts of one company differ in first name."""
    count = len(segment)
    start = rng.integers(0, len(FIRST_NAMES), (count, 1))
    step = rng.integers(1, len(FIRST_NAMES) // CONTACTS_PER_COMPANY, (count, 1))
    return Customers(
        segment=segment,
        first_name=(start + step * np.arange(CONTACTS_PER_COMPANY)) % len(FIRST_NAMES),
        last_name=rng.integers(0, len(LAST_NAMES), (count, CONTACTS_PER_COMPANY)),
        title=rng.integers(0, 100, count),
        size=rng.random(count),
    )
