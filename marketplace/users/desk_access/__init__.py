"""The door of the admin: password, then a second factor, on every page of it (ADR 0085).

    middleware.py   lets nobody past who has given only a password, or was away too long
    forms.py        the password, counted; the code
    views.py        giving a second factor, taking one into use, showing it again
    enrolment.py    the secret between being shown and being proved

What is dangerous asks again with ``marketplace.core.desk.asks_again``.
"""
