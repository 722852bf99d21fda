"""What people in a role tend to say: the patterns behind the text rule of ``roles.py``.

Data, with a weight each: how many natural-log units one hit moves the odds that the speaker has the role. Only the
difference between the speakers of one call counts. English.
"""

import re
from collections.abc import Sequence
from functools import cached_property

MOST_HITS = 3  # one habit of speech must not decide alone


class Cue:
    """Ways of saying one thing, and what hearing one of them is worth."""

    def __init__(self, weight: float, *spellings: str) -> None:
        self.weight, self.spellings = weight, spellings

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self.spellings))


# Seller (positive) against buyer (negative).
SELLER_CUES: tuple[Cue, ...] = (
    # sellers
    Cue(0.8, r"\bthank(s| you) (so much )?for (taking|making|your|joining|calling|the|hopping|finding)\b"),
    Cue(0.9, r"\b(my|our|the) (agenda|plan|goal|idea) (for|was|is|would)\b", r"\bagenda\b"),
    Cue(
        1.0,
        r"\b(walk|take|run|talk) (you|everybody|everyone) through\b",
        r"\blet me (show|share)\b",
        r"\bi('ll| will| can| could| want to|'d like to) show you\b",
        r"\bshare my screen\b",
        r"\byou can see (here|it)\b",
        r"\bon (my|the|your) screen\b",
    ),
    Cue(
        0.5,
        r"\bi('ll| will|'m going to| can|'d) (send|put|write|draft|prepare|set up|get) (you|over|it"
        r"|that|a|the|together|up)\b",
    ),
    Cue(
        0.5,
        r"\bhow (do|does|are|did|is|have) (you|your|that|this|it)\b",
        r"\bwhat (do|does|did|would|is|are|happens|have) (you|your)\b",
    ),
    Cue(0.6, r"\bwho (else|would|on your|decides|signs|needs|owns|holds|has|is)\b"),
    Cue(
        0.7,
        r"\b(tell|walk) me\b",
        r"\bhelp me understand\b",
        r"\bcould you (give|tell|describe|walk)\b",
        r"\bwhat('s| is) (behind|driving)\b",
    ),
    Cue(0.5, r"\b(your|a) budget\b", r"\bset aside\b", r"\bhow (much|many) (do|does|did|would|of your|people|hours)\b"),
    Cue(
        0.5,
        r"\b(our|the) (platform|product|software|solution|tool|customers|clients|pricing|list price"
        r"|price list|standard)\b",
    ),
    Cue(
        0.5,
        r"\b(other|most|many) (customers|clients|companies|teams)\b",
        r"\bcustomers (like|of ours|tell|who)\b",
        r"\bfor (you|your team)\b",
    ),
    Cue(
        0.7,
        r"\b(we|i) (can|could|would) (offer|do that|give you|include|meet you|hold)\b",
        r"\bin (return|exchange) for\b",
    ),
    Cue(
        0.9,
        r"\bif i (understood|understand|heard|got)\b",
        r"\bdid i (get|hear|understand)\b",
        r"\bhave i (got|understood)\b",
        r"\blet me play\b",
        r"\b(let me|i'll) (repeat|recap|summari[sz]e)\b",
        r"\bif i('ve| have) (got|understood|heard)\b",
        r"\bis that (right|fair|correct)\b",
    ),
    Cue(
        0.5,
        r"\bnext steps?\b",
        r"\bdoes (that|this) (work|make sense|sound|help|match)\b",
        r"\bhow does (that|this) sound\b",
        r"\bok(ay)? with you\b",
    ),
    Cue(1.2, r"\bhow (can|may) i help\b", r"\banything else i can\b", r"\bis there anything else\b"),
    Cue(
        0.6,
        r"\bin your (case|position|shoes|words|world|team)\b",
        r"\bon your side\b",
        r"\byour (team|people|side|colleagues|boss|cfo)\b",
    ),
    Cue(0.3, r"\bper (seat|user|month|year|licen[cs]e)\b", r"\bseats?\b"),
    # buyers
    Cue(
        -0.7,
        r"\bwe('re| are| have been|'ve been) (currently |still |already )?(using|struggling"
        r"|looking at|on|stuck|doing)\b",
        r"\bwe use\b",
    ),
    Cue(
        -0.6,
        r"\b(our|my) (cfo|ceo|coo|it|legal|lawyers?|boss|procurement|finance|board|director"
        r"|controller|security|accountants?|team|people|folks|company|manager|colleague|warehouse|sites?|branches|system|process|budget|data)\b",
    ),
    Cue(
        -0.7,
        r"\b(what|how much) (does|would|will|is|do) (it|this|that|the|we)( \w+)? (cost|price|pay|run)\b",
        r"\bwhat('s| is) the price\b",
        r"\bhow much (is|does|would)\b",
    ),
    Cue(
        -0.5,
        r"\b(can|could|does|do|will|would) (it|this|you|your (tool|product|system|people|platform"
        r"|support)) (\w+ )?(integrate|connect|support|handle|export|import"
        r"|work|send|share|do|include|come down|go lower|drop|match)\b",
    ),
    Cue(
        -0.8,
        r"\b(too|quite|pretty|very) (expensive|much|steep|high|pricey)\b",
        r"\bmore than (we|i)\b",
        r"\bout of (our|my)\b",
        r"\bcheaper\b",
    ),
    Cue(
        -0.6,
        r"\b(have|need|'d have|has|want) to (check|talk|ask|run|clear|speak|take) (it |that "
        r"|this )?(with|to|by|past|internally|my|our)\b",
    ),
    Cue(
        -0.4,
        r"\bwe (lose|spend|pay|waste|need|want|had|have|got|don't have|can't|tried|looked|start"
        r"|plan|do) \b",
    ),
    Cue(-0.5, r"\bit takes (us|me|them)\b", r"\bcosts? us\b", r"\bfor us\b", r"\bour side\b", r"\bwith us\b"),
    Cue(-0.3, r"\bhonestly\b", r"\bto be (honest|frank)\b"),
    Cue(
        -1.2,
        r"\bi('d| would) like to (buy|order|make|book|return|schedule|cancel)\b",
        r"\bi (need|want) to (order|cancel|replace|book|make an)\b",
    ),
)

# Manager (positive) against rep (negative) in a one-on-one.
MANAGER_CUES: tuple[Cue, ...] = (
    # managers
    Cue(
        0.6,
        r"\byour (calls?|deals?|pipeline|number|forecast|commit|quota|week|quarter|customer"
        r"|question|tone|opening|discovery)\b",
    ),
    Cue(
        0.6,
        r"\b(what|how) (would|could|did|do|might|will|are) you\b",
        r"\bwhat('s| is) (your|stopping|different)\b",
        r"\bwhere (is|are|does|do)\b",
    ),
    Cue(0.6, r"\bhow (did|do) (you|that|it) (think|feel|go|get on)\b", r"\bhow('s| is) (it|everything|the)\b"),
    Cue(
        0.9,
        r"\b(i'd|i would|i) (like|want|need|love|suggest|expect) (for )?you\b",
        r"\bi want to (see|hear)\b",
        r"\bi need (to know|a number|it)\b",
    ),
    Cue(
        0.8,
        r"\b(i|i've|i'd) (noticed|listened|heard|saw|read) (to |that |in )?(you|your|it|the|minute|how)\b",
        r"\bi listened\b",
    ),
    Cue(
        0.7,
        r"\byou (said|asked|did|went|jumped|told|handled|answered|let|gave|interrupted|sounded"
        r"|talked|were|had|wanted)\b",
    ),
    Cue(
        0.6,
        r"\blet's (practi[sc]e|try|look|role|do|go|start|play|say|take|listen|talk|move|agree)\b",
        r"\bi('ll| will) (play|be) the\b",
    ),
    Cue(0.2, r"\b(good|great|nice|well done|excellent|beautiful|exactly)\b"),
    Cue(
        0.3,
        r"\btry (it|that|to|again|asking|saying)\b",
        r"\bonce more\b",
        r"\bnext time\b",
        r"\bby (next|friday|monday|the end)\b",
    ),
    Cue(
        0.4,
        r"\b(what|which) (stage|is the status|amount|close date)\b",
        r"\bin commit\b",
        r"\bclose date\b",
        r"\bwhen (is|does|will|do)\b",
    ),
    # reps
    Cue(
        -0.5,
        r"\b(my|the) (prospect|champion|buyer|customer|contact)\b",
        r"\bmy (calls?|deals?|pipeline|number|quota|week|manager)\b",
    ),
    Cue(
        -0.5,
        r"\bi (think|felt|feel|thought|guess|tried|asked|sent|called|met|told|explained|got|didn't"
        r"|couldn't|wasn't|was|had|did|lost)\b",
    ),
    Cue(-0.4, r"\b(she|he|they) (said|told|asked|want|wanted|need|went|are|were|have|didn't|haven't)\b"),
    Cue(
        -0.5,
        r"\bi('ll| will) (send|call|try|update|do|ask|write|bring|move|put|change|get)\b",
        r"\bi('m| am) (waiting|still|going)\b",
    ),
    Cue(-0.5, r"\bi've (got|sent|been|had|put|moved|never|booked)\b", r"\bi'd (say|keep|do|have|start|ask)\b"),
)


def cue_score(text: str, cues: Sequence[Cue]) -> tuple[float, int]:
    """Sum of the weights of all hits in ``text``, each pattern at most ``MOST_HITS`` times, and the number of hits."""
    lowered = text.lower().replace("’", "'")
    counts = [min(len(cue.pattern.findall(lowered)), MOST_HITS) for cue in cues]
    return sum(cue.weight * count for cue, count in zip(cues, counts, strict=True)), sum(counts)


def name_score(text: str, name: str) -> float:
    """How much ``text`` speaks for its speaker being called ``name``.

    Who says "I'm Maya" is Maya; who says "thanks, Maya" or "Maya told me" is not.
    """
    lowered, name = text.lower().replace("’", "'"), re.escape(name.lower())
    introductions = len(
        re.findall(rf"\b(?:i'm|i am|this is|my name is|it's)\s+{name}\b|\b{name} (?:here|speaking)\b", lowered)
    )
    others = len(re.findall(rf"\b{name}\b", lowered)) - introductions
    return 2.0 * min(introductions, 1) - min(others, 2)
