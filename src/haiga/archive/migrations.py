"""The index's schema, as the steps that led to it. Steps are only ever added at the end."""

from __future__ import annotations

Step = tuple[int, str, tuple[str, ...]]

MIGRATIONS: tuple[Step, ...] = (
    (
        1,
        "pieces and their files",
        (
            """
            CREATE TABLE pieces (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                made_at TEXT NOT NULL,
                artist TEXT NOT NULL,
                seed INTEGER NOT NULL,
                style_id TEXT,
                record TEXT NOT NULL
            )
            """,
            "CREATE INDEX pieces_by_artist ON pieces (artist, number)",
            """
            CREATE TABLE piece_files (
                piece INTEGER NOT NULL REFERENCES pieces (number) ON DELETE CASCADE,
                name TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                PRIMARY KEY (piece, name)
            )
            """,
            "CREATE INDEX piece_files_by_sha256 ON piece_files (sha256)",
        ),
    ),
    (
        2,
        "how the paintings of pieces look",
        (
            """
            CREATE TABLE piece_looks (
                piece INTEGER PRIMARY KEY REFERENCES pieces (number) ON DELETE CASCADE,
                version TEXT NOT NULL,
                looks BLOB NOT NULL
            )
            """,
        ),
    ),
)
"""Each step: its version, from 1 without gaps; what it brings; its statements.

`pieces.record` is the whole of `piece.json`; the other columns are what is searched.
"""
