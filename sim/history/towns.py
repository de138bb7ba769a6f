"""Where the stores of a made-up chain lie: near real towns of their country, so that a map of them looks like one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sim.history.chain import Chain

GOLDEN = (math.sqrt(5) - 1) / 2
LARGEST_STEP_DEGREES = 0.015
"""Farthest that a store lies from the middle of its town: about 1.7 km, so that none lies in the water."""


class Position(NamedTuple):
    """A place by WGS 84, in degrees."""

    latitude: float
    longitude: float


TOWNS: Mapping[tuple[str, str], tuple[Position, ...]] = {
    # Munich, Nuremberg, Augsburg, Regensburg, Ingolstadt, Würzburg, Bamberg, Bayreuth, Landshut, Kempten, Rosenheim,
    # Aschaffenburg, Straubing
    ("DE", "BY"): (
        Position(48.137, 11.575), Position(49.453, 11.077), Position(48.371, 10.898), Position(49.013, 12.102),
        Position(48.766, 11.426), Position(49.792, 9.953), Position(49.899, 10.903), Position(49.946, 11.577),
        Position(48.537, 12.152), Position(47.726, 10.314), Position(47.857, 12.118), Position(49.974, 9.145),
        Position(48.882, 12.573),
    ),
    # London, Birmingham, Manchester, Leeds, Sheffield, Nottingham, Leicester, Coventry, Oxford, Reading, Cambridge,
    # York
    ("GB", "ENG"): (
        Position(51.507, -0.128), Position(52.480, -1.902), Position(53.480, -2.243), Position(53.800, -1.549),
        Position(53.381, -1.470), Position(52.954, -1.158), Position(52.637, -1.140), Position(52.408, -1.510),
        Position(51.752, -1.258), Position(51.454, -0.978), Position(52.205, 0.122), Position(53.960, -1.087),
    ),
    # Queens, Albany, Syracuse, Rochester, Cheektowaga, Brooklyn, Utica, Binghamton, White Plains, Schenectady, Ithaca
    ("US", "NY"): (
        Position(40.728, -73.795), Position(42.660, -73.790), Position(43.048, -76.147), Position(43.150, -77.600),
        Position(42.903, -78.755), Position(40.650, -73.950), Position(43.095, -75.245), Position(42.110, -75.960),
        Position(41.034, -73.763), Position(42.800, -73.930), Position(42.440, -76.480),
    ),
    # Andheri, Mulund, Borivali, Thane, Ghatkopar, Kalyan, Dombivli, Kharghar, Panvel, Badlapur
    ("IN", "MH"): (
        Position(19.119, 72.860), Position(19.172, 72.950), Position(19.231, 72.865), Position(19.225, 72.970),
        Position(19.090, 72.905), Position(19.235, 73.140), Position(19.210, 73.095), Position(19.047, 73.070),
        Position(18.990, 73.117), Position(19.155, 73.265),
    ),
    # Adelaide, Salisbury, Modbury, Marion, Norwood, Elizabeth, Unley, Mount Barker, Tea Tree Gully, Gawler
    ("AU", "SA"): (
        Position(-34.928, 138.601), Position(-34.758, 138.643), Position(-34.832, 138.683), Position(-35.005, 138.560),
        Position(-34.921, 138.633), Position(-34.717, 138.668), Position(-34.951, 138.607), Position(-35.067, 138.859),
        Position(-34.820, 138.730), Position(-34.598, 138.745),
    ),
}  # fmt: skip
"""Middles of towns, away from coasts and borders, by country and subdivision as `countries.toml` has them."""


def positions(chain: Chain) -> Iterator[Position]:
    """Give each store's place in the order of ids; the stores of a country go round its towns, none on another."""
    seen: Counter[int] = Counter()
    for number in chain.country_of.tolist():
        country = chain.countries[number]
        yield _near(TOWNS[country.code, country.subdivision], seen[number])
        seen[number] += 1


def _near(towns: tuple[Position, ...], nth: int) -> Position:
    """Return the place of a country's store: steps of the golden angle never meet."""
    latitude, longitude = towns[nth % len(towns)]
    step = LARGEST_STEP_DEGREES * math.sqrt((nth + 1) * GOLDEN % 1)
    angle = 2 * math.pi * GOLDEN * nth
    return Position(round(latitude + step * math.sin(angle), 5), round(longitude + step * math.cos(angle), 5))
