"""Mask personal data in transcript text: e-mail, phone, card and national identity numbers, written or spoken.

Patterns and check digits only (in the manner of Microsoft Presidio's recognisers), so it runs offline and gives the
same answer every time. Ingest uses it on vendors' transcripts at landing and speech on our own words. Names of people
and companies stay: they are what a call is about. English spoken forms; written forms of the countries listed below.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

EMAIL, PHONE, CARD, NATIONAL_ID = "[EMAIL]", "[PHONE]", "[CARD]", "[NATIONAL_ID]"


@dataclass(frozen=True, order=True)
class Span:
    """Characters ``start:end`` of a text and the mask that takes their place."""

    start: int
    end: int
    mask: str


def mask_text(text: str) -> str:
    """``text`` with every find replaced by its typed mask; masking masked text changes nothing."""
    return _apply(text, find_spans(text))


def mask_series(texts: pl.Series) -> pl.Series:
    """``mask_text`` for a whole column: nulls stay null, each distinct suspect text is looked at once."""
    distinct = texts.drop_nulls().unique()
    suspects = distinct.filter(distinct.str.contains(_SUSPECT))
    pairs = [(text, masked) for text in suspects if (masked := mask_text(text)) != text]
    if not pairs:
        return texts
    old, new = zip(*pairs, strict=True)
    return texts.replace(pl.Series(old, dtype=pl.String()), pl.Series(new, dtype=pl.String()))


def mask_words(words: Sequence[str]) -> list[str]:
    """Mask a run of words, one text out for each one in, so that the words' times stay as they were.

    The first word of a find carries the mask (with the punctuation around it) and the rest become empty texts; the
    non-empty words joined by spaces are ``mask_text`` of the joined words.
    """
    text, bounds = " ".join(words), list(_bounds(words))
    masked = list(words)
    for span in find_spans(text):
        touched = [i for i, (start, end) in enumerate(bounds) if start < span.end and end > span.start]
        if not touched:
            continue
        first, last = touched[0], touched[-1]
        before = masked[first][: max(span.start - bounds[first][0], 0)] if masked[first] else ""
        after = text[span.end : bounds[last][1]]
        masked[first] = f"{before}{span.mask}{after}"
        masked[first + 1 : last + 1] = [""] * (last - first)
    return masked


def find_spans(text: str) -> list[Span]:
    """Finds in ``text`` in order, not overlapping; where two kinds claim the same characters the stricter one wins."""
    found: list[Span] = []
    for recogniser in (_emails, _national_ids, _written_numbers, _spoken_emails, _spoken_numbers):
        for span in recogniser(text):
            if all(span.end <= other.start or span.start >= other.end for other in found):
                found.append(span)
    return sorted(found)


def _apply(text: str, spans: Sequence[Span]) -> str:
    parts, position = [], 0
    for span in spans:
        parts += [text[position : span.start], span.mask]
        position = span.end
    return "".join([*parts, text[position:]])


def _bounds(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    position = 0
    for word in words:
        yield position, position + len(word)
        position += len(word) + 1


# --- e-mail -----------------------------------------------------------------------------------------------------------

_WRITTEN_EMAIL = re.compile(r"(?<![\w.+-])[\w][\w.%+'-]*\s?@\s?(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w-])")
_TLD = (
    "com|org|net|io|co|ai|edu|gov|us|uk|de|fr|eu|ca|au|in|es|it|nl|ch|at|be|se|no|dk|fi|ie|br|mx|jp|nz|za|il|sg|app|dev|"
    "biz|info|me|tech|cloud|health|software|agency|company"
)
_LINK = r"(?:\s+(?:dot|period|point|underscore|dash|hyphen|minus|plus)\s+|\s?[._-]\s?)"
_SPELLED = r"(?:[a-z0-9][\s-]+){2,24}[a-z0-9]"
_LOCAL = rf"(?:{_SPELLED}|[a-z0-9][\w'+]*)(?:{_LINK}[a-z0-9]\w*)*"
_DOMAIN = rf"(?:{_SPELLED}|[a-z0-9][\w-]*(?:\s+[a-z0-9][\w-]*)?)(?:(?:\s+dot\s+|\s?\.)[a-z0-9][\w-]*)*?"
_AT = r"(?:\s+at(?:\s+sign)?\s+|\s*@\s*)"
_SPOKEN_TAIL = rf"{_AT}{_DOMAIN}(?:\s+dot\s+|\s?\.)(?:{_TLD})(?:(?:\s+dot\s+|\.)(?:{_TLD}))?(?![\w-])"
_SPOKEN_EMAIL = re.compile(rf"(?<![\w.'-])(?P<local>{_LOCAL}){_SPOKEN_TAIL}", re.IGNORECASE)
_INTRODUCED_EMAIL = re.compile(
    rf"\be-?mail(?:\s+address)?(?:\s+(?:is|would\s+be|me|to|it\s+to))*(?:'s)?[\s:,]+(?:it's\s+|at\s+)?"
    rf"(?P<address>(?:[\w'+-]+\s+){{0,3}}?(?:{_LOCAL}){_SPOKEN_TAIL})",
    re.IGNORECASE,
)
# Words that stand before "at acme dot com" when a web site is meant and not an address.
_NOT_A_LOCAL_PART = frozenset(
    """
    look looking looked us me we you they it is are was were be been am i im work works working worked job jobs find
    found out there here up people folks over that this available online page pricing sign login log live hosted
    located based arrive arrived start started everything everyone something anything more information site website
    portal team and or just him her them who what one ones now today used bought went go going stay meet see seen check
    back
    """.split()  # noqa: SIM905
)


def _emails(text: str) -> Iterator[Span]:
    if "@" in text:
        for match in _WRITTEN_EMAIL.finditer(text):
            yield Span(*match.span(), EMAIL)


def _spoken_emails(text: str) -> Iterator[Span]:
    lowered = text.lower()
    if " at " not in lowered and "@" not in lowered:
        return
    for match in _INTRODUCED_EMAIL.finditer(text):
        yield Span(*match.span("address"), EMAIL)
    for match in _SPOKEN_EMAIL.finditer(text):
        if match["local"].lower().replace("'", "") not in _NOT_A_LOCAL_PART:
            yield Span(*match.span(), EMAIL)


# --- check digits -----------------------------------------------------------------------------------------------------


def is_luhn_valid(digits: str) -> bool:
    """Luhn check (ISO/IEC 7812-1) of a string of digits."""
    doubled = [int(d) for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[::-2]) + sum(d * 2 - 9 * (d > 4) for d in doubled)) % 10 == 0


def _is_spanish_id(text: str) -> bool:
    number = text.upper().translate(str.maketrans("XYZ", "012", "- "))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number[:-1]) % 23] == text.upper()[-1]


def _is_french_id(text: str) -> bool:
    number = re.sub(r"\D", "", text.upper().replace("2A", "19").replace("2B", "18"))
    return len(number) == 15 and 97 - int(number[:13]) % 97 == int(number[13:])


def _is_german_tax_id(text: str) -> bool:
    """ISO 7064 MOD 11,10, as the Federal Central Tax Office defines it."""
    product = 10
    for digit in text[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(text[-1])


_VERHOEFF_D = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_VERHOEFF_P = (
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
)


def _is_aadhaar(text: str) -> bool:
    """Verhoeff check of an Indian Aadhaar number."""
    check = 0
    for position, digit in enumerate(reversed(re.sub(r"\D", "", text))):
        check = int(_VERHOEFF_D[check][int(_VERHOEFF_P[position % 8][int(digit)])])
    return check == 0


def _is_social_security(text: str) -> bool:
    area, group, serial = re.findall(r"\d+", text)
    return area not in {"000", "666"} and group != "00" and serial != "0000"


def _is_social_insurance(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return digits[0] not in "08" and is_luhn_valid(digits)


def _always(text: str) -> bool:
    return bool(text)


# Written national identity numbers with a format, or a check digit, of their own.
_NATIONAL_ID_FORMATS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\w-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])"), _is_social_security),  # US SSN, ITIN
    (re.compile(r"(?i)\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d{2} ?){3}[A-D]\b"), _always),
    (re.compile(r"(?i)\b(?:[XYZ]-?\d{7}|\d{8})-?[A-Z]\b"), _is_spanish_id),  # DNI, NIE
    (re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b"), _always),  # Italy, codice fiscale
    (re.compile(r"\b[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\b"), _is_french_id),  # NIR
    (re.compile(r"(?<![\w.,+-])[1-9]\d{10}(?![\w-])"), _is_german_tax_id),
    (re.compile(r"(?<![\w.,+-])[2-9]\d{3}([- ]?)\d{4}\1\d{4}(?![\w-]| ?\d)"), _is_aadhaar),
    (re.compile(r"\b[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]\b"), _always),  # India, PAN
    (re.compile(r"(?<![\w.,+-])\d{3}([- ])\d{3}\1\d{3}(?![\w-]| ?\d)"), _is_social_insurance),  # Canada, SIN
)


def _national_ids(text: str) -> Iterator[Span]:
    if sum(map(str.isdigit, text)) < 4:
        return
    for pattern, is_valid in _NATIONAL_ID_FORMATS:
        for match in pattern.finditer(text):
            if is_valid(match[0]):
                yield Span(*match.span(), NATIONAL_ID)


# --- written numbers --------------------------------------------------------------------------------------------------

_GAP = r"(?:\) ?-?| \(| ?[-–/.] ?(?=\d)| |\()"
_WRITTEN_NUMBER = re.compile(
    rf"(?<![\w$€£#.,/@-])(?:\+ ?)?\(?\d+(?:{_GAP}\d+)*(?:,? ?(?:ext\.?|extension|x) ?\d+)?(?![\w%])", re.I
)
_DATE = re.compile(r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PHONE_CUE = re.compile(
    r"(?:\b(?:phone|number|cell|mobile|tele?phone|fax|dial|extension|direct\s+line|landline|whatsapp)\b"
    r"|\b(?:call|reach|text|ring)\s+(?:me|us|him|her|them)\b)[^.?!]{0,40}$",
    re.IGNORECASE,
)
_ID_CUE = re.compile(
    r"\b(?:social(?:\s+security)?|ssn|national\s+(?:id|insurance|identity)|tax\s+id|passport|sin)\b[^.?!]{0,40}$", re.I
)
_CARD_CUE = re.compile(r"\b(?:card|visa|mastercard|amex|american\s+express)\b[^.?!]{0,40}$", re.IGNORECASE)


def _written_numbers(text: str) -> Iterator[Span]:
    if sum(map(str.isdigit, text)) < 7:
        return
    for match in _WRITTEN_NUMBER.finditer(text):
        mask = _classify_written(match[0], text[: match.start()])
        if mask:
            yield Span(*match.span(), mask)


def _classify_written(number: str, before: str) -> str | None:
    groups = re.findall(r"\d+", number)
    digits = "".join(groups)
    if 13 <= len(digits) <= 19 and is_luhn_valid(digits) and len(set(digits)) > 1:
        return CARD
    if not 7 <= len(digits) <= 17 or _DATE.search(number) or all(_YEAR.fullmatch(group) for group in groups):
        return None
    if len(digits) == 9 and _ID_CUE.search(before):
        return NATIONAL_ID
    return PHONE if _is_phone_shape(number, groups) or _PHONE_CUE.search(before) else None


def _is_phone_shape(number: str, groups: list[str]) -> bool:
    digits, sizes = "".join(groups), [len(group) for group in groups]
    if number.startswith(("+", "(")) or re.search(r"ext|x", number, re.I):
        return True
    if digits.startswith("0"):  # national trunk prefix; a lone point is a decimal
        return 9 <= len(digits) <= 13 and not re.fullmatch(r"0\.\d+", number)
    if sizes[:1] == [1] and digits.startswith("1"):
        sizes = sizes[1:]
    if sizes == [3, 3, 4] or len(digits) == len(number) == 10:
        return groups[-1][0] >= "0" and digits[-10] >= "2"
    if all(size == 1 for size in sizes):
        return True
    return sizes == [3, 4] and re.search(r"[-.]", number) is not None


# --- spoken numbers ---------------------------------------------------------------------------------------------------

_UNITS = {
    **{"zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5"},
    **{"six": "6", "seven": "7", "eight": "8", "nine": "9"},
}
_TEENS = {
    **{"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15"},
    **{"sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"},
}
_TENS = {
    **{"twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8"},
    "ninety": "9",
}
_REPEAT = {"double": 2, "triple": 3}
_NUMBER_WORD = "|".join([*_UNITS, *_TEENS, *_TENS, *_REPEAT, "hundred"])
_TOKEN = rf"(?:\d+|(?:{_NUMBER_WORD})(?![\w']))"
_SPOKEN_NUMBER = re.compile(
    rf"(?<![\w$€£#'])(?:plus\s+)?{_TOKEN}(?:[\s,.\-–()/]{{1,4}}(?:(?:dash|hyphen|space|and\s+then|then)[\s,]+)?{_TOKEN}){{2,}}(?![\w%])",
    re.IGNORECASE,
)


def _spoken_numbers(text: str) -> Iterator[Span]:
    for match in _SPOKEN_NUMBER.finditer(text):
        tokens = re.findall(_TOKEN, match[0].lower())
        mask = _classify_spoken(tokens, text[: match.start()])
        if mask:
            yield Span(*match.span(), mask)


def _classify_spoken(tokens: list[str], before: str) -> str | None:
    digits = _dictated_digits(tokens)
    singles = sum(token in _UNITS or token in _REPEAT or len(token) == 1 for token in tokens)
    is_dictated = singles >= 5 or (singles >= 3 and singles * 2 >= len(tokens))
    if 13 <= len(digits) <= 19 and (
        (is_luhn_valid(digits) and len(set(digits)) > 1) or singles >= 12 or _CARD_CUE.search(before)
    ):
        return CARD
    if not 7 <= len(digits) <= 15:
        return None
    if len(digits) == 9 and _ID_CUE.search(before):
        return NATIONAL_ID
    sizes = [len(token) for token in tokens if token.isdigit()]
    is_grouped = sizes in ([3, 3, 4], [1, 3, 3, 4]) and len(sizes) == len(tokens)
    return PHONE if is_dictated or is_grouped or _PHONE_CUE.search(before) else None


def _dictated_digits(tokens: list[str]) -> str:
    """Digits of a dictated number: "four fifteen double five" is 41555, "eight hundred" 800, "fifty five" 55."""
    digits, repeat = [], 1
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if token in _REPEAT:
            repeat = _REPEAT[token]
            continue
        if token in _TENS:
            is_joined = following in _UNITS and _UNITS[following] != "0"
            value = _TENS[token] + ("" if is_joined else "0")
        else:
            value = _UNITS.get(token) or ("00" if token == "hundred" else _TEENS.get(token, token))
        digits.append(value * repeat)
        repeat = 1
    return "".join(digits)


# What every find has in it: a cheap test (one pass in Rust, no look-around), wider than the patterns.
_SUSPECT = "(?i)" + "|".join(
    [
        "@",
        rf"\bat\b.{{1,80}}(?:\bdot\s+|\.)(?:{_TLD})\b",
        r"\d(?:[^a-z]{0,3}\d){6}",
        r"\bx\d|\bext",
        r"[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d]|\d{7}-?[a-z]\b|[a-z]\d{3}[a-z]\b|[a-z]\d{4}[a-z]\b",
        rf"(?:\b(?:\d+|{_NUMBER_WORD})\b[\s,.\-–()/]{{1,4}}(?:(?:dash|hyphen|space|and\s+then|then)[\s,]+)?){{2}}(?:\d|{_NUMBER_WORD})",
    ]
)
