"""Checks proof files by themselves: no database, no settings, nothing else of the platform.

    python -m marketplace.payments.verify FILE [FILE …] [--public-key KEY] [--chain]

Needs Python and the ``cryptography`` package. docs/proof-format.md describes the file.
"""
