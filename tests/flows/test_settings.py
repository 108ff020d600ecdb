"""Settings that must not fail open."""

from __future__ import annotations

import pytest

from pinfold.basics.errors import InputError
from pinfold.settings import from_environment

KEY = {"PINFOLD_SECRET_KEY": "a secret key for tests"}


def test_an_empty_sandbox_secret_is_no_secret():
    """A line PINFOLD_SANDBOX_SECRET= in a file of variables would let anybody sign notices."""
    assert from_environment(KEY | {"PINFOLD_SANDBOX_SECRET": ""}).sandbox_secret == from_environment(KEY).sandbox_secret != ""


@pytest.mark.parametrize("text", ["true", "yes", "on", "2"])
def test_a_switch_takes_1_or_0_and_nothing_that_would_be_read_as_off(text):
    with pytest.raises(InputError, match="PINFOLD_PRODUCTION"):
        from_environment(KEY | {"PINFOLD_PRODUCTION": text})


def test_settings_that_are_read_for_their_processes_alone_leave_no_data_folder(tmp_path):
    assert from_environment({"PINFOLD_DATA_DIR": str(tmp_path / "var"), "PINFOLD_PROCESSES": "2"}).processes == 2
    assert not (tmp_path / "var").exists()


def test_the_secret_key_can_be_read_by_its_owner_alone(tmp_path):
    made = from_environment({"PINFOLD_DATA_DIR": str(tmp_path)}).secret_key
    assert len(made) > 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
