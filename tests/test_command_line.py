"""What the command line says before it begins."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pinfold.cli import main


@pytest.mark.parametrize("command", ["forecast ripening --season 2012 --as-of 2012-04-01", "recommend --as-of 2012-04-01"])
def test_a_file_in_a_folder_that_is_not_there_is_refused_before_the_work(command, tmp_path):
    done = CliRunner().invoke(main, [*command.split(), "no-such-season", "--out", str(tmp_path / "new" / "out.csv")])
    assert done.exit_code == 2
    assert f"there is no folder '{tmp_path / 'new'}'" in done.output.replace("\n", " ")
    assert not list(tmp_path.iterdir())


def without_tables(tmp_path, *command):
    given = os.environ | {"PINFOLD_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    return subprocess.run([sys.executable, "-m", "pinfold.cli", *command], env=given, capture_output=True, text=True, timeout=120)


def test_a_database_without_tables_is_told_with_what_to_do(tmp_path):
    done = without_tables(tmp_path, "report")
    assert done.returncode == 1
    assert "run: pinfold manage migrate, then: pinfold manage createcachetable" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_says_that_nobody_can_sign_in_without_the_table_of_tries(tmp_path):
    assert without_tables(tmp_path, "manage", "migrate").returncode == 0
    done = without_tables(tmp_path, "doctor")
    assert done.returncode == 1
    assert "FAIL limits of tries" in done.stdout
