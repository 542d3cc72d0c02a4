"""The tables of a run, and the number of their format."""

APPLICATION_ID = 0x53504E53  # "SPNS", bytes 68-71 of the file: what `file` and we know it by
SCHEMA_VERSION = 5
# That can be read, and is made today's by a writer (results/store_migration.py): 1 is without the
# table warm_trials, 1 and 2 without rungs, 1 to 3 without details of events and without checksums,
# 1 to 4 without rewards by fidelity.
OLDEST_VERSION = 1

# The wide columns stand last, so that a leaderboard reads no overflow page.
TRIALS = """
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    reward REAL CHECK (reward IS NULL OR status = 'completed'),
    seed INTEGER NOT NULL,
    continues INTEGER REFERENCES trials (number) CHECK (continues < number),
    started REAL NOT NULL,
    finished REAL CHECK ((finished IS NULL) = (status = 'running')),
    failure_kind TEXT CHECK ((failure_kind IS NOT NULL) = (status = 'failed')),
    failure_message TEXT,
    summary_crc INTEGER NOT NULL,
    wide_crc INTEGER NOT NULL,
    key TEXT NOT NULL,
    metrics TEXT NOT NULL,
    fidelity TEXT NOT NULL,
    genotype TEXT,
    architecture TEXT NOT NULL
"""
EVENTS = """
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (
        kind IN ('propose', 'duplicate', 'promote', 'observe', 'lost', 'retry', 'import')
    ),
    number INTEGER NOT NULL REFERENCES trials (number),
    detail TEXT,
    crc INTEGER NOT NULL
"""
WARM_TRIALS = """
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    number INTEGER NOT NULL,
    reward REAL,
    metrics TEXT NOT NULL,
    genotype TEXT NOT NULL,
    crc INTEGER NOT NULL
"""
META = "name TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL"
# By fidelity, so that a run of a million trials is not read to find the best of its longest ones.
INDEXES = """
CREATE INDEX trials_by_identity ON trials (key);
CREATE INDEX trials_by_status ON trials (status);
CREATE INDEX trials_by_reward ON trials (fidelity, reward DESC) WHERE reward IS NOT NULL;
CREATE INDEX events_of_losses ON events (number) WHERE kind IN ('lost', 'retry');
"""
SCHEMA = f"""
CREATE TABLE meta ({META}) WITHOUT ROWID;
CREATE TABLE trials ({TRIALS});
CREATE TABLE events ({EVENTS});
CREATE TABLE warm_trials ({WARM_TRIALS});
{INDEXES}
"""
