"""Personal data: every service says which it holds, why, and how to hand it out and take it away.

A service registers its :class:`PersonalData` in its ``privacy.py``, imported when Django is ready.
The export of a person's data, their erasure, the page that tells what is stored
(``docs/privacy.md``) and the test that no model was forgotten all read this one list.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

FORMER_MEMBER = "Former member"
"""What stands where the name of somebody stood who was erased."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What must be settled before a person can be erased; ``code`` is stable."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of the person's own: ``read`` opens it when the archive is written."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Retained:
    """What law makes us keep after a person is gone.

    ``rule`` names the retention rule (``core.retention``) whose period decides how long; then
    ``erase`` is called, which is safe to call again.
    """

    rule: str
    erase: Callable[[UUID], int]


def _no_obstacles(_user_id: UUID) -> Sequence[Obstacle]:
    return ()


def _no_files(_user_id: UUID) -> Iterator[ExportedFile]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """One kind of personal data of one service.

    ``export`` answers plain JSON values of this person only: another person appears as their
    public card. ``erase`` runs inside the caller's transaction, one call for each person, removes
    or blanks everything the service may not keep, and is safe to call again; it returns how many
    rows it touched. ``obstacles`` refuse an erasure that would leave money or a sale open.
    """

    name: str
    """``service.noun``, such as ``users.sign_ins``; also the file's name in an export."""
    title: str
    why: str
    """The purpose, in the words of the page that tells people about it."""
    kept: str
    """How long, in words; the name of a retention rule where there is one."""
    models: tuple[str, ...]
    """Labels (``users.User``) of the models that hold it."""
    export: Callable[[UUID], object]
    erase: Callable[[UUID], int]
    obstacles: Callable[[UUID], Sequence[Obstacle]] = _no_obstacles
    files: Callable[[UUID], Iterator[ExportedFile]] = _no_files
    retained: Retained | None = None
    erased_last: bool = False
    """Others find the person by it: an account, its addresses."""


_kinds: dict[str, PersonalData] = {}
_excused: dict[str, str] = {}


def register_personal_data(kind: PersonalData) -> None:
    if kind.name in _kinds:
        raise ValueError(f"personal data {kind.name} is registered twice")
    _kinds[kind.name] = kind


def excuse_model(label: str, reason: str) -> None:
    """Say why a model that names a person needs neither export nor erasure of its own."""
    if label in _excused:
        raise ValueError(f"model {label} is excused twice")
    _excused[label] = reason


def personal_data() -> Sequence[PersonalData]:
    """Every kind in the order of an erasure: what others lean on comes last."""
    return sorted(_kinds.values(), key=lambda kind: (kind.erased_last, kind.name))


def excused_models() -> Mapping[str, str]:
    return _excused
