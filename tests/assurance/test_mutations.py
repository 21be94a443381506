"""The list of mutations fits the code that it mutates; `make assurance` tries each."""

import pytest

from tests.assurance.mutations import MUTATIONS, ROOT, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_a_mutation_takes_out_is_there_once(mutation: Mutation) -> None:
    assert mutation.path.read_text().count(mutation.before) == 1
    assert mutation.before != mutation.after
    assert all((ROOT / test).exists() for test in mutation.tests)
