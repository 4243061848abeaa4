#!/bin/sh
# Guess:  a job kept in a job store, whose time passed while the program was down, runs when it is up again.
# Really: after more than a second (misfire_grace_time) it is dropped, for a job that runs once for ever, with a warning only.
# Seen:   APScheduler 3.11.3, SQLAlchemy 2.1.9, CPython 3.11, 2026-11-29
. "$(dirname "$0")/common.sh"
packages apscheduler==3.11.3 sqlalchemy==2.1.9
cat >job.py <<'P'
import logging, sys, time
from datetime import datetime, timedelta, timezone
from apscheduler.schedulers.background import BackgroundScheduler
logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
def work():
    print("worked", flush=True)
def scheduler():
    made = BackgroundScheduler(timezone="UTC")
    made.add_jobstore("sqlalchemy", url="sqlite:///jobs.db")
    return made
if __name__ == "__main__":
    import job
    made = job.scheduler()
    if sys.argv[1] == "before":
        made.start(paused=True)
        made.add_job(job.work, "date", run_date=datetime.now(timezone.utc) + timedelta(seconds=1))
        print("jobs kept:", len(made.get_jobs()))
    else:
        made.start()
        time.sleep(2)
        print("jobs left:", len(made.get_jobs()))
    made.shutdown()
P
{ python job.py before; sleep 4; python job.py after; } >out
seen out <<'O'
jobs kept: 1
jobs left: 0
O
