"""What else goes wrong around a run: a trial is one thing, on its own ground."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ground import PATIENCE, Ground, Result, chosen_cases
from on_postgres import PostgresGround

# So little of everything that is due is lost, and so much is only slow.
ONE_PERCENT = ("lost_answer", "reset", "http_500_after_accept")
ONE_PERCENT = (*(f"{name}:0.01" for name in ONE_PERCENT), "drip:0.7:0.01")
HOUR = timedelta(hours=1)
REFUSED = 4
JUMPS = Path(__file__).with_name("clock_jumps.py")


def lost_answers(folder, seed, name, rows=300):
    """1 % lost, 1 % reset, 1 % 500 after acceptance, 1 % answers a byte at a time."""
    with opened(Ground(folder, chosen_cases()[name], seed)) as (ground, result):
        ground.sandbox.faults(*ONE_PERCENT)
        ground.night(rows)
        ground.drain()
        ground.sandbox.faults()
        ground.judge(result)
    return result


def slow_loris(folder, seed):
    """An answer that never ends is unknown after a minute, and nothing else waits."""
    with opened(Ground(folder, chosen_cases()["whatsapp"], seed)) as (ground, result):
        ground.sandbox.faults("drip:600#2")
        ground.night(40)
        done = ground.run()
        assert done.summary["outcomes"] == {"accepted": 38, "unknown": 2}, done.out
        ground.judge(result)
    return result


def at_once(folder, seed, runs):
    """So many runs of four destinations on one ledger; some are killed."""
    names = ("whatsapp", "line", "twilio", "braze_triggers")
    first = Ground(folder, chosen_cases()[names[0]], seed)
    with opened(first) as (ground, result):
        grounds = [ground]
        for name in names[1:]:
            case = chosen_cases()[name]
            grounds.append(Ground(folder, case, seed, beside=grounds[-1]))
        for _ in range(3):
            for one in grounds:
                one.night(40)
            going = [
                one.start(*one.command())
                for one in (grounds * runs)[: max(runs, len(grounds) * 2)][:runs]
            ]
            for process in going[:: max(runs // 2, 1)]:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(ground.dice.uniform(0.5, 3))
                result.kills += process.poll() is None
                process.send_signal(signal.SIGKILL)
            for process in going:
                out, err = process.communicate(timeout=PATIENCE)
                code = process.returncode
                assert code in (0, 6, REFUSED, -signal.SIGKILL), f"{code} {out} {err}"
            for one in grounds:
                one.drain()
        for one in grounds:
            one.judge(result)
    return result


def disk_full(folder, seed):
    """The ledger's disk is full at some moment of a run, and has room again later."""
    with opened(Ground(folder, chosen_cases()["whatsapp"], seed)) as (ground, result):
        disk = ground.folder / ".ott"
        disk.mkdir()
        mount = ("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk))
        is_mounted = os.geteuid() == 0 and not subprocess.call(mount)
        if not is_mounted:
            result.notes.append("no mount allowed here: the disk was not full")
        try:
            for round_ in range(4):
                ground.night(60)
                full = {"ledger": disk} if round_ % 2 else {"early": disk}
                _run_on_full(ground, **full)
                (disk / "ballast").unlink(missing_ok=True)
                ground.drain()
            ground.judge(result)
        finally:
            if is_mounted:
                # What the judge still reads would go with the mount.
                subprocess.check_call(("umount", "-l", str(disk)))
    return result


def _run_on_full(ground, *, ledger=None, early=None):
    if early and ground.ledger.exists():
        _fill(early, leave=ground.dice.randrange(0, 120_000))
    process = ground.start(*ground.command())
    if ledger:
        _wait_for_arrival(ground, process)
        _fill(ledger)
    _, err = process.communicate(timeout=PATIENCE)
    ground.tell("disk full", code=process.returncode, said=err[-300:])


def _fill(folder, leave=0):
    free = shutil.disk_usage(folder).free - leave
    with suppress(OSError), (folder / "ballast").open("wb", buffering=0) as file:
        for _ in range(max(free, 0) // 4096 + 1):
            file.write(bytes(4096))


def warehouse_locked(folder, seed):
    """Another process holds the warehouse while results are to be written back."""
    with opened(Ground(folder, chosen_cases()["whatsapp"], seed)) as (ground, result):
        for is_early in (False, True, False):
            ground.night(60)
            if is_early:
                with ground.warehouse_held():
                    done = ground.ott(*ground.command("--wait", "1"))
                assert done.returncode == REFUSED, done.out
            else:
                process = ground.start(*ground.command("--wait", "1"))
                _wait_for_arrival(ground, process)
                with _held(ground):
                    out, err = process.communicate(timeout=PATIENCE)
                assert process.returncode in (0, 6, REFUSED), f"{out} {err}"
                ground.tell("locked", code=process.returncode, said=err[-300:])
            ground.drain()
        ground.judge(result)
    return result


@contextmanager
def _held(ground):
    for _ in range(100):
        held = ground.warehouse_held()
        try:
            held.__enter__()
        except AssertionError:
            time.sleep(0.05)
            continue
        break
    else:
        raise AssertionError("the warehouse is never free")
    yield
    held.__exit__(None, None, None)


def clock_back(folder, seed):
    """The clock jumps back an hour, between two runs and in the middle of one."""
    with opened(Ground(folder, chosen_cases()["whatsapp"], seed)) as (ground, result):
        for _ in range(3):
            ground.night(60)
            ground.kill(result)
            early = (datetime.now(UTC) - HOUR).isoformat()
            done = ground.run(OTT_NOW=early)
            # What was decided in an hour's time is not sent now.
            assert done.returncode in (0, 6, REFUSED), done.err
            ground.drain()
            ground.night(60)
            process = subprocess.Popen(
                [sys.executable, JUMPS, *ground.command()],
                cwd=ground.folder,
                env=ground.env(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            if ground.dice.random() < 0.5:
                _wait_for_arrival(ground, process, lines=20)
                result.kills += process.poll() is None
                process.send_signal(signal.SIGKILL)
            out, err = process.communicate(timeout=PATIENCE)
            assert process.returncode in (0, 6, REFUSED, -9), f"{out} {err}"
            ground.tell("clock back", code=process.returncode, said=err[-300:])
            ground.drain()
        ground.judge(result)
    return result


def stopped(folder, seed):
    """`ott stop` in the middle of a run holds from its return on."""
    case = chosen_cases()["whatsapp"]
    with opened(Ground(folder, case, seed, "--latency", "0.3")) as (ground, result):
        for _ in range(3):
            rows = ground.night(60)
            process = ground.start(*ground.command())
            _wait_for_arrival(ground, process)
            [row] = ground.dice.sample(rows[-20:], 1)
            done = ground.ott("stop", row.customer_id)
            assert done.returncode == 0, done.err
            ground.stopped[row.customer_id[-8:]] = time.time()
            process.communicate(timeout=PATIENCE)
            ground.drain()
        ground.judge(result)
    return result


def postgres_restarted(folder, seed):
    """The warehouse's server goes away and comes back while a run sends."""
    case = chosen_cases()["whatsapp"]
    with opened(PostgresGround(folder, case, seed)) as (ground, result):
        for round_ in range(4):
            ground.night(60)
            more = ("--stops-every", "0.2") if round_ % 2 else ()
            process = ground.start(*ground.command(*more))
            _wait_for_arrival(ground, process, lines=1 + 5 * round_)
            ground.restart(away=ground.dice.uniform(0, 2))
            out, err = process.communicate(timeout=PATIENCE)
            assert process.returncode in (0, 6, REFUSED), f"{out} {err}"
            ground.tell("restarted", code=process.returncode, said=err[-300:])
            ground.drain()
        ground.judge(result)
    return result


def _wait_for_arrival(ground, process, lines=1):
    before = ground.sandbox.size()
    while process.poll() is None and ground.sandbox.size() < before + 150 * lines:
        time.sleep(0.005)


@contextmanager
def opened(ground):
    try:
        yield ground, Result()
    finally:
        ground.close()


def trials():
    """Every trial by its name, as a function of a folder and a seed."""
    found = {
        f"1 % lost: {name}": lambda folder, seed, name=name: lost_answers(
            folder, seed, name
        )
        for name in chosen_cases()
    }
    return found | {
        "slow loris": slow_loris,
        "two runs at once": lambda folder, seed: at_once(folder, seed, 2),
        "eight runs at once": lambda folder, seed: at_once(folder, seed, 8),
        "disk full": disk_full,
        "warehouse locked": warehouse_locked,
        "clock back an hour": clock_back,
        "stopped in mid-run": stopped,
        "postgres restarted": postgres_restarted,
    }
