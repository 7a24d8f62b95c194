"""Does a line address the audience?

In: one line, folded and bare. Out: whether it greets those who listen and does nothing else, or begins with it. What
always holds: whoever may be named is known by the words for persons, never by a list of offices of one place; a line
that asks something of them is no salutation.
"""

import re

from cleaner.chars import MASK

SALUTATION_CHARS = 80
"""The longest."""

_PERSONS = (
    "们|兄弟|姐妹|叔叔|伯伯|婶婶|嫂嫂|爷爷|奶奶|阿姨|街坊|邻居|长辈|孩子|大[爷娘妈叔伯婶哥姐嫂]|婶子|弟兄|伙伴|前辈|亲人|劳模|学员|选手|护士|志愿者|会员|客户|股东|侨胞|同胞|老乡|农友|工友|考生|新生|毕业生|家人|读者|作者|院士|教授|代表|委员|领导|来宾|嘉宾|贵宾|同志|朋友|老师|同学|家长|评委|专家|先生|女士|同仁|同事|主席|主任|书记|市长|县长|区长|省长|州长"
    "|镇长|乡长|村长|里长|所长|站长|队长|馆长|园长|组长|班长|局长|处长|科长|部长|厅长|校长|院长|会长|理事|董事长|总经理|经理|主持人|乡亲|战友|企业家|记者|职工|员工|师傅|群众"
    "|党员|团员|队员|运动员|裁判员|教练员|考官|听众|观众|居民|村民|干部|宾客|亲友|学者|校友|客商|媒体|教师|医生|护士|官兵|民警|委员会"
)
_ADDRESS = re.compile(
    rf"(?:(?:尊敬的|敬爱的|亲爱的|各位|全体|在座的|诸位|广大)\S{{0,16}}|\S{{0,12}}(?:{_PERSONS})"
    r"|(?:大家|你们|您|各位)?(?:(?:早上|上午|中午|下午|晚上)?好|[早午晚]安))"
)
_BODY = "[\u4e00-\u9fff]{0,6}(?:党[组委]|[党团]支部|组织|工会|理事会|董事会)"
"""A body that is addressed before persons: 局党组、各位同事."""
_WITH_OTHERS = re.compile(
    rf"{_BODY}|[\u4e00-\u9fff]{{1,7}}[员者师长生工友们家人士手民属辈亲辑记导任席官兵警授东胞商]|还有\S{{0,24}}(?:{_PERSONS})"
)
"""Whoever is addressed beside 各位老站长: 老编辑、老播音员; 还有今天最可爱的主角——毕业班的小朋友们."""
_WITH_OTHERS_OPENER = re.compile(f"各位|尊敬的|敬爱的|亲爱的|{_BODY}[、,]")
_ADDRESS_OPENER = re.compile(
    r"(?:尊敬的|敬爱的|亲爱的|各位|全体|在座|诸位|同志|女士|先生|朋友|老师|同学|乡亲|父老|战友|代表|委员"
    r"|叔叔|伯伯|婶婶|爷爷|奶奶|大[爷娘妈叔伯婶哥姐嫂]|兄弟|姐妹|街坊|邻居"
    rf"|{_BODY}[、,](?:各位|全体|尊敬的|同志们)"
    rf"|[^ ,。;:!?他她它我你您咱人]{{1,10}}们(?:[、:!,]|$)|家长|大家|主席|主任|书记|{MASK}|[Xx×*_○]{{1,4}})"
)
_UNMARKED = re.compile("同志们|女士们.{0,2}先生们|各位(?:领导|来宾|代表|委员)")
"""The salutations that are known without a mark at their end."""
_BETWEEN_NAMES = re.compile(r"[、,;:!。\s]+|和(?=各位|全体)")
_VERB = re.compile(r"(?:要|应当|必须|做到|认为|提出|表示|就是|可以|需要|如下|以下|指出|强调|说|讲|的是|方面)")


def is_salutation(bare: str) -> bool:
    """Say whether the line addresses the audience and nothing else.

    >>> is_salutation("尊敬的各位领导、老师们:"), is_salutation("各位代表要做到以下几点:")
    (True, False)
    >>> is_salutation("各位老站长、老编辑、老播音员:"), is_salutation("各位老师,还有今天的主角——毕业班的同学们:")
    (True, True)

    ("Dear leaders and teachers:", "Delegates should do the following:", "Old chiefs, editors, announcers:",
    "Teachers, and today's heroes, the class that leaves:".)
    """
    # Most lines are told by their last character: a pattern is only tried on the others.
    last = bare[-1:]
    if not 2 <= len(bare) <= SALUTATION_CHARS or (last in "。," and "好" not in bare and "安" not in bare):
        return False
    if (last not in ":!。," and not _UNMARKED.fullmatch(bare)) or not _ADDRESS_OPENER.match(bare):
        return False
    parts = [part.strip() for part in _BETWEEN_NAMES.split(bare) if part.strip()]
    others = last == ":" and _WITH_OTHERS_OPENER.match(bare)
    addressed = all(
        (_ADDRESS.fullmatch(part) or (others and _WITH_OTHERS.fullmatch(part))) and not _VERB.search(part)
        for part in parts
    )
    return addressed and bool(parts) and (last not in "。," or parts[-1][-1] in "好安")


def salutation_prefix(bare: str) -> str | None:
    """Return the salutation with its colon that a line of prose begins with, or None."""
    head, colon, rest = bare.partition(":")
    return head + colon if rest and len(head) < SALUTATION_CHARS and is_salutation(head + colon) else None


def greets(bare: str) -> bool:
    """Say whether the line is a salutation, whatever ends it, or prose that begins with one.

    >>> greets("各位好!"), greets("同志们:今天开会。"), greets("大家辛苦了。")
    (True, True, False)

    ("Good day, all!", "Comrades: we meet today.", "You have worked hard.")
    """
    return is_salutation(bare) or salutation_prefix(bare) is not None


def opens_with_salutation(bare: str) -> bool:
    """Say whether the line is a salutation that a colon ends, or prose that begins with one."""
    return ":" in bare and ((bare[-1] == ":" and is_salutation(bare)) or salutation_prefix(bare) is not None)
