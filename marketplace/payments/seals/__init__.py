"""Tamper evidence: Merkle trees over events and journals, signed and chained.

The format is in docs/proof-format.md; ADR 0061 says why it looks like this.
"""
