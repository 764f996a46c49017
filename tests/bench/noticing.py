"""The same conversations through Runware's own client and through the studio, against the same server at the same time.

A conversation generates and then continues. What is compared is how long its two turns waited for news: from the
moment at which the vendor was done until the client's call returned, or the job left `running` here. The vendor's own
time is left out, for it is the same for all. So is fetching and storing the film, which the client does not do.
"""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from runware import Runware

from tests.bench import people
from tests.bench.report import Figure, median
from tests.bench.vendor import Books, done, product_at
from tests.product import Product
from tests.servers.base import film
from tests.servers.runware import RunwareServer
from tests.servers.runware.customer import video
from tests.servers.runware.validation import Order

CONVERSATIONS = [str(number) for number in range(10)]
SHORTEST, LONGEST = 5.0, 20.0  # s at the vendor
SEED = 11
FIRST, SECOND = "A paper boat, ", "Make it night, "


def measure(folder: Path) -> list[Figure]:
    film(3, (640, 360))
    lengths = random.Random(SEED)
    takes = {words + each: lengths.uniform(SHORTEST, LONGEST) for words in (FIRST, SECOND) for each in CONVERSATIONS}

    def seconds(order: Order) -> float:
        """The same for all who ask for the same."""
        return takes[str(order.task["positivePrompt"])]

    with ExitStack() as stack:
        server = stack.enter_context(RunwareServer(seconds=seconds))
        asking, called = (product_at(server, folder / name, webhook=name == "called") for name in ("asking", "called"))
        studios = [stack.enter_context(product) for product in (asking, called)]
        beside = stack.enter_context(ThreadPoolExecutor())
        talks = [beside.submit(talk, product, people.make(product, "Ana", "owner")) for product in studios]
        client = waited(server, asyncio.run(converse(server)))
        ours = []
        for product, talking in zip(studios, talks, strict=True):
            talking.result()
            ours.append(waited(server, Books(product).noticed()))
    detail = f"{len(CONVERSATIONS)} conversations; the client waits {client:.2f} s"
    return [
        Figure("news of a conversation against runware-sdk, asking", ours[0] / client, "×", 1.0, detail),
        Figure("news of a conversation against runware-sdk, webhooks", ours[1] / client, "×", 0.5, f"{ours[1]:.2f} s"),
    ]


def talk(product: Product, person: people.Person) -> None:
    prompts = [words + each for each in CONVERSATIONS for words in (FIRST, SECOND)]
    people.inside(product, "conversations", str(person.pk), *prompts)


async def converse(server: RunwareServer) -> dict[str, float]:
    """By the vendor's name of each job: when the client told that it is done."""
    noticed: dict[str, float] = {}

    async def run(client: Runware, **changes: object) -> dict[str, dict[str, str]]:
        task = video(**changes)
        [result] = await client.run(task)
        noticed[task["taskUUID"]] = time.time()
        return dict(result)

    async def conversation(each: str) -> None:
        async with Runware(api_key=server.key, transport="rest", http_base_url=f"{server.url}/v1") as client:
            shape = {"model": "google:gemini@omni-flash-1.1", "width": 640, "height": 360}
            first = await run(client, positivePrompt=FIRST + each, **shape)
            inputs = {"videoId": first["outputs"]["videoId"]}
            await run(client, model=shape["model"], positivePrompt=SECOND + each, inputs=inputs)

    await asyncio.gather(*(conversation(each) for each in CONVERSATIONS))
    return noticed


def waited(server: RunwareServer, noticed: dict[str, float]) -> float:
    """Seconds that the two turns of a conversation waited for news: the median conversation's."""
    ended = done(server)
    sums = dict.fromkeys(CONVERSATIONS, 0.0)
    for name, at in noticed.items():
        prompt = str(server.tasks[name].order.task["positivePrompt"])
        sums[prompt.rpartition(" ")[2]] += at - ended[name]
    return median(list(sums.values()))
