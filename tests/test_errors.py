import pytest

from deepreview.errors import ConfigError, DeepReviewError, Exit, MachineError, UsageError


@pytest.mark.parametrize("kind", [UsageError, ConfigError, MachineError])
def test_every_error_has_a_hint_and_the_exit_code_of_its_kind(kind: type[DeepReviewError]) -> None:
    error = kind("it is gone", hint="look elsewhere")
    assert (str(error), error.exit) == ("it is gone (look elsewhere)", Exit.USAGE)


def test_exit_codes_are_the_published_ones() -> None:
    assert [code.value for code in Exit] == [0, 1, 2, 3, 70, 130]
