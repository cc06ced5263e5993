"""Row 6: each allocation fails once, wherever in the tree of processes it is made.

ctest: timeout 600, label nosan
"""

import random

from driver import everywhere
from driver.box import Box, Unavailable

NUMBER = 6
FAULT = "the n-th allocation refused, or all from there on, counted over the whole tree of processes"
HOW = "preloaded allocator"
COUNTS = {"change": 300, "nightly": 10000, "release": 30000}
JOBS = 3

_points = {}


def count_allocations(tools, place):
    box = Box(tools, 0)
    try:
        place.prepare(box)
        environment, counts = tools.refusing_allocations(box, "0")
        box.run(*place.words, environment=environment)
        return {(place.name, "allocation"): counts()[0]}
    finally:
        box.close()


def points(tools):
    if not _points:
        counts = {}
        for place in everywhere.PLACES:
            counts.update(count_allocations(tools, place))
        _points["all"] = everywhere.spread(random.Random(1), counts)
    return _points["all"]


def count(tools):
    try:
        return 2 * len(points(tools))
    except Unavailable:
        return 1


def inject(box):
    every = points(box.tools)
    name, _, n = every[box.index % len(every)]
    place = next(place for place in everywhere.PLACES if place.name == name)
    later = "+" if box.draw.random() < 0.2 else ""
    box.kind = f"{name}: allocation {n}{later}"
    place.prepare(box)
    environment, counts = box.tools.refusing_allocations(box, f"{n}{later}")
    ended = box.run(*place.words, environment=environment)
    refused = counts()[1]
    box.remove("counts")
    if not refused:
        raise Unavailable("this time fewer allocations were made")
    if '"sh" was killed by signal 11' in ended.err:
        raise Unavailable("a program that is run dies of it")
    place.check(box, ended, box.kind)
