"""Two ways of doing the same, measured in turn in one run: machines are noisy, ratios are not."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

RUNS = 5


def throughput(jobs: Sequence[Callable[[], Awaitable[None]]], at_once: int) -> float:
    """Jobs per second, so many at once."""

    async def run() -> float:
        gate = asyncio.Semaphore(at_once)

        async def one(job: Callable[[], Awaitable[None]]) -> None:
            async with gate:
                await job()

        started = time.perf_counter()
        await asyncio.gather(*map(one, jobs))
        return len(jobs) / (time.perf_counter() - started)

    return asyncio.run(run())


def ratio_of(ours: Sequence[float], bare: Sequence[float]) -> float:
    """The median ratio of interleaved runs."""
    return statistics.median(own / other for own, other in zip(ours, bare, strict=True))


def report(name: str, ours: list[float], bare: list[float], unit: str) -> float:
    """Prints medians and the median ratio of interleaved runs; returns the ratio."""
    ratio = ratio_of(ours, bare)
    print(
        f"{name:<34} {statistics.median(ours):8.1f} {unit}   bare {statistics.median(bare):8.1f}"
        f" {unit}   ratio {ratio:.2f}"
    )
    return ratio
