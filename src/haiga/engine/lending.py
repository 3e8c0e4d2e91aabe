"""Lends a machine's processors, memory and GPUs to steps."""

from __future__ import annotations

from haiga.engine.plan import Needs

_EPSILON = 1e-9


class Lender:
    """What is free of a capacity. A share of a GPU comes from one device; more than one, whole."""

    def __init__(self, capacity: Needs) -> None:
        self.capacity = capacity
        self._cpu = capacity.cpu
        self._memory_mb = capacity.memory_mb
        self._gpus = [1.0] * int(capacity.gpu)

    def lacking(self, needs: Needs) -> str:
        """All that keeps a step with such needs from ever running here; "" where it can."""
        had = self.capacity
        told = []
        if needs.cpu > had.cpu + _EPSILON:
            told.append(f"needs {needs.cpu:g} processors and there are {had.cpu:g}")
        if needs.gpu > int(had.gpu) + _EPSILON:
            told.append(f"needs {needs.gpu:g} GPUs and there are {int(had.gpu)}")
        elif needs.gpu > 1 and needs.gpu != int(needs.gpu):
            told.append(f"needs {needs.gpu:g} GPUs: above one they are lent whole")
        if had.memory_mb and needs.memory_mb > had.memory_mb:
            told.append(f"needs {needs.memory_mb:,} MB of memory and there are {had.memory_mb:,}")
        return "; ".join(told)

    def lend(self, needs: Needs) -> tuple[int, ...] | None:
        """The devices lent (none, where no GPU is needed), or None where too little is free."""
        if needs.cpu > self._cpu + _EPSILON:
            return None
        if self.capacity.memory_mb and needs.memory_mb > self._memory_mb:
            return None
        devices = self._devices(needs.gpu)
        if devices is None:
            return None
        self._cpu -= needs.cpu
        self._memory_mb -= needs.memory_mb
        for device in devices:
            self._gpus[device] -= min(needs.gpu, 1.0)
        return devices

    def give_back(self, needs: Needs, devices: tuple[int, ...]) -> None:
        """Undoes a `lend`."""
        self._cpu += needs.cpu
        self._memory_mb += needs.memory_mb
        for device in devices:
            self._gpus[device] += min(needs.gpu, 1.0)

    def _devices(self, gpu: float) -> tuple[int, ...] | None:
        if gpu <= 0:
            return ()
        if gpu <= 1:
            # the fullest device that still has room, so that whole ones stay whole
            fitting = [i for i, free in enumerate(self._gpus) if free + _EPSILON >= gpu]
            return (min(fitting, key=lambda i: self._gpus[i]),) if fitting else None
        whole = [i for i, free in enumerate(self._gpus) if free > 1 - _EPSILON]
        return tuple(whole[: int(gpu)]) if len(whole) >= gpu else None
