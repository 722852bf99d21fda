"""Questions the rep asks: how many, how often, and how many of them are open.

A recogniser drops question marks, so a question is also known by its words: an inverted verb ("do you", "how does your team"),
a question word that opens a clause, a tag at the end, or an invitation ("walk me through"). With punctuation present a full
stop is believed, except after a clause that opens like a question.
"""

import polars as pl

from pipelines.scoring.signals.conversation import Conversations, ratio, role_reason, rows

_B = r"(?-u:\b)"  # ASCII word boundary: the Unicode one is many times slower
_BE_DO = r"(?:do|does|did|is|are|was|were|am|can|could|would|will|should|shall|may|might|have|has|had)"
_NOT = r"(?:n't| not)?"
_WHO = (
    r"(?:you|your|we|our|they|their|i|my|it|its|he|she|his|her|this|that|these|those|there|the|a|an|any|anyone|anybody|anything|"
    r"someone|somebody|something|everyone|everybody|everything|people|most|each|both|either|all|others?|another|one|"
    r"(?:mon|tues|wednes|thurs|fri)day|tomorrow|next)"
)
# Verbs that open a statement or a request when "the" or "a" follows ("have a look", "do the import first").
_INVERTED = (
    rf"(?:(?:do|did|have|had|may|might){_NOT} (?:you|your|we|they|their|i|it|he|she|this|that|these|those|there|"
    rf"any\w*|some\w+|every\w+|people|most|both|others?)"
    rf"|(?:does|is|are|was|were|am|can|could|would|will|should|shall|has){_NOT} {_WHO}){_B}"
)
_QUANTITY = r"(?:many|much|often|long|far|big|large|old|soon|fast|quickly|high|deep|wide|late|early|big)"
_WH = (
    rf"(?:(?:what|how|why|when|where|who|whom)(?:'s|'re|'d| {_BE_DO}){_NOT}{_B}"
    rf"|how (?:{_QUANTITY}|come|about|else|exactly|confident|happy|important|likely|easy|hard|difficult|open|serious|sure|urgent|"
    rf"familiar|satisfied|well|comfortable|involved|critical|big a)\b"
    r"|what (?:about|if|else|exactly|other|kind|sort|type|part|parts|percent\w*|share|portion|number|range|date|day|time|step|steps|"
    r"criteria|tool|tools|system|systems|process|budget|price|figure|amount|level|size|made|makes|happens|happened|caused|causes|"
    r"brings|brought|stops|stopped|drives|drove|worries|matters|needs|worked|works|went|goes|comes|keeps|led|prompted|triggered|"
    r"problem|problems|issues|challenges|role|impact|effect|options|goals?|results?|timeline|approach|questions?|concerns?|features?|"
    r"in particular|specifically|on earth|changed|changes|attracted|bothers|sets|do|does|did)\b"
    r"|why (?:now|not|this|that|us)\b"
    r"|who (?:else|on|in|at|from|signs|owns|decides|runs|approves|makes|will|besides|apart|gets|has|needs|holds|feels|uses|handles|"
    r"takes|pays|wants|manages|leads|suffers|notices)\b"
    r"|whose (?:\w+)"
    r"|which (?:of|one|ones|part|parts|\w+ (?:do|does|did|is|are|was|were|would|will|should|can|could|have|has)))"
)
_OPENER = (
    r"(?:so|and|but|or|okay|ok|then|now|well|yeah|yes|no|right|because|also|alright|great|sure|perfect|thanks|interesting|good|nice|"
    r"cool|actually|honestly|first|quickly|just|um|uh|oh|got it|understood|i see|fair enough|makes sense|makes sense|for example|"
    r"in other words|out of curiosity|thank you|cheers|hi|hello|hey|sorry|exactly|absolutely|fine|today|currently|curious)"
)
_SENTENCE_START = rf"(?:^|[.!?;:…]\s|[,\-–—]\s)\W*(?:{_OPENER}[,\s]+){{0,3}}"
_LOOSE_START = rf"(?:^|[.!?;:…,\-–—]\s|{_B}{_OPENER}\s)\W*"

_INVITATION = (
    rf"{_B}(?:(?:tell me|tell us) (?:more|a bit|a little|about|how|what|why|which|where|when|who|if)|(?:walk|talk|take) (?:me|us) through|"
    r"help me (?:understand|see)|give me (?:an example|a sense|an idea|a feel)|say more|paint me|"
    r"i(?:'m| am| was|'d be| would be) (?:curious|wondering|keen to (?:know|hear)))\b"
)
# After at least three words: "right" alone is listening.
_TAG = (
    rf"^(?:\S+\s+){{3}}.*{_B}(?:isn't it|is not it|isnt it|aren't they|doesn't it|doesnt it|don't you|don't they|won't it|or not|is that (?:right|fair|correct|so|okay|ok|accurate)|"
    r"does that (?:work|help|fit|make sense)|am i right|right|correct|you think|yes or no|agreed|deal)\s*$"
)
# A verb before its subject in the middle of an utterance. Left out is what also ends a clause or begins an order ("do
# that", "you have it", "what worries me is that").
_VERB_FIRST = (
    rf"(?:(?:do|did|have|had|are|were){_NOT} (?:you|we|they|i|he|she|there|any\w*|some(?:one|body)|people)"
    rf"|(?:does|can|could|would|should|shall|will){_NOT} (?:you|we|they|i|he|she|it|that|this|there|any\w*|one of|some\w*|"
    r"(?:mon|tues|wednes|thurs|fri)day|next|tomorrow)"
    rf"|(?:is|was|has){_NOT} (?:there|he|she|any\w*)|(?:is|was|are|were|does|did)(?:n't| not) (?:it|that|this))\b"
)
# "And if there is no signal": a condition whose consequence is asked for.
_CONDITION = r"^(?:(?:and|but|so|or|okay|right|mm|hm|yes|no) ){1,2}(?:what )?if(?: \S+){2,9}$"
_MID_CLAUSE = (
    rf"{_B}(?:(?:what|how|why|where|when|who)(?:'s|'re)? (?:do|does|did|are|is|was|were|can|could|would|will|should|have|has|had|might) "
    rf"(?:you|your|we|they|their|it|that|this|the|people|anyone|someone|he|she|i)\b"
    rf"|how {_QUANTITY}(?: [a-z']+){{0,4}} (?:do|does|did|is|are|was|were|can|could|would|will|should|have|has|had|might) "
    rf"(?:you|your|we|they|their|it|that|this|the|people|there|i)\b"
    r"|what (?:happens|happened|made|makes|kind|sort|type|else|would|could|did|if)\b"
    rf"|{_VERB_FIRST})"
)

# "Is it", "was that" asks wherever it stands, but for the sentence that opens behind it ("the trouble is it is late").
_IS_IT = (
    r"\b(?:is|was|are|were) (?:it|they|he|she|this|you|your|there)(?: (?:[^i\s]|i[^s\s])|$)"
    r"|\b(?:is|was) that (?:a|an|per|right|correct|okay|what|how|something|included|enough|possible|normal|all|true|fair|too|more|because|in|on|for|"
    r"from|with|still|also)\b"
)
_LINKS = r"(?:(?:and|so|but|okay|yeah|right|oh|um|uh|ha|sorry|no) )*"
# What is left of a question when people talk: its last or its first words.
_FRAGMENT = (
    rf"^{_LINKS}(?:which|whose|what) (?:[a-z0-9]+ ?){{1,3}}$|^{_LINKS}(?:what|why|how|who|when|where)$|^(?:in|with|for|from|at|on) (?:what|which|whose)\b"
    r"|\bwhat (?:then|next)$|\b(?:is it|or not|or no|has he|has she|have you|do you|are you|is he|is she|isn it|am i warm|am i right)$"
    r"|\bany (?:other|more|idea|surcharge|news|questions|thoughts|chance|reason|particular)\b[^|]{0,40}$"
    r"|\b(?:who|what|why|how|where|when) (?:will|would) [a-z0-9]+|\b(?:anything|anyone|anybody) (?:you|else|i|burning|to)\b|\b(?:so|and|or) which\b"
    r"|\bwhat is (?:next|up|left|missing|open|behind)\b[^|]{0,25}$|\bwhere is [a-z0-9]+ ?[a-z0-9]*$|\b(?:they|you|it|that) not$| (?:which|why|what|how old|who)$"
)
# The verb before a subject of more than a word, known by the verb that follows.
_SUBJECT_THEN_VERB = (
    r"\bdid (?:the|a|your|our|my|[a-z0-9]+) [a-z0-9]+ (?:[a-z0-9]+ )?(?:show|come|go|get|say|work|like|want|happen|make|ask|take|turn|end|help)\b"
    r"|\bdoes (?:a|an|the|your|our|my|that|this|everybody|everyone|anybody|20|he|she|it) (?:[a-z0-9]+ ){0,2}"
    r"(?:count|know|work|suit|come|go|mean|need|have|take|look|get|make|do|feel|fit|help|want|run|change|matter|happen|say|use|cost|sound)\b"
    r"|\bdo (?:your|the|our|their|people|most|both) (?:[a-z0-9]+ ){1,2}"
    r"(?:work|know|come|go|close|use|have|need|get|want|like|do|see|run|pay|take|mean|look|feel)\b"
    r"|\b(?:would|could|will|can|should|does) (?:another|a|an|the|your|our|my|yours|that|this|three|20|somebody|anybody|both|either) (?:[a-z0-9]+ ){0,3}"
    r"(?:suit|work|be|help|go|do|fit|make|feel|have|need|get|come|take|want|like|count|matter|change|cover)\b"
    r"|\bwhat d (?:you|they|we)\b|\bwhat (?:are|were|was|is) (?:you|they|we|your|their|his|her|the|our|that|this|it)\b"
    r"|\bhow (?:do|does|did|is|are|was|were|would|will|can|could|should|many|much|long|often|big|far|old|late|early|soon|high|sure|confident)\b"
)
_LAST_WORDS = (
    r"\bis (?:the |a |your |our |my |that |this )?[a-z0-9]+ (?:okay|ok|alright|all right|right|fine|good enough|enough|possible|still [a-z0-9]+|on|alive|included|"
    r"good|big|new|free|real|true|normal|typical|clear|ready|different|important)$"
    r"|\b(?:by when|since when|until when|how many|how much|how long|which one|which ones|what for|how so|says who|or what|or both|or either|"
    r"you reckon|would you say|you say|did you|could you|would you|can you|will you|were you|was it|was that|are they|is that|"
    r"or the other(?: one)?|or just the [a-z0-9]+|or by [a-z0-9]+)$"
    r"|^(?:[a-z0-9]+ ){1,7}or (?:[a-z0-9]+ ?){1,5}$"  # a short choice of two
)
# A verb behind its subject states: what follows is no subject of its ("you are you're a good one").
_STATES = (
    rf"{_B}(i|you|we|they|he|she|it|there) {_BE_DO[:-1]}|must)(?: not)?{_B}|{_B}(that|this) (?:is|was)(?: not)?{_B}"
)
_STATED = "${1}${2} _"

ASKS_AT_START = rf"{_SENTENCE_START}(?:{_WH}|{_INVERTED})"
ASKS_ANYWHERE = rf"{_LOOSE_START}(?:{_WH}|{_INVERTED})|{_MID_CLAUSE}|{_IS_IT}|{_SUBJECT_THEN_VERB}".replace(r"\b", _B)
ASKS_AT_THE_ENDS = rf"{_TAG}|{_CONDITION}|{_FRAGMENT}|{_LAST_WORDS}".replace(r"\b", _B)
INVITES = _INVITATION

_OPEN = rf"{_B}(?:(?:what|why)(?:'s|'re|'d)?{_B}|how (?:do|does|did|is|are|was|were|would|will|can|could|should|have|has|come|else|exactly)\b|how's|how're)"
_NOT_OPEN = rf"{_B}(?:what (?:time|day|date|percent\w*|number|version|year|month|size|address|about)|how about|so what|know what|what's up)\b"
_CLOSED_START = rf"{_SENTENCE_START}(?:{_INVERTED}|how {_QUANTITY}\b|(?:who|when|where|which|whose)\b)"


def is_question(lower: pl.Expr) -> pl.Expr:
    """Whether an utterance (in lower case) asks something."""
    # "|" ends a sentence of the normal form. Punctuated texts are null below: what is looked for is costly.
    bare = pl.when(~lower.str.contains(r"[.?!|]")).then(lower)
    asks_barely = bare.str.replace_all(_STATES, _STATED).str.contains(ASKS_ANYWHERE) | bare.str.contains(
        ASKS_AT_THE_ENDS
    )
    return (
        lower.str.contains("?", literal=True)
        | lower.str.contains(ASKS_AT_START)
        | lower.str.contains(INVITES)
        | asks_barely.fill_null(False)
    )


def is_open_question(lower: pl.Expr) -> pl.Expr:
    """Whether a question (in lower case) invites more than yes, no or one fact: what, why, how, or an invitation to tell."""
    asks_openly = lower.str.contains(_OPEN) & ~lower.str.contains(_NOT_OPEN) & ~lower.str.contains(_CLOSED_START)
    return asks_openly | lower.str.contains(INVITES)


def asked(said: Conversations) -> pl.DataFrame:
    """Per call: ``question_count`` (question marks, or one where there is none but the words ask) and ``open_count``."""
    lower = pl.col("lower")
    return (
        said.utterances.lazy()
        .filter((pl.col("role") == "rep") & (pl.col("words") >= 2))
        .with_columns(is_question(lower).alias("asks"))
        .filter("asks")
        .group_by("call")
        .agg(
            pl.max_horizontal(lower.str.count_matches("?", literal=True), 1).sum().alias("question_count"),
            pl.len().alias("asking_count"),
            is_open_question(lower).sum().alias("open_count"),
        )
        .collect()
    )


def question_signals(said: Conversations) -> pl.DataFrame:
    """``question_count``, ``questions_per_hour`` (of call time) and ``open_question_share`` (of asking utterances)."""
    count, hours = pl.col("question_count"), pl.col("duration_seconds") / 3600
    calls = said.calls.join(asked(said), on="call", how="left").with_columns(
        pl.col("question_count", "asking_count", "open_count").fill_null(0)
    )
    none = pl.when(pl.col("asking_count") == 0).then(pl.lit("no_questions"))
    return pl.concat(
        [
            rows(calls, "question_count", count, role_reason()),
            rows(calls, "questions_per_hour", ratio(count, hours), role_reason(), count, hours),
            rows(
                calls,
                "open_question_share",
                ratio(pl.col("open_count"), pl.col("asking_count")),
                pl.coalesce(role_reason(), none),
                pl.col("open_count"),
                pl.col("asking_count"),
            ),
        ]
    )
