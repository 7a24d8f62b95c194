"""Which errors can a caller see, and what can the caller do about each?

One tree under `CleanerError`. Facts are attributes; the class builds the sentence, always of the same four parts:
where, what was found, what was expected, what to do. `exit_code` is what the command line returns for it.
"""


class CleanerError(Exception):
    """A fault that a person can act on.

    Args:
        where: the file, line, rule, table or speech.
        found: what is there.
        expected: what should be there.
        do: what the reader should do about it.
    """

    exit_code = 1

    def __init__(self, where: object, found: str, expected: str, do: str) -> None:
        self.where = str(where)
        self.found = found
        self.expected = expected
        self.do = do
        super().__init__(where, found, expected, do)

    def __str__(self) -> str:
        return " ".join(f"{self.where}: found {self.found}; expected {self.expected}; {self.do}".split())


def said(error: Exception) -> str:
    """Return what the system or a library says of a fault, without the path: the message begins with it."""
    return str(getattr(error, "strerror", None) or error)


class InputError(CleanerError):
    """RAW, OUT or another path given by the caller cannot be used."""

    exit_code = 2


class ConfigError(CleanerError):
    """`cleaner.toml` or an option has a key or value that is not allowed."""

    exit_code = 2


class RuleError(CleanerError):
    """A rule pack cannot be loaded, or one of its examples does not hold."""

    exit_code = 2


class FilterError(CleanerError):
    """A filter of one's own is not installed, fails, or breaks the contract of edits."""

    exit_code = 2


class DecisionError(CleanerError):
    """A file of human decisions has a broken line, or lines that contradict each other."""

    exit_code = 2


class ReadError(CleanerError):
    """The bytes of a source cannot be had; the run turns it into a row of `rejected`.

    Args:
        reason: the kebab-case reason code.
        detail: one sentence for the reader.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__("a source", detail, "bytes that can be read", f"it is set aside as {reason}")


class DecodeError(CleanerError):
    """A source cannot be read as text; the run turns it into a row of `rejected`.

    Args:
        source: the source's name.
        reason: the kebab-case reason code.
        detail: one sentence for the reader.
    """

    def __init__(self, source: str, reason: str, detail: str) -> None:
        self.source = source
        self.reason = reason
        self.detail = detail
        super().__init__(source, detail, "a readable text", f"it is set aside as {reason}")


class SchemaError(CleanerError):
    """A table does not have the columns or the version that this program writes."""


class AuditError(CleanerError):
    """A guarantee of the result does not hold."""


class EngineError(CleanerError):
    """The machinery that runs the kernels failed: a worker died, a disk is full."""
