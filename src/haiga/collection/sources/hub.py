"""A dataset of the Hugging Face Hub: pictures with tables, or Parquet; needs the hub extra."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from haiga.collection.sources.file_bytes import MOST_BYTES, file_bytes, too_large
from haiga.collection.sources.shadow import Shadow, is_picture_name, is_read
from haiga.collection.sources.told import passport_of
from haiga.core.collecting import Found, Missed, Passport, Unobtainable
from haiga.core.errors import MissingExtra, UserError
from haiga.media.picture_listing import printable

_ROWS_AT_ONCE = 32


class HubSource:
    """The pictures of a dataset on the Hub, as it is now; nothing runs that came from there.

    Files that are pictures are taken one at a time, with the tables and texts beside them as
    in a folder. Where there are none, the rows of its Parquet files are, and need pyarrow.
    A row that says nothing of its licence has the dataset's. Downloads are kept in `scratch`
    (else in the library's own cache). Who may see what is up to the library: it knows its
    user.
    """

    def __init__(
        self,
        dataset: str,
        *,
        address: str | None = None,
        scratch: Path | None = None,
        where: Sequence[str] = (),
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._dataset, self._address, self._where = dataset, address, tuple(where)
        self._scratch, self._most = scratch, most_bytes
        self.name = f"hf {dataset}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """The pictures. Raises `MissingExtra`, and `UserError` when there is no such dataset."""
        self.notes.clear()
        hub = _library("huggingface_hub", "hf: needs huggingface_hub: pip install 'haiga[hub]'")
        try:
            info = hub.HfApi(endpoint=self._address).dataset_info(
                self._dataset, files_metadata=True
            )
        except Exception as error:  # the library raises its own, httpx's and requests' kinds
            raise UserError(f"{self.name}: cannot be had: {_first_line(error)}") from error
        names = {file.rfilename: file.size or 0 for file in info.siblings or []}
        licence = getattr(info, "card_data", None) and info.card_data.get("license")
        licence = ", ".join(licence) if isinstance(licence, list) else str(licence or "")
        pictures = [name for name in names if is_picture_name(name)]
        parquet = sorted(name for name in names if name.endswith(".parquet"))
        get = partial(self._file, hub, info.sha)
        if pictures:
            yield from self._files(names, licence, get)
        elif parquet:
            yield from self._rows(parquet, licence, get)
        else:
            raise UserError(f"{self.name}: has neither files that are pictures nor Parquet")

    def _files(self, names: dict[str, int], licence: str, get: Any) -> Iterator[Found | Missed]:
        missed: list[Missed] = []
        with Shadow(self._scratch) as shadow:
            for name in names:
                if not is_picture_name(name) and not is_read(name):
                    continue
                try:
                    data = b"" if is_picture_name(name) else file_bytes(get(name))
                    wrong = shadow.place(name, data)
                except Unobtainable as error:
                    wrong = str(error)
                if wrong:
                    missed.append(Missed(printable(name), wrong))
            read = shadow.read(self._where, self.name)
            records = [(shadow.name_of(record.path), record) for record in read.records]
        self.notes += read.notes
        yield from missed
        for left in read.left_out:
            yield Missed(left.key, left.reason)
        for name, record in records:
            passport = passport_of(
                self.name, record.key, record.columns, caption=record.caption, url=self._page
            )
            yield Found(_licensed(passport, licence), partial(self._bytes, name, names[name], get))

    def _rows(self, files: list[str], licence: str, get: Any) -> Iterator[Found | Missed]:
        if self._where:
            raise UserError(
                f"{self.name}: conditions are for tables beside pictures, and this has Parquet; "
                "leave --where out"
            )
        parquet = _library("pyarrow.parquet", "hf: needs pyarrow for this one: pip install pyarrow")
        for name in files:
            try:
                opened = parquet.ParquetFile(get(name))
            except Unobtainable as error:
                yield Missed(name, str(error))
                continue
            except Exception as error:  # pyarrow's kinds
                yield Missed(name, f"is no sound Parquet: {_first_line(error)}")
                continue
            classes = _class_names(opened.schema_arrow.metadata or {})
            row = 0
            for batch in opened.iter_batches(batch_size=_ROWS_AT_ONCE):
                for values in batch.to_pylist():
                    row += 1
                    yield self._row(f"{name} row {row}", values, classes, licence)

    def _row(
        self, place: str, values: dict[str, Any], classes: dict[str, list[str]], licence: str
    ) -> Found | Missed:
        images = {c: v for c, v in values.items() if isinstance(v, dict) and "bytes" in v}
        images |= {c: {"bytes": v} for c, v in values.items() if isinstance(v, bytes)}
        picture = next((v["bytes"] for v in images.values() if isinstance(v["bytes"], bytes)), None)
        if picture is None:
            return Missed(place, "has no picture in it")
        columns = {c: _cell(v, classes.get(c)) for c, v in values.items() if c not in images}
        columns = {column: value for column, value in columns.items() if value}
        caption = next((columns[c] for c in ("caption", "text", "title") if c in columns), "")
        passport = passport_of(
            self.name, place, columns, caption=" ".join(caption.split()), url=self._page
        )
        return Found(_licensed(passport, licence), partial(_within, picture, self._most))

    @property
    def _page(self) -> str:
        return f"https://huggingface.co/datasets/{self._dataset}"

    def _file(self, hub: Any, revision: str, name: str) -> Path:
        cache = None if self._scratch is None else str(self._scratch / "hub")
        try:
            return Path(hub.hf_hub_download(
                self._dataset, name, repo_type="dataset", revision=revision,
                endpoint=self._address, cache_dir=cache,
            ))  # fmt: skip
        except Exception as error:
            raise Unobtainable(f"could not be had: {_first_line(error)}") from error

    def _bytes(self, name: str, size: int, get: Any) -> bytes:
        if size > self._most:
            raise Unobtainable(too_large(size, self._most))
        return file_bytes(get(name), self._most)


def _library(name: str, needs: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(needs) from error


def _within(data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise Unobtainable(too_large(len(data), most))
    return data


def _licensed(passport: Passport, licence: str) -> Passport:
    from dataclasses import replace

    return passport if passport.licence or not licence else replace(passport, licence=licence)


def _class_names(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    """Column → the names of its classes, as `datasets` writes them into a Parquet file."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        return {c: f["names"] for c, f in features.items() if isinstance(f.get("names"), list)}
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}


def _cell(value: Any, names: list[str] | None) -> str:
    if names is not None and isinstance(value, int) and 0 <= value < len(names):
        return str(names[value])
    if isinstance(value, list):
        return "\n".join(_cell(entry, names) for entry in value)
    return "" if value is None or isinstance(value, dict) else str(value).strip()


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()),
                type(error).__name__)[:200]  # fmt: skip
