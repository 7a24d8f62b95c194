"""What did a placeholder stand for: a number, a date, a name, an office, a place?

In: a masked run and the text on both sides. Out: its kind, for the audit and the report. Told by the words it touches,
the first row of `_ROWS` that fits; `unknown` where none does. The kind decides nothing: no rule, pair or text depends
on it.
"""

import re
from functools import cache

from cleaner.chars import RARE_MASKS

KINDS = ("number", "date", "name", "org", "place", "masked-leader-title", "unknown")

CONTEXT_CHARS = 12
"""How much of the text on each side is looked at."""

_RUN = rf"[Xx×*_○〇△□某#$&@?~^{re.escape(RARE_MASKS)}]"
_LIST = rf"(?:{_RUN}+[、,和及与])*"

_COUNTED = (
    "[个名人户家项条件万亿千百十元吨亩岁位座台套辆次届门批期场轮栋幢间层桩宗例张份部艘架根株棵头只口盏天册倍]|[余多][个名人户家项万亿]"
    "|公里|千米|平方|立方|公顷|公斤|千瓦|兆瓦|小时|分钟|个?百分点|美元|[%‰℃]|所(?!有|在|以)|处(?!理|于|置|长)|米(?!粉)|大(?=[,、。精])"
)
_GROWS = "第|增长|下降|达到?|突破|超过|提高|降低|增加|减少|同比|约|共计?|合计|投资|总额|占比?|近"
_YEARS = (
    rf"\s?年(?:来|底|初|末|度|间|代|以|预|全|要|我|实|完|\s?[0-9]|\s?{_RUN}|[,。、]|\s?[一二三四五六七八九十]{{1,3}}月)"
)
_MONTHS = rf"\s?月(?:底|初|末|份|中|上旬|中旬|下旬|\s?[0-9]{{1,2}}日|\s?{_RUN}+\s?日)"
_OFFICES = (
    "同志|副?书记|副?市长|副?县长|副?区长|副?省长|副?镇长|副?乡长|副?局长|副?主任|副?主席|副?校长|副?院长|副?部长|副?厅长|副?处长|科长"
    "|秘书长|会长|董事长|总经理|常委|委员|先生|女士|老师|教授|博士"
)
_LEADERS_WORDS = (
    "(?:系列)?重要(?:讲话|论述|指示|批示)|新时代中国特色|总书记|(?:外交|经济|法治|强军|生态文明)思想"
    "|在.{2,8}考察|关于.{2,12}重要(?:论述|指示|讲话)"
)
_BODIES = (
    "公司|集团|企业|中学|小学|大学|学院|学校|医院|银行|酒店|工厂|厂|局|厅|部|委员会|办公室|中心|协会|研究院|研究所|物流|总部|电视台|重工"
    "|日报|报社|合作社|基金会|有限"
)
_AREAS = (
    "省|市|县|区|镇|乡|村|街道?|路|州|旗|社区|屯|庄|河|江|湖|山|水库|流域|广场|公园|大道|大桥|机场|车站|新城|新区|开发区|园区|高新|地区"
    "|盆地|平原|半岛|岛|港"
)
_AT = (
    "打造|建设|推动|推进|加快|实现|促进|在|来|到|视察|考察|走遍|融入|对|让|使|把|为|关心|热爱|全|魅力|美丽|和谐|平安|法治|富裕|绿色|文化"
    "|活力|秀美|幸福|我们"
)
_OF_PLACES = "经济|社会|发展|人民|干部|群众|大地|儿女|精神|振兴|转型|工业|农业|旅游|形象|实际|建设|特色|制造|方案|智慧"

_ROWS = (
    ("date", "(?:19|20)", ""),
    ("date", "", _YEARS),
    ("date", "年\\s?|[今去明每同]年|至|到", "\\s?月"),
    ("date", "", _MONTHS),
    ("date", "月\\s?", "\\s?[日号]"),
    ("date", "", "\\s?[日号](?:之?前|起|至|到|上午|下午|晚|,)"),
    ("number", "", _COUNTED),
    ("number", _GROWS, "(?=$|[,。;、)—~至-])"),
    ("name", "", f"{_LIST}等[0-9一二三四五六七八九十]*[位名]?同志"),
    ("name", "", f"{_LIST}(?:{_OFFICES})"),
    ("masked-leader-title", "", _LEADERS_WORDS),
    ("org", "", _BODIES),
    ("org", "党", "[、,]|和|关于|的|提出|决定|要求|确定|部署"),
    ("place", "", _AREAS),
    ("name", f"(?:{_OFFICES}|教师|医生|支书|村民|农民|职工|工人)", "(?=[\\u4e00-\\u9fff])"),
    ("place", _AT, "(?=[\\u4e00-\\u9fff”’」》]|$)"),
    ("place", "", _OF_PLACES),
)
"""(kind, what stands before, what stands after); the first that fits names the run."""


def kind(before: str, run: str, after: str) -> str:
    """Return what `run` stands for, one of `KINDS`; the text on both sides is folded.

    >>> kind("新建水库", "X", "座"), kind("20", "XX", "年"), kind("刚才", "××", "同志")   # reservoirs, year, comrade
    ('number', 'date', 'name')
    """
    before, after = before[-CONTEXT_CHARS:], after[:CONTEXT_CHARS]
    if len(run) >= 3 and set(run) <= set("*＊") and not re.match("[省市县区镇乡村]", after):
        # Stars of a site's own filter stand for the leaders' names and titles, three of them for the party's organs.
        return "masked-leader-title" if len(run) > 3 or re.match(_LEADERS_WORDS, after) else "org"
    for name, ahead, behind in _compiled():
        if behind.match(after) and ahead.search(before):
            return name
    return "unknown"


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((name, re.compile(f"(?:{before})$"), re.compile(after)) for name, before, after in _ROWS)
