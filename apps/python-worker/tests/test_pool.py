from __future__ import annotations

import asyncio
import unittest

from hosts import LABEL, ask, start

from baton_worker.host import Host
from baton_worker.pool import HostPool


class Pool(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.pool = HostPool(2, 60)

    async def asyncTearDown(self) -> None:
        await self.pool.stop()

    async def pid_of(self, key: str) -> int:
        async with self.pool.borrow(key, start) as host:
            return int((await host.call(ask("process"), lambda *_: None, LABEL))["output"])

    async def test_keeps_a_process_for_the_next_call_under_its_key(self) -> None:
        self.assertEqual(await self.pid_of("a"), await self.pid_of("a"))
        self.assertEqual(self.pool.size, 1)

    async def test_never_gives_a_process_to_another_key(self) -> None:
        self.assertNotEqual(await self.pid_of("a"), await self.pid_of("b"))

    async def test_ends_the_one_that_rested_longest_to_make_room(self) -> None:
        first, second = await self.pid_of("a"), await self.pid_of("b")
        await self.pid_of("c")
        self.assertEqual(self.pool.size, 2)
        self.assertEqual(await self.pid_of("b"), second)
        self.assertNotEqual(await self.pid_of("a"), first)

    async def test_has_calls_wait_that_find_all_at_work(self) -> None:
        most = 0

        async def call(key: str) -> None:
            nonlocal most
            async with self.pool.borrow(key, start):
                most = max(most, self.pool.size)
                await asyncio.sleep(0)

        await asyncio.gather(*(call(key) for key in "abcdef"))
        self.assertLessEqual(most, 2)

    async def test_forgets_a_process_that_ended(self) -> None:
        async with self.pool.borrow("a", start) as host:
            await host.kill()
        self.assertEqual(self.pool.size, 0)

    async def test_keeps_a_place_when_a_process_cannot_be_started(self) -> None:
        async def broken() -> Host:
            raise RuntimeError("no process")

        for _ in range(3):
            with self.assertRaises(RuntimeError):
                async with self.pool.borrow("a", broken):
                    pass
        self.assertGreater(await self.pid_of("a"), 0)

    async def test_ends_what_nobody_asked_for_a_while(self) -> None:
        pool = HostPool(2, 0.1)
        async with pool.borrow("a", start) as host:
            pass
        while host.is_alive:
            await asyncio.sleep(0.02)
        self.assertEqual(pool.size, 0)
        await pool.stop()
