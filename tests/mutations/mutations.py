"""
Does a test notice when a gate stands open?

    make mutations
    make mutations GATE=is_not_minor

Each gate is forced open in two ways: it is left out of the ladder, and the model that
computes its column says true for everybody. One more mutant lets null through. A mutant
is killed by the first test that fails: a unit test of the changed models, or else a
data test on the demo, built on from the changed models. Survivors are listed, and the
exit code is 1.

No file of the project is changed: dbt parses once, and the text is changed in what it
parsed. DuckDB only.
"""

from __future__ import annotations

import argparse
import copy
import csv
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

ROOT = Path(__file__).parents[2]
HOME = ROOT / "target" / "mutations"
NOW = "2026-11-18 10:00:00"
VARS = f'{{as_of: "{NOW}", raw_location: "{HOME}/raw"}}'
LADDER = ("first_closed_gate", "all_closed_gates")
DATABASE = "ott.duckdb"
OPTIONS = (
    *("--project-dir", str(ROOT), "--profiles-dir", str(HOME), "--target", "test"),
    *("--target-path", str(HOME / "dbt"), "--log-path", str(HOME / "logs")),
    *("--log-level", "none", "--log-level-file", "none", "--vars", VARS),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One change that lets somebody through.

    Attributes:
        texts: The changed text of each macro or model, by name.
        models: Those that behave differently, before all that stand on them.
    """

    gate: str
    what: str
    models: tuple[str, ...]
    texts: dict[str, str] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.gate}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What failed, if anything; a mutant that cannot run at all proves nothing."""

    killed_by: str = ""
    broken: str = ""


def known_gates() -> dict[str, str]:
    """Each gate with its reason, in the order of the ladder."""
    lists: list[list[tuple[str, ...]]] = []
    text = (ROOT / "macros/gates.sql").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=False).from_string(  # noqa: S701
        text, globals={"return": lists.append}
    )
    for macro in ("gates", "choice_gates"):
        getattr(template.module, macro)()
    return {gate[0]: gate[1] for gates in lists for gate in gates}


def known_reasons() -> list[str]:
    """All reasons that the seed lists, but the one that is no reason."""
    path = ROOT / "seeds/reference/eligibility_reasons.csv"
    with path.open(encoding="utf-8") as file:
        reasons = [line["reason_code"] for line in csv.DictReader(file)]
    return [reason for reason in reasons if reason != "sendable"]


def model_texts() -> dict[str, str]:
    """Read the models that may compute a gate or judge one."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for folder in ("intermediate", "marts")
        for path in sorted((ROOT / "models" / folder).rglob("*.sql"))
    }


def ladder_text(macro: str, old: str, new: str) -> str:
    """Read a macro of the ladder, changed."""
    text = (ROOT / f"macros/{macro}.sql").read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"macros/{macro}.sql has no `{old}`: mend {__file__}.")
    return text.replace(old, new)


def opened(text: str, gate: str) -> str | None:
    """
    Change a model so that this column is true for everybody who reads it.

    Read is what follows the step that names the column last: the ladder, where it
    stands in the same model, or else the last line.
    """
    named = list(re.finditer(rf"\bas {gate}\b", text))
    if not named:
        named = list(re.finditer(rf"^ +\w+\.{gate},?$", text, re.MULTILINE))
    if not named:
        return None
    end = named[-1].end()
    step = re.findall(r"^(\w+) as \($", text[:end], re.MULTILINE)[-1]
    rest, count = re.subn(
        rf"\b(from|join) {step}$",
        rf"\1 (select * replace (true as {gate}) from {step}) as {step}",
        text[end:],
        flags=re.MULTILINE,
    )
    return text[:end] + rest if count else None


def column_mutants(gate: str, models: dict[str, str]) -> list[Mutant]:
    """Change each model that computes the column, else each that carries it."""
    computing = [name for name in models if re.search(rf"\bas {gate}\b", models[name])]
    return [
        Mutant(gate, f"true in {name}", (name,), {name: text})
        for name in computing or models
        if (text := opened(models[name], gate)) is not None
    ]


def all_mutants() -> list[Mutant]:
    """Force each gate open, then let null through all of them."""
    models = model_texts()
    judging = tuple(name for name in models if "first_closed_gate(" in models[name])
    mutants = []
    for gate in known_gates():
        loop = "for gate, reason in gates"
        without = f"{loop} if gate != '{gate}'"
        texts = {macro: ladder_text(macro, loop, without) for macro in LADDER}
        mutants.append(Mutant(gate, "left out of the ladder", judging, texts))
        mutants += column_mutants(gate, models)
    texts = {
        LADDER[0]: ladder_text(LADDER[0], "{{ gate }} is not true", "not {{ gate }}")
    }
    return [*mutants, Mutant("any gate", "null lets through", judging, texts)]


class Project:
    """The project as dbt parsed it, and its demo as it was built."""

    def __init__(self) -> None:
        parsed = self._dbt("parse", HOME)
        if not parsed.success:
            raise SystemExit(f"The project does not parse: {parsed.exception}")
        self._manifest: Any = parsed.result

    def _dbt(
        self, command: str, folder: Path, *more: str, manifest: Any = None
    ) -> dbtRunnerResult:
        # Here, because it takes seconds that a list of the mutants need not wait.
        from dbt.cli.main import dbtRunner

        os.environ["OTT_DUCKDB_PATH"] = str(folder / DATABASE)
        return dbtRunner(manifest=manifest).invoke([command, *OPTIONS, *more])

    def judge(self, mutant: Mutant) -> Verdict:
        """Look for a test that fails: the quick ones first."""
        manifest = copy.deepcopy(self._manifest)
        for name, text in mutant.texts.items():
            if name in LADDER:
                manifest.macros[f"macro.ott.{name}"].macro_sql = text
            else:
                manifest.nodes[f"model.ott.{name}"].raw_code = text
        units = [f"{model},test_type:unit" for model in mutant.models]
        more = ("--fail-fast", "--select", *units)
        again = copy.deepcopy(manifest)
        verdict = seen(self._dbt("test", HOME, *more, manifest=again))
        return verdict if verdict.killed_by else self._judge_demo(mutant, manifest)

    def _judge_demo(self, mutant: Mutant, manifest: Any) -> Verdict:
        # dbt keeps a file open until the next: each copy has a folder of its own.
        folder = HOME / "copies" / str(time.monotonic_ns())
        folder.mkdir(parents=True)
        shutil.copy(HOME / DATABASE, folder)
        changed = [f"{model}+" for model in mutant.models]
        more = ("--exclude-resource-type", "unit_test", "--fail-fast", "--select")
        verdict = seen(self._dbt("build", folder, *more, *changed, manifest=manifest))
        shutil.rmtree(folder)
        return verdict


def seen(done: dbtRunnerResult) -> Verdict:
    """Tell a test that failed from a mutant that does not run."""
    if done.exception is not None:
        return Verdict(broken=str(done.exception))
    ran: Any = done.result
    results = [(result.node.name, str(result.status)) for result in ran.results]
    return Verdict(
        killed_by=next((name for name, status in results if status == "fail"), ""),
        broken=next((name for name, status in results if status == "error"), ""),
    )


def prepare() -> None:
    """Build the demo with all its tests: what is unchanged must pass."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    shutil.copy(ROOT / "profiles.example.yml", HOME / "profiles.yml")
    os.environ["OTT_DUCKDB_PATH"] = str(HOME / DATABASE)
    demo = ["-m", "sync.demo", "data", "--at", NOW, "--dir", str(HOME / "raw")]
    subprocess.run([sys.executable, *demo], cwd=ROOT, check=True)
    dbt = str(Path(sys.executable).with_name("dbt"))
    if subprocess.run([dbt, "build", *OPTIONS], cwd=ROOT, check=False).returncode:
        raise SystemExit("The project fails unchanged: see `make test`.")


def campaign(mutants: list[Mutant], *, built: bool) -> int:
    """Judge each mutant, say what killed it, and count."""
    began = time.monotonic()
    if not built:
        prepare()
    project = Project()
    survivors = []
    for mutant in mutants:
        verdict = project.judge(mutant)
        if verdict.killed_by:
            print(f"killed    {mutant} ({verdict.killed_by})", flush=True)
            continue
        note = f" (does not run: {verdict.broken})" if verdict.broken else ""
        survivors.append(f"SURVIVED  {mutant}{note}")
        print(survivors[-1], flush=True)
    minutes = (time.monotonic() - began) / 60
    print(*survivors, sep="\n")
    print(
        f"{len(mutants)} mutants, {len(mutants) - len(survivors)} killed, "
        f"{len(survivors)} survived, {minutes:.1f} minutes."
    )
    return 1 if survivors else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0].strip())
    parser.add_argument("--gate", action="append", help="only this one, or some")
    parser.add_argument("--list", action="store_true", help="list the mutants")
    parser.add_argument(
        "--built", action="store_true", help="on the demo that the last campaign built"
    )
    asked = parser.parse_args()
    mutants = [
        mutant
        for mutant in all_mutants()
        if mutant.gate in (asked.gate or [mutant.gate])
    ]
    if not mutants:
        parser.error(f"No such gate: {', '.join(asked.gate)}.")
    if asked.list:
        print(*mutants, sep="\n")
        return 0
    return campaign(mutants, built=asked.built)


if __name__ == "__main__":
    sys.exit(main())
