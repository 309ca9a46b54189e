"""
A small Spark cluster on this machine: a master, two workers and a Thrift server.

All four are processes of their own, from the jars of PyPI's pyspark, on loopback, with
free ports and everything they write in one folder. The metastore lives in the memory of
the Thrift server: it is gone with it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
HOST = "127.0.0.1"
# Much is compiled once here and run once: the quick compiler is the faster one.
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""
# A loaded machine takes minutes.
PATIENCE = 600


def free_port():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def wait_for(process, port, log):
    """Until somebody listens there; whoever died first says why in its log."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as caller:
            if caller.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.5)
    raise RuntimeError(f"Nobody listens on {port}:\n{log.read_text()[-4000:]}")


@contextmanager
def running(name, port, folder, *command):
    log = folder / f"{name}.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=os.environ
            | {
                "SPARK_HOME": str(HOME),
                "SPARK_CONF_DIR": str(folder),
                "SPARK_LOCAL_IP": HOST,
                "SPARK_LOCAL_DIRS": str(folder / "local"),
                "SPARK_DAEMON_JAVA_OPTS": JAVA,
                "TZ": "UTC",
            },
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(process, port, log)
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def cluster(folder, workers=2):
    """Start it, and give the port where the Thrift server listens for SQL."""
    master, sql = free_port(), free_port()
    url = f"spark://{HOST}:{master}"
    start = HOME / "bin/spark-class"
    (folder / "log4j2.properties").write_text(LOGGING)
    with ExitStack() as stack:
        stack.enter_context(
            running(
                "master",
                master,
                folder,
                *(start, "org.apache.spark.deploy.master.Master"),
                *("--host", HOST, "--port", master, "--webui-port", free_port()),
            )
        )
        for number in range(workers):
            port = free_port()
            stack.enter_context(
                running(
                    f"worker-{number + 1}",
                    port,
                    folder,
                    *(start, "org.apache.spark.deploy.worker.Worker"),
                    *("--host", HOST, "--port", port, "--webui-port", free_port()),
                    *("--cores", 1, "--memory", "2g"),
                    *("--work-dir", folder / f"work-{number + 1}", url),
                )
            )
        settings = {
            "spark.executor.memory": "1500m",
            "spark.executor.extraJavaOptions": JAVA,
            "spark.driver.extraJavaOptions": JAVA,
            "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC",
            # The demo is small: two hundred pieces of it are only slow.
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.warehouse.dir": folder / "warehouse",
            "spark.hadoop.javax.jdo.option.ConnectionURL": (
                "jdbc:derby:memory:metastore;create=true"
            ),
        }
        stack.enter_context(
            running(
                "thrift",
                sql,
                folder,
                *(HOME / "bin/spark-submit", "--master", url),
                *(
                    "--class",
                    "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
                ),
                *("--driver-memory", "3g"),
                *(
                    part
                    for key, value in settings.items()
                    for part in ("--conf", f"{key}={value}")
                ),
                *("--hiveconf", f"hive.server2.thrift.port={sql}"),
                *("--hiveconf", f"hive.server2.thrift.bind.host={HOST}"),
                "spark-internal",
            )
        )
        yield sql
