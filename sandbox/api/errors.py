"""Refusals: raised anywhere, rendered as {"error": {"code", "message", "param"}}."""


class ApiError(Exception):
    """A refusal that the caller can act on; `param` names the field that is wrong."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param

    def body(self) -> dict[str, object]:
        """The JSON form."""
        return {"error": {"code": self.code, "message": self.message, "param": self.param}}


def invalid(code: str, message: str, param: str | None) -> ApiError:
    """Input that can never be right."""
    return ApiError(400, code, message, param)


def not_found(noun: str) -> ApiError:
    """Nothing here by that id."""
    return ApiError(404, "not_found", f"No such {noun}.")


def conflict(code: str, message: str, param: str | None = None) -> ApiError:
    """Right in itself, but the present state forbids it."""
    return ApiError(409, code, message, param)


def refused(code: str, message: str, param: str | None = None) -> ApiError:
    """Well formed, but a rule about money or keys forbids it."""
    return ApiError(422, code, message, param)
