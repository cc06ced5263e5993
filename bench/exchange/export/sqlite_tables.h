/* The tables of a database of results, and its views: docs/exports.md shows what to ask of them. */
#ifndef CONTEND_EXCHANGE_EXPORT_SQLITE_TABLES_H
#define CONTEND_EXCHANGE_EXPORT_SQLITE_TABLES_H

/* "cntd", as PRAGMA application_id: whose database it is.  And which tables it has. */
#define SQLITE_TABLES_OWNER   1668183140
#define SQLITE_TABLES_VERSION 1

extern const char sqlite_tables[];

#endif
