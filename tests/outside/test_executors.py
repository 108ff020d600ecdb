"""The same work in this process, on this machine's cores, and on a cluster that loses a machine in the middle."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import dask
import distributed
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from pinfold.basics.errors import InputError, NoAnswer
from pinfold.cli import main
from pinfold.outside.executors import executor
from pinfold.settings import Settings, from_environment

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from spread import BEFORE_THE_GATE, PARTS, gated_mean_demand_kg, mean_demand_kg, thread_limit  # noqa: E402

IN_ONE_PROCESS = [mean_demand_kg(part) for part in PARTS]


def with_settings(**variables: str) -> Settings:
    return from_environment({"PINFOLD_SECRET_KEY": "a secret key for tests"} | variables)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_answers_come_in_the_order_of_the_parts_from_any_number_of_processes(processes: str) -> None:
    with executor(with_settings(PINFOLD_PROCESSES=processes)) as workers:
        assert isinstance(workers, Executor)
        assert list(workers.map(mean_demand_kg, PARTS)) == IN_ONE_PROCESS


def test_one_process_is_this_one(tmp_path: Path) -> None:
    with executor(with_settings(PINFOLD_PROCESSES="1")) as workers:
        assert workers.submit(os.getpid).result() == os.getpid()


def test_several_processes_are_others_and_keep_to_one_core_each() -> None:
    with executor(with_settings(PINFOLD_PROCESSES="2")) as workers:
        assert workers.submit(os.getpid).result() != os.getpid()
        assert workers.submit(thread_limit, 0).result() == "1"


def test_no_processes_at_all_are_refused() -> None:
    with pytest.raises(InputError, match="PINFOLD_PROCESSES is 0"):
        with_settings(PINFOLD_PROCESSES="0")


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    soon, nobody = dask.config.set({"distributed.comm.timeouts.connect": "200ms"}), with_settings(PINFOLD_DASK_SCHEDULER=address)
    with soon, pytest.raises(NoAnswer, match=address), executor(nobody):
        pass


@dataclass(frozen=True)
class Cluster:
    address: str
    workers: dict[int, subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A Dask scheduler and two workers, each a process of its own on loopback."""
    dask = Path(sys.executable).with_name("dask")
    seen = os.environ | {"PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}
    told = tmp_path / "scheduler.json"
    quiet = {"env": seen, "stdout": subprocess.DEVNULL, "stderr": (tmp_path / "log").open("ab"), "cwd": tmp_path}
    here = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", told]
    scheduler = subprocess.Popen([dask, "scheduler", *here, "--port", "0"], **quiet)
    # The shell's own process number becomes the worker's name.
    worker = ["sh", "-c", 'exec "$0" "$@" --name $$', dask, "worker", *here, "--no-nanny", "--nthreads", "1"]
    processes = [subprocess.Popen(worker, **quiet) for _ in range(2)]
    try:
        with distributed.Client(scheduler_file=str(told), set_as_default=False, timeout="60s") as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield Cluster(address, {process.pid: process for process in processes})
    finally:
        for process in (*processes, scheduler):
            process.kill()
            process.wait()


def test_a_cluster_that_loses_one_of_two_workers_in_the_middle_gives_equal_answers(cluster: Cluster, tmp_path: Path) -> None:
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    with gate.open("w") as shut, executor(with_settings(PINFOLD_DASK_SCHEDULER=cluster.address)) as workers:
        fcntl.flock(shut, fcntl.LOCK_EX)
        answers = workers.map(partial(gated_mean_demand_kg, notes=str(notes), gate=str(gate)), PARTS)
        first = [next(answers) for _ in range(BEFORE_THE_GATE)]
        lost = cluster.workers[int(notes.read_text().split()[-1])]
        lost.send_signal(signal.SIGKILL)
        lost.wait()
        begun_before = len(notes.read_text().split())
        fcntl.flock(shut, fcntl.LOCK_UN)
        rest = list(answers)
    assert begun_before <= BEFORE_THE_GATE + len(cluster.workers), "it was lost in the middle"
    assert first + rest == IN_ONE_PROCESS
    did = [int(pid) for pid in notes.read_text().split()]
    assert set(did[begun_before:]) == set(cluster.workers) - {lost.pid}, "the other one did the rest alone"


CROPS = [f"crop-{letter}" for letter in "abcdefghijkl"]


def forecast_folder(folder: Path) -> Path:
    """Twelve crops of twenty plots each, which ripened and bore in eight seasons."""
    folder.mkdir()
    random = np.random.default_rng(1)
    plots = [(f"{crop}-{n}", crop, f"block-{n % 3}") for crop in CROPS for n in range(20)]
    dates, kg = ["plot_id,season,stage,on"], ["plot_id,season,kg"]
    for plot, _, _ in plots:
        for season in range(2015, 2023):
            dates.append(f"{plot},{season},ripe,{date(season, 10, 1) + timedelta(days=int(random.normal(20, 6)))}")
            kg.append(f"{plot},{season},{random.gamma(9, 10):.1f}")
    tables = {"plots": ["plot_id,crop,block", *map(",".join, plots)], "stages": dates, "harvests": kg}
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


@dataclass
class LosesAWorker:
    """Hears how the command is getting on. With the first part that comes back it stops both workers, and kills one that holds others."""

    cluster: Cluster
    heard: int = 0
    parts_it_held: int = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        if what.split()[0] not in CROPS:
            return
        self.heard += 1
        if self.heard == 1:
            self.lose_one()

    def lose_one(self) -> None:
        workers = self.cluster.workers
        for worker in workers.values():
            worker.send_signal(signal.SIGSTOP)
        with distributed.Client(self.cluster.address, set_as_default=False) as client:
            name_of = {at: facts["name"] for at, facts in client.scheduler_info(n_workers=-1)["workers"].items()}
            held = {int(name_of[at]): len(parts) for at, parts in client.processing().items()}
        lost = max(held, key=lambda pid: held[pid])
        self.parts_it_held = held[lost]
        workers[lost].send_signal(signal.SIGKILL)
        workers[lost].wait()
        (other,) = (worker for pid, worker in workers.items() if pid != lost)
        other.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("command", [["ripening", "--as-of", "2023-08-01"], ["yield"]], ids=["ripening", "yield"])
def test_a_forecast_whose_worker_dies_after_the_first_part_has_the_rows_of_one_made_here(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    folder = forecast_folder(tmp_path / "season")
    kind, *options = command

    def forecast(out: Path) -> pl.DataFrame:
        ran = CliRunner().invoke(main, ["forecast", kind, str(folder), "--season", "2023", *options, "--out", str(out)])
        assert ran.exit_code == 0, ran.output
        return pl.read_csv(out)

    here = forecast(tmp_path / "here.csv")
    told = LosesAWorker(cluster)
    monkeypatch.setattr("pinfold.outside.executors.ROWS_WORTH_A_JOURNEY", 1)
    monkeypatch.setattr("pinfold.outside.executors.settings", lambda: with_settings(PINFOLD_DASK_SCHEDULER=cluster.address))
    monkeypatch.setattr("pinfold.cli.TerminalProgress", lambda: told)
    elsewhere = forecast(tmp_path / "elsewhere.csv")
    assert told.parts_it_held > 0, "it died in the middle"
    assert told.heard == len(CROPS)
    assert here.height == 240 and elsewhere.equals(here)


def test_control_a_local_pool_does_not_survive_the_loss_of_a_process() -> None:
    with executor(with_settings(PINFOLD_PROCESSES="2")) as workers, pytest.raises(BrokenProcessPool):
        workers.submit(os.kill, workers.submit(os.getpid).result(), signal.SIGKILL).result()
