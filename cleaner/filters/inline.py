"""What was put into the middle of a speech?

In: the text of one speech. Out: edits that take injected spans away and join the sentence again with nothing between.
What always holds: only inline rules and asides of page words look inside the body; what a speaker quotes, quotation
marks closing exactly round it, stays; a bracket that would be left with little in it goes with its claim.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from cleaner.chars import is_han, matches
from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.filters import named
from cleaner.filters.named import PAGE_NAME
from cleaner.lines import Line, ends_as_speech, ends_sentence, first_bare, is_heading, is_prose, lines
from cleaner.matching import Hit
from cleaner.pagenames import letters
from cleaner.pagewords import PAGE_WORDS, without
from cleaner.pagewords import STAGE as PAGE
from cleaner.paragraphs import pieces
from cleaner.rulepack import RulePack

STAGE = "inline"

BRACKET_CHARS = 30
"""How much unclaimed text may stand in a bracket that goes with the claim inside it."""
QUOTED_CHARS = 30
"""How far behind a claim that begins a quotation the quotation may end."""
NEED_MARKED = 2
"""What an aside must weigh (see `pagewords`) between signs that speeches do not use inside a sentence."""
NEED_BRACKETED = 3
"""The same between round brackets, in which speeches add things, or between blanks."""
NEED_ALONE, ALONE_FAMILIES = 3, 2
"""The same for a whole line between two paragraphs, and of how many families of page words."""
CLAUSE_CHARS = 5
"""The shortest clause that must have a page word, too."""
ALONE_CHARS = 48
"""How long such a line may be."""
WOVEN_CHARS = 4
"""The fewest characters of page words that signs part."""
NAME_WEIGHT = 2
"""What a name of the page adds to the weight of an aside."""

_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"'}
_BRACKETS = {"（": "）", "(": ")", "【": "】", "[": "]", "〔": "〕"}
_SENTENCE = re.compile(r"[。;]|[,:、]$|^(?:主题词|抄[送报]|附件?)[ :0-9]")
"""What no advertisement of one line has: a sentence that ends in it or goes on, the apparatus of a document."""
_MARKS = "，。；：！？、）》”"
_BOUNDS = "".join(_BRACKETS.values()) + "。；;"
_MARKED = re.compile(
    r"[【〔\[{][^【〔\[{}\]】〕。]{4,60}[】〕\]}]|(?P<sign>[※◇◆★☆●◎▲▼■])[^※◇◆★☆●◎▲△▼■□。]{4,60}(?:(?P=sign)[^※◇◆★☆●◎▲△▼■□。]{2,60})?(?P=sign)"
    r"|[>》]{2,4}[^<>《》。]{4,60}[<《]{2,4}|→[^→。]{2,40}→(?:[^→。]{2,40}→)?|[☞👉▶►➤][^☜👈。]{4,60}[☜👈◀◄]|[👇☟⬇]{1,3}[^👇☟⬇。]{4,60}[👇☟⬇]{1,3}|(?P<rule>[~=☆★◇◆※])(?P=rule){1,5}(?![省市县区镇乡村年月日个名户万亿])[^~=☆★◇◆※。]{4,60}(?P=rule){2,6}"
    r"|<[^<>。]{2,40}>"
    r"|^ *[—\-=~▶►→◇◆★●※▲]{1,4} ?[^—。]{4,60}? ?[—\-=~◀◄←↗↑◇◆★●※▲]{1,4} *$"
    r"|^ *(?:[▶►→]{1,4}|[—=~]{2,4}) ?[^—。]{4,60}$"
)
_LED = re.compile(r"^ *[◇◆★※▲▼▽~] ?[^—。;]{4,60}$")
_PARTED = re.compile(r"(?<=[\u4e00-\u9fff]) [^ ,。;!?]{6,40} (?=[\u4e00-\u9fff])")
_BRACKETED = re.compile(r"\([^()。]{4,60}\)")
_ASIDES = (
    (re.compile(r"[【〔\[{※◇◆★☆●◎▲△▼■□>》→☞👉👇☟⬇▶►➤~=<]"), _MARKED, NEED_MARKED),
    (re.compile(r"^ *[◇◆★※▲▼▽~]"), _LED, NEED_MARKED),
    (re.compile(" "), _PARTED, NEED_BRACKETED),
    (re.compile(r"\("), _BRACKETED, NEED_BRACKETED),
)
"""What an aside of a kind begins with inside a line, the aside, and what it must weigh."""
_PARTER = r"[ .·*/|_~^+—-]"
# A class at the beginning is looked for in C.
_WEFT = re.compile(rf"{_PARTER}{_PARTER}?(?=[\u4e00-\u9fff])")
_WOVEN = re.compile(rf"(?:[\u4e00-\u9fff]{_PARTER}{{1,2}}){{3,20}}[\u4e00-\u9fff]")
"""Characters that signs part, and the signs."""
_ACCOUNT = re.compile(r"(?: [A-Za-z0-9_.-]{1,8}){0,3} ?: ?[A-Za-z0-9_.-]{1,8}(?: [A-Za-z0-9_.-]{1,8}){0,8} ?")
"""Behind them, what is parted likewise: w x : ab 12."""
_APART = re.compile("(?:[\u4e00-\u9fff] ){2,}[\u4e00-\u9fff]")
_WEFT_BETWEEN = re.compile("[ ,:]{0,2}(?:[\u4e00-\u9fff] ){1,4}[^\u4e00-\u9fff。;]{0,16}")
"""Between two parts of one advertisement: characters that stand apart, and an account."""
_LEADS = frozenset("—-=~▶►→◇◆★●※▲")
"""What an aside that is the whole line begins with, blanks aside."""


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for spans that inline rules, page words or names of the page claim, sorted."""
    rows = lines(text)
    claimed = dict(pack.stage(STAGE).scan([row.folded for row in rows]))
    # What ends a broken paragraph is a line by chance: 值得借鉴。, "worth learning from", a library says, too.
    if sentences := {i for i, hits in claimed.items() if ends_sentence(rows[i].bare) and not without(rows[i], hits)}:
        broken = pieces(text)
        claimed = {i: hits for i, hits in claimed.items() if i not in sentences or rows[i].start not in broken}
    own = _Own(text, rows, pack)
    for i in own.lines(claimed):
        row = rows[i]
        hits = sorted([*claimed.get(i, ()), *own.hits(i)], key=lambda hit: (hit.start, -hit.end))
        done = 0
        for hit in hits:
            start, end = _without_marks(row.text, *_with_bracket(row.text, hit.start, hit.end))
            start = done if _WEFT_BETWEEN.fullmatch(row.folded, done, max(done, start)) and done else start
            end += _is_sentence(row.text, start, end)
            if end > done and not _is_quoted(row.text, hit.start, hit.end):
                yield Edit(row.start + max(start, done), row.start + end, STAGE, hit.rule.id)
                done = end


def _has_whole(row: Line, asides: Iterable[tuple[int, int, int]]) -> bool:
    """Say whether one of the asides of a line is all of it."""
    return any(row.folded[start:end].strip(" ") == row.folded.strip(" ") for start, end, _ in asides)


class _Own:
    """What a page says of itself in the lines of a speech."""

    def __init__(self, text: str, rows: Sequence[Line], pack: RulePack) -> None:
        self._rows, self._words, self._names = rows, pack.stage(PAGE), pack.names
        self._asides = {i: found for i, row in enumerate(rows) if row.bare and (found := _asides(row))}
        if whole := {i for i, found in self._asides.items() if _has_whole(rows[i], found)}:
            broken = pieces(text)
            self._asides = {i: own for i, own in self._asides.items() if i not in whole or rows[i].start not in broken}
        said = [rows[i].folded[start:end] for i, found in self._asides.items() for start, end, _ in found]
        # All at once: the gate looks at many as fast as at one.
        closed = [*map(_closed, said)]
        weights = zip(said, closed, self._words.weigh(closed), strict=True)
        self._weights = {span: weight + (weight > 0 and together != span) for span, together, weight in weights}
        last_prose = next((i for i in range(len(rows) - 1, 0, -1) if is_prose(rows[i].bare)), 0)
        short = [i for i in range(last_prose) if 0 < len(rows[i].bare) <= ALONE_CHARS]
        heavy = (short[n] for n in self._words.heavy([rows[i].bare for i in short], NEED_ALONE))
        self._alone = {i for i in heavy if self._is_alone(i) and self._is_page(rows[i].bare)}
        if self._alone:
            broken = pieces(text)
            self._alone = {i for i in self._alone if rows[i].start not in broken}
        woven = ((i, [*self._woven_in(row.folded)]) for i, row in enumerate(rows) if row.bare)
        self._woven = {i: spans for i, spans in woven if spans}

    def lines(self, claimed: Iterable[int]) -> Iterable[int]:
        """Return the lines in which something may go, those that rules claim among them; all, where a page is named."""
        if self._names:
            return [i for i, row in enumerate(self._rows) if row.bare]
        return sorted({*claimed, *self._asides, *self._alone, *self._woven})

    def hits(self, index: int) -> Iterator[Hit]:
        """Yield where a page speaks of itself, in a line between paragraphs or in what something sets off in one, and
        where it names itself.
        """
        row = self._rows[index]
        if index in self._alone:
            yield Hit(row.indent_chars, len(row.text), PAGE_WORDS)
            return
        for start, end, need in self._asides.get(index, ()):
            weight = self._weights[row.folded[start:end]]
            if weight >= need:
                yield Hit(start, end, PAGE_WORDS)
            elif weight + NAME_WEIGHT >= need and self._is_named(row.folded, start, end, weight):
                yield Hit(start, end, PAGE_NAME)
        yield from (Hit(*span, PAGE_WORDS) for span in self._woven.get(index, ()))
        yield from (Hit(*span, PAGE_NAME) for span in named.spans(row.folded, self._names, self._weigh))

    def _woven_in(self, folded: str) -> Iterator[tuple[int, int]]:
        """Yield where signs part the characters of page words, one by one: 会·员·专·享, "for members only"."""
        for match in matches(_WOVEN, folded, (sign.start() - 1 for sign in _WEFT.finditer(folded) if sign.start())):
            start, end = match.span()
            # Blanks part it from its sentence, too, whose characters beside it are not of it.
            if start and is_han(folded[start - 1]):
                start += 1
            if folded[end - 2] == " " and folded[end : end + 1] not in ("", " ", *_BRACKETS.values()):
                end -= 1
            said = letters(folded[start:end])
            if len(said) >= WOVEN_CHARS and self._weigh(said):
                account = _ACCOUNT.match(folded, end)
                yield start, account.end() if account else end

    def _is_alone(self, index: int) -> bool:
        """Say whether the line stands right below a whole sentence, above a paragraph, and is none, nor a heading."""
        bare = self._rows[index].bare
        if _SENTENCE.search(bare) or is_heading(bare):
            return False
        return ends_sentence(first_bare(self._rows, range(index - 1, -1, -1)))

    def _is_page(self, bare: str) -> bool:
        """Say whether page words tell of a whole line, and no clause of it is without any: a sentence goes on there."""
        weights = self._words.weights(bare)
        if sum(weights) < NEED_ALONE or len(weights) < ALONE_FAMILIES:
            return False
        return all(self._weigh(clause) for clause in bare.split(",")[1:] if len(clause) > CLAUSE_CHARS)

    def _weigh(self, text: str) -> int:
        return sum(self._words.weights(text))

    def _is_named(self, folded: str, start: int, end: int, weight: int) -> bool:
        """Say whether a span holds a name of the page: one that is sure, or one that no sentence of the speech uses.

        The latter is not enough for a span without page words but between two letters, where nobody adds a remark.
        """
        pieces = [*self._names.named_in(folded[start:end])]
        if any(map(self._names.is_sure, pieces)):
            return True
        return (weight > 0 or _cuts_in(folded, start, end)) and any(piece not in self._sentences for piece in pieces)

    @cached_property
    def _sentences(self) -> str:
        """The letters of the speech without its asides."""
        kept = []
        for i, row in enumerate(self._rows):
            at = 0
            for start, end, _ in sorted(self._asides.get(i, ())):
                kept.append(row.folded[at:start])
                at = max(at, end)
            kept.append(row.folded[at:])
        return letters("\n".join(kept))


def _closed(said: str) -> str:
    """Return what is said with the characters together that blanks part, one by one."""
    return _APART.sub(lambda apart: apart[0].replace(" ", ""), said)


def _asides(row: Line) -> list[tuple[int, int, int]]:
    """Return what something sets off in a line, and what it must weigh to go."""
    found = [*_set_off(row)]
    return [] if found and (is_heading(row.bare) or ends_as_speech(row.bare.strip("—- "))) else found


def _set_off(row: Line) -> Iterator[tuple[int, int, int]]:
    """Yield what signs set off in any line."""
    bare, folded = row.bare, row.folded
    first = [0] if bare[:1] in _LEADS else []
    for begins, aside, need in _ASIDES:
        if not (first or begins.search(bare)):
            continue
        starts = [*first, *(match.start() for match in begins.finditer(folded))]
        found = (match.span() for match in matches(aside, folded, starts))
        yield from ((*span, need) for span in found if not _between_masks(folded, *span))


def _between_masks(folded: str, start: int, end: int) -> bool:
    """Say whether the signs that set a span off go on outside it: ●●位会员要回稿费●●元, "● members got ● back"."""
    return folded[start] == folded[start - 1 : start] or folded[end - 1] == folded[end : end + 1]


def _cuts_in(folded: str, start: int, end: int) -> bool:
    """Say whether a span stands right between two letters: what is meant to stand there is rarely set off."""
    return folded[:start].rstrip(" ")[-1:].isalnum() and folded[end:].lstrip(" ")[:1].isalnum()


def _without_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span of nothing but signs and letters without the marks of the sentence at its edges.

    Folded, a full-width mark looks like one of the signs; the sentence wrote it, noise is ASCII.
    """
    if any(map(is_han, text[start:end])):
        return start, end
    said = text[start:end]
    start += len(said) - len(said.lstrip(_MARKS))
    return start, max(start, end - (len(said) - len(said.rstrip(_MARKS))))


def _is_sentence(text: str, start: int, end: int) -> bool:
    """Say whether a span stands as a sentence of its own, the mark behind it not counted: no second one stays."""
    return start > 0 and text[start - 1] in "。！？" and text[end : end + 1] in ("。", "！", "；", "，")


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Say whether the span is what a speaker quotes: quotation marks close round it, or it begins a quotation."""
    closing = _QUOTES.get(text[start - 1]) if start else None
    return closing is not None and closing in text[end : end + QUOTED_CHARS]


def _with_bracket(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the whole bracket that [start, end) stands in, if little else stands there, else the span itself."""
    for left in range(start, max(-1, start - BRACKET_CHARS - 1), -1):
        if left < len(text) and text[left] in _BRACKETS:
            right = text.find(_BRACKETS[text[left]], left)
            spare = start - left + max(0, right - end)
            whole = right >= end - 1 if left < start else right >= 0
            if not whole or spare > BRACKET_CHARS or "。" in text[end:right] or text.count(text[left], left, right) > 1:
                return start, end
            return left, max(end, right + 1)
        if left < start and text[left] in _BOUNDS:
            break
    return start, end
