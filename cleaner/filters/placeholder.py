"""Which runs stand for something redacted, what did each stand for, and what becomes of it?

In: the text of one speech. Out: edits that put `chars.MASK` for each run, with its kind; later `settle` writes what the
policy wants. What always holds: everything between the two (reflow, the comparison form) sees the mark and not the
style, so the policy and the style of a run change the text and nothing else. The row of the audit is the record of a
placeholder under every policy, also under `keep`, where it inserts what it removes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from cleaner.chars import MASK, fold
from cleaner.config import Config, Placeholders
from cleaner.edits import Draft, Edit, Segment
from cleaner.lines import lines
from cleaner.rulepack import Hit, RulePack

STAGE = "placeholder"
DEBRIS = "debris"
CONTEXT_CHARS = 12


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield an edit for each placeholder, sorted, with its kind."""
    rules = pack.stage(STAGE)
    rows = lines(text)
    emphasised = is_markdown(text)
    found = [(row, hit) for row in rows for hit in rules.hits(row.text)]
    styles = Counter(row.text[hit.start] for row, hit in found if not hit.rule.needs)
    for row, hit in found:
        run = row.text[hit.start : hit.end]
        if styles[run[0]] < hit.rule.needs or (emphasised and run[0] in "*_" and _is_emphasis(row.text, hit)):
            continue
        before = fold(row.text[max(0, hit.start - CONTEXT_CHARS) : hit.start])
        after = fold(row.text[hit.end : hit.end + CONTEXT_CHARS])
        yield Edit(row.start + hit.start, row.start + hit.end, STAGE, hit.rule.id, MASK, kind(before, run, after))


_MARKDOWN = re.compile(r"^(?:#{1,6} \S|[*+-] {1,3}\*\*\S|```)", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})(?=\S)[^*_]{2,}?(?<=\S)\1")


def is_markdown(text: str) -> bool:
    """Say whether the text is written in Markdown, where a pair of stars is emphasis and no mask.

    >>> is_markdown("# 讲话\\n要**抓实**"), is_markdown("要抓实**县")               # "speech, get it done", "county"
    (True, False)
    """
    return _MARKDOWN.search(text) is not None


def _is_emphasis(line: str, hit: Hit) -> bool:
    return any(match.start() <= hit.start < match.end() for match in _EMPHASIS.finditer(line))


_RUN = r"[XxХх×✕✖╳☓⨯*_○〇◯△□某■█▇▓◇◆☆★●◎▲▽▼#$&@?\ufdd0]"
_LIST = rf"(?:{_RUN}+[、,，和及与])*"
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (name, re.compile(f"(?:{before})$"), re.compile(after))
    for name, before, after in (
        ("date", r"(?:19|20)", r""),
        ("date", r"", r"\s?年(?!均|产|收入|龄|度收|级|轻|龄)(?:来|底|初|末|度|间|代|以|\s?[0-9]|\s?" + _RUN + r"|[,，。、]|\s?[一二三四五六七八九十]{1,3}月|预|全|要|我|实|完)"),
        ("date", r"年\s?|今年|去年|明年|每年|同年|至|到", r"\s?月(?!亮)"),
        ("date", r"", r"\s?月(?:底|初|末|份|中|上旬|中旬|下旬|\s?[0-9]{1,2}日|\s?" + _RUN + r"+\s?日)"),
        ("date", r"月\s?", r"\s?[日号]"),
        ("number", r"", r"(?:[个名人户家项条件万亿千百十元吨亩岁位座台套辆次届门批期场轮栋幢间层桩宗例张份部艘架根株棵头只口盏"
                        r"%％‰℃]|余[个名人户家项万亿]|多[个名人户家项万亿]|公里|千米|平方|立方|公顷|公斤|千瓦|兆瓦|小时|分钟|个百分点|美元|倍|成(?=以)|所(?!有|在|以)|处(?!理|于|置|长)|米(?!粉)|大(?=[,，、。精]))"),
        ("number", r"第|增长|下降|达到?|突破|超过|提高|降低|增加|减少|同比|约|共计?|合计|投资|总额|占比?|近", r"(?=$|[,，。；;、)）—~至-])"),
        ("name", r"", _LIST + r"等[0-9一二三四五六七八九十]*[位名]?同志"),
        ("name", r"[、,，]?" + _RUN + r"?", _LIST + r"(?:同志|书记|市长|县长|区长|省长|镇长|乡长|局长|主任|主席|校长|院长|部长|厅长|处长|科长|秘书长|会长|董事长|总经理|副书记|副市长|副县长|副区长|常委|委员|先生|女士|老师|教授|博士)"),
        ("masked-leader-title", r"", r"(?:重要讲话|系列重要讲话|新时代中国特色|总书记|外交思想|经济思想|法治思想|生态文明思想|强军思想|在.{2,8}考察|关于.{2,12}重要(?:论述|指示|讲话)|重要(?:论述|指示))"),
        ("org", r"", r"(?:公司|集团|企业|中学|小学|大学|学院|学校|医院|银行|酒店|工厂|厂|局|厅|部|委员会|办公室|中心|协会|研究院|研究所|物流|总部|电视台|重工|日报|报社|合作社|基金会|有限)"),
        ("org", r"党", r"(?:[、,，]|和|关于|的|提出|决定|要求|确定|部署)"),
        ("place", r"", r"(?:省|市|县|区|镇|乡|村|街道?|路|州|旗|社区|屯|庄|河|江|湖|山|水库|流域|广场|公园|大道|大桥|机场|车站|新城|新区|开发区|园区|高新|地区|盆地|平原|半岛|岛|港)"),
        ("place", r"(?:打造|建设|推动|推进|加快|实现|促进|在|来|到|视察|考察|走遍|融入|对|让|使|把|为|关心|热爱|全|魅力|美丽|和谐|平安|法治|富裕|绿色|文化|活力|秀美|幸福|我们)", r"(?=[\u4e00-\u9fff”’」》]|$)"),
        ("place", r"", r"(?:经济|社会|发展|人民|干部|群众|大地|儿女|精神|振兴|转型|工业|农业|旅游|形象|实际|建设|特色|制造|方案|智慧)"),
    )
)  # fmt: skip
"""What a mask stands for, told by what it touches: (kind, before, after); the first that fits names it."""


def kind(before: str, run: str, after: str) -> str:
    """Return what the run stands for: number, date, name, org, place, masked-leader-title or unknown.

    >>> kind("新建水库", "X", "座"), kind("20", "XX", "年"), kind("刚才", "××", "同志")   # "reservoirs", "year", "comrade"
    ('number', 'date', 'name')
    """
    if len(run) >= 3 and set(run) <= set("*＊") and not re.match(r"[省市县区镇乡村]", after):
        for name, _, behind in _KINDS:
            if name == "masked-leader-title" and behind.match(after):
                return name
        return "org" if len(run) == 3 else "masked-leader-title"
    for name, ahead, behind in _KINDS:
        if ahead.search(before) and behind.match(after):
            return name
    return "unknown"


def settle(draft: Draft, settings: Placeholders) -> Draft:
    """Return the draft with each mark replaced as the policy says; `remove` also takes the debris away."""
    segments = []
    for segment in draft.segments:
        edit = segment.edit
        if edit is not None and edit.stage == STAGE and edit.kind is not None:
            edit = replace(edit, inserted=_written(draft.source, edit, settings))
        segments.append(Segment(segment.start, segment.end, edit))
    settled = Draft(draft.source, tuple(segments))
    if settings.policy != "remove":
        return settled
    return Draft(draft.source, tuple(segments)).apply(_debris(draft.text))


def _written(source: str, edit: Edit, settings: Placeholders) -> str:
    if settings.policy == "keep":
        return source[edit.start : edit.end]
    return settings.mark if settings.policy == "mask" else ""


_SIGN_BEHIND = re.compile(rf"{MASK}(\s?[%％‰])")
_BETWEEN = re.compile(rf"(?<={MASK})\s?[、，,—–~～-]{{1,2}}\s?(?={MASK})")
_EMPTY_ITEM = re.compile(rf"、((?:{MASK}[、，,—–~～-]?)*{MASK})(?=[、，,。；;！])")


def _debris(text: str) -> list[Edit]:
    """Return the edits for what masks leave behind, in the coordinates of `text` without its masks.

    The sign of X%, the commas of X、X、X, the dash of X-X, one comma of A、X、B.
    """
    spans = [match.span(1) for match in _SIGN_BEHIND.finditer(text)]
    spans += [match.span() for match in _BETWEEN.finditer(text)]
    spans += [(match.start(), match.start() + 1) for match in _EMPTY_ITEM.finditer(text)]
    shift, at, out = 0, 0, []
    for start, end in sorted(set(spans)):
        if out and start - shift < out[-1].end:
            continue
        shift += text.count(MASK, at, start)
        at = start
        out.append(Edit(start - shift, end - shift, STAGE, DEBRIS))
    return out


def masked_share(draft: Draft) -> tuple[int, float]:
    """Return how many placeholders show in `draft` and the share of its characters that they had before masking."""
    runs = [segment for segment in draft.segments if segment.edit is not None and segment.edit.kind is not None]
    masked = sum(segment.end - segment.start for segment in runs)
    shown = sum(segment.length() for segment in draft.segments if segment.edit is None or segment.edit.kind is None)
    return len(runs), masked / (masked + shown) if masked else 0.0


