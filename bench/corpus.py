"""Which texts are measured? A corpus made of the sample's sentences: its size is set, its near-duplicates are known."""

import random
from pathlib import Path

from cleaner import rulepack
from cleaner.clean import clean_source
from cleaner.config import Config
from cleaner.ingest.read import listing, read

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "raw"


def sentences() -> list[str]:
    """Return the sentences of the sample's speeches."""
    pack, config = rulepack.load([rulepack.shipped()]), Config()
    found = []
    for entry in listing(SAMPLE):
        for speech in clean_source(read(SAMPLE, entry, config.input), pack, config).speeches:
            found += [part + "。" for part in speech.text.replace("\n", "。").split("。") if len(part) > 8]
    return sorted(set(found))


def texts(count: int, chars: int = 1400, copies: float = 0.3, seed: int = 1) -> list[str]:
    """Return `count` texts of about `chars` characters; a share `copies` of them are edited copies of others.

    The sentences are shuffled character by character inside, so that texts share no shingles but by copying.
    """
    generator = random.Random(seed)
    alphabet = list("".join(sentences()))
    made: list[str] = []
    for _ in range(count):
        if made and generator.random() < copies:
            text = list(generator.choice(made))
            for _ in range(generator.randint(0, len(text) // 40)):
                text[generator.randrange(len(text))] = generator.choice(alphabet)
            made.append("".join(text))
        else:
            made.append("".join(generator.choices(alphabet, k=chars)))
    return made
