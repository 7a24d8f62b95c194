"""Is a worker ready: does it find in a few texts what the driver finds in them?

In: nothing. Out: a digest of the duplicates of four short speeches, whose search calls every kernel that a stage calls.
Python and the kernels are loaded by it, on a new machine compiled (7 s), so that no stage has tasks that must do this
first. What always holds: a worker whose processor or libraries give other values is found out before it makes any.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from hashlib import sha256

import numpy as np
import pyarrow as pa

from cleaner.chars import MASK
from cleaner.config import Config
from cleaner.dedup.corpus import Speeches, find
from cleaner.dedup.forms import forms
from cleaner.dedup.verify import Verified
from cleaner.engines.spread.cluster import Batches, given
from cleaner.errors import EngineError

# "Last year the county's output grew by …, income by …; this year we stabilise growth and protect livelihoods.", twice
# with other figures, once with a mask; and "Please turn off your phones; the meeting now begins."
_OUTPUT = "去年全县生产总值增长{}，财政收入再创新高，城乡居民收入稳步提高，营商环境持续改善，重点项目全部开工建设。\n"
_TEXTS = (
    _OUTPUT.format("百分之九点五")
    + "今年要稳增长、促改革、调结构、惠民生、防风险，把各项工作抓实抓细抓出成效，请大家讨论。",
    _OUTPUT.format(MASK) + "今年要稳增长、促改革、调结构、惠民生、防风险，把各项工作抓实抓细抓出成效，请大家讨论。",
    _OUTPUT.format("百分之八点一") + "今年要稳增长、促改革、调结构、惠民生、防风险，把各项工作抓实抓细。",
    "请大家把手机调到静音，会议现在开始。",
)


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Tasks (i, _) → (i): the rehearsal, held against that of the driver."""

    expected: str

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield a row a task.

        Raises:
            EngineError: this worker finds something else.
        """
        for i, _ in given(batches):
            if (found := rehearsed()) != self.expected:
                raise EngineError(
                    "a worker", f"other duplicates among the texts of the rehearsal ({found[:12]})",
                    f"those that the driver finds ({self.expected[:12]})", "install the same libraries everywhere",
                )  # fmt: skip
            yield pa.record_batch({"i": pa.array([i])})


def rehearsed() -> str:
    """Return a digest of all that is found out about the texts."""
    said = [text.encode() for text in _TEXTS]
    texts = forms(np.frombuffer(b"".join(said), np.uint8), np.cumsum([0, *map(len, said)]))
    names, ordinals = [str(i) for i in range(len(said))], np.zeros(len(said), np.int64)
    found = find(
        Speeches.of(names, ordinals, texts.n_masks, texts.codes, texts.lengths, texts.breaks, texts.n_breaks), Config()
    )
    digest = sha256(found.sketch.tobytes() + found.fates.kept_of.tobytes())
    for pairs in (found.pairs, found.paragraphs.pairs):
        digest.update(b"".join(getattr(pairs, field.name).tobytes() for field in fields(Verified)))
    return digest.hexdigest()
