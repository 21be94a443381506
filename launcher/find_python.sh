#!/bin/sh
# Prints the first Python of a supported version; the one place that runs before any Python does.
# Each candidate is started, not only looked up: version-manager shims exist for versions that do not.
set -u
for candidate in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "$candidate"
        exit 0
    fi
done
echo "fairhold: Python 3.11 or newer is needed and none was found; install it or name one with PYTHON=/path/to/python3" >&2
exit 1
