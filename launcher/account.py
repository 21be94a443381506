"""Whom the embedded servers run as, and a place on disk where that account can work.

PostgreSQL refuses to run as root. Started by root, the servers run as an unprivileged account; that
account may be unable to enter the checkout (`/root/fairhold`, mode 700). Then its files and a copy
of the server binaries live in a folder that root makes elsewhere, found again by its path.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LaunchFailed

CHECKOUT_STATE = Path(__file__).resolve().parent.parent / ".fairhold"
PROGRAMS = "programs"
CANDIDATES = ("fairhold", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """The user that servers run as. `uid` is None when it is the one who started the launcher."""

    name: str
    uid: int | None = None
    gid: int | None = None

    @property
    def is_other(self) -> bool:
        return self.uid is not None

    def own(self, path: Path) -> None:
        """Hands a path over to the account; nothing to do when it is our own."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        return self._run('cd "$1"', folder)

    def can_execute(self, program: Path) -> bool:
        return self._run('"$1" --version', program)

    def _run(self, script: str, path: Path) -> bool:
        # Asked as the account itself: modes alone would miss access lists and mount options.
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", str(path)],
            user=self.uid,
            group=self.gid,
            extra_groups=[] if self.is_other else None,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode == 0


def server_account() -> Account:
    """Ourselves, or for root the first unprivileged account that this machine has."""
    if os.geteuid() != 0:
        return Account(name="")
    for name in CANDIDATES:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            if entry.pw_uid != 0:
                return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise LaunchFailed(
        "PostgreSQL does not run as root and this machine has no unprivileged account "
        f"({', '.join(CANDIDATES)}): create one or start as another user"
    )


def owner_of(folder: Path, account: Account) -> Account:
    """The account that an existing data folder belongs to: PostgreSQL accepts no other.

    Root may start what another user made (`sudo make run`), and the other way round may not.
    """
    facts = folder.stat()
    ours = os.geteuid() if account.uid is None else account.uid
    if facts.st_uid == ours:
        return account
    try:
        name = pwd.getpwuid(facts.st_uid).pw_name
    except KeyError:
        name = str(facts.st_uid)
    if not account.is_other or facts.st_uid == 0:
        raise LaunchFailed(f"the data in {folder} belongs to the user {name}: start as that user")
    return Account(name=name, uid=facts.st_uid, gid=facts.st_gid)


def working_folder(data_dir: Path, account: Account) -> Path:
    """A folder for the servers' files that `account` can enter: `data_dir` wherever possible."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not account.is_other:
        return data_dir
    data_dir.chmod(0o711)  # the account passes through; what is secret inside has modes of its own
    return data_dir if account.can_enter(data_dir) else outside_folder(data_dir)


def outside_folder(data_dir: Path) -> Path:
    """The folder elsewhere that belongs to `data_dir`, made by root, safe from other users."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    pointer = data_dir / "place"
    with contextlib.suppress(OSError):
        remembered = Path(pointer.read_text().strip())
        if _is_ours(remembered):
            return remembered
    key = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
    for parent, name in (
        (Path("/var/lib/fairhold"), key),
        (Path(tempfile.gettempdir()), f"fairhold-{key}"),
    ):
        with contextlib.suppress(OSError):
            parent.mkdir(mode=0o711, exist_ok=True)
            folder = parent / name
            folder.mkdir(mode=0o711, exist_ok=True)
            if _is_ours(folder):
                pointer.write_text(f"{folder}\n")
                return folder
    raise LaunchFailed(
        f"the account that runs PostgreSQL cannot enter {data_dir}, and no folder could be made "
        "under /var/lib or the temporary folder for it"
    )


def _is_ours(folder: Path) -> bool:
    """False for a folder that someone else prepared: in /tmp anyone may have been there first."""
    facts = folder.lstat()
    writable_by_others = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not writable_by_others


def forget_outside_folder(data_dir: Path) -> None:
    """Removes the data that lies in `data_dir`'s outside folder, if it has one.

    The copy of the server programs stays: other data folders of the checkout use it too.
    """
    with contextlib.suppress(OSError):
        folder = Path((data_dir / "place").read_text().strip())
        if not _is_ours(folder):
            return
        for path in folder.iterdir():
            if path.name != PROGRAMS:
                shutil.rmtree(path)
        folder.rmdir()  # refused, and rightly, while the programs are in it


def reachable_copy(
    tree: Path, *, program: str, account: Account, beside: tuple[Path, ...] = ()
) -> Path:
    """`tree` itself, or a copy of it where `account` can execute `program` inside it.

    `beside` are libraries found relative to the tree; they are copied beside it. There is one copy
    for a checkout, whatever data folders are used with it.
    """
    if account.can_execute(tree / program):
        return tree
    facts = (tree / program).stat()
    stamp = f"{tree}-{facts.st_size}-{int(facts.st_mtime)}"
    digest = hashlib.sha256(stamp.encode()).hexdigest()[:12]
    target = outside_folder(CHECKOUT_STATE) / PROGRAMS / digest
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        # Renamed when complete: a copy that was interrupted is never used.
        partial = target.with_name(f"{digest}.{os.getpid()}.partial")
        for source in (tree, *beside):
            shutil.copytree(source, partial / source.relative_to(tree.parent.parent), symlinks=True)
        for folder in (target.parent, partial):
            folder.chmod(0o755)
        try:
            partial.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(partial)
    copy = target / tree.relative_to(tree.parent.parent)
    if not account.can_execute(copy / program):
        raise LaunchFailed(f"the account {account.name} cannot execute {copy / program}")
    return copy
