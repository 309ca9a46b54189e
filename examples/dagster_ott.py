"""
`ott` as a Dagster job: what its exit codes mean to an orchestrator.

dbt and Dagster want different versions of protobuf, so `ott` has an environment of its
own: say where in the op's `ott`, and start Dagster in the project's folder.
"""

# No `from __future__ import annotations`: Dagster looks at the type of `context`.
import json
import os
import subprocess

import dagster

# Somebody holds the warehouse, the ledger or the destination: a while is all it needs.
# A limit that tripped exits with 4, too; trying again sends nothing either.
TRY_AGAIN = 4
# Everything is accounted for; some of it is unknown or refused and wants a look.
FINISHED = {0, 6}


@dagster.op(
    config_schema={
        "ott": dagster.Field(str, default_value="ott"),
        "destination": dagster.Field(str, default_value="--all"),
        "retry_seconds": dagster.Field(int, default_value=600),
    }
)
def send(context: dagster.OpExecutionContext) -> int:
    """Send what is due. It may be run again at any time: nobody gets it twice."""
    config = context.op_config
    done = subprocess.run(  # noqa: S603
        [config["ott"], "send", config["destination"], "--json"],
        env=os.environ | {"OTT_LOG": "json"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        run = json.loads(line)
        context.log.info("%s: %s", run["destination"], run["outcomes"])
    if done.returncode == TRY_AGAIN:
        raise dagster.RetryRequested(
            max_retries=2, seconds_to_wait=config["retry_seconds"]
        )
    if done.returncode not in FINISHED:
        raise dagster.Failure(
            f"ott exited with {done.returncode}; its log says why.",
            allow_retries=False,
        )
    context.add_output_metadata({"exit_code": done.returncode})
    return done.returncode


@dagster.job
def hourly() -> None:
    """After `dbt build`, and then every hour."""
    send()


definitions = dagster.Definitions(
    jobs=[hourly],
    schedules=[dagster.ScheduleDefinition(job=hourly, cron_schedule="5 * * * *")],
)
