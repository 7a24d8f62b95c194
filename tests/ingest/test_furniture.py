"""Which lines of a file are page numbers and running heads?"""

import json

from cleaner.clean import parts
from cleaner.edits import Draft
from cleaner.ingest.furniture import page_furniture
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
