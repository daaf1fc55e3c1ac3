"""Board in shared memory: one process posts its newest facts, others read them without a request.

It is a memory-mapped file and not a named segment: the file goes away with its folder, and no
tracker process unlinks it when a reader ends.
"""

import json
import mmap
import os
import struct
import time
import zlib
from pathlib import Path
from typing import Any

CAPACITY_BYTES = 1 << 20  # 16 drum machines of 278 parameters each need a quarter
_HEADER = struct.Struct("<QQII")  # posts so far, monotonic time in ns, length and CRC of the JSON


class Board:
    """The newest JSON facts and the time of their post. One writer, any number of readers."""

    def __init__(self, path: Path) -> None:
        """Map the file at `path`; make it if it does not exist. [control]"""
        with path.open("a+b") as file:
            if file.seek(0, os.SEEK_END) < CAPACITY_BYTES:
                file.truncate(CAPACITY_BYTES)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), CAPACITY_BYTES)
        self._posts: int = _HEADER.unpack_from(self._map)[0]
        self._newest: tuple[tuple[int, ...], dict[str, Any]] | None = None  # last read

    def post(self, facts: dict[str, Any]) -> None:
        """Replace the facts. Only one process may do this. [control]

        ValueError for too many facts: the last ones stay, but their age is reset, since the writer
        is alive.
        """
        payload = json.dumps(facts).encode()
        self._posts += 1
        if len(payload) > CAPACITY_BYTES - _HEADER.size:
            _, _, length, checksum = _HEADER.unpack_from(self._map)
            _HEADER.pack_into(self._map, 0, self._posts, time.monotonic_ns(), length, checksum)
            raise ValueError(f"{len(payload)} bytes of facts; the board holds {CAPACITY_BYTES}")
        # a reader in between sees a wrong checksum, which stands in for fences that Python lacks
        self._map[_HEADER.size : _HEADER.size + len(payload)] = payload
        _HEADER.pack_into(
            self._map, 0, self._posts, time.monotonic_ns(), len(payload), zlib.crc32(payload)
        )

    def age_seconds(self) -> float:
        """Return the time since the last post; infinite before the first."""
        posts, stamp_ns, _, _ = _HEADER.unpack_from(self._map)
        return (time.monotonic_ns() - stamp_ns) / 1e9 if posts else float("inf")

    def read(self, attempts: int = 100) -> dict[str, Any] | None:
        """Return the newest facts, which must not be changed; None if there are none yet. [any]"""
        for _ in range(attempts):
            heading = _HEADER.unpack_from(self._map)
            newest = self._newest
            if newest is not None and newest[0] == heading:
                return newest[1]
            _, _, length, checksum = heading
            payload = self._map[_HEADER.size : _HEADER.size + length]
            if length and zlib.crc32(payload) == checksum:
                facts: dict[str, Any] = json.loads(payload)
                self._newest = heading, facts
                return facts
            time.sleep(0.0005)
        return None

    def close(self) -> None:
        """Unmap the memory; the file stays."""
        self._map.close()
