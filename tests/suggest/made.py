"""A site that nobody has seen, made from a seed: its pages, its chrome, its speeches.

Speeches are formulaic on purpose: the same salutation, headings, slogans and closings in most of them, sentences drawn
from one pool so that each is said in several. A tenth of the pages carry a speech that another page has, one of them
ten times.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bench.corpus import sentences

SALUTATIONS = ["同志们：", "各位领导、同志们：", "各位代表：", "老师们、同学们："]
HEADINGS = ["一、提高认识，增强责任", "二、突出重点，狠抓落实", "三、加强领导，形成合力"]
SLOGANS = [
    "让我们更加紧密地团结起来，为建设富裕文明的新家园而努力奋斗！",
    "会议强调，要坚持问题导向，把各项工作抓实抓细抓到位。",
    "同志们，蓝图已经绘就，号角已经吹响。",
]
CLOSINGS = ["谢谢大家！", "我就讲到这里，谢谢大家。", "祝大家身体健康、工作顺利！"]
EDITORS = ["何以安", "周立", "欧阳一鸣", "孙小满", "许青", "韩冬"]
SECTIONS = ["防汛抗旱", "春耕生产", "教育卫生", "安全生产", "党的建设"]
PLACES = ["全县", "全镇", "全市", "我校", "全局"]
MEETINGS = ["防汛", "春耕备耕", "教育", "安全生产", "信访", "招商引资", "文明创建", "护林防火", "财税", "统计"]


@dataclass(frozen=True)
class Made:
    """A page: its text; its lines and its injected stretches that are chrome; the sentences of its speech."""

    source: str
    text: str
    chrome: tuple[str, ...]
    inserted: tuple[str, ...]
    speech: tuple[str, ...]


@cache
def pool() -> tuple[str, ...]:
    """Return the sentences that speeches are made of."""
    return tuple(s for s in sentences() if 15 <= len(s) <= 90 and not re.search("[#△○×_*Xx：:]|网站|转载", s))


def speech(dice: random.Random) -> tuple[str, list[str]]:
    """Return a title and the lines of a speech."""
    title = f"在{dice.choice(PLACES)}{dice.choice(MEETINGS)}工作{dice.choice(['会议', '推进会', '动员会'])}上的讲话"
    lines = [dice.choice(SALUTATIONS), "".join(dice.sample(pool(), 3))]
    for heading in HEADINGS:
        lines.append(heading)
        lines += ["".join(dice.sample(pool(), dice.randint(2, 5))) for _ in range(dice.randint(1, 3))]
    if dice.random() < 0.6:
        lines.append(dice.choice(SLOGANS))
    lines.append(dice.choice(CLOSINGS))
    return title, lines


def page(dice: random.Random, number: int, title: str, lines: list[str], titles: list[str]) -> Made:
    """Return the page of the site that shows a speech."""
    day = f"20{dice.randint(10, 24)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
    head = [
        f"青禾稿库 > {dice.choice(SECTIONS)} > 正文",
        f"发布时间：{day} 浏览：{dice.randint(1, 9999)} 次",
        f"编辑：{dice.choice(EDITORS)}",
        "青禾出品 一字一句写在田埂上",
    ]
    foot = [
        f"上一篇：{dice.choice(titles)}",
        f"下一篇：{dice.choice(titles)}",
        "未经青禾稿库许可，任何单位不得搬运此页文字，发现后将在首页公示。",
        f"青禾稿库 第{number}号存稿 备案号：青ICP备20001234号",
    ]
    if dice.random() < 0.3:
        foot.insert(2, "本月值班电话：0900-1234567")
    body, inserted = list(lines), []
    for stretch, share in (
        ("青禾稿库存稿", 0.4),
        (f"（更多好稿见 www.qinghe-gao.com 第{dice.randint(2, 99)}页）", 0.25),
        (f"【青禾{dice.randint(2010, 2024)}年存】", 0.1),
    ):
        long = [i for i, line in enumerate(body) if len(line) > 40]
        if dice.random() < share and long:
            i = dice.choice(long)
            at = dice.choice([m.end() for m in re.finditer(r"[\u4e00-\u9fff](?=[\u4e00-\u9fff])", body[i])])
            body[i] = body[i][:at] + stretch + body[i][at:]
            inserted.append(stretch)
    said = [piece for line in lines for piece in re.findall("[^。！？]+[。！？]?", line)]
    text = "\n".join([*head, title, *body, *foot])
    return Made(f"qinghe/{number:04d}.txt", text, (*head, *foot), tuple(inserted), (title, *said))


def site(n_pages: int = 200, seed: int = 1, make: Callable[..., Made] = page) -> list[Made]:
    """Return the pages of the site of this `make`."""
    dice = random.Random(seed)
    speeches = [speech(dice) for _ in range(n_pages)]
    for copy in range(n_pages // 20):
        speeches[dice.randrange(n_pages)] = speeches[copy]
    for at in dice.sample(range(n_pages), n_pages // 20):
        speeches[at] = speeches[0]
    titles = [title for title, _ in speeches]
    return [make(dice, n, title, lines, titles) for n, (title, lines) in enumerate(speeches)]


def other_page(dice: random.Random, number: int, title: str, lines: list[str], titles: list[str]) -> Made:
    """Return the page of a site of another make: links one a line, a list that differs on each page, notes at ends."""
    day = f"{dice.randint(2010, 2024)}年{dice.randint(1, 12)}月{dice.randint(1, 28)}日"
    head = [
        *("松涛讲稿铺", "首页", "讲话", "致辞", "会员中心"),
        f"您在这里：松涛讲稿铺 » {dice.choice(SECTIONS)} » {title}",
        f"{title}_松涛讲稿铺",
        f"作者：{dice.choice(EDITORS)} | {day} | 阅读 {dice.randint(1, 99999)}",
    ]
    foot = [
        *("松涛荐稿", *dice.sample(titles, 4)),
        "点这里把这篇讲稿存进网盘",
        "每一篇都由松涛铺主亲手校过，放心用。",
        "© 2023 松涛讲稿铺 songtao-jianggao.cn",
    ]
    body, inserted = list(lines), []
    for stretch, share in (("（松涛讲稿铺独家）", 0.3), ("松 涛 讲 稿 铺", 0.2), (f"s o n g t a o {number} 号铺", 0.2)):
        if dice.random() < share:
            i = dice.choice([i for i, line in enumerate(body) if len(line) > 40])
            at = dice.choice([m.end() for m in re.finditer(r"[\u4e00-\u9fff](?=[\u4e00-\u9fff])", body[i])])
            body[i] = body[i][:at] + stretch + body[i][at:]
            inserted.append(stretch)
    if dice.random() < 0.5:
        body[-2] += "（松涛讲稿铺校对）"
        inserted.append("（松涛讲稿铺校对）")
    said = [piece for line in lines for piece in re.findall("[^。！？]+[。！？]?", line)]
    text = "\n".join([*head, title, *body, *foot])
    return Made(f"songtao/{number:04d}.txt", text, (*head, *foot), tuple(inserted), (title, *said))
