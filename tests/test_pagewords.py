"""Which lines read as a page's own though no rule knows them?"""

from dataclasses import replace

import pytest

from cleaner.lines import lines
from cleaner.matching import Claims, Hit
from cleaner.pagenames import Names
from cleaner.pagewords import Ends, PageClaims
from tests.cases.read_cases import shipped


def claimed(text: str, outside: bool) -> list[str]:
    """Return the lines of `text` that page words claim."""
    rows = lines(text)
    claims = PageClaims(rows, shipped(), "split", outside=lambda index: outside)
    return [row.text for i, row in enumerate(rows) if [hit.rule.id for hit in claims[i]] == ["page-words"]]


PAGES = [
    "本站所有范文均可免费下载",
    "喜欢的朋友可以下载收藏，也可关注我们",
    "浏览 1024 | 收藏 3 | 举报",
]
SENTENCES = ["以上就是小编为大家整理的全部内容，希望对您有帮助。", "版权属于原作者，转载须经管理员同意并注明出处。"]
SPEECH = [
    "同志们：",
    "一、加强网站和公众号建设",
    "2023年5月6日",
    "县委书记 张三",
    "在全县网站和公众号版权工作会议上的讲话",
    "抓好春耕备耕",
]


@pytest.mark.parametrize("line", PAGES)
def test_a_short_line_of_a_page_is_claimed_outside_the_speech(line: str) -> None:
    """No rule knows the line; its words say whose it is."""
    assert claimed(line, outside=True) == [line]


@pytest.mark.parametrize("line", SENTENCES)
def test_a_sentence_of_a_page_is_claimed_only_outside_the_speech(line: str) -> None:
    """A speech may say such a sentence; where it stands decides."""
    assert claimed(line, outside=True) == [line]
    assert claimed(line, outside=False) == []


@pytest.mark.parametrize("line", SPEECH)
def test_what_only_a_speech_has_is_never_claimed(line: str) -> None:
    """Salutation, heading, date, speaker and title stay, whatever their words."""
    assert claimed(line, outside=True) == []


def test_the_first_half_of_a_title_is_never_claimed() -> None:
    """A title cut in two lines ends as one, and its first line is full of a page's words."""
    assert claimed("在全省网站版权侵权举报\n工作推进会上的讲话", outside=True) == []


def test_a_long_paragraph_needs_more() -> None:
    """Words that weigh enough for a short line are chance in a long one."""
    filler = "各地要把工作做细做实，" * 20
    assert claimed("以上就是小编为大家整理的全部内容" + filler, outside=True) == []


def test_each_line_is_looked_at_once_for_the_end_of_a_speech() -> None:
    """However many short lines ask whether the speech has ended above them, the work grows with the lines."""

    class Counted(Claims):
        asked = 0

        def __getitem__(self, index: int) -> list[Hit]:
            self.asked += 1
            return []

    rows = lines("谢谢大家！\n" + "甲乙丙\n" * 2000)
    hits = Counted(shipped().stage("footer"), [])
    ends = Ends(rows, hits, shipped().stage("page"))
    assert all(ends.above(i) for i in range(1, len(rows)))
    assert hits.asked <= len(rows)


def test_a_name_of_the_page_at_the_beginning_of_a_line_below() -> None:
    """What heads the page signs its foot: with it a line needs no more words, in brackets its first letters do."""
    text = "谢谢大家！\n例水文苑——小镇青年的小小文摘\n【例水】本页完\n例河镇人民政府"  # "Thanks! | Li Shui's garden …"
    rows = lines(text)
    pack = replace(shipped(), names=Names(["例水文苑 ‖ 讲话", "例河镇人民政府 ‖ 讲话"]))
    claims = PageClaims(rows, pack, "footer", outside=lambda i: i > 0)
    assert [bool(claims[i]) for i in range(4)] == [False, True, True, False]
    assert not PageClaims(rows, shipped(), "footer", outside=lambda i: i > 0)[1]
