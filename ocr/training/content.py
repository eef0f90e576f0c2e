"""Made-up machine-readable zones: nobody's data, every format, realistic shapes.

Everything here is drawn from a seeded generator, so a seed names its zone for ever.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from ocr.layout import ALPHABET, DIGITS, LAYOUTS, LETTERS, MrzFormat
from ocr.mrz import render
from ocr.states import STATE_CODES

Rng = np.random.Generator

MARKS = LETTERS + DIGITS
CODES = {
    MrzFormat.TD1: ("I", "ID", "IR", "IP", "AC", "C", "CR"),
    MrzFormat.TD2: ("I", "ID", "AC"),
    MrzFormat.TD3: ("P", "P", "P", "PD", "PM", "PO", "PE"),
    MrzFormat.MRV_A: ("V", "VN", "VC"),
    MrzFormat.MRV_B: ("V", "VN", "VC"),
}
STATES = sorted(STATE_CODES)
NEAR = ("IRQ", "IRN", "TUR", "SYR", "JOR", "KWT", "SAU", "D")  # drawn half the time

# Syllables only: what they make up sounds like a region's names and belongs to no one.
ARABIC = (
    "AB AD AL AM AN AR AS AY BA BU DA DI FA FI GH HA HU IB IM JA JI KA KH LA LI MA MU NA NI NU OM "
    "QA QU RA RI SA SH SU TA TU UM WA YA YO ZA ZI EE OU HM ALA DUL HASS KAR MEED RAHM SAL TAR WAN"
)
KURDISH = (
    "AZ BA BER CHI DAR DIL GUL HAW HE HIW JAL JWA KA KAW KO LA MI NAZ NEW PE RE RO SHE SHI SO SAR "
    "STA TA TRI WAN XA YAR ZA ZIN ZO HEVI RZGA BRI DLSH"
)
EUROPEAN = (
    "AND BERG BO CHR CZY DEL DOR EK EL ER FEL GRU HOL IK INA JEN KOW KRI LAU LES MAR MEN NIK NOV "
    "OLA OVA PET QUE RICH ROS SCH SKI STE STR SZ TER UL VAN VER VIC WAL WICZ XA YVO ZEN ZIC"
)
SYLLABLES = tuple(text.split() for text in (ARABIC, ARABIC, KURDISH, EUROPEAN))
PARTICLES = ("AL", "ABU", "BIN", "IBN", "BINT", "ABD", "EL", "DE", "VAN DER", "DI", "LA", "HAJI")


def pick(rng: Rng, options: Sequence[str]) -> str:
    """Draw one of `options`."""
    return options[int(rng.integers(len(options)))]


def characters(rng: Rng, count: int, alphabet: str = ALPHABET) -> str:
    """Draw `count` characters of `alphabet`, each as likely as any other."""
    return "".join(alphabet[i] for i in rng.integers(len(alphabet), size=count))


def identifier(rng: Rng, most: int) -> str:
    """Make up a name of one to `most` words, now and then with a particle."""
    words = [_word(rng) for _ in range(int(rng.integers(1, most + 1)))]
    if rng.random() < 0.3:
        words.insert(0, pick(rng, PARTICLES))
    return " ".join(words)


def _word(rng: Rng) -> str:
    syllables = SYLLABLES[int(rng.integers(len(SYLLABLES)))]
    return "".join(pick(rng, syllables) for _ in range(int(rng.integers(1, 5))))[:14]


def _date(rng: Rng, first: int, last: int) -> str:
    day = date(first, 1, 1) + timedelta(days=int(rng.integers((last - first + 1) * 365)))
    text = day.strftime("%y%m%d")
    return text[:2] + "<<<<" if rng.random() < 0.02 else text


def _number(rng: Rng, doc_type: MrzFormat) -> str:
    shape = rng.random()
    if shape < 0.4:
        return characters(rng, 1, LETTERS) + characters(rng, int(rng.integers(7, 9)), DIGITS)
    if shape < 0.7:
        return characters(rng, 9, DIGITS)
    if shape < 0.8 and doc_type in (MrzFormat.TD1, MrzFormat.TD2):
        return characters(rng, int(rng.integers(10, 13)), DIGITS)
    return characters(rng, int(rng.integers(6, 10)), MARKS)


def _state(rng: Rng) -> str:
    return pick(rng, NEAR if rng.random() < 0.5 else STATES)


def _optional(rng: Rng, width: int) -> str:
    shape = rng.random()
    if shape < 0.4 or width < 1:
        return ""
    return characters(rng, int(rng.integers(1, width + 1)), DIGITS if shape < 0.75 else MARKS)


def made_up_zone(rng: Rng, doc_type: MrzFormat) -> tuple[str, ...]:
    """Make up the lines of a zone, with right check digits."""
    fields = LAYOUTS[doc_type].fields
    number = _number(rng, doc_type)
    taken = len(number) - 7 if len(number) > 9 else 0  # a long number runs on in the optional field
    optional = [_optional(rng, fields["optional_data"].width - taken)]
    if "optional_data_2" in fields:
        optional.append(_optional(rng, fields["optional_data_2"].width))
    return render(
        doc_type,
        document_code=pick(rng, CODES[doc_type]),
        issuing_state=_state(rng),
        document_number=number,
        nationality=_state(rng),
        date_of_birth=_date(rng, 1935, 2024),
        sex=pick(rng, "MFMFX"),
        date_of_expiry=_date(rng, 2024, 2039),
        primary_identifier=identifier(rng, 3),
        secondary_identifier="" if rng.random() < 0.06 else identifier(rng, 4),
        optional_data=optional,
    )


def training_text(rng: Rng) -> str:
    """Draw one line's text: a zone's line, or random characters so that no language is learnt."""
    line = pick(rng, made_up_zone(rng, list(MrzFormat)[int(rng.integers(len(MrzFormat)))]))
    shape = rng.random()
    if shape < 0.65:
        return line
    return characters(rng, len(line), ALPHABET if shape < 0.82 else MARKS)
