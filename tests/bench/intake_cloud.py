"""The publishing side of the intake measurement: a simulated cloud whose devices report when told, at a given rate."""

import asyncio
import json
import sys

from core.clock import SystemClock
from external.mammotion.simulator import ReportPublisher, SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites

MOWERS, ACCOUNTS = 400, 4


async def main() -> None:
    """Tell the addresses; for each line "rate seconds" publish, and tell how many went out. The number of mowers and of
    accounts may be given as arguments."""
    mowers, accounts = map(int, sys.argv[1:3]) if len(sys.argv) > 2 else (MOWERS, ACCOUNTS)
    server = SimulatorServer(
        SimulatorOptions(
            sites=default_sites(mowers=mowers, accounts=accounts, seed=3),
            owners=False, active_period_s=3600, docked_period_s=3600, reply_delay_s=0.01,
        )
    )  # fmt: skip
    await server.start()
    publisher = ReportPublisher(server.devices, SystemClock(), variants=10)
    print(json.dumps({"url": server.http_url, "accounts": server.accounts}), flush=True)
    loop = asyncio.get_running_loop()
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        rate_per_s, seconds = map(float, line.split())
        sent = await publisher.run(port=server.backend_port, rate_per_s=rate_per_s, seconds=seconds)
        print(sent, flush=True)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main())
