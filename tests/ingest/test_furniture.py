"""Which lines of a file are page numbers and running heads?"""

import json

from cleaner.clean import parts
from cleaner.edits import Draft
from cleaner.ingest.furniture import mastheads, page_furniture, quotation_signs
from cleaner.lines import lines
from tests.cases.read_cases import FOLDER, shipped


def test_a_number_that_cuts_a_sentence_is_a_page_number() -> None:
    """One bare number is enough where the sentence above goes on below; between whole sentences it takes three."""
    cut = "今年的春耕生产时间紧、任务重，各村要把种子化肥送到\n3\n农户手中，不误农时。"  # "seed to | 3 | farmers"
    whole = "今年的春耕生产时间紧、任务重，各村要把种子送到位。\n3\n不误农时，抓好落实。"
    assert page_furniture(lines(cut)) == {1: "page-number-in-sequence"}
    assert page_furniture(lines(whole)) == {}


def test_page_numbers_count_over_the_whole_file() -> None:
    """Each speech of a compilation holds one page number; the file holds four that count up."""
    file = json.loads((FOLDER / "split" / "pages-over-speeches.json").read_text("utf-8"))
    made = parts(Draft.of("\n".join(file["input"])), shipped())
    assert [part.text.strip("\n").split("\n")[0] for part in made] == file["titles"]
    assert not [row.bare for part in made for row in lines(part.text) if row.bare.isdigit()]


def test_the_row_of_a_table_is_no_page() -> None:
    """A number at the end of a row of numbers is no page number behind a running head, whatever the pages count."""
    rows = [
        "第一，物资要到位。",
        "1/3",
        "煤矿    12        9         3",
        "建筑    8         8         0",
        "2/3",
        "散会。",
    ]
    assert sorted(page_furniture(lines("\n".join(rows)))) == [1, 4]  # "1/3 | coal mines 12 9 3 | building 8 8 0 | 2/3"


def test_numbers_with_a_nought_head_sections() -> None:
    """01, 02, 03 above short headings are an article's own; the same numbers inside sentences are pages."""
    article = "今天讲三个认真。\n01\n认真吃饭\n大家盛多少吃多少。\n02\n认真走路\n上下楼靠右。\n03\n认真说话\n慢慢说。"
    assert page_furniture(lines(article)) == {}  # "Three things. | 01 | Eat well | …"
    book = "今年的春耕生产时间紧、任务重，各村要把种子化肥送到\n01\n农户手中，不误农时。"  # "seed to | 01 | farmers"
    assert page_furniture(lines(book)) == {1: "page-number-in-sequence"}


def test_pages_of_so_many_and_pages_between_dots() -> None:
    """1 / 4 counts up as 第1页 does; two numbers between dots are enough, and the head beside them goes too."""
    text = "第一，物资要到位。\n1 / 4\n第二，人员要到位。\n2 / 4\n第三，责任要到位。"  # "First, supplies. | 1 / 4 | …"
    assert sorted(page_furniture(lines(text))) == [1, 3]
    book = "水库要修。\n· 137 ·\n安岭县水利志　　附录\n工期要紧。\n· 138 ·\n安岭县水利志　　附录\n群众要安置。"
    assert sorted(page_furniture(lines(book))) == [1, 2, 4, 5]  # "… | · 137 · | Annals of An Ling, appendix | …"


def test_what_stands_beside_the_number_of_a_page_on_the_web() -> None:
    """The ways on and back and the counted title go with the number, even if each stands but once."""
    text = "各乡镇要把种子送到每户手\n上一页 下一页 余下全文\n第1页/共2页 跳\n春耕讲话(2/2)\n里，不误农时。"
    assert sorted(page_furniture(lines(text))) == [1, 2, 3]  # "… into each hand | back, on | page 1 of 2 | (2/2) | …"


def test_a_running_head_may_be_set_wide() -> None:
    """Blanks between the two ends of a running head do not make it a line of text."""
    head = f"青梧学校办公室{'　' * 40}注意保存"  # "office | keep with care"
    text = f"{head}\n今天讲三个问题。\n第 1 页 共 3 页\n{head}\n第二个问题。\n第 2 页 共 3 页"
    assert sorted(page_furniture(lines(text))) == [0, 2, 3, 5]


def test_running_heads_of_a_journal_are_mirrored() -> None:
    """The number stands at the outer end, and left and right pages have the parts the other way round."""
    gap = "　" * 12
    text = (
        f"青梧银行{gap}注意保存\n《青梧之声》第2期{gap}· 3 ·\n今年要抓\n青梧之声{gap}2015·2\n· 4 ·\n"  # "bank | keep"
        f"两件事，\n2015·2{gap}青梧之声\n· 5 ·\n一件是存款。\n行长{gap}李明"  # "deposits. | president Li Ming"
    )
    found = page_furniture(lines(text))
    assert sorted(found) == [0, 1, 3, 4, 6, 7]
    assert found[1] == found[4] == "page-number-in-sequence"


def test_running_heads_with_bare_numbers_and_a_table_of_contents() -> None:
    """One head with numbers that count up runs over pages; entries of a table of contents differ."""
    gap = "　" * 12
    text = f"90{gap}青梧文献选编\n同志们：\n水电要\n青梧文献选编{gap}91\n再办一批。\n92"  # "90 | selected papers …"
    assert sorted(page_furniture(lines(text))) == [0, 3, 5]
    middle = (
        f"- 3 -\n同志们：\n水电要\n青梧县志{gap}4\n再办一批。\n- 5 -"  # "- 3 - | Comrades … | annals 4 | … | - 5 -"
    )
    assert sorted(page_furniture(lines(middle))) == [0, 3, 5]
    contents = f"总则{gap}1\n会议{gap}2\n附则{gap}3\n同志们："  # "general rules … 1 | meetings … 2 | …"
    assert page_furniture(lines(contents)) == {}


def test_rows_of_a_table_are_no_quotation() -> None:
    """Bars part the cells of a table: none of them is taken."""
    table = "| 指标 | 完成数 |\n| --- | --- |\n| 产值 | 三十六亿元 |"  # "measure | done", "output | 3.6 billion"
    assert quotation_signs(lines(table)) == {}


def test_a_running_head_that_is_the_title_stays_once() -> None:
    """The title above the first page is the speech's own, though it runs over all the others."""
    title = "在全县春训班上的讲话"  # "Speech at the county's spring course"
    text = f"{title}\n同志们：\n今天开班。\n- 1 -\n{title}\n抓好落实。\n- 2 -\n{title}\n散会。"
    assert sorted(page_furniture(lines(text))) == [3, 4, 6, 7]


def test_what_begins_with_the_name_of_the_paper_is_its_head() -> None:
    """The first line has the paper's name and number in columns, each page its name; no number of a page is needed."""
    text = "青梧电力简报\t2017年第6期\n今年要抓\n青梧电力简报\t领导讲话\n两件事，一件是安全。\n青梧电力简报要办好。"
    assert list(mastheads(lines(text))) == [0, 2]  # "bulletin, no. 6 | this year | bulletin, speeches | two things …"


def test_a_title_of_two_halves_is_no_masthead() -> None:
    """Its page says it above its copy, with the subtitle behind it."""
    said = [
        "绷紧安全弦  护好读书声——在校园安全会议上的讲话",
        "阅 311",
        "绷紧安全弦  护好读书声",
        "——在校园安全会议上的讲话",
    ]
    assert not list(mastheads(lines("\n".join(said))))


def test_a_name_without_columns_heads_no_page() -> None:
    """Sentences may begin with one name, and a dialogue with one speaker."""
    assert not list(mastheads(lines("青梧县要抓水利。\n青梧县  水利\n青梧县  教育")))
    assert not list(mastheads(lines("甲  春风吹\n乙  战鼓擂\n甲  谁怕谁")))


def test_a_number_of_so_many_stands_below_a_sentence() -> None:
    """2/3 is a page of three, 9/3 may be a day; what else has a stroke in it tells nothing."""
    said = "今天我们召开春耕动员大会，主要任务是总结去年的工作，安排今年的任务。"
    for number, is_page in (("2/3", True), ("第2/3", True), ("9/3", False), ("2020/5 简报      - 3 -", False)):
        assert bool(page_furniture(lines(f"{said}\n{number}\n下面讲三点意见。"))) == is_page
