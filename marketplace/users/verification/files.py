"""Files at rest: sealed under a key of their own, in a storage that no address leads to.

The file's key lies in its row, sealed under the field keys, so rotating those touches no file. The
seal is bound to the document: a file put in another's place does not open.
"""

import os
import struct
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from marketplace.core.db import forbid_transaction
from marketplace.core.ids import new_id
from marketplace.core.security import Undecipherable
from marketplace.core.security.sealed import EncryptedField
from marketplace.users.verification.models import VerificationDocument

MODEL = "verification.VerificationDocument"
FORMAT = 1
NONCE_BYTES = 12
KEY_BITS = 256
LENGTH = struct.Struct(">I")


def private_storage() -> Storage:
    return storages["private"]


def new_file_name() -> str:
    """Not the document's id: who sees the folder learns nothing from a name."""
    name = new_id().hex
    return f"verification/{name[-2:]}/{name}"


def new_sealed_key(document_id: UUID) -> bytes:
    key = AESGCM.generate_key(KEY_BITS)
    return _key_field().seal(key.hex(), row_id=document_id)


def write_file(document: VerificationDocument, pages: Sequence[bytes]) -> None:
    """Seal the pages into one file. May be asked again after a crash: the name is the row's own."""
    forbid_transaction("Writing a file")
    nonce = os.urandom(NONCE_BYTES)
    packed = b"".join(LENGTH.pack(len(page)) + page for page in pages)
    sealed = AESGCM(_key(document)).encrypt(nonce, packed, _binding(document))
    storage = private_storage()
    storage.delete(document.file_name)
    stored = storage.save(document.file_name, ContentFile(bytes([FORMAT]) + nonce + sealed))
    if stored != document.file_name:
        # The storage never renames what is not there; another writer would have to be at work.
        storage.delete(stored)
        raise FileExistsError(document.file_name)


def read_file(document: VerificationDocument) -> tuple[bytes, ...]:
    """The pages. Raises Undecipherable for an altered or exchanged file, FileNotFoundError."""
    with private_storage().open(document.file_name) as file:
        stored = file.read()
    try:
        if stored[0] != FORMAT:
            raise Undecipherable(f"{MODEL}.file: not a sealed file")
        packed = AESGCM(_key(document)).decrypt(
            stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :], _binding(document)
        )
    except (InvalidTag, IndexError, ValueError) as error:
        raise Undecipherable(f"{MODEL}.file of {document.id} was altered or moved") from error
    return _unpacked(packed)


def delete_file(document: VerificationDocument) -> None:
    """Gone, whether or not all of it ever came. Storages take a missing file for a deleted one."""
    private_storage().delete(document.file_name)


def _unpacked(packed: bytes) -> tuple[bytes, ...]:
    pages, position = [], 0
    while position < len(packed):
        (length,) = LENGTH.unpack_from(packed, position)
        position += LENGTH.size
        pages.append(packed[position : position + length])
        position += length
    return tuple(pages)


def _key(document: VerificationDocument) -> bytes:
    if document.file_key_encrypted is None:
        raise Undecipherable(f"{MODEL}.file of {document.id} was erased")
    return bytes.fromhex(_key_field().unseal(document.file_key_encrypted, row_id=document.id))


def _key_field() -> EncryptedField:
    return VerificationDocument._meta.get_field("file_key_encrypted")


def _binding(document: VerificationDocument) -> bytes:
    return f"{MODEL}|{document.id}|file".encode()
