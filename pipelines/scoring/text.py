"""One normal form for what was said, so that clean transcripts and a recogniser's raw output meet the same models.

The normal form is lower case without punctuation, contractions written out, and numbers, amounts, weekdays, months and known
names replaced by one stand-in each: it is what is matched, embedded and cached. No model and no rubric belongs here.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import polars as pl

NUMBER, MONEY, AMOUNT, WEEKDAY, MONTH = "20", "20 thousand dollars", "20 thousand", "tuesday", "june"
PERSON, COMPANY, COMPETITOR = "alex", "acme", "rivalsoft"
# What rubric authors may write in a cue pattern, in braces.
CUE_MACROS = {
    "{money}": f"(?:{AMOUNT}(?: dollars)?)",
    "{weekday}": WEEKDAY,
    "{number}": r"\b20\b",
    "{competitor}": COMPETITOR,
}

LONG_UTTERANCE_WORDS = 24
WHOLE_UTTERANCE_WORDS = 30
WINDOW_WORDS = 16
WINDOW_STEP = 8
SHORTEST_UNIT_WORDS = 3
SHORTEST_CLAUSE_WORDS = 4
# Where a clause begins in text without full stops: a word that takes up the thread, or one that opens a question.
_THREAD = ("so", "and", "but", "okay", "because", "then", "well", "now")
_ASKING = (
    "what|how|why|who|which|when|where|do you|did you|does|is (?:that|it|there|this)|are you|can you|could|would|have (?:you|i)|"
    "did i|shall we"
)
_CLAUSE = re.compile(
    rf" (?=(?:{'|'.join(_THREAD)}) (?:{_ASKING})\b)| (?=(?:so|but|okay|because|then|well|now) )|"
    + "".join(f"(?<! {word})" for word in _THREAD)
    + rf" (?=(?:{_ASKING})\b)"
)

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# Of a clean transcript, before case goes: capitalised words in a row are a name that nobody told us (a customer talked about in a
# 1:1), and "may" with a capital is a month. One capitalised word alone is left as it is: a recogniser's transcript has it
# too, only in lower case, and who it names matters less than what is said of them.
_NAME = r"[A-Z][a-z]+(?:'s)?"
_CAPITALISED: tuple[tuple[str, str], ...] = (
    (r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b", WEEKDAY),
    (rf"\b(?:{_MONTHS})\b", MONTH),
    (rf"\b{_NAME}(?:(?: | and | of | & ){_NAME})+\b", COMPANY),
)

_UNITS = "two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_NUMBER_WORD = f"(?:{_UNITS}|{_TEENS}|{_TENS}|hundred|zero)"
_CURRENCY = r"(?:dollars?|bucks|euros?|pounds?|usd|eur|gbp|francs?|chf)"
_SCALE = r"(?:k|m|thousand|million|grand|billion|mio)"

# Order matters: contractions before punctuation goes, amounts before bare numbers.
_REWRITES: tuple[tuple[str, str], ...] = (
    (r"[\p{Cc}\p{Cf}\p{So}]+", " "),
    (r"[’‘`´]", "'"),
    (r"\b(ca|wo|sha)n'?t\b", "${1}n not"),
    (r"\bcannot\b", "can not"),
    (r"\bwon not\b", "will not"),
    (r"\bshan not\b", "shall not"),
    (r"\b(do|does|did|is|are|was|were|have|has|had|would|could|should|need)n'?t\b", "${1} not"),
    (r"\b(you|they)'?re\b|\b(we)'re\b", "${1}${2} are"),
    (r"\b(\w+)'ve\b|\b(i|you)ve\b", "${1}${2} have"),
    (r"\b(\w+)'ll\b", "${1} will"),
    (r"\bi'?m\b", "i am"),
    (r"\b(\w+)'d\b|\b(who|what|how|where|it|that|there|you|they|i)d\b", "${1}${2} would"),
    (r"\b(i|you|they|it|that|who)ll\b", "${1} will"),
    (r"\blet'?s\b", "let us"),
    (r"\b(it|that|what|who|how|where|there|here|he|she|when|why|everything|everyone)'s\b", "${1} is"),
    (r"\b(that|what|who|how|where|there|he|she)s\b", "${1} is"),
    (r"'s\b", "s"),
    (
        rf"\b(?:(?:one|a) (?:hundred|couple hundred)|{_NUMBER_WORD})(?:(?: |-| and ){_NUMBER_WORD})*(?:(?: |-)one)?\b",
        NUMBER,
    ),
    (r"\b(?:one|a)[ -](thousand|million|grand)\b", f"{NUMBER} ${{1}}"),
    (rf"[$€£] ?\d(?:[\d,.']*\d)? ?(?:{_SCALE}\b)?(?: {_CURRENCY}\b)?", f" {MONEY} "),
    (rf"\b\d(?:[\d,.']*\d)? ?(?:{_SCALE} )?(?:{_CURRENCY}\b|[€$£])", MONEY),
    (rf"\b\d(?:[\d,.']*\d)? ?{_SCALE}\b", AMOUNT),
    (r"\b\d(?:[\d,.]*\d)?(?:(?: |-)\d[\d,.]*)* ?(?:%|percent\b|per cent\b)", f"{NUMBER} percent"),
    (r"\b\d+(?:st|nd|rd|th)\b", f"{NUMBER}th"),
    (r"\b\d+[:.]\d\d ?([ap])\.?m\b\.?|\b\d+ ?([ap])\.?m\b\.?", f"{NUMBER} ${{1}}${{2}}m"),
    (r"\b\d(?:[\d,.:/]*\d)?\b", NUMBER),
    (r"\b20(?:(?: |-|/| to | or )20)+\b", NUMBER),
    (r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", WEEKDAY),
    (r"\b(?:january|february|april|june|july|august|september|october|november|december)\b", MONTH),
    (r"\b(?:um+|uh+|erm?|hm+|mm+|uhm|ah|eh)\b", " "),
    (r"\?+", " ?| "),
    (r"[.!…;]+(\s|$)", " | "),
    (r"[^\w\s?|]|_", " "),
    (r"\s+", " "),
    (r"(?:\| )+\|", "|"),
    (r"^[| ]+|[| ]+$", ""),
)


def marked(text: pl.Expr) -> pl.Expr:
    """Normal form that still shows sentence ends: ``|`` after a statement, ``?|`` (or a last ``?``) after a question."""
    for pattern, replacement in _CAPITALISED:
        text = text.str.replace_all(pattern, replacement)
    text = text.str.to_lowercase()
    for pattern, replacement in _REWRITES:
        text = text.str.replace_all(pattern, replacement)
    return text


def mark_texts(texts: Iterable[str]) -> list[str]:
    """``marked`` for a plain list."""
    return (
        pl.DataFrame({"text": list(texts)}, schema={"text": pl.String}).select(marked(pl.col("text")))["text"].to_list()
    )


@lru_cache(maxsize=4096)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(name) for name in names) + r")\b", re.IGNORECASE)


def mask_names(texts: Sequence[str], names: Iterable[str], stand_in: str) -> list[str]:
    """Replace whole words among ``names`` in every text by ``stand_in`` (longest name first, any case)."""
    wanted = tuple(
        sorted({name.strip() for name in names if len(name.strip()) > 1}, key=lambda name: (-len(name), name))
    )
    if not wanted or not texts:
        return list(texts)
    # One pass over the joined text: a name never spans the separator, which no transcript contains.
    return _names_pattern(wanted).sub(stand_in, "\x00".join(texts)).split("\x00")


def plain(marked_text: str) -> str:
    """The text that models see: the normal form without its sentence marks."""
    return " ".join(marked_text.replace("|", " ").replace("?", " ").split())


def units(marked_text: str, with_windows: bool = True) -> list[tuple[str, bool]]:
    """What is scored of one utterance: the whole, and of a long one also its sentences or clauses, and 16-word windows.

    Returns:
        ``(text, is_marked_question)`` pairs, the whole utterance first; never empty.
    """
    whole = plain(marked_text)
    sentences = [(plain(part), part.rstrip().endswith("?")) for part in marked_text.split("|")]
    sentences = [(text, asks) for text, asks in sentences if len(text.split()) >= SHORTEST_UNIT_WORDS]
    found = [(whole, "?" in marked_text)] if len(whole.split()) <= WHOLE_UTTERANCE_WORDS else []
    if len(sentences) > 1:
        found += sentences
    elif len(whole.split()) >= WINDOW_WORDS:
        found += [(clause, "?" in marked_text) for clause in _clauses(whole)]
    for text, asks in sentences if with_windows else ():
        found += [(window, asks) for window in _windows(text)]
    return list(dict.fromkeys(found)) or [(whole, "?" in marked_text)]


def _clauses(text: str) -> list[str]:
    """Parts of a text that a recogniser left without full stops; a very short part stays with what follows it."""
    found: list[str] = []
    for part in _CLAUSE.split(text):
        if found and len(found[-1].split()) < SHORTEST_CLAUSE_WORDS:
            found[-1] += f" {part}"
        else:
            found.append(part)
    return [clause for clause in found if len(clause.split()) >= SHORTEST_UNIT_WORDS] if len(found) > 1 else []


def _windows(text: str) -> list[str]:
    words = text.split()
    if len(words) <= LONG_UTTERANCE_WORDS:
        return []
    starts = [*range(0, len(words) - WINDOW_WORDS, WINDOW_STEP), len(words) - WINDOW_WORDS]
    return [" ".join(words[start : start + WINDOW_WORDS]) for start in starts]


def sentences(text: str) -> list[str]:
    """Sentences of a raw text, verbatim; the text itself where it has no punctuation."""
    return [part for part in re.split(r"(?<=[.?!…])\s+", text.strip()) if part] or [text]
