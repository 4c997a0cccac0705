"""Why is something refused? Codes with parameters, worded when they are read."""

from collections.abc import Iterable

from keytally.approvals.rules.resolving import Reason


class UnableToSubmit(Exception):
    """A request cannot start; says every reason."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(", ".join(reason.code for reason in self.reasons))


class UnableToDecide(Exception):
    """A decision, a withdrawal or a remark is refused: a code with parameters."""

    def __init__(self, code: str, **parameters: str) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters
