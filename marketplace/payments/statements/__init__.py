"""Statements of a wallet over a period, as JSON, CSV and PDF (ADR 0062, 0063)."""
