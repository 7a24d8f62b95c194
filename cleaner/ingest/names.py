r"""How is a source named, so that no two things have one name and no name leads out of a folder?

In: the name of a file below RAW, or the bytes of a member's name. Out: the source, or a part of one. A `!` stands
between a container and what lies in it: `path!member`, `path!row`, `path!member!row`. What always holds: different
things have different names; a name that needs no escape is its own. `!` in a name is written %21; in a member's name a
leading `/` is %2F, a part `.` is %2E and `..` is %2E%2E; a % that would then mislead is %25.
"""

import re
from operator import itemgetter

from cleaner.ingest.decode import MIN_SCORE, everyday_share

NOT_UTF8 = " (not UTF-8)"
"""Stands behind the escaped name of such an entry, so that no name in UTF-8 can be the same source."""
INSIDE = "!"

_MISLEADING = re.compile("%(?=2[15EF])")
_DRIVE = re.compile(r"[A-Za-z]:")


def escaped(name: str) -> str:
    """Return a name as it stands in a source.

    >>> escaped("好!.txt"), escaped("100%21.txt"), escaped("50%.txt")           # "good!"
    ('好%21.txt', '100%2521.txt', '50%.txt')
    """
    return _MISLEADING.sub("%25", name).replace(INSIDE, "%21")


def inside(container: str, name: str, nth: int = 1) -> str:
    """Return the source of the `nth` thing called `name` (escaped) in a container; parts of a name are never empty.

    >>> inside("a.zip", "b.txt"), inside("a.zip", "b.txt", 2)
    ('a.zip!b.txt', 'a.zip!b.txt!!2')
    """
    return f"{container}{INSIDE}{name}" if nth == 1 else f"{container}{INSIDE}{name}{INSIDE}{INSIDE}{nth}"


def printable(data: bytes) -> str:
    r"""Return a name as text that can be stored, whatever its bytes.

    >>> printable(b"\xff.txt")
    '\\xff.txt (not UTF-8)'
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace") + NOT_UTF8


def member_name(data: bytes) -> str | None:
    """Return the name that an archive gives in `data`, whose encoding it does not say; None if it is no text.

    Packers on Chinese Windows write GBK: where the bytes are no UTF-8 and good GB18030 or Big5, that is what they are.

    >>> member_name("材料/讲话.txt".encode("gbk"))                  # "papers/speech"
    '材料/讲话.txt'
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    scored = []
    for encoding in ("gb18030", "big5hkscs"):
        try:
            scored.append((everyday_share(data.decode(encoding)), data.decode(encoding)))
        except UnicodeDecodeError:
            continue
    score, name = max(scored, key=itemgetter(0), default=(0.0, ""))  # GB18030 where a short name is good in both
    return name if score >= MIN_SCORE else None


def leads_outside(name: str) -> bool:
    """Say whether a member's name would lead out of the folder it is unpacked in.

    >>> leads_outside("../a.txt"), leads_outside("C:/a.txt"), leads_outside("a..txt")
    (True, True, False)
    """
    return name.startswith("/") or _DRIVE.match(name) is not None or ".." in name.split("/")


def safe(name: str) -> str:
    """Return a member's name as a relative path that stays where it is put, escaped.

    >>> safe("/etc/passwd"), safe("../讲话!.txt"), safe("a//./b.txt")
    ('%2Fetc/passwd', '%2E%2E/讲话%21.txt', 'a/%2F/%2E/b.txt')
    """
    first, *parts = escaped(name).split("/")
    shown = [_part(first) if first or not parts else "", *(_part(part) or "%2F" for part in parts)]
    return "/".join(shown) if shown[0] else "%2F" + "/".join(shown[1:])


def _part(part: str) -> str:
    return part.replace(".", "%2E") if part in (".", "..") else part
