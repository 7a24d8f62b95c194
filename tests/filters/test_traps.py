"""What must survive all the filters together: ordinary prose and lines that look like junk or like masks."""

from typing import Any

import pytest

from cleaner import filters
from cleaner.config import Config
from cleaner.edits import Draft
from cleaner.filters import normalise, placeholder
from tests.cases.read_cases import before, read, shipped
from tests.filters.frames import BODY

TITLE = "在全县教育工作会议上的讲话"
MORE = "各级各部门要站在全局的高度，把思想统一到会议精神上来，把力量凝聚到任务落实上来，以更加扎实的作风做好各项工作。"


def cleaned(text: str) -> str:
    """Return `text` after all stages and the default policy."""
    ((masked,),) = filters.clean([[Draft.of(text)]], shipped(), Config())
    settled = placeholder.settle(masked, Config().placeholders)
    return settled.apply(normalise.edits(settled.text, shipped(), Config())).text


PLACES = {
    "in the body": "{title}\n{salutation}\n{body}\n{line}\n{more}",
    "first": "{title}\n{salutation}\n{line}\n{body}\n{more}",
    "last": "{title}\n{salutation}\n{body}\n{more}\n{line}",
    "in a paragraph": "{title}\n{salutation}\n{body}{line}{more}",
}
"""Where on the page a line stands; the foot is where rules look hardest."""


MET = [
    pytest.param(*case.values, place, id=f"{case.id}, {place}", marks=case.marks)
    for case in read("whole", "negative", "known-failures")
    for place in case.values[0].get("places", PLACES)
]
"""Each case at each place where such a line is met: bullets and forms stand on lines of their own."""


@pytest.mark.parametrize(("case", "place"), MET)
def test_ordinary_text_survives_whole(case: dict[str, Any], place: str) -> None:
    """A speech with such a line comes back as it is, wherever the line stands."""
    salutation, body = BODY
    text = PLACES[place].format(title=TITLE, salutation=salutation, body=body, more=MORE, line=before(case))
    assert text == cleaned(text)
