"""Errors that a client is told, a class for each class of SQLSTATE.

Source: <https://www.postgresql.org/docs/18/errcodes-appendix.html>.
"""

from __future__ import annotations

from typing import Any, ClassVar


def is_sqlstate(text: str) -> bool:
    """Whether it is the SQLSTATE of an error: the classes 00, 01 and 02 are none."""
    is_code = len(text) == 5 and text.isascii() and text.isalnum() and text == text.upper()
    return is_code and text[:2] not in ("00", "01", "02")


class Error(Exception):
    """An error that the client is told, with its SQLSTATE.

    ``position`` counts the characters of the statement from 1. Raised by a handler it ends the statement, and with
    ``fatal=True`` the connection. ``Error("42P01", ...)`` is an instance of the class of that SQLSTATE, here
    `SyntaxErrorOrAccessRuleViolation`.
    """

    sqlstate: str
    message: str
    detail: str | None
    hint: str | None
    position: int | None
    fatal: bool
    fields: dict[str, str]

    _classes: ClassVar[dict[str, type[Error]]] = {}

    def __init_subclass__(cls, code: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if code is not None:
            cls._classes[code] = cls

    def __new__(cls, sqlstate: str = "XX000", *args: Any, **kwargs: Any) -> Error:
        if cls is Error and isinstance(sqlstate, str):
            cls = cls._classes.get(sqlstate[:2], cls)
        return super().__new__(cls)

    def __init__(
        self,
        sqlstate: str,
        message: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
        fatal: bool = False,
        fields: dict[str, str] | None = None,
    ) -> None:
        """``fields`` are the others of ErrorResponse by their codes: ``{"t": "table", "n": "constraint"}``."""
        if not is_sqlstate(sqlstate):
            raise ValueError(f"the SQLSTATE of an error has five digits and capital letters, not {sqlstate!r}")
        for code in fields or {}:
            if len(code) != 1 or not code.isascii() or not code.isalpha() or code in "SVCM":
                raise ValueError(f"{code!r} is no code of a field beside SQLSTATE and message")
        super().__init__(sqlstate, message)
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
        self.fatal = fatal
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        return f"{self.message} ({self.sqlstate})"


class SqlStatementNotYetComplete(Error, code="03"):
    """Class 03."""


class ConnectionException(Error, code="08"):
    """Class 08."""


class TriggeredActionException(Error, code="09"):
    """Class 09."""


class FeatureNotSupported(Error, code="0A"):
    """Class 0A."""


class InvalidTransactionInitiation(Error, code="0B"):
    """Class 0B."""


class LocatorException(Error, code="0F"):
    """Class 0F."""


class InvalidGrantor(Error, code="0L"):
    """Class 0L."""


class InvalidRoleSpecification(Error, code="0P"):
    """Class 0P."""


class DiagnosticsException(Error, code="0Z"):
    """Class 0Z."""


class XQueryError(Error, code="10"):
    """Class 10."""


class CaseNotFound(Error, code="20"):
    """Class 20."""


class CardinalityViolation(Error, code="21"):
    """Class 21."""


class DataException(Error, code="22"):
    """Class 22."""


class IntegrityConstraintViolation(Error, code="23"):
    """Class 23."""


class InvalidCursorState(Error, code="24"):
    """Class 24."""


class InvalidTransactionState(Error, code="25"):
    """Class 25."""


class InvalidSqlStatementName(Error, code="26"):
    """Class 26."""


class TriggeredDataChangeViolation(Error, code="27"):
    """Class 27."""


class InvalidAuthorizationSpecification(Error, code="28"):
    """Class 28."""


class DependentPrivilegeDescriptorsStillExist(Error, code="2B"):
    """Class 2B."""


class InvalidTransactionTermination(Error, code="2D"):
    """Class 2D."""


class SqlRoutineException(Error, code="2F"):
    """Class 2F."""


class InvalidCursorName(Error, code="34"):
    """Class 34."""


class ExternalRoutineException(Error, code="38"):
    """Class 38."""


class ExternalRoutineInvocationException(Error, code="39"):
    """Class 39."""


class SavepointException(Error, code="3B"):
    """Class 3B."""


class InvalidCatalogName(Error, code="3D"):
    """Class 3D."""


class InvalidSchemaName(Error, code="3F"):
    """Class 3F."""


class TransactionRollback(Error, code="40"):
    """Class 40."""


class SyntaxErrorOrAccessRuleViolation(Error, code="42"):
    """Class 42."""


class WithCheckOptionViolation(Error, code="44"):
    """Class 44."""


class InsufficientResources(Error, code="53"):
    """Class 53."""


class ProgramLimitExceeded(Error, code="54"):
    """Class 54."""


class ObjectNotInPrerequisiteState(Error, code="55"):
    """Class 55."""


class OperatorIntervention(Error, code="57"):
    """Class 57."""


class QueryCanceled(OperatorIntervention):
    """57014: raised in a handler whose statement was cancelled, timed out, or lost its client."""

    def __init__(
        self,
        sqlstate: str = "57014",
        message: str = "canceling statement due to user request",
        **more: Any,
    ) -> None:
        super().__init__(sqlstate, message, **more)


class SystemError(Error, code="58"):  # noqa: A001: PostgreSQL's name
    """Class 58: errors of the system, outside of PostgreSQL."""


class ConfigurationFileError(Error, code="F0"):
    """Class F0."""


class ForeignDataWrapperError(Error, code="HV"):
    """Class HV."""


class PlpgsqlError(Error, code="P0"):
    """Class P0."""


class InternalError(Error, code="XX"):
    """Class XX."""
