"""The network that looks at one place at a time: what it gives, and what it learns from."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.cut import LINE_HEIGHT, MARGIN, PITCH, cut_line
from ocr.evidence import Symbol, blend, realign
from ocr.glyphs import (
    CHARACTERS,
    HIGH,
    WIDE,
    clarity,
    clearest,
    convolve,
    load_weights,
    look,
    look_closer,
    network,
    places,
    seen_again,
)
from ocr.locate import find_bands
from ocr.training import fonts
from ocr.training.glyphs import _augmented, _cells_of, _kept_cells_of, _strokes, found

PICTURE = Path(__file__).parent / "pictures" / "td2.jpg"
needs_font = pytest.mark.skipif(
    fonts.find_font("OCRB.otf") is None, reason="OCR-B is not installed (Debian: fonts-ocr-b)"
)
FIRST_LINE = "IDBHRBINT<ULVIC<CHIMIZODAR<<AM<<<<<<"


@pytest.fixture(scope="module")
def line() -> np.ndarray:
    page = cv2.imread(str(PICTURE), cv2.IMREAD_GRAYSCALE)
    band = next(find_bands(page))
    return max((cut_line(page, way.lines[0]) for way in (band, band.turned())), key=clarity)


def test_it_reads_a_line_by_itself(line: np.ndarray) -> None:
    shares = look(line, clearest(line, len(FIRST_LINE)))
    assert shares.shape == (len(FIRST_LINE), len(CHARACTERS))
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert "".join(CHARACTERS[best] for best in shares.argmax(axis=1)) == FIRST_LINE


def test_a_place_cut_off_centre_is_seen_better_at_a_closer_look(line: np.ndarray) -> None:
    astray = [centre + 7 for centre in clearest(line, len(FIRST_LINE))]
    true = [CHARACTERS.index(character) for character in FIRST_LINE]
    once, closer = (np.log(see(line, astray)[range(len(true)), true]) for see in (look, look_closer))
    assert closer.mean() > once.mean()


def test_only_doubtful_places_are_looked_at_closer(line: np.ndarray) -> None:
    centres = clearest(line, len(FIRST_LINE))
    symbols = [
        Symbol(round(centre) - 12, round(centre) + 12, ((character, 0.99),))
        for centre, character in zip(centres, FIRST_LINE, strict=True)
    ]
    spoilt = line.copy()
    spoilt[:24, round(centres[5]) - 14 : round(centres[5]) + 14] = 250
    aligned = realign(symbols, centres)
    plain, again = blend(aligned, look(spoilt, centres)), seen_again(aligned, symbols, spoilt)
    differ = [i for i, (a, b) in enumerate(zip(plain.cells, again.cells, strict=True)) if a != b]
    assert 5 in differ
    assert all(plain.cells[place].share(plain.cells[place].raw) < 0.98 for place in differ)


def test_what_both_readers_are_sure_of_is_told_apart_from_what_one_is() -> None:
    symbol = Symbol(0, 24, (("A", 0.999),))
    shares = [np.full((1, len(CHARACTERS)), (1 - sure) / len(CHARACTERS), np.float32) for sure in (0.999, 0.97)]
    for share in shares:
        share[0, CHARACTERS.index("A")] += 1 - share.sum()
    line = realign([symbol] * 2, [12.0, 40.0])
    line = replace(line, cells=line.cells[:1])
    sure, likely = (1 - blend(line, share).cells[0].share("A") for share in shares)
    assert sure < 0.002 < 0.003 < likely


def test_lines_to_learn_from_are_cut_with_the_perspective_of_their_page() -> None:
    places_of_lines = np.array(
        [[(20 + 15 * place, 30 + 25 * row) for place in range(36)] for row in range(2)], np.float32
    )
    matrix = np.array([[1, 0.2, 0], [0, 1, 0], [0.0004, 0, 1]], np.float32)
    seen = cv2.perspectiveTransform(places_of_lines.reshape(1, -1, 2), matrix).reshape(places_of_lines.shape)
    lines = found(seen, 1.0, np.random.default_rng(3))
    growth = np.exp(-2 * lines[0].taper)
    steps = np.hypot(*np.diff(seen[0], axis=0).T)
    assert growth == pytest.approx(steps[0] / steps[-1], rel=0.2)
    assert all(0.1 < slant < 0.35 for line in lines for slant in line.slants[:1])


def test_text_is_clearer_upright_than_upside_down_or_noise(line: np.ndarray) -> None:
    noise = np.random.default_rng(1).integers(0, 256, line.shape, np.uint8)
    assert clarity(line) > max(clarity(np.rot90(line, 2)), clarity(noise))


def test_the_clearest_places_are_the_true_ones(line: np.ndarray) -> None:
    wrong = [MARGIN + place * PITCH for place in range(len(FIRST_LINE))]  # half a place off
    found = clearest(line, len(FIRST_LINE), [wrong])
    assert min(abs(a - b) for a, b in zip(found, wrong, strict=True)) > PITCH / 5


@pytest.mark.parametrize("centres", [[-500.0], [0.0, 5.0], [10_000.0]])
def test_places_beyond_the_line_are_paper_or_its_edge(centres: list[float]) -> None:
    cells = places(np.full((LINE_HEIGHT, 60), 255, np.uint8), centres)
    assert cells.shape == (len(centres), HIGH, WIDE)
    assert cells.max() == 0


def test_a_convolution_is_what_opencv_finds() -> None:
    rng = np.random.default_rng(4)
    image, kernel, bias = rng.random((20, 28)), rng.normal(0, 1, (5, 5)), 0.3
    found = convolve(image[None, :, :, None], kernel.reshape(25, 1), np.array([bias]), 5, 2)[0, :, :, 0]
    wanted = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_CONSTANT) + bias
    assert np.allclose(found, wanted[::2, ::2])


def test_channels_of_a_convolution_are_summed_up() -> None:
    rng = np.random.default_rng(5)
    maps, kernel = rng.random((2, 6, 7, 3)), rng.normal(0, 1, (3, 3, 3, 4))
    found = convolve(maps, kernel.reshape(27, 4), np.zeros(4), 3, 1)
    apart = [convolve(maps[..., i : i + 1], kernel[:, :, i].reshape(9, 4), np.zeros(4), 3, 1) for i in range(3)]
    assert np.allclose(found, sum(apart))


def test_each_place_is_looked_at_by_itself(line: np.ndarray) -> None:
    centres = clearest(line, len(FIRST_LINE))
    together, alone = look(line, centres), look(line, centres[7:8])
    assert np.allclose(together[7], alone[0], atol=1e-4)


@needs_font
def test_cells_for_learning_show_their_characters() -> None:
    cells, labels = _cells_of(range(500_001, 500_002))  # of middling quality
    assert cells.shape == (len(labels), HIGH, WIDE)
    scores = network(cells.astype(np.float32) / 255, load_weights())
    assert (scores.argmax(axis=1) == labels).mean() > 0.9


@needs_font
def test_an_interrupted_run_finds_what_it_has_made(tmp_path: Path) -> None:
    seeds = range(500_001, 500_002)
    made, labels = _kept_cells_of(seeds, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["places-500001-500002.npz"]
    np.savez(tmp_path / "places-500001-500002.npz", cells=made[:9], labels=labels[:9])
    assert len(_kept_cells_of(seeds, tmp_path)[0]) == 9


def test_strokes_run_across_places_and_leave_most_of_each() -> None:
    strokes = _strokes(200, np.random.default_rng(1), 2.0)
    assert strokes.shape == (200, HIGH, WIDE)
    assert 0 <= strokes.min() < strokes.max() <= 1
    assert ((strokes > 0).mean(axis=(1, 2)) < 0.7).all()
    assert (strokes.max(axis=(1, 2)) > 0.2).mean() > 0.6


def test_some_of_what_is_learnt_from_is_struck_through() -> None:
    paper = np.zeros((300, HIGH, WIDE), np.uint8)
    seen = _augmented(paper, np.random.default_rng(1))
    inked = (seen.max(axis=(1, 2)) - np.median(seen, axis=(1, 2)) > 0.5).mean()
    assert 0.02 < inked < 0.2
