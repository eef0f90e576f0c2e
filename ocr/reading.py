"""What a reading of a zone says, and whether it may be taken without a second look.

The worst result is a wrong reading passed off as right: names, issuer and nationality have no check
digit. So a reading is accepted only where nothing at all stands against it.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from ocr.calibration import Chances, chances
from ocr.dates import is_date
from ocr.decode import Decoded, Reason, Repair
from ocr.layout import DOCUMENT_LETTERS, LAYOUTS, VISA_LETTER
from ocr.mrz import Mrz, MrzFormat, parse
from ocr.solve import Place
from ocr.states import is_state_code

RISK = 7e-3
"""Chance of any wrong character from which on a reading is not accepted."""
AGREED = 0.5
"""Least probability that each of two readers gives a character that no check digit covers."""
AGREED_ON_UNKNOWN = 0.9
"""The same, of a code that is no state's: printed so, or misread."""
MISPLACED = 2
"""Most symbols that the engine may have lost or invented: each place has been looked at again."""


Params = dict[str, str | int | float]


class ObstacleCode(StrEnum):
    """Why a reading is not accepted as it is."""

    NO_ZONE = "no_zone"
    CHECK_DIGIT_FAILED = "check_digit_failed"
    DOUBTFUL_CHARACTER = "doubtful_character"
    ILLEGAL_CHARACTER = "illegal_character"
    NAME_DOUBTFUL = "name_doubtful"
    STATE_UNKNOWN = "state_unknown"
    DATE_IMPOSSIBLE = "date_impossible"
    LENGTH_DOUBTFUL = "length_doubtful"
    LAYOUT_UNKNOWN = "layout_unknown"
    FRAMES_DISAGREE = "frames_disagree"


class FrameOutcome(StrEnum):
    """What became of one of several frames."""

    USED = "used"
    NO_ZONE = "no_zone"  # nothing was found in it
    ANOTHER_ZONE = "another_zone"  # of another document, or too unclear to be sure that it is not
    REFUSED = "refused"  # no image that is read
    NOT_NEEDED = "not_needed"  # the frames before it left no doubt
    NO_TIME = "no_time"  # the frames before it took all there is for a set


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing between a reading and its acceptance; ``params`` fill the message a person sees."""

    code: ObstacleCode
    field: str = ""
    params: Params = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Box:
    """Where a character stands in the crop, in its pixels; right and bottom are excluded."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Step:
    """How long a step of the reading took, in milliseconds."""

    name: str
    ms: float


@dataclass(frozen=True, slots=True)
class MrzReading:
    """A reading: what was read, how sure it is, and what stands between it and acceptance.

    ``confidences`` are per line and character, 0 to 1. ``valid`` says that every check digit
    holds, ``accepted`` that nothing is in ``obstacles``. ``crop_png`` shows the straightened
    lines one below the other, ``boxes`` per line and character where each stands in it.
    ``chance`` is the calibrated chance that any character is wrong, None where none was recognised.
    ``mrz`` is None for a zone outside ICAO's layouts, ``lines`` too where no zone was found.
    ``frames`` say of each frame handed in what became of it.
    """

    format: MrzFormat | None
    lines: tuple[str, ...] | None
    mrz: Mrz | None
    confidences: tuple[tuple[float, ...], ...]
    repairs: tuple[Repair, ...]
    valid: bool
    accepted: bool
    obstacles: tuple[Obstacle, ...]
    crop_png: bytes | None
    boxes: tuple[tuple[Box, ...], ...]
    steps: tuple[Step, ...]
    elapsed_ms: float
    frames: tuple[FrameOutcome, ...] = (FrameOutcome.USED,)
    chance: float | None = None

    @classmethod
    def nothing(cls, steps: tuple[Step, ...], elapsed_ms: float) -> Self:
        """The reading of an image that holds no zone."""
        return cls(
            format=None,
            lines=None,
            mrz=None,
            confidences=(),
            repairs=(),
            valid=False,
            accepted=False,
            obstacles=(Obstacle(ObstacleCode.NO_ZONE),),
            crop_png=None,
            boxes=(),
            steps=steps,
            elapsed_ms=elapsed_ms,
            frames=(FrameOutcome.NO_ZONE,),
        )


def judge(
    decoded: Decoded,
    crop_png: bytes,
    boxes: tuple[tuple[Box, ...], ...],
    steps: tuple[Step, ...],
    elapsed_ms: float,
    risk: float = RISK,
) -> MrzReading:
    """The reading that a decoded zone makes, with everything that stands against it."""
    mrz = parse(decoded.lines) if decoded.format else None
    likely = chances(decoded)
    if mrz is None:
        found: tuple[Obstacle, ...] = (Obstacle(ObstacleCode.LAYOUT_UNKNOWN),)
    else:
        found = obstacles_of(mrz) + _doubts(decoded, mrz, likely, risk)
    return MrzReading(
        format=decoded.format,
        lines=decoded.lines,
        mrz=mrz,
        confidences=decoded.confidences,
        repairs=decoded.repairs,
        valid=mrz is not None and mrz.valid,
        accepted=not found,
        obstacles=found,
        crop_png=crop_png,
        boxes=boxes,
        steps=steps,
        elapsed_ms=elapsed_ms,
        chance=likely.zone,
    )


def obstacles_of(mrz: Mrz) -> tuple[Obstacle, ...]:
    """What in the text itself stands against a zone, however it was read."""
    failed = [
        Obstacle(ObstacleCode.CHECK_DIGIT_FAILED, check.field, {"printed": check.printed, "computed": check.computed})
        for check in mrz.check_digits
        if not check.valid
    ]
    dates = [
        Obstacle(ObstacleCode.DATE_IMPOSSIBLE, name, {"printed": text})
        for name, text in (("date_of_birth", mrz.date_of_birth), ("date_of_expiry", mrz.date_of_expiry))
        if not is_date(text)
    ]
    name = [] if _is_name(mrz) else [Obstacle(ObstacleCode.NAME_DOUBTFUL, "name")]
    return (*failed, *dates, *_illegal(mrz), *name)


def _illegal(mrz: Mrz) -> Iterator[Obstacle]:
    """The first character of each field that may not stand in it. Dates and names are judged by themselves."""
    fields = LAYOUTS[mrz.format].fields
    letters = {"document_code": DOCUMENT_LETTERS + VISA_LETTER}
    for name in ("document_code", "issuing_state", "nationality", "sex"):
        span = fields[name]
        for place, character in enumerate(span.of(mrz.lines)):
            if character not in (letters.get(name, span.alphabet) if place == 0 else span.alphabet):
                params: Params = {"line": span.line + 1, "position": span.start + place + 1, "character": character}
                yield Obstacle(ObstacleCode.ILLEGAL_CHARACTER, name, params)
                break


def _is_name(mrz: Mrz) -> bool:
    return bool(mrz.primary_identifier) and not any(
        c.isdigit() for c in mrz.primary_identifier + mrz.secondary_identifier
    )


def _doubts(decoded: Decoded, mrz: Mrz, likely: Chances, risk: float) -> tuple[Obstacle, ...]:
    """What in the evidence stands against a zone whose text may be faultless."""
    doubts: list[Obstacle] = []
    if decoded.misplaced > MISPLACED:
        doubts.append(Obstacle(ObstacleCode.LENGTH_DOUBTFUL, "", {"characters": decoded.misplaced}))
    named = likely.to_confirm(risk)
    if mrz.valid and None in named:
        params: Params = {"probability": round(decoded.probability, 3), "chance": _rounded(likely.covered)}
        doubts.append(Obstacle(ObstacleCode.DOUBTFUL_CHARACTER, "check_digits", params))
    for name in ("issuing_state", "nationality"):
        span = LAYOUTS[mrz.format].fields[name]
        agreement = min(_agreement(decoded, (span.line, column)) for column in range(span.start, span.stop))
        if agreement < AGREED_ON_UNKNOWN and not is_state_code(code := getattr(mrz, name)):
            doubts.append(Obstacle(ObstacleCode.STATE_UNKNOWN, name, {"code": code}))
    # That no state has the code is a reason to look again, not proof of what is printed.
    mended = {
        (repair.line - 1, repair.position - 1) for repair in decoded.repairs if repair.reason is Reason.STATE_CODE
    }
    for name, span in LAYOUTS[mrz.format].fields.items():
        code = ObstacleCode.NAME_DOUBTFUL if name == "name" else ObstacleCode.DOUBTFUL_CHARACTER
        places = [(span.line, column) for column in range(span.start, span.stop)]
        unsure = [place for place in places if place in likely.places]
        doubts += [
            Obstacle(code, name, _shown(decoded, place, likely.places[place]))
            for place in unsure
            if place in named | mended or _agreement(decoded, place) < AGREED
        ]
    return tuple(doubts)


def _agreement(decoded: Decoded, place: Place) -> float:
    """How probable the more doubtful reader finds a character."""
    return min(decoded.readers[place[0]][place[1]], default=0.0)


def _shown(decoded: Decoded, place: Place, chance: float) -> Params:
    line, column = place
    return {
        "line": line + 1,
        "position": column + 1,
        "character": decoded.lines[line][column],
        "confidence": round(decoded.confidences[line][column], 3),
        "chance": _rounded(chance),
    }


def _rounded(chance: float) -> float:
    return float(f"{chance:.2g}")
