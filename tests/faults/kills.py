"""Kill -9 of `ott send`, at random points, on the ground of every destination."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ground import Ground, Result, chosen_cases

ROWS = 24
# Every one of these waits for jobs, two seconds a look.
SLOW = {"sfmc_rows": 8, "sfmc_journey": 12}
AT_ONCE = 4


def killed(folder, case, seed, kills):
    """Kill so many runs of one destination, each followed by more until drained."""
    ground, result = Ground(folder, case, seed), Result()
    try:
        while result.kills < kills:
            ground.night(ROWS)
            is_done, nth = False, 0
            while not is_done:
                is_done = ground.kill(result)
                nth += 1
                if nth == 1:
                    ground.stop_some()
        ground.drain()
        ground.judge(result)
    finally:
        ground.close()
    return result


def shares(kills):
    """How many kills each destination gets."""
    names = list(chosen_cases())
    slow = {name: min(SLOW[name], kills // len(names) + 1) for name in SLOW}
    quick = [name for name in names if name not in slow]
    each, left = divmod(max(kills - sum(slow.values()), 0), len(quick))
    return slow | {name: each + (n < left) for n, name in enumerate(quick)}


def campaign(folder, seed, kills, line, tell):
    """Kill on every ground, some grounds at once; give the result of each."""
    grounds = chosen_cases()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {
            name: pool.submit(killed, folder / name, grounds[name], seed, share)
            for name, share in sorted(shares(kills).items(), key=lambda s: s[1])
            if share
        }
        return told(running, line, tell)


def told(running, line, tell):
    """Tell each result as it comes; one that broke off is told and counts as bad."""
    results = {}
    for name, future in running.items():
        try:
            results[name] = future.result()
        except Exception as error:  # noqa: BLE001 - the others go on.
            results[name] = Result(unaccounted=1, notes=[f"broke off: {error}"])
        tell(line(name, results[name]))
        for note in results[name].notes[:10]:
            tell(f"    {note}")
    return results
