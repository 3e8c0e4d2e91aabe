"""A collection's schema, as the steps that led to it. Steps are only ever added at the end."""

from __future__ import annotations

from haiga.archive.migrations import Step

MIGRATIONS: tuple[Step, ...] = (
    (
        1,
        "items, passports, decisions, looks, verdicts, splits",
        (
            "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
            """
            CREATE TABLE items (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                suffix TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                width INTEGER NOT NULL,
                height INTEGER NOT NULL,
                format TEXT NOT NULL,
                remarks TEXT NOT NULL,
                added_at TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE passports (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                item TEXT NOT NULL REFERENCES items (id),
                source TEXT NOT NULL,
                source_id TEXT NOT NULL,
                record TEXT NOT NULL,
                UNIQUE (source, source_id)
            )
            """,
            "CREATE INDEX passports_by_item ON passports (item)",
            """
            CREATE TABLE missed (
                source TEXT NOT NULL,
                source_id TEXT NOT NULL,
                reason TEXT NOT NULL,
                at TEXT NOT NULL,
                PRIMARY KEY (source, source_id)
            )
            """,
            """
            CREATE TABLE decisions (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                item TEXT NOT NULL REFERENCES items (id),
                fate TEXT NOT NULL,
                by TEXT NOT NULL,
                reason TEXT NOT NULL,
                at TEXT NOT NULL
            )
            """,
            "CREATE INDEX decisions_by_item ON decisions (item, number)",
            """
            CREATE TABLE undone (
                decision INTEGER PRIMARY KEY REFERENCES decisions (number),
                at TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE looks (
                item TEXT NOT NULL REFERENCES items (id),
                version TEXT NOT NULL,
                data BLOB NOT NULL,
                PRIMARY KEY (item, version)
            )
            """,
            """
            CREATE TABLE verdicts (
                item TEXT NOT NULL REFERENCES items (id),
                curator TEXT NOT NULL,
                settings TEXT NOT NULL,
                keep INTEGER NOT NULL,
                score REAL NOT NULL,
                reason TEXT NOT NULL,
                at TEXT NOT NULL,
                PRIMARY KEY (item, curator)
            )
            """,
            """
            CREATE TABLE splits (
                name TEXT PRIMARY KEY,
                record TEXT NOT NULL,
                at TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE parts (
                split TEXT NOT NULL REFERENCES splits (name),
                item TEXT NOT NULL REFERENCES items (id),
                part TEXT NOT NULL,
                PRIMARY KEY (split, item)
            )
            """,
        ),
    ),
    (
        2,
        "what judges proposed when a person answered, and what lists tell of makers",
        (
            """
            CREATE TABLE answered (
                decision INTEGER NOT NULL REFERENCES decisions (number),
                curator TEXT NOT NULL,
                settings TEXT NOT NULL,
                reason TEXT NOT NULL,
                PRIMARY KEY (decision, curator)
            )
            """,
            """
            CREATE TABLE told (
                item TEXT NOT NULL REFERENCES items (id),
                name TEXT NOT NULL,
                value TEXT NOT NULL,
                told_by TEXT NOT NULL,
                self_identified INTEGER,
                at TEXT NOT NULL,
                PRIMARY KEY (item, name, told_by)
            )
            """,
        ),
    ),
)
"""Each step: its version, from 1 without gaps; what it brings; its statements.

Nothing is ever deleted but verdicts and looks, which are measured again; a decision that was
undone stays, and `undone` says so.
"""
