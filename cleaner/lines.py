"""What is a line of a speech: a title, a salutation, a heading, an item, a date, prose?

In: one line, as it stands. Out: claims about it, each by shape and by the fixed phrases of the genre, never by place
names or topics. Used by the splitter, the head and foot zones and reflow, so that all of them mean the same thing by
"title". Every pattern sees the line folded and without its outer blanks.
"""

import re
from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

from cleaner.chars import CLOSERS, MASK, SENTENCE_ENDS, count_han, fold, remembered
from cleaner.dates import starts_with_date
from cleaner.salutation import is_salutation, salutation_prefix

TITLE_CHARS = (4, 60)
"""Shortest and longest title line. Source: titles in the seeds and the reports have 8 to 47 characters."""
LEFT_CHARS = 3
"""So little may be left of a title in its last line, wherever a width has cut it: 的讲|话."""
INDENT_CELLS = 2
"""How far a paragraph is indented, at least."""
PROSE_CHARS = 40
"""A line this long with a mark of punctuation in it is prose; headings of the genre are shorter."""

_ENDS = frozenset(SENTENCE_ENDS)
_NO_TITLE_ENDS = _ENDS | frozenset(",;:、")
_PUNCTUATED = re.compile("[。;、]|,(?![0-9])|(?<![0-9]),")
_NUMERAL = "[一二三四五六七八九十百零〇0-9]"
_ITEM = re.compile(
    rf"(?:[(（]?{_NUMERAL}{{1,4}}[)）、]|第{_NUMERAL}{{1,4}}[章节条款项部,、:是]|{_NUMERAL}{{1,3}}[.](?![0-9])"
    rf"|{_NUMERAL}{{1,3}}(?:是|要|则)(?=\S)|其[一二三四五]|首先|其次|再次|最后,|[—\-–]{{2}}|[①-⑳㈠-㈩⑴-⒇Ⅰ-Ⅻ●◆■▲★◎○◇□△※·•*+-]\s?(?=\S)"
    r"|#{1,6}\s|>\s?)"
)
_HEADING = re.compile(
    rf"(?:#{{2,6}}\s|(?:#\s)?(?:{_NUMERAL}{{1,3}}\s*(?:、|\.(?![0-9]))|[(（]{_NUMERAL}{{1,3}}[)）]|第{_NUMERAL}{{1,4}}[章节部篇]))"
)

_HEADING_BEGINS = frozenset("#(（第一二三四五六七八九十百零〇0123456789")
"""What a line that `_HEADING` matches begins with."""
_SET_WIDE = re.compile(r"[\u4e00-\u9fff](?: +[\u4e00-\u9fff,:!。、?]){2,}")
"""A line with blanks between all of its characters: 同 志 们 ：."""
HEADED = re.compile(r"#{1,6} +(?=[^# ][^#]*$)")
"""The sign by which Markdown sets a heading."""
_SENTENCE_INSIDE = re.compile(r"[。!?;].")

_STARTER = re.compile(
    r"(?:(?:同志们|朋友们|乡亲们|同学们|老师们|各位\S{1,8}|会后|会前|同时|另外|此外|当前|目前|今年|去年|明年|今天|昨天|现在|比如|例如|因此|所以|但是|总之"
    r"|下一步|下面|接下来|最近|近期|近年来|刚才|对此|为此|其实|当然|特别是.{0,8}|大家.{0,8}),)"
)

SPEECH_WORDS = (
    "讲话|讲稿|致辞|致词|发言|报告|主持词|主持讲话|演讲|演说|祝词|祝辞|贺词|贺辞|开幕词|开幕辞|闭幕词|闭幕辞|党课|寄语|答谢词|欢迎词|欢送词|演辞|演词|讲辞|讲词"
    "|述职|表态|动员|总结|点评|悼词|倡议书|汇报|辅导|提纲|宣讲|座谈|谈话|告别词|开场白|串词|解说词|推介词"
    "|祝酒[词辞]|[时上]的讲评|(?:答谢|欢迎|欢送|告别)辞|献词|感言|贺信|慰问信|公开信|(?:检查|剖析|交流|事迹)材料"
)
_NAMES_SPEECH = re.compile(SPEECH_WORDS)
_ENDS_AS_SPEECH = re.compile(
    rf"(?:{SPEECH_WORDS})(?:稿|词|材料|提纲|摘要|要点|实录|全文|范文|\s|[((][^()]{{1,30}}[))]|[一二三四五六七八九十0-9]++|[之篇][一二三四五六七八九十]++)*+(?:[—\-–]{{1,2}}.*)?$"
)

OFFICE = (
    "(?:书记|常委|市长|县长|区长|镇长|乡长|局长|主任|主席|校长|院长|部长|厅长|处长|秘书长|会长|董事长|总经理|委员|省长|州长|[组队站所行厂馆台园班团支连营旅师]长|总裁|总监|政委|检察长|同志(?!们)|主讲人?|作者"
    "|讲话人|发言人|报告人)"
)
_SPEAKER = re.compile(
    rf"\(?(?!在)(?:[^\s,。;:!?、()]{{0,24}}{OFFICE}、){{0,2}}[^\s,。;:!?、()]{{0,24}}{OFFICE}"
    r"(?:[ :]+(?:[^\s,。;:!?()](?: {1,4}[^\s,。;:!?()]){2,3}|[^\s,。;:!?()]{1,2} {0,4}[^\s,。;:!?()]{0,3})|:)?\)?"
)
_CLOSING = re.compile(
    r"谢谢|感谢(?:大家|各位)|我的(?:讲话|发言|致辞|汇报|报告|演讲)(?:完了|到此结束|就到这里|结束)|祝(?:愿|福|大家|各位|贺|.{0,12}(?:圆满|成功|顺利|快乐|健康|平安|幸福|如意)"
    r"|[^。!?]{2,30}!$)"
    r"|(?:而|,)?(?:努力|共同|不懈|团结)奋斗|再立新功|再创.{0,14}(?:辉煌|佳绩|业绩)|作出.{0,14}贡献|新篇章|让我们.{2,}|敬礼!?$|讲完了|就讲(?:到这|这些|这么多)|预祝"
)
_UNFINISHED = re.compile(r"^(?:[^在,、]{0,12}(?<![现实存所潜])在|关于)(?!.*(?:上的|时的|中的))")
_SUFFIX = re.compile(r"^(?:的|上的|(?:讲话|致辞|发言)(?!人)|暨)")
_TAIL = re.compile(rf"[上时中]?的(?:{SPEECH_WORDS})稿?")
"""What may be left of a title in its last line: 的讲话."""
_KIND_ALONE = re.compile(rf"(?:{SPEECH_WORDS})稿?")
_MIDDLE = re.compile(
    r"^[^在于]{0,8}(?:大会|会议|仪式|典礼|会|座谈会|活动|论坛|班|开班式)上的(?:讲话|致辞|发言|报告|演讲|总结|主持词|动员)"
)
_OCCASION = re.compile(r"(?:周年|[年届季度次]|工作|建设|活动|改革|系统|学校|大学|中学|公司|集团|[省市县区镇乡村])$")
"""How a title may end its first line before 庆祝大会上的讲话."""
_CELLS = re.compile(r"\S(?: {2,}\S+){3}")
"""A row of words far apart: a bar of links."""
_UNCLOSED = re.compile(r"(?:《[^》]*|[（(][^)）]*|“[^”]*|[的和与及暨、在于]|关于|——)$")
_ASIDE = re.compile(r"(?<=.)(?:\([^()]{1,20}\)|\[[0-9]{1,3}\])$")
_HALF_WIDTH_END = re.compile(r"[\u4e00-\u9fff]\.")
"""A sentence of a text whose full stops are half-width."""
_FINAL = re.compile(
    r"(?:谢谢(?:大家|各位.{0,12}|[^,。;:!?]{1,8}们(?:、[^,。;:!?]{1,8}们)?)?|散会|(?:讲话|发言|致辞|汇报|报告|演讲)?(?:完了|到此结束|就到这里|完毕))[!。\s]*$"
)
_END_MARK = re.compile(
    r"\W{0,4}(?:(?:全[文书篇]|正文|本[文书篇章]|文章|文档|讲话|内容)? ?"
    r"(?:完毕?|结束|终|到此结束|[Ee][Nn][Dd]|[Tt]he [Ee]nd))\W{0,4}"
)
_CONVENED = re.compile(
    r"(?:今天|今日|今晚|现在|决定|这里|专门|隆重|在此)[^。!?]{0,24}(?:召开|举行|举办|开会|集会|欢聚|相聚|聚首|开(?:一|这|个))(?![^。!?]{0,12}的.{0,12}会)"
)
_ASSEMBLED = re.compile(r"(?:今天|这次|此次|本次|这里|这个).{0,24}(?:会|活动|仪式|典礼)")
_OPENING = re.compile(
    r"(?:(?:[^。!?:;]{2,40},)?(?:大家|你们|各位)?(?:早上|上午|中午|下午|晚上|新年|过年|节日)?好!|今天|今日|这次|此次|本次|刚才|刚刚|首先|我们在这里|我们今天|在这|很高兴|非常高兴|根据.{0,16}(?:安排|要求|会议|意见)|按照.{0,16}(?:安排|要求|部署)|受.{0,20}委托"
    r"|值此|金秋|春回|在.{2,20}(?:之际|时刻|时节|到来)|经.{2,20}(?:研究|同意)|.{0,24}(?:会议|大会|全会|座谈会|动员会|活动|仪式).{0,16}(?:是|召开|举行|开幕|主要))"
)


class Line(NamedTuple):
    """One line of a text: code points [start, end) without its line break, as it stands, folded, and folded bare.

    A bare line has no outer blanks, nor those between the characters where the line is set wide, nor the sign by which
    Markdown sets the title of a speech as a heading.
    """

    start: int
    end: int
    text: str
    folded: str
    bare: str

    @property
    def indent_chars(self) -> int:
        """How many blanks it begins with."""
        return len(self.text) - len(self.text.lstrip())

    @property
    def indent(self) -> int:
        """How many half-width cells of blank it begins with."""
        blanks = self.text[: self.indent_chars]
        return len(blanks) + blanks.count("\u3000")


@remembered(most_chars=1 << 18)
def lines(text: str) -> tuple[Line, ...]:
    """Return the lines of `text`, blank ones included.

    The last texts are remembered: a stage that changes nothing hands the same text to the next.
    """
    said, folded = text.split("\n"), fold(text).split("\n")
    bare = [
        _unset(line) if line[:1] == "#" or line[1:2] == " " else line for line in [row.strip(" ") for row in folded]
    ]
    after = list(accumulate(len(line) + 1 for line in said))
    starts, ends = [0, *after[:-1]], [place - 1 for place in after]
    return tuple(map(_line, zip(starts, ends, said, folded, bare, strict=True)))


_line = partial(tuple.__new__, Line)
"""Makes a `Line` of a row, as `Line._make` does, in half the time: all texts are made of them."""


def _unset(bare: str) -> str:
    """Return a line without the blanks of one that is set wide, or the sign of a heading."""
    if _SET_WIDE.fullmatch(bare):
        return bare.replace(" ", "")
    sign = HEADED.match(bare)
    return bare[sign.end() :] if sign and ends_as_speech(bare[sign.end() :]) else bare


def as_line(text: str) -> Line:
    """Return `text` as a line of its own."""
    return lines(text.replace("\n", " "))[0]


def first_bare(rows: Sequence[Line], places: range) -> str:
    r"""Return the first of these lines that is not blank, folded bare; nothing if there is none.

    >>> rows = lines("同志们：\n\n今天开会。\n")                                # "Comrades: … We meet today."
    >>> first_bare(rows, range(1, 4)), first_bare(rows, range(1, -1, -1)), first_bare(rows, range(3, 4))
    ('今天开会。', '同志们:', '')
    """
    # A slice of the rows would be copied for each line that asks: time with the square of a text of short lines.
    return next((rows[i].bare for i in places if rows[i].bare), "")


def is_item(bare: str) -> bool:
    """Say whether the line begins as an item of a list or as a numbered heading or point."""
    return _ITEM.match(bare) is not None


def is_heading(bare: str) -> bool:
    """Say whether the line is a numbered heading: its mark, short, and at most a mark of punctuation at its end.

    >>> is_heading("一、坚持建管并重"), is_heading("今天讲三点意见。")     # "1. Manage well" / "Three points."
    (True, False)
    """
    if bare[:1] not in _HEADING_BEGINS or len(bare) > PROSE_CHARS or bare[-1] in ",、" or not _HEADING.match(bare):
        return False
    return _SENTENCE_INSIDE.search(bare) is None


def is_speaker(bare: str) -> bool:
    """Say whether the line names an office and perhaps a person: the speaker, under a title."""
    return len(bare) <= 36 and not _NAMES_SPEECH.search(bare) and _SPEAKER.fullmatch(bare) is not None


def is_prose(bare: str) -> bool:
    """Say whether the line is running text: it ends a sentence, or is long and punctuated."""
    if not bare:
        return False
    ended = _stops(bare) and len(bare) > 6 and not bare.endswith("…]")
    return ended or (len(bare) >= PROSE_CHARS and _PUNCTUATED.search(bare) is not None)


def is_title(bare: str) -> bool:
    """Say whether the line could be a title: short, mostly Chinese, no sentence, no item, no date, no salutation."""
    low, high = TITLE_CHARS
    if not low <= len(bare) <= high or bare.rstrip(CLOSERS)[-1:] in _NO_TITLE_ENDS or "。" in bare or ";" in bare:
        return False
    if 2 * (count_han(bare) + bare.count(MASK)) < len(bare) or _CELLS.search(bare):
        return False
    return not (is_heading(bare) or starts_with_date(bare) or is_salutation(bare) or is_speaker(bare))


def names_speech(bare: str) -> bool:
    """Say whether the line has a word for a kind of speech."""
    return _NAMES_SPEECH.search(bare) is not None


def is_kind(bare: str) -> bool:
    """Say whether the line is but a word for a kind of speech, perhaps set wide.

    >>> is_kind("讲 话"), is_kind("主持词"), is_kind("讲话精神")             # "speech", "host's words", "spirit"
    (True, True, False)
    """
    return _KIND_ALONE.fullmatch(bare.replace(" ", "")) is not None


def ends_as_speech(bare: str) -> bool:
    """Say whether the line ends as titles of speeches do: 在……会议上的讲话, perhaps with a subtitle."""
    return is_title(bare) and _ENDS_AS_SPEECH.search(bare) is not None


def starts_as_prose(bare: str) -> bool:
    """Say whether the line begins with an address or adverb and a comma, as sentences do and headings do not."""
    return _STARTER.match(bare) is not None


def is_closing(bare: str) -> bool:
    """Say whether the line ends a speech: thanks, a wish, a call."""
    return _CLOSING.search(bare[-80:]) is not None


def is_opening(bare: str) -> bool:
    """Say whether prose begins as speeches begin: today, this meeting, just now."""
    said = bare.removeprefix(salutation_prefix(bare) or "")
    return _OPENING.match(said) is not None or _ASSEMBLED.search(said[:80]) is not None


def is_convening(bare: str) -> bool:
    """Say whether prose says at its beginning that a meeting is held here and now: nobody says so further on.

    >>> is_convening("今天，我们在这里召开春耕会议。"), is_convening("今天召开的会议很重要。")  # "Here we meet"
    (True, False)
    """
    return _CONVENED.search(bare.removeprefix(salutation_prefix(bare) or "")[:60]) is not None


def is_final(bare: str) -> bool:
    """Say whether nothing can follow in the same speech: thanks, or the word that it is over, at the very end."""
    return _FINAL.search(bare) is not None


def is_end_mark(bare: str) -> bool:
    """Say whether the line says in so many words that the text is over.

    >>> is_end_mark("（全文完）"), is_end_mark("——END——"), is_end_mark("完成任务")       # "(end)", "finish the task"
    (True, True, False)
    """
    return _END_MARK.fullmatch(bare) is not None


def title_goes_on(above: str, below: str) -> bool:
    """Say whether a title was cut between the two lines: the first stops inside a phrase, or the second begins in one.

    >>> title_goes_on("在全县版权保护宣传周", "启动仪式上的讲话")          # "At copyright week's | opening: a speech"
    True
    >>> title_goes_on("全县教育工作会议", "讲 话"), title_goes_on("县第一中学建校七十周年", "庆祝大会上的讲话")
    (True, True)
    """
    if not is_title(above) or is_item(below):
        return False
    if is_kind(below):
        return not ends_as_speech(above)
    if _TAIL.fullmatch(below):
        return True
    if len(below) <= LEFT_CHARS and not ends_as_speech(above) and ends_as_speech(above + below):
        return True
    if not is_title(below):
        return False
    unfinished = _UNFINISHED.match(above) is not None and names_speech(below)
    parted = _MIDDLE.match(below) is not None and _OCCASION.search(above) is not None and not names_speech(above)
    return unfinished or parted or _SUFFIX.match(below) is not None or _UNCLOSED.search(above) is not None


def ends_sentence(bare: str) -> bool:
    """Say whether the line ends with a sentence end; closing marks, the number of a note and what the room did
    (掌声, "applause") may stand behind it.
    """
    return _stops(_ASIDE.sub("", bare) if bare.endswith((")", "]")) else bare)


def _stops(bare: str) -> bool:
    """Say whether the mark of a sentence stands at the end, closing marks aside."""
    last = bare.rstrip(CLOSERS)[-2:]
    return last[-1:] in _ENDS or (last[-1:] == "." and _HALF_WIDTH_END.fullmatch(last) is not None)
