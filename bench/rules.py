"""What do many rules cost? Variants of the shipped inline rules and rules as `cleaner rules suggest` writes them."""

import random
from dataclasses import replace

from bench.corpus import sentences
from cleaner import rulepack
from cleaner.chars import is_han
from cleaner.matching import RuleSet


def inline(count: int, seed: int = 1) -> RuleSet:
    """Return the shipped inline rules with as many more as `count` wants: half variants of them, half learned ones.

    A variant is a shipped rule that a site's name of four characters leads in; a learned rule is a fragment with two
    values in it.
    """
    generator = random.Random(seed)
    alphabet = sorted({char for sentence in sentences() for char in sentence if is_han(char)})
    own = [rule for rule in rulepack.load([rulepack.shipped()]).rules if rule.stage == "inline"]
    made = [rule for rule in own if rule.status == "active"]
    base = len(made)
    while len(made) < count:
        names = ["".join(generator.choices(alphabet, k=k)) for k in (4, 4, 2)]
        if len(made) % 2:
            pattern = f"{names[0]}(?:{own[len(made) % base].pattern})"
        else:
            pattern = rf"{names[0]}[^。!?;]{{1,40}}?{names[1]} *\d[\d,.]{{0,14}}{names[2]}"
        made.append(replace(own[0], id=f"made-{len(made)}", pattern=pattern, unless=(), keywords=()))
    return RuleSet(made[:count], whole_line=False)
