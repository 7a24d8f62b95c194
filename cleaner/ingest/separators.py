"""Which lines part the speeches of a file, and are of none of them?

In: the lines of one speech, or of a file. Out: the edits that take away separator lines, numbers, the title over a
compilation and the stamps of pages. What always holds: a number or a sign goes only from above the title or the
salutation of a speech, so a speech keeps its own headings.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence

from cleaner.dates import NUMERAL, is_date, number
from cleaner.edits import Edit
from cleaner.lines import Line, ends_as_speech, ends_sentence, first_bare, is_prose, is_speaker, is_title, names_speech
from cleaner.matching import Hit
from cleaner.rulepack import RulePack
from cleaner.salutation import greets, opens_with_salutation

STAGE = "split"

STAMP_COPIES, STAMP_CHARS = 3, 8
"""How often and how long a line that a head or foot rule claims must stand to be the stamp of every page."""

SPEECH_CHARS = 200
"""So much below a title is its speech, whatever rule stands under that."""

LONE_NUMBER_CHARS = 14
"""The longest line that `_LONE_NUMBER` matches."""

_LONE_NUMBER = re.compile(
    r"[★☆◆●■【\[(〔]{0,2} ?(?:[0-9]{1,2}(?:-[0-9]{1,2})?|[一二三四五六七八九十]{1,3}"
    r"|第 ?(?:[0-9]{1,3}|[一二三四五六七八九十百]{1,4}) ?[章回]|之 {0,4}[一二三四五六七八九十]{1,3})"
    r" ?[★☆◆●■】\])〕、.]{0,2}"
)
_COUNTED = re.compile(
    r"([^。;!?]{0,39}[^\W\d_一二三四五六七八九十])[ (\[【-]{0,2}([0-9]{1,2}|" + NUMERAL + r")"
    r"(?: ?[篇份则])?[)\]】]?[:、.]?[■□★☆◆◇●※=~*]{0,4}"
)
_COUNT_ENDS = frozenset("0123456789一二三四五六七八九十篇份则)]】:、.■□★☆◆◇●※=~*")
"""What a line that `_COUNTED` matches ends with."""
_NUMBER_BEHIND = re.compile(r"(?<![至到])[(\[【 ·—-]*篇 ?[0-9一二三四五六七八九十]{1,3} ?[)\]】]? *$")
_SIGN = r"(?:_|[^\w\s\"'“”‘’「」『』×○〇△□,。:;!?、()（）《》\[\]]) ?"
_LONE_SIGNS = re.compile(rf"(?:{_SIGN}){{3,}}+(?:(?:[^\W_] ?){{1,6}}+(?:{_SIGN}){{3,}}+){{0,5}}+")
"""A row of signs, perhaps with words among them: ┄┄┄ 又一篇 ┄┄┄, "one more"."""
_COLLECTION = re.compile(
    r"""(?:[0-9一二两三四五六七八九十多几数]{1,3}\ ?[篇份则例]          # 3篇, 多篇, "three pieces", "several"
    |(?:汇编|选编|汇总|合集|合辑|集锦|集萃|荟萃|大全|精选))[)】\]]*$   # "collection"
    """,
    re.VERBOSE,
)
_FRAMED = re.compile(r"([^\w\s\"'“”‘’《》()—-])\1{0,2} ?[^\W\d_]{1,8} ?\1{1,3}")
"""A label between two equal signs: ▼长的▼, "the long one"."""
_COUNT = "[一二三四五六七八九十百〇零0-9]{1,4}"
_NUMBERED = re.compile(
    rf"""[【\[(]?\ ?(?:
      第\ ?{_COUNT}\ ?[篇份]                                                        # 第1篇, "piece 1"
    | (?:篇|范文|例文|样文|示例|参考|版本|之|其|稿)\ ?{_COUNT}                         # 范文一, "model one"
    | (?:讲话|发言|致辞|致词|演讲|主持|汇报)[稿词]?\ ?{_COUNT}                         # 讲话一, "speech one"
    | {_COUNT}(?=\ ?[.、)\]】:])
    )\ ?[】\])]?\ *[.、:]?\ *""",
    re.VERBOSE,
)

_NUMBERED_BEGINS = frozenset("【[( 第篇范例样示参版之其稿讲发致演主汇一二三四五六七八九十百〇零0123456789")
"""What a line that `_NUMBERED` matches begins with."""


class Separators:
    """The lines of a file, or of one speech, with those that part speeches.

    Args:
        lines: all of them.
        claimed: what rules claim of some, by their indices.
        numbers: see `lone_numbers`.
        signs: see `lone_signs`.
        counted: see `counted_titles`.
        numbered_behind: see `_numbered_behind`.
        shared_title: see `_shared_title`.
    """

    def __init__(self, lines: Sequence[Line], pack: RulePack) -> None:
        self.lines = lines
        self.claimed = dict(pack.stage(STAGE).scan([line.folded for line in lines]))
        self.numbers, self.signs = lone_numbers(lines), lone_signs(lines)
        self.counted = counted_titles(lines)
        self.numbered_behind = _numbered_behind(lines, self.claimed)
        self.shared_title = _shared_title(lines, self.claimed)


def edits(found: Separators, pack: RulePack, whole: Separators | None = None) -> Iterator[Edit]:
    """Yield the edits that take separator lines and the stamps of pages out of one speech, sorted.

    In a compilation, whose lines are `whole`, the titles over speeches go too, and the numbers behind their own.
    """
    lines, claimed = found.lines, found.claimed
    stamps = _stamps(lines, pack)
    over = _titles_over(lines, {*claimed, *found.numbers}) if whole else ()
    shared = (whole or found).shared_title
    counted, behind = (whole.counted, whole.numbered_behind) if whole else (found.counted, found.numbered_behind)
    for i, line in enumerate(lines):
        if not line.bare:
            continue
        if line.bare in stamps:
            yield Edit(line.start, line.end, STAGE, "repeated-stamp")
        elif i in found.numbers or line.bare in counted:
            yield Edit(line.start, line.end, STAGE, "part-number")
        elif line.folded in behind:
            yield Edit(line.start + behind[line.folded], line.end, STAGE, "part-number")
        elif i in found.signs and i not in claimed:
            yield Edit(line.start, line.end, STAGE, "part-signs")
        elif i in over or (shared and line.bare.endswith(shared) and (i in claimed or _part_number(lines, i))):
            yield Edit(line.start, line.end, STAGE, "compilation-title")
        elif number := _part_number(lines, i):
            yield Edit(line.start, line.start + number, STAGE, "part-number")
        else:
            for hit in claimed.get(i, ()):
                yield Edit(line.start + hit.start, line.start + hit.end, STAGE, hit.rule.id)


def _titles_over(lines: Sequence[Line], separators: set[int]) -> set[int]:
    """Return the titles of the compilation: those above a separator inside a part, and those that say what they are.

    None stands below the first salutation. What stands above a separator inside a part is too little for a speech: it
    would have been cut off there. Above a mere rule it is the speech's own title, unless another stands below.
    """
    over: set[int] = set()
    named: set[int] = set()
    parted: set[int] = set()
    said, chars = False, 0
    for i, line in enumerate(lines):
        if opens_with_salutation(line.bare):
            break
        if i in separators or _part_number(lines, i):
            parted |= named if chars < SPEECH_CHARS else set()
            named, chars = set(), 0
            over |= parted if any(map(str.isalnum, line.bare)) else set()
        said = said or is_prose(line.bare)
        chars += len(line.bare)
        if not is_title(line.bare):
            continue
        if names_speech(line.bare):
            named.add(i)
            chars = 0
            over |= parted
        if not said and ">" not in line.bare and (_COLLECTION.search(line.bare) or _FRAMED.fullmatch(line.bare)):
            over.add(i)
    return over


def _shared_title(lines: Sequence[Line], claimed: Mapping[int, Sequence[Hit]]) -> str:
    """Return the title that stands behind every number of a compilation, which is the page's, or nothing."""
    behind = [lines[i].folded[hits[-1].end :].strip(" ") for i, hits in claimed.items() if not hits[0].start]
    titles = [title for title in behind if title]
    return titles[0] if len(titles) > 1 and len(set(titles)) == 1 else ""


def _stamps(lines: Sequence[Line], pack: RulePack) -> set[str]:
    """Return the lines that stand three times or more and that a rule for heads or feet claims whole."""
    rules = pack.stage("header", "footer")
    often = {
        bare
        for bare, n in Counter(line.bare for line in lines).items()
        if n >= STAMP_COPIES and len(bare) >= STAMP_CHARS
    }
    return {bare for bare in often if (hits := rules.claims(bare)) and hits[-1].end - hits[0].start == len(bare)}


def _part_number(lines: Sequence[Line], i: int) -> int:
    """Return how many characters of line i number a title that heads a speech; 0 if it is no such line."""
    title = numbered_title(lines[i].bare)
    if title is None or not lines[i].folded.rstrip(" ").endswith(title) or not heads_speech(lines, i):
        return 0
    return len(lines[i].text.rstrip()) - len(title)


def heads_speech(lines: Sequence[Line], i: int) -> bool:
    """Say whether below the title at line i a speech begins: with a salutation, or with prose under a date or a name.

    In a list of titles, as in a table of contents, another title follows.
    """
    signed = False
    for k in range(i + 1, len(lines)):
        bare = lines[k].bare
        if is_date(bare) or is_speaker(bare):
            signed = True
        elif bare:
            return opens_with_salutation(bare) or (signed and is_prose(bare))
    return False


def _numbered_behind(lines: Sequence[Line], claimed: Container[int]) -> dict[str, int]:
    """Return the folded titles that differ, each its speech's own, and where their numbers begin: 开学讲话（篇一）.

    Where all are alike but for the number, they are the title of the page.
    """
    found = (line.folded for i, line in enumerate(lines) if i in claimed)
    tails = {folded: tail.start() for folded in found if (tail := _NUMBER_BEHIND.search(folded))}
    titles = [title for folded, end in tails.items() if ends_as_speech(title := folded[:end].strip(" "))]
    return tails if 1 < len(titles) == len(set(titles)) == len(tails) else {}


def lone_numbers(lines: Sequence[Line]) -> set[int]:
    r"""Return the lines that hold but a number and stand right above a salutation or the title of a speech.

    >>> from cleaner.lines import lines
    >>> lone_numbers(lines("（一）\n同志们：\n今天开会。\n（二）\n修路"))        # "(1) | Comrades: | … | (2) | Roads"
    {0}
    """
    numbers = {
        i: _begins_speech(first_bare(lines, range(i + 1, len(lines))))
        for i, line in enumerate(lines)
        if 0 < len(line.bare) <= LONE_NUMBER_CHARS and _LONE_NUMBER.fullmatch(line.bare)
    }
    # Bare digits are numbers of pages if one of them stands anywhere else.
    pages = any(not above for i, above in numbers.items() if lines[i].bare.isdigit())
    return {i for i, above in numbers.items() if above and not (pages and lines[i].bare.isdigit())}


def counted_titles(lines: Sequence[Line]) -> set[str]:
    r"""Return the lines that bear one title or label with the numbers 1, 2 and so on: each heads a speech of the page.

    A label that names no speech, such as 示例1, "example 1", stands right above a salutation or a title.

    >>> from cleaner.lines import lines
    >>> sorted(counted_titles(lines("校长讲话稿1\n老师们：\n校长讲话稿2\n同学们：")))     # "Speech 1 | Teachers: …"
    ['校长讲话稿1', '校长讲话稿2']
    >>> sorted(counted_titles(lines("■致辞 第1篇■\n老师们：\n■致辞 第2篇■\n同学们：")))
    ['■致辞 第1篇■', '■致辞 第2篇■']
    """
    copies: dict[str, list[str]] = {}
    for i, line in enumerate(lines):
        match = _COUNTED.fullmatch(line.bare) if line.bare[-1:] in _COUNT_ENDS else None
        if not match or number(match[2]) != len(copies.get(match[1], ())) + 1:
            continue
        if names_speech(match[1]) or _begins_speech(first_bare(lines, range(i + 1, len(lines)))):
            copies.setdefault(match[1], []).append(line.bare)
    return {bare for copy in copies.values() if len(copy) > 1 for bare in copy}


def lone_signs(lines: Sequence[Line]) -> set[int]:
    r"""Return the lines that hold but signs, between the end of a text and the salutation or the title of a speech.

    >>> from cleaner.lines import lines
    >>> lone_signs(lines("谢谢大家！\n---\n同志们：\n开会。\n***\n修路"))       # "Thanks! | --- | Comrades: …"
    {1}
    """
    found = set()
    for i, line in enumerate(lines):
        if line.bare and not line.bare[0].isalnum() and _LONE_SIGNS.fullmatch(line.bare):
            above = first_bare(lines, range(i - 1, -1, -1))
            below = first_bare(lines, range(i + 1, len(lines)))
            if (not above or ends_sentence(above)) and _begins_speech(below):
                found.add(i)
    return found


def _begins_speech(bare: str) -> bool:
    """Say whether the line is what a speech begins with: its salutation or its title."""
    return greets(bare) or ends_as_speech(bare)


def numbered_title(bare: str) -> str | None:
    """Return the title of a speech that stands behind its number in a compilation, or None.

    >>> numbered_title("3. 在全县春耕会议上的讲话"), numbered_title("三、抓好春耕")     # "3. Speech", "3. Plough"
    ('在全县春耕会议上的讲话', None)
    >>> numbered_title("第2篇 在开学典礼上的致辞"), numbered_title("讲话一:敬老会致辞")         # "Piece 2", "Speech 1"
    ('在开学典礼上的致辞', '敬老会致辞')
    """
    match = _NUMBERED.match(bare) if bare[:1] in _NUMBERED_BEGINS else None
    return bare[match.end() :] if match and ends_as_speech(bare[match.end() :]) else None
