"""What tests of every service use: a database that can be emptied although parts are append-only."""
