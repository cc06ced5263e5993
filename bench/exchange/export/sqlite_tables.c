#include "bench/exchange/export/sqlite_tables.h"

/*
 *   hosts 1 --- n runs 1 --- n cells 1 --- n metrics 1 --- n samples
 *                                     1 --- n warnings
 *
 * A run is one run on one host, or one shard of it: a merged result brings one for each of its
 * parts.  What a file does not state is NULL, never 0 and never ''.  Times are nanoseconds and
 * instants UTC, as in the result.
 */
const char sqlite_tables[] =
    "CREATE TABLE hosts (\n"
    "  id INTEGER PRIMARY KEY, hostname TEXT, cpu TEXT, architecture TEXT, kernel TEXT, libc "
    "TEXT,\n"
    "  virtualization TEXT, cpus_online INTEGER, cpus_allowed INTEGER, memory_bytes INTEGER);\n"
    "CREATE TABLE runs (\n"
    "  id INTEGER PRIMARY KEY, host INTEGER NOT NULL REFERENCES hosts(id),\n"
    "  key TEXT NOT NULL,          -- the run's id, and \"#3/10\" behind it of a shard\n"
    "  suite TEXT, status TEXT, started_at TEXT, finished_at TEXT, duration_ns INTEGER,\n"
    "  seed INTEGER, shard INTEGER, shards INTEGER, plan TEXT,\n"
    "  runtime TEXT, version TEXT, commit_id TEXT, compiler TEXT, build_type TEXT,\n"
    "  sanitizer TEXT, path TEXT NOT NULL,\n"
    "  UNIQUE (host, key));\n"
    "CREATE TABLE cells (\n"
    "  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,\n"
    "  cell TEXT NOT NULL,         -- the stable name: sleep/none/thread/tasks=200\n"
    "  role TEXT NOT NULL,         -- measured, control\n"
    "  workload TEXT, workload_kind TEXT, lock TEXT, executor TEXT, placement TEXT,\n"
    "  tasks INTEGER, workers INTEGER, params TEXT, -- JSON, for json_extract()\n"
    "  status TEXT NOT NULL, reason TEXT, launches INTEGER NOT NULL, digest TEXT NOT NULL,\n"
    "  UNIQUE (run, cell));\n"
    "CREATE INDEX cells_by_name ON cells (cell);\n"
    "CREATE TABLE warnings (\n"
    "  cell INTEGER NOT NULL REFERENCES cells(id) ON DELETE CASCADE, code TEXT, text TEXT);\n"
    "CREATE INDEX warnings_by_cell ON warnings (cell);\n"
    "CREATE TABLE metrics (\n"
    "  id INTEGER PRIMARY KEY, cell INTEGER NOT NULL REFERENCES cells(id) ON DELETE CASCADE,\n"
    "  metric TEXT NOT NULL, role TEXT, unit TEXT, better TEXT, nature TEXT, source TEXT,\n"
    "  reason TEXT,                -- why there is no value\n"
    "  n INTEGER NOT NULL, center REAL, lo REAL, hi REAL, level REAL,\n"
    "  UNIQUE (cell, metric));\n"
    "CREATE INDEX metrics_by_name ON metrics (metric);\n"
    "CREATE TABLE samples (\n"
    "  metric INTEGER NOT NULL REFERENCES metrics(id) ON DELETE CASCADE,\n"
    "  place INTEGER NOT NULL,     -- in the order measured, from 0\n"
    "  round INTEGER NOT NULL, value REAL NOT NULL,\n"
    "  PRIMARY KEY (metric, place)) WITHOUT ROWID;\n"
    /* What was asked for and measured, a row a metric with a value: most questions begin here. */
    "CREATE VIEW measured AS SELECT\n"
    "  h.hostname, h.cpu, h.kernel, r.key AS run, r.started_at, r.version, r.commit_id,\n"
    "  c.cell, c.workload, c.lock, c.executor, c.tasks, c.workers, c.placement, c.params,\n"
    "  m.metric, m.unit, m.better, m.center, m.lo, m.hi, m.n, m.id AS metric_id\n"
    "  FROM metrics m JOIN cells c ON c.id = m.cell JOIN runs r ON r.id = c.run\n"
    "  JOIN hosts h ON h.id = r.host\n"
    "  WHERE c.status = 'ok' AND c.role = 'measured' AND m.n > 0;\n"
    "CREATE VIEW measured_samples AS SELECT\n"
    "  v.hostname, v.run, v.cell, v.metric, v.unit, s.place, s.round, s.value\n"
    "  FROM measured v JOIN samples s ON s.metric = v.metric_id;\n"
    /* The run of each host and cell that began last. */
    "CREATE VIEW latest AS SELECT * FROM (\n"
    "  SELECT v.*, row_number() OVER (PARTITION BY hostname, cpu, kernel, cell, metric\n"
    "                                 ORDER BY started_at DESC, run DESC) AS age FROM measured v)\n"
    "  WHERE age = 1;\n"
    "CREATE VIEW not_measured AS SELECT\n"
    "  h.hostname, r.key AS run, c.cell, c.status, c.reason\n"
    "  FROM cells c JOIN runs r ON r.id = c.run JOIN hosts h ON h.id = r.host\n"
    "  WHERE c.status <> 'ok';\n";
